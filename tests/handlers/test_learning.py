"""What use teaches: gaps put together, verdicts counted, words proposed as aliases, and a look before publishing."""

import csv
import json
import random
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from handlers.faq import adopting, aliases, closing, publishing, regression, rehearsing
from handlers.faq.gaps import Group, group, write
from handlers.faq.regression import Case, Outcome, Standing
from handlers.transfer.report import Wrong
from knowledge_base import Decision, Match
from storage import entries, proposals, verdicts
from storage.database import Database
from storage.entries import EntryRow, Gap
from storage.messages import MESSAGES
from storage.tickets import Ticket
from tests.marks import EMPTY_ON_SQLITE, SHOP_ON_SQLITE
from tests.world import START, Customer, World

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
PHRASINGS = {
    "dogs": ("May I bring my dog along?", ["are dogs allowed", "is my puppy welcome"], "Dogs are welcome."),
    "wifi": ("What is the wifi password?", ["wireless internet for guests", "how do I get online"], "It is on the wall."),
    "lounge": ("Is there a lounge to wait in?", ["waiting room with coffee", "where can I sit"], "Upstairs."),
    "keys": ("Where do I leave my car key?", ["key drop box", "hand in the key at night"], "In the box."),
}
CASES = [
    Case("are dogs allowed in there", "en", "dogs"),
    Case("is my puppy welcome at your place", "en", "dogs"),
    Case("wifi password please", "en", "wifi"),
    Case("waiting room with a coffee", "en", "lounge"),
    Case("the price of gold", "en", None),
    Case("do you sell boats", "en", "boats"),
]


def entry_rows(entry_id: str, **more: object) -> list[EntryRow]:
    question, own, answer = PHRASINGS[entry_id]
    common = {"category": "store", "buttons": [], "audience": "customer", "stores": [], "changed_at": START, "answer": answer}
    rows = []
    for language in LANGUAGES:
        words = (
            {"question": question, "aliases": own} if language == "en" else {"question": f"{entry_id} {language}", "aliases": []}
        )
        rows.append(EntryRow(entry_id=entry_id, language=language, **{**common, **words, **more}))
    return rows


@pytest.fixture
def small(database: Database) -> World:
    """A shop of a few entries."""
    with database.transaction() as session:
        for entry_id in PHRASINGS:
            session.add_all(entry_rows(entry_id))
    return World(database)


def counted(world: World) -> list[tuple[str, str, int, int]]:
    with world.database.reading() as session:
        return [(one.entry_id, one.language, one.helped, one.person) for one in verdicts.all_verdicts(session)]


def proposed(world: World) -> list[tuple[str, str, str, int]]:
    with world.database.reading() as session:
        return [(one.entry_id, one.language, one.text, one.count) for one in proposals.waiting(session)]


# -- gaps -------------------------------------------------------------------------------------------------------------


def gap(text: str, minutes: int = 0, language: str = "en", nearest: str | None = None, kind: str = "question") -> Gap:
    at = START - timedelta(minutes=minutes)
    return Gap(kind=kind, text=text, language=language, nearest=nearest, confidence=0.2 if nearest else None, at=at)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("do you sell roof racks", "Hello, do you sell a roof rack?", True),
        ("roof racks", "ROOF RACKS!!", True),
        ("do you sell roof racks", "do you sell roof rakcs", True),
        ("你们卖车顶架吗", "請問有賣車頂架嗎？", True),
        ("你们卖车顶架吗", "你们卖儿童座椅吗", False),
        ("do you sell roof racks", "do you sell child seats", False),
        ("how much is the blue one", "how much is a speedboat", False),
        ("🙂", "?!", True),
        ("🙂", "do you sell roof racks", False),
        ("", " ", True),
    ],
)
def test_which_questions_are_alike(one: str, other: str, together: bool) -> None:
    others = [gap("who won the football match"), gap("what is the capital of mongolia"), gap("今天股票涨了没有")]
    found = group([gap(one), gap(other), *others])
    assert len(found) == (4 if together else 5)


