"""The knowledge base in conversation: answers, "did you mean", "I don't know", and edits that are live at once."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, update

from handlers.faq import base
from storage import revisions
from storage.database import Database
from storage.entries import EntryRow, Gap
from storage.tickets import Ticket
from tests.marks import EMPTY_ON_SQLITE, SHOP_ON_SQLITE
from tests.world import START, World

LANGUAGES = ("en", "zh-Hans", "zh-Hant")


def _entry(session: object, entry_id: str, question: str, answer: str, **more: object) -> None:
    for language in LANGUAGES:
        row = {"category": "general", "aliases": [], "buttons": [], "audience": "customer", "stores": [], "changed_at": START}
        words = {"question": f"{question} ({language})", "answer": f"{answer} ({language})"}
        session.add(EntryRow(entry_id=entry_id, language=language, **{**row, **words, **more}))  # type: ignore[attr-defined] # a session


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("when are you open", "Today:"),
        ("what time do you close on saturdays", "Today:"),
        ("你们几点下班", "今天："),
        ("你們幾點開門", "今天："),
        ("where are you", "Harbour"),
    ],
)
def test_questions_are_answered_from_the_store(world: World, words: str, seen: str) -> None:
    world.customer().says(words).sees(seen)


@SHOP_ON_SQLITE
def test_hours_are_todays_and_the_weeks_in_the_stores_own_time(world: World) -> None:
    """TM9: at 17:00 UTC on Saturday it is Sunday in Shanghai."""
    world.now = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    sunday = world.customer().says("opening hours").last.text
    world.now = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    saturday = world.customer().says("opening hours").last.text
    assert sunday.split("Today:")[1].splitlines()[0] != saturday.split("Today:")[1].splitlines()[0] or "Sun" not in saturday


@SHOP_ON_SQLITE
def test_a_closure_soon_is_told(world: World) -> None:
    world.now = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
    world.customer().says("opening hours").sees("New Year's Day", "closed")


@SHOP_ON_SQLITE
def test_did_you_mean_and_none_of_these(world: World) -> None:
    ann = world.customer()
    for words in ("tyre", "battery", "wash", "insurance", "coating"):
        ann.says(words)
        if "Did you mean" in ann.last.text:
            break
    ann.sees("Did you mean")
    assert len(ann.labels) in (2, 3, 4)
    ann.presses("None of these").sees("I won't guess")
    with world.database.reading() as session:
        assert session.query(Gap).one().text == words


@SHOP_ON_SQLITE
def test_a_suggestion_pressed_is_answered(world: World) -> None:
    ann = world.customer()
    for words in ("tyre", "battery", "wash", "insurance", "coating"):
        ann.says(words)
        if "Did you mean" in ann.last.text:
            break
    first = ann.labels[0]
    ann.presses(first)
    assert "Did you mean" not in ann.last.text
    assert ann.transcript[-2].text == first


def test_an_edit_is_live_without_a_restart(database: Database) -> None:
    with database.transaction() as session:
        _entry(session, "dogs", "May I bring my dog?", "Dogs are welcome.")
        _entry(session, "wifi", "Do you have wifi?", "The password is on the wall.")
    world = World(database)
    ann = world.customer()
    world.engine.keep_fresh()
    ann.says("may i bring my dog?").sees("Dogs are welcome.")
    with database.transaction() as session:
        session.execute(update(EntryRow).where(EntryRow.entry_id == "dogs").values(answer="Only small dogs."))
        revisions.raise_(session, "kb")
    world.engine.keep_fresh()
    ann.says("may i bring my dog?").sees("Only small dogs.")


def test_an_edit_is_live_in_every_worker(database: Database) -> None:
    """Two workers, each with what it has learnt; somebody else edits. A look four times a second is all that it takes."""
    with database.transaction() as session:
        _entry(session, "dogs", "May I bring my dog?", "Dogs are welcome.")
        _entry(session, "wifi", "Do you have wifi?", "The password is on the wall.")
    workers = [World(database), World(database)]
    for number, worker in enumerate(workers):
        worker.customer(address=f"p{number}").says("may i bring my dog?", key=f"a{number}").sees("Dogs are welcome.")
    with database.transaction() as session:
        session.execute(update(EntryRow).where(EntryRow.entry_id == "dogs").values(answer="Only small dogs."))
        revisions.raise_(session, "kb")
    for number, worker in enumerate(workers):
        worker.engine.keep_fresh()
        worker.customer(address=f"p{number}").says("may i bring my dog?", key=f"b{number}").sees("Only small dogs.")


@EMPTY_ON_SQLITE
def test_an_entry_holds_for_its_stores_and_days_only(database: Database) -> None:
    with database.transaction() as session:
        _entry(session, "wifi", "Do you have wifi?", "The password is on the wall.", valid_until=date(2026, 11, 22))
        _entry(session, "dogs", "May I bring my dog?", "Dogs are welcome.")
    world = World(database)
    ann = world.customer()
    ann.says("do you have wifi?").sees("on the wall")
    world.passes(days=3)
    ann.says("do you have wifi?")
    assert "on the wall" not in ann.last.text


@SHOP_ON_SQLITE
def test_staff_entries_are_not_for_customers(world: World) -> None:
    """AU3: what colleagues may read a customer cannot find, by words or by link."""
    with world.database.reading() as session:
        staff = session.query(EntryRow).filter_by(audience="staff", language="en").all()
    assert staff
    ann = world.customer()
    for row in staff:
        ann.says(row.question)
        assert row.answer[:40] not in ann.last.text
        ann.starts(f"faq-{row.entry_id}")
        assert row.answer[:40] not in ann.last.text


@EMPTY_ON_SQLITE
def test_an_answer_with_a_missing_figure_is_not_given(database: Database) -> None:
    with database.transaction() as session:
        _entry(session, "polish", "What does a polish cost?", "It costs {price:polish}.")
    ann = World(database).customer()
    ann.says("what does a polish cost?")
    assert "{price" not in ann.last.text
    assert "It costs" not in ann.last.text


@EMPTY_ON_SQLITE
def test_a_placeholder_is_never_an_expression(database: Database) -> None:
    """WB7."""
    with database.transaction() as session:
        _entry(session, "odd", "What is odd?", "{0.__class__} {{7*7}} %(x)s {store.__dict__} <b>x</b>")
    ann = World(database).customer()
    ann.says("what is odd?").sees("{0.__class__} {{7*7}} %(x)s {store.__dict__} <b>x</b>")
    assert "entities" not in ann.last.data


@SHOP_ON_SQLITE
def test_only_what_customers_ask_is_learnt_anew(world: World) -> None:
    """Learning takes seconds: an edited answer, and what only staff read, wait for none."""
    with world.database.transaction() as session:
        # A small base: it is the same for any, and this one is learnt twice.
        session.execute(delete(EntryRow).where(EntryRow.audience == "customer", EntryRow.entry_id != "opening_hours"))
        before = base.load(session)
        session.execute(update(EntryRow).where(EntryRow.audience == "staff").values(answer="Ask the foreman."))
        assert base.load(session).knowledge is before.knowledge
        session.execute(update(EntryRow).where(EntryRow.entry_id == "opening_hours").values(answer="We never close."))
        after = base.load(session)
        assert after.knowledge is before.knowledge
        assert after.by_id["opening_hours"]["en"].answer == "We never close."
        session.execute(update(EntryRow).where(EntryRow.entry_id == "opening_hours").values(question="When may I come?"))
        assert base.load(session).knowledge is not before.knowledge


@SHOP_ON_SQLITE
@pytest.mark.parametrize("language", ["en", "zh-CN", "zh-TW"])
def test_every_entry_can_be_shown_in_every_language(world: World, language: str) -> None:
    """No placeholder is left, no figure is missing from the sample shop, nothing is too long for one message."""
    with world.database.reading() as session:
        ids = {row.entry_id for row in session.query(EntryRow).filter_by(audience="customer")}
    ann = world.customer(language=language)
    for entry_id in sorted(ids):
        ann.starts(f"faq-{entry_id}")
        assert "{" not in ann.last.text, entry_id
        assert len(ann.last.text.encode("utf-16-le")) // 2 <= 4096, entry_id


@SHOP_ON_SQLITE
def test_words_that_nobody_understands_get_a_kind_sentence_and_a_person(world: World) -> None:
    """Emoji, another language, four thousand characters, what no dealership knows: a sentence and a way on for each."""
    odd = [
        "🙂🙂🚗",
        "Сколько стоит замена масла?",
        "オイル交換はいくらですか",
        "blah " * 800,
        "who won the football match in 1998",
    ]
    for words in odd:
        ann = world.customer().says(words)
        assert len(ann.received) == 1
        assert ann.last.text.strip()
        assert ann.labels, "a person, or none of these"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_empty_base_says_that_it_does_not_know(database: Database) -> None:
    ann = World(database).customer()
    ann.says("when are you open").sees("I won't guess")
    with database.reading() as session:
        assert session.query(Gap).one().nearest is None


@SHOP_ON_SQLITE
@pytest.mark.parametrize(("language", "yes"), [("en", "yes please"), ("zh-CN", "好的"), ("zh-TW", "好")])
def test_a_yes_to_shall_i_fetch_a_colleague_fetches_one(world: World, language: str, yes: str) -> None:
    ann = world.customer(language=language).says("qwertz uiop")
    assert ann.last.text.endswith(("?", "？"))
    ann.says(yes)
    with world.database.reading() as session:
        assert session.query(Ticket).count() == 1
    bob = world.customer(language=language, address="bob").says("qwertz uiop")
    world.passes(minutes=31)
    bob.says(yes)
    with world.database.reading() as session:
        assert session.query(Ticket).count() == 1


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words", "seen"),
    [
        ("en", "ok", "All right"),
        ("en", "no thanks", "All right"),
        ("zh-CN", "收到", "有需要随时找我"),
        ("zh-TW", "好喔", "有需要隨時找我"),
    ],
)
def test_a_mere_word_of_assent_is_taken_as_that(world: World, language: str, words: str, seen: str) -> None:
    world.customer(language=language).says(words).sees(seen)


@SHOP_ON_SQLITE
def test_a_question_in_a_form_that_is_not_sure_offers_what_it_may_be(world: World) -> None:
    ann = world.customer().says("book an oil change").says("do you have a waiting room with wifi?")
    ann.sees("I'm not sure about your question", "Which car is it?")
    assert {"Is there a waiting area?", "Audi A4"} <= set(ann.labels)
    ann.presses("Is there a waiting area?").sees("Which car is it?")
    assert "not sure" not in ann.last.text
    with world.database.reading() as session:
        assert session.query(Gap).count() == 0


@SHOP_ON_SQLITE
def test_a_question_in_a_form_that_nobody_knows_is_a_gap(world: World) -> None:
    ann = world.customer(language="zh-CN").says("我想约小保养").says("会不会弄脏座椅").sees("不敢乱说", "请问是什么车")
    assert "转人工" in ann.labels
    ann.says("那个谁")  # no question, no guess
    assert "不敢乱说" not in ann.last.text
    with world.database.reading() as session:
        assert [gap.text for gap in session.query(Gap)] == ["会不会弄脏座椅"]


@SHOP_ON_SQLITE
def test_a_question_where_a_car_is_asked_is_no_name_of_a_car(world: World) -> None:
    ann = (
        world.customer(language="zh-CN")
        .says("我想约小保养")
        .says("你们周六也开门吗")
        .sees("周六：08:30–12:00、13:30–18:00", "请问是什么车")
    )
    assert not [label for label in ann.labels if "周六" in label]
    ann.says("A4").sees("哪家店").says("东港店").sees("什么时候")  # and no wish to come on Saturday


@SHOP_ON_SQLITE
def test_a_question_whether_work_goes_along_with_it_adds_the_work(world: World) -> None:
    ann = world.customer(language="zh-CN").says("后天上午十点小保养 A4 东港店").says("空调滤芯能一起换吗")
    ann.sees("小保养 + 更换空调滤芯")


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "can I bring my kids?", "Children are welcome"),
        ("zh-CN", "能带孩子吗", "带孩子来没问题"),
        ("zh-TW", "可以帶小孩嗎", "歡迎帶小朋友"),
        ("zh-CN", "要等多久", "小保养大约1小时"),
        ("zh-HK", "要等幾耐呀", "小保養大約1小時"),
        ("en", "any offers?", "My offers"),
        ("zh-TW", "有什麼優惠", "我的優惠"),
    ],
)
def test_short_questions_that_mean_one_thing_are_answered(world: World, language: str, words: str, told: str) -> None:
    world.customer(language=language).says(words).sees(told)


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("words", "with_a_car"),
    [
        ("多久换一次机油", "Golf 多久换一次机油"),
        ("how often do tyres need rotating", "my RAV4 needs its tyres rotated how often"),
        ("how often do tyres need rotating", "how often do tyres need rotating Kia Sportage"),
        ("方向盘抖", "我的丰田方向盘抖"),
        ("steering wheel shakes at speed", "my Jazz steering wheel shakes at speed"),
        ("轮胎多久换位一次", "特斯拉Model 3轮胎多久换位一次"),
    ],
)
def test_the_name_of_a_car_hides_no_question(world: World, words: str, with_a_car: str) -> None:
    """A name is rare, and the whole was near to nothing that is known: "did you mean"."""
    assert world.customer().says(with_a_car).last.text == world.customer().says(words).last.text


@SHOP_ON_SQLITE
@pytest.mark.parametrize(("words", "never"), [("特斯拉Model 3多久换一次机油", "万公里"), ("小鹏P7多久保养一次", "燃油车")])
def test_what_is_said_of_any_car_is_not_said_of_one_it_does_not_fit(world: World, words: str, never: str) -> None:
    ann = world.customer().says(words)
    assert never not in ann.last.text
    ann.sees("不太确定")