def test_a_group_tells_how_often_when_in_which_words_and_what_is_near() -> None:
    found = group(
        [
            gap("do you sell roof racks", 30, nearest="tyres"), gap("sell me roof racks!", 20, "zh-Hans", nearest="accessories"),
            gap("do you sell roof racks", 10, nearest="accessories"), gap("what is the capital of mongolia", 5),
        ]
    )  # fmt: skip
    assert found[0] == Group(
        kind="question", count=3, last_at=START - timedelta(minutes=10), languages=("en", "zh-Hans"),
        examples=("do you sell roof racks", "sell me roof racks!"), nearest="accessories", confidence=0.2,
    )  # fmt: skip
    assert (found[1].count, found[1].nearest, found[1].confidence) == (1, None, None)


def test_the_order_of_the_gaps_does_not_matter_and_kinds_stay_apart() -> None:
    gaps = [gap(f"{word} {thing}", number) for number, word in enumerate(["can", "will", "may"]) for thing in ("boats", "tents")]
    gaps.append(gap("boats", kind="price"))
    expected = group(gaps)
    for seed in range(5):
        random.Random(seed).shuffle(gaps)
        assert group(gaps) == expected
    assert [(one.kind, one.count) for one in expected] == [("question", 3), ("question", 3), ("price", 1)]


def test_no_gaps_make_no_groups() -> None:
    assert group([]) == []


def test_ten_thousand_gaps_are_grouped_in_seconds() -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(1500)]
    asked = [" ".join(chance.choices(words, k=4)) for _ in range(3000)]
    gaps = [gap(f"{chance.choice(asked)} {chance.choice(['please', 'today', '现在'])}", n) for n in range(10_000)]
    began = time.process_time()
    found = group(gaps)
    assert time.process_time() - began < 3
    assert sum(one.count for one in found) == 10_000
    assert len(found) <= 3000


def test_gaps_are_written_without_formulas(tmp_path: Path) -> None:
    found = group([gap("=cmd|'/c calc'!A1", nearest="wifi"), gap("你们卖船吗", 5, "zh-Hans")])
    write(tmp_path / "gaps.csv", found)
    with (tmp_path / "gaps.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["examples"] == "'=cmd|'/c calc'!A1"
    assert (rows[1]["examples"], rows[1]["count"], rows[1]["last"]) == ("你们卖船吗", "1", "2026-11-21")
    write(tmp_path / "gaps.jsonl", found)
    lines = [json.loads(line) for line in (tmp_path / "gaps.jsonl").read_text("utf-8").splitlines()]
    assert lines[0]["examples"] == ["=cmd|'/c calc'!A1"]
    assert (lines[0]["nearest"], lines[1]["languages"]) == ("wifi", ["zh-Hans"])
    with pytest.raises(Wrong, match=r"\.jsonl, \.csv or \.xlsx"):
        write(tmp_path / "gaps.pdf", found)
    with pytest.raises(Wrong, match="no folder"):
        write(tmp_path / "nowhere" / "gaps.csv", found)


# -- closing gaps -----------------------------------------------------------------------------------------------------


BOATS = ("do you sell boats", "do you sell a boat?", "do you sell any boats")


@pytest.fixture
def asked(small: World) -> World:
    """Customers have asked for boats, in two languages, and for a price."""
    with small.database.transaction() as session:
        session.add_all(gap(text) for text in BOATS)
        session.add_all([gap("你们卖船吗", language="zh-Hans"), gap("gold rims", kind="price")])
    return small


def groups_of(world: World) -> dict[str, Group]:
    with world.database.reading() as session:
        return {one.examples[0]: one for one in group(entries.gaps(session))}


def boats(world: World) -> Group:
    return next(one for text, one in groups_of(world).items() if "boat" in text)


def test_a_gap_becomes_the_aliases_of_an_entry_and_leaves_the_list(asked: World) -> None:
    with asked.database.transaction() as session:
        closed = closing.into(session, boats(asked), "lounge", START)
    assert set(closed.taken) == set(BOATS)
    assert not [text for text in groups_of(asked) if "boat" in text]
    asked.engine.keep_fresh()
    asked.customer().says("do you sell a boat").sees("Upstairs.")


def test_a_gap_becomes_an_entry_of_its_own(asked: World) -> None:
    asked.customer().says("hello")
    with asked.database.transaction() as session:
        closing.anew(session, boats(asked), "boats", {"en": "Only cars.", "zh-Hans": "只卖车。"}, START)
        rows = {row.language: row for row in entries.all_rows(session) if row.entry_id == "boats"}
    assert {language: row.answer for language, row in rows.items()} == {"en": "Only cars.", "zh-Hans": "只卖车。"}
    assert {rows["en"].question, *rows["en"].aliases} == set(BOATS)
    asked.engine.keep_fresh()
    asked.customer().says("do you sell boats?").sees("Only cars.")


@EMPTY_ON_SQLITE
def test_words_that_lead_elsewhere_stay_there(asked: World) -> None:
    with asked.database.transaction() as session:
        session.query(EntryRow).filter_by(entry_id="keys", language="en").one().aliases = ["Do you sell boats"]
    with asked.database.transaction() as session:
        closed = closing.into(session, boats(asked), "lounge", START)
    assert closed.left == (("do you sell boats", "keys"),)
    assert set(closed.taken) == set(BOATS[1:])


@EMPTY_ON_SQLITE
@pytest.mark.parametrize(
    ("entry_id", "answers", "why"),
    [
        ("gone", {}, "no entry"),
        ("dogs", {"en": "x"}, "already"),
        ("boats", {"en": "{price:gold}"}, "names no service"),
        ("no code!", {"en": "x"}, "."),
    ],
)
def test_what_cannot_be_adopted_is_refused(asked: World, entry_id: str, answers: dict[str, str], why: str) -> None:
    one = boats(asked)

    def adopt() -> None:
        with asked.database.transaction() as session:
            if answers:
                closing.anew(session, one, entry_id, answers, START)
            closing.into(session, one, entry_id, START)

    with pytest.raises(Wrong, match=why):
        adopt()
    assert boats(asked) == one


@EMPTY_ON_SQLITE
def test_only_questions_become_entries(asked: World) -> None:
    found = list(groups_of(asked).values())
    with pytest.raises(Wrong, match="brought in with the prices"):
        closing.find(found, next(one for one in found if one.kind == "price").numbers[0])
    with pytest.raises(Wrong, match="no gap 999"):
        closing.find(found, 999)


@EMPTY_ON_SQLITE
def test_a_change_that_would_answer_wrongly_is_looked_at_and_not_made(small: World) -> None:
    def steal(session: object) -> str:
        row = session.query(EntryRow).filter_by(entry_id="keys", language="en").one()  # type: ignore[attr-defined] # a session
        row.aliases = [*row.aliases, "are dogs allowed in there"]
        return "done"

    stopped = rehearsing.change(small.database, steal, CASES)
    assert not stopped.kept
    assert stopped.comparison is not None
    assert [change.case.query for change in stopped.comparison.newly_wrong] == ["are dogs allowed in there"]
    with small.database.reading() as session:
        assert "are dogs allowed in there" not in [alias for row in entries.all_rows(session) for alias in row.aliases]
    assert rehearsing.change(small.database, steal, CASES, force=True).kept


# -- "that helped" ----------------------------------------------------------------------------------------------------


@EMPTY_ON_SQLITE
def test_that_helped_is_counted_once_for_each_answer(small: World) -> None:
    ann = small.customer().says("are dogs allowed?").sees("Dogs are welcome.")
    assert ann.labels == ["👍 That helped", "Ask a person"]
    old = ann.button("👍")
    ann.does("press", press=old).sees("Glad to hear it")
    ann.does("press", press=old).does("press", press=f"{old.partition('.')[0]}.1")
    assert counted(small) == [("dogs", "en", 1, 0)]
    ann.says("are dogs allowed?").presses("👍")
    small.customer().says("is my puppy welcome").presses("👍")
    assert counted(small) == [("dogs", "en", 3, 0)]


@EMPTY_ON_SQLITE
def test_a_person_asked_for_under_an_answer_is_counted_and_comes(small: World) -> None:
    ann = small.customer().says("what is the wifi password?").presses("Ask a person").sees("called a colleague")
    assert counted(small) == [("wifi", "en", 0, 1)]
    with small.database.reading() as session:
        assert "wifi" in session.query(Ticket).one().summary
    ann.says("where can I sit?")  # only a word of an advisor takes the chat out of the bot's hands
    ann.sees("Upstairs.")


@EMPTY_ON_SQLITE
@pytest.mark.parametrize(
    ("buttons", "rows"),
    [
        ([], [["👍 That helped", "Ask a person"]]),
        (["book"], [["Book a visit"], ["👍 That helped", "Ask a person"]]),
        (["person"], [["👍 That helped", "Talk to a person"]]),
        (["person", "book"], [["Talk to a person", "Book a visit"], ["👍 That helped"]]),
    ],
)
def test_one_row_is_added_to_the_entrys_own_buttons(database: Database, buttons: list[str], rows: list[list[str]]) -> None:
    with database.transaction() as session:
        session.add_all([*entry_rows("dogs", buttons=buttons), *entry_rows("wifi")])
    ann = World(database).customer().says("are dogs allowed?")
    assert [[button["label"] for button in row] for row in ann.last.data["buttons"]] == rows


@EMPTY_ON_SQLITE
def test_the_entrys_own_button_for_a_person_counts_too(database: Database) -> None:
    with database.transaction() as session:
        session.add_all([*entry_rows("dogs", buttons=["person"]), *entry_rows("wifi")])
    world = World(database)
    world.customer().says("are dogs allowed?").presses("Talk to a person").sees("called a colleague")
    assert counted(world) == [("dogs", "en", 0, 1)]


@EMPTY_ON_SQLITE
def test_small_talk_asks_nothing(database: Database) -> None:
    with database.transaction() as session:
        session.add_all([*entry_rows("dogs", category="service_desk"), *entry_rows("wifi")])
    ann = World(database).customer().says("are dogs allowed?").sees("welcome")
    assert "buttons" not in ann.last.data


@SHOP_ON_SQLITE
def test_in_the_middle_of_a_form_nothing_is_asked(world: World) -> None:
    ann = world.customer("telegram").starts()
    hours = ann.button("Opening hours")
    ann.says("opening hours")
    assert "👍 That helped" in ann.labels
    ann.says("how much is a minor service").sees("for which car?")
    ann.says("what are your opening hours?").sees("Today:", "for which car?")
    assert "👍 That helped" not in ann.labels
    ann.does("press", press=hours).sees("Today:", "for which car?")
    assert "👍 That helped" not in ann.labels
    ann.presses("👍").sees("Glad to hear it", "for which car?")
    ann.says("A4").sees("Minor service", "¥")


@SHOP_ON_SQLITE
def test_a_person_instead_of_an_answer_ends_an_open_form(world: World) -> None:
    ann = world.customer().says("opening hours")
    ann.says("how much is a minor service").sees("for which car?")
    ann.presses("Ask a person").sees("called a colleague")
    assert "ask" not in ann.last.data


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words", "helped", "glad", "person"),
    [("zh-CN", "你们几点下班", "👍 有帮助", "谢谢", "转人工"), ("zh-TW", "你們幾點開門", "👍 有幫助", "謝謝", "找真人")],
)
def test_in_chinese_too(world: World, language: str, words: str, helped: str, glad: str, person: str) -> None:
    ann = world.customer(language=language).says(words)
    assert ann.labels[-2:] == [helped, person]
    ann.presses(helped).sees(glad)
    [(entry_id, counted_in, *_)] = counted(world)
    assert (entry_id, counted_in) == ("opening_hours", {"zh-CN": "zh-Hans", "zh-TW": "zh-Hant"}[language])


# -- alias proposals --------------------------------------------------------------------------------------------------


def unsure(world: World) -> tuple[Customer, str]:
    """Somebody whose words brought "did you mean"."""
    ann = world.customer()
    for words in ("Tyre ", "battery", "wash", "insurance", "coating"):
        ann.says(words)
        if "Did you mean" in ann.last.text:
            return ann, words.strip()
    raise AssertionError("no words are unclear any more")


def test_words_before_a_suggestion_are_proposed_and_never_taken_silently(world: World) -> None:
    ann, words = unsure(world)
    button = ann.button(ann.labels[0])
    ann.does("press", press=button)
    [(entry_id, language, text, count)] = proposed(world)
    assert (language, text, count) == ("en", words, 1)
    ann.does("press", press=button)
    assert proposed(world)[0][-1] == 1
    world.customer().says(words.upper() + "?").presses("")
    assert proposed(world) == [(entry_id, "en", words, 2)]
    world.customer().says(words).sees("Did you mean")
    with world.database.reading() as session:
        row = session.query(EntryRow).filter_by(entry_id=entry_id, language="en").one()
    assert words not in row.aliases


@SHOP_ON_SQLITE
def test_a_proposal_that_is_taken_is_answered_at_once(world: World) -> None:
    ann, words = unsure(world)
    ann.presses(ann.labels[0])
    [(entry_id, *_)] = proposed(world)
    with world.database.transaction() as session:
        [number] = [one.id for one in proposals.waiting(session)]
        [taken, missing] = adopting.take(session, [number, number + 1], world.now)
    assert taken.refusal == ""
    assert "aliases` lists them" in missing.refusal
    assert proposed(world) == []
    fresh = World(world.database, world.now)  # as a worker that has noticed the revision
    fresh.customer().says(words)
    with world.database.reading() as session:
        row = session.query(EntryRow).filter_by(entry_id=entry_id, language="en").one()
        assert not [gap for gap in entries.gaps(session) if gap.text == words]
    assert row.aliases[-1] == words
    assert row.changed_at == world.now
    with world.database.transaction() as session:
        assert "No proposal" in adopting.take(session, [number], world.now)[0].refusal


def test_taking_is_noticed_by_running_workers(small: World) -> None:
    ann = small.customer().says("hello")
    small.engine.keep_fresh()
    with small.database.transaction() as session:
        proposals.propose(session, "dogs", "en", "four legged friends", "four legged friends", START)
        [number] = [one.id for one in proposals.waiting(session)]
        adopting.take(session, [number], START)
    small.engine.keep_fresh()
    ann.says("four legged friends").sees("Dogs are welcome.")


@EMPTY_ON_SQLITE
def test_what_is_dismissed_is_not_proposed_again(small: World) -> None:
    with small.database.transaction() as session:
        proposals.propose(session, "dogs", "en", "Beasts", "beasts", START)
        [number] = [one.id for one in proposals.waiting(session)]
        assert [one.refusal for one in adopting.dismiss(session, [number])] == [""]
        proposals.propose(session, "dogs", "en", "beasts", "beasts", START)
        assert "No proposal" in adopting.dismiss(session, [number])[0].refusal
    assert proposed(small) == []


@EMPTY_ON_SQLITE
@pytest.mark.parametrize(
    ("entry_id", "language", "text", "why"),
    [
        ("dogs", "en", "How do I get online?", 'leads to "wifi" already'),
        ("gone", "en", "anything", "no entry"),
        ("dogs", "fr", "chiens", "no entry"),
        ("dogs", "en", "cats|dogs", "Leave it out"),
        ("dogs", "en", "cats\x01", "control character"),
    ],
)
def test_a_proposal_that_would_do_harm_is_refused(small: World, entry_id: str, language: str, text: str, why: str) -> None:
    with small.database.transaction() as session:
        proposals.propose(session, entry_id, language, text, aliases.folded(text), START)
        [number] = [one.id for one in proposals.waiting(session)]
        [refused] = adopting.take(session, [number], START)
    assert why in refused.refusal
    assert len(proposed(small)) == 1


@SHOP_ON_SQLITE
def test_older_buttons_still_work(world: World) -> None:
    """Buttons of the release before carry an id or the words alone."""
    ann, _ = unsure(world)
    with world.database.transaction() as session:
        old = [
            [{"label": "Hours", "do": "faq.show", "value": "opening_hours"}, {"label": "None", "do": "faq.none", "value": "x"}]
        ]
        data = {**ann.last.data, "buttons": old}
        session.execute(update(MESSAGES).where(MESSAGES.c.id == ann.last.id).values(data=data))
    ann.presses("Hours").sees("Today:")
    ann.presses("None").sees("I won't guess")
    assert proposed(world) == []
    with world.database.reading() as session:
        assert [(gap.text, gap.nearest) for gap in entries.gaps(session)] == [("x", None)]


@SHOP_ON_SQLITE
def test_none_of_these_says_what_was_near_and_counts_once(world: World) -> None:
    ann, words = unsure(world)
    offered = ann.last.data["buttons"][0][0]["value"]["entry"]
    none = ann.button("None of these")
    ann.does("press", press=none).does("press", press=none)
    with world.database.reading() as session:
        [found] = entries.gaps(session)
    assert (found.text.strip(), found.nearest) == (words, offered)
    assert found.confidence


@SHOP_ON_SQLITE
def test_words_too_long_for_an_alias_are_not_carried(world: World) -> None:
    ann, words = unsure(world)
    ann.says(words + "!" * 300).sees("Did you mean")
    suggested = [button for row in ann.last.data["buttons"] for button in row if button["do"] == "faq.show"]
    assert suggested
    assert all(isinstance(button["value"], str) for button in suggested)


@SHOP_ON_SQLITE
def test_an_entry_that_went_away_proposes_nothing(world: World) -> None:
    ann, _ = unsure(world)
    button = ann.button(ann.labels[0])
    with world.database.transaction() as session:
        session.query(EntryRow).delete()
    empty = World(world.database, world.now)
    empty.engine.take([], world.now)
    ann.world = empty
    ann.does("press", press=button).sees("no longer there")
    assert proposed(world) == []


# -- a look before publishing -----------------------------------------------------------------------------------------

RIGHT, OFFER, SILENT, WRONG = Standing.RIGHT, Standing.OFFERED, Standing.SILENT, Standing.WRONG


@pytest.mark.parametrize(
    ("expected", "kind", "found", "outcome"),
    [
        ("a", "answer", ["a", "b"], Outcome(RIGHT, "a")),
        ("a", "answer", ["b", "a"], Outcome(WRONG, "b")),
        ("a", "suggest", ["b", "a"], Outcome(OFFER, "b")),
        ("a", "suggest", ["b", "c"], Outcome(SILENT, "b")),
        ("a", "unknown", ["a"], Outcome(SILENT, None)),
        (None, "unknown", [], Outcome(RIGHT, None)),
        (None, "suggest", ["a"], Outcome(OFFER, "a")),
        (None, "answer", ["a"], Outcome(WRONG, "a")),
    ],
)
def test_how_well_a_customer_is_served(expected: str | None, kind: str, found: list[str], outcome: Outcome) -> None:
    decision = Decision(kind, tuple(Match(name, 0.5) for name in found))  # type: ignore[arg-type] # a table of literals
    assert regression.judge(Case("?", "en", expected), decision) == outcome


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (RIGHT, RIGHT, ""), (RIGHT, OFFER, "less_sure"), (RIGHT, SILENT, "newly_wrong"), (RIGHT, WRONG, "newly_wrong"),
        (OFFER, RIGHT, "newly_right"), (OFFER, OFFER, ""), (OFFER, SILENT, "less_sure"), (OFFER, WRONG, "newly_wrong"),
        (SILENT, RIGHT, "newly_right"), (SILENT, OFFER, ""), (SILENT, SILENT, ""), (SILENT, WRONG, "newly_wrong"),
        (WRONG, RIGHT, "newly_right"), (WRONG, OFFER, ""), (WRONG, SILENT, ""), (WRONG, WRONG, ""),
    ],
)  # fmt: skip
def test_what_a_change_is_called(before: Standing, after: Standing, told: str) -> None:
    case = Case("?", "en", "a")
    first = {RIGHT: "a", OFFER: "a", SILENT: None, WRONG: "b"}
    found = regression.compare([case], [Outcome(before, first[before])], [Outcome(after, first[after])])
    names = ("newly_right", "newly_wrong", "less_sure")
    assert [name for name in names if getattr(found, name)] == ([told] if told else [])
    assert (found.cases, found.right_before, found.right_after) == (1, before == RIGHT, after == RIGHT)


def test_a_thief_is_named_with_what_it_took() -> None:
    cases = [Case("one", "en", "a"), Case("two", "en", "a"), Case("three", "en", "b"), Case("four", "en", None)]
    before = [Outcome(RIGHT, "a"), Outcome(OFFER, "a"), Outcome(RIGHT, "b"), Outcome(RIGHT, None)]
    after = [Outcome(WRONG, "x"), Outcome(SILENT, "x"), Outcome(OFFER, "x"), Outcome(WRONG, "x")]
    found = regression.compare(cases, before, after)
    assert [(theft.thief, theft.owner, theft.queries) for theft in found.thefts] == [
        ("x", "a", ("one", "two")),
        ("x", "b", ("three",)),
    ]
    assert [change.case.query for change in found.newly_wrong] == ["one", "three", "four"]
    assert [change.case.query for change in found.less_sure] == ["two"]


def test_cases_about_other_entries_are_left_out() -> None:
    assert regression.about(CASES, {"dogs"}) == [CASES[0], CASES[1], CASES[4]]


def test_the_questions_that_we_ship_can_be_read() -> None:
    cases = regression.read_cases(regression.starter_cases())
    assert len(cases) > 300
    assert {case.expected is None for case in cases} == {True, False}


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("c.jsonl", '{"query": "x", "lang": "en"}', "expected"),
        ("c.jsonl", '{"query": "", "lang": "en", "expected": null}', "Write a text"),
        ("c.jsonl", '{"query": ["x"], "lang": "en", "expected": null}', "Write a text"),
        ("c.jsonl", "x", "not JSON"),
        ("c.csv", "query,lang,expected", ".jsonl"),
    ],
)
def test_questions_that_cannot_be_read_say_why(tmp_path: Path, name: str, line: str, why: str) -> None:
    (tmp_path / name).write_text(line + "\n")
    with pytest.raises(Wrong) as wrong:
        regression.read_cases(tmp_path / name)
    assert why in f"{wrong.value.column} {wrong.value.reason}"


def toml(entry_id: str, question: str, phrasings: list[str]) -> str:
    """An entry as a shop writes it."""
    text = f'[[entry]]\nid = "{entry_id}"\ncategory = "store"\n'
    for language in LANGUAGES:
        own = phrasings if language == "en" else []
        words = question if language == "en" else f"{question} {language}"
        text += f'[entry.{language}]\nquestion = {json.dumps(words)}\naliases = {json.dumps(own)}\nanswer = "Yes."\n'
    return text


THIEF = ["are dogs allowed in there", "is my puppy welcome at your place", "dogs allowed inside", "puppy welcome there"]


def publish(world: World, folder: Path, text: str, **how: bool) -> publishing.Published:
    (folder / "kb.toml").write_text(text, "utf-8")
    return publishing.publish(world.database, [folder / "kb.toml"], CASES, now=world.now, **how)


def ids(world: World) -> set[str]:
    with world.database.reading() as session:
        return {row.entry_id for row in entries.all_rows(session)}


@EMPTY_ON_SQLITE
def test_an_entry_that_takes_another_ones_questions_is_named_and_stopped(small: World, tmp_path: Path) -> None:
    done = publish(small, tmp_path, toml("pets", "Do you have a place for pets?", THIEF))
    assert done.ok
    assert not done.kept
    assert done.comparison is not None
    [theft] = done.comparison.thefts
    assert (theft.thief, theft.owner) == ("pets", "dogs")
    assert set(theft.queries) == {"are dogs allowed in there", "is my puppy welcome at your place"}
    assert done.comparison.newly_wrong
    assert ids(small) == set(PHRASINGS)
    forced = publish(small, tmp_path, toml("pets", "Do you have a place for pets?", THIEF), force=True)
    assert forced.kept
    assert ids(small) == {*PHRASINGS, "pets"}


@EMPTY_ON_SQLITE
def test_a_good_entry_is_kept_and_what_it_answers_is_told(small: World, tmp_path: Path) -> None:
    text = toml("boats", "Do you sell boats?", ["boats for sale", "can I buy a boat"])
    tried = publish(small, tmp_path, text, dry_run=True)
    assert not tried.kept
    assert ids(small) == set(PHRASINGS)
    small.engine.keep_fresh()
    done = publish(small, tmp_path, text)
    assert done.kept
    assert done.comparison is not None
    assert done.comparison == tried.comparison
    assert [change.case.query for change in done.comparison.newly_right] == ["do you sell boats"]
    assert done.comparison.newly_wrong == done.comparison.thefts == ()
    small.engine.keep_fresh()
    small.customer().says("can i buy a boat?").sees("Yes.")
    again = publish(small, tmp_path, text)
    assert again.comparison is None
    assert [report.unchanged for _, report in again.reports] == [3]


@EMPTY_ON_SQLITE
def test_the_first_entries_of_an_empty_base(database: Database, tmp_path: Path) -> None:
    done = publish(World(database), tmp_path, toml("boats", "Do you sell boats?", ["boats for sale"]))
    assert done.kept
    assert done.comparison is not None
    assert (done.comparison.cases, done.comparison.right_before) == (2, 1)


@EMPTY_ON_SQLITE
@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ('answer = "Yes."', "missing or empty"),
        ('answer = "It costs {price:nothing}."', "names no service"),
        ('answer = "{nonsense}"', "means nothing"),
        ('question = "Are dogs allowed?"\nanswer = "Yes."', "leads to"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_before_anything_is_asked(
    small: World, tmp_path: Path, broken: str, why: str
) -> None:
    text = toml("boats", "Do you sell boats?", [])
    text = text.replace('answer = "Yes."', "" if "missing" in why else broken, 1)
    if "question" in broken:
        text = text.replace('question = "Do you sell boats?"\n', "", 1)
    done = publish(small, tmp_path, text)
    assert not done.ok
    assert why in done.reports[0][1].errors[0].reason
    assert done.comparison is None
    assert ids(small) == set(PHRASINGS)


@EMPTY_ON_SQLITE
def test_an_empty_file_changes_nothing(small: World, tmp_path: Path) -> None:
    done = publish(small, tmp_path, "")
    assert done.ok
    assert done.comparison is None


def test_a_base_that_somebody_else_changes_meanwhile_is_left_alone(small: World, tmp_path: Path) -> None:
    def meddle(what: str, done: int, total: int) -> None:
        if (what, done) == ("Asking as it will be", total):
            with small.database.transaction() as session:
                session.query(EntryRow).filter_by(entry_id="keys").update({"answer": "At the desk."})

    path = tmp_path / "kb.toml"
    path.write_text(toml("boats", "Do you sell boats?", []), "utf-8")
    with pytest.raises(publishing.ChangedMeanwhile, match="Try again"):
        publishing.publish(small.database, [path], CASES, now=small.now, progress=meddle)
    assert ids(small) == set(PHRASINGS)


@EMPTY_ON_SQLITE
def test_entries_for_staff_ask_no_questions(small: World, tmp_path: Path) -> None:
    text = toml("boats", "Do you sell boats?", []).replace('category = "store"', 'category = "store"\naudience = "staff"')
    done = publish(small, tmp_path, text)
    assert done.kept
    assert done.comparison is None
