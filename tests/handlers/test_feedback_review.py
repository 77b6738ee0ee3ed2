"""What feedback adds up to: causes in three languages, figures by group, and a survey that nobody can be found in."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from typer.testing import CliRunner

from bot.cli import app
from handlers.dialogue import shop as shops
from handlers.dialogue.memo import Memo
from handlers.feedback import causes, report, rules, survey
from storage import feedback, surveys
from storage.chats import CHATS
from storage.feedback import Feedback
from storage.messages import MESSAGES
from storage.stores import Store
from storage.surveys import SurveyAnswer
from storage.technicians import Technician
from tests.world import Customer, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
SHIPPED = causes.Causes(causes.shipped())
MID_QUARTER = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)

SAID = """
long_wait      I waited two hours for an oil change
long_wait      waitted 40 minutes
long_wait      等了两个小时才弄好
long_wait      等了快兩個鐘頭
long_wait      等咗成個鐘
unskilled      the technician had no idea what he was doing
unskilled      师傅不专业，修了还是异响
unskilled      技師技術不行
price          A bit pricey but fine
price          the bill was higher than quoted
price          有点贵
price          比別家貴很多
attitude       the receptionist was rude
attitude       前台爱理不理
attitude       櫃檯態度很差
unfinished     the carpet was not vacuumed
unfinished     轮毂没洗干净
unfinished     地毯沒有吸塵
parts_missing  They had to order the part, three more days
parts_missing  配件没到，又要跑一趟
parts_missing  零件缺貨要等兩週
-              Did not have to wait long, great
-              Not expensive at all
-              the staff were friendly and explained everything
-              不用等，很快
-              价格不贵，服务好
-              没有多收钱
-              服務很好，謝謝師傅
"""


@pytest.mark.parametrize("line", SAID.strip().splitlines())
def test_words_are_tagged_by_cause(line: str) -> None:
    code, words = line.split(maxsplit=1)
    assert SHIPPED.of(words) == ([] if code == "-" else [code])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x", "This is no TOML"),
        ("", "There are no causes"),
        ('[[cause]]\ncode = "a"\nnames = { en = "A" }\nwords = ["a"]', "give a name in en, zh-Hans, zh-Hant"),
        ('[[cause]]\ncode = "a"\nnames = { en = "A", zh-Hans = "A", zh-Hant = "A" }\nwords = ["* a"]', "can never be found"),
        ('[[cause]]\ncode = "a"\ntier = "b"', "not tier"),
    ],
)
def test_a_wrong_file_of_causes_says_what_to_write(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        causes.read(text)


RATINGS = {"5": 5, "３": 3, "4 stars": 4, "one star": 1, "三星": 3, "五颗星": 5, "两分": 2, "2/5": 2, "⭐⭐": 2, "★★★": 3}
NO_RATINGS = ("6", "0", "5 o'clock", "12", "five minutes", "", "⭐⭐⭐⭐⭐⭐")


@pytest.mark.parametrize(("typed", "stars"), [*RATINGS.items(), *((typed, None) for typed in NO_RATINGS)])
def test_which_messages_are_a_rating(typed: str, stars: int | None) -> None:
    assert rules.stars(typed) == stars


@given(st.dictionaries(st.integers(1, 5), st.integers(0, 12), min_size=1), st.integers(3, 6))
def test_nothing_small_can_be_seen_or_worked_out(counts: dict[int, int], fewest: int) -> None:
    shown, total = rules.may_show(counts, dict.fromkeys(counts, fewest))
    assert all(counts[group] >= fewest for group in shown)
    rest = sum(counts.values()) - sum(counts[group] for group in shown)
    assert not total or rest == 0 or rest >= fewest


def rated(
    world: World, number: int, work: int, people: int, words: str = "", store: str = "east", service: str = "hand_wash"
) -> None:
    """Somebody has rated a visit, as the tables hold it."""
    ann = world.customer("telegram").starts()
    assert ann.outcome
    with world.database.transaction() as session:
        place = session.scalars(select(Store).where(Store.code == store)).one()
        technician = session.scalars(select(Technician).where(Technician.store_id == place.id).order_by(Technician.id)).first()
        row = feedback.begin(
            session,
            {
                "key": f"k{number}", "chat_id": ann.outcome.chat_id, "customer_id": None, "store_id": place.id, "advisor": "Chen",
                "technician_id": technician.id if technician else None, "services": [service], "day": world.now.date(),
                "ended_at": world.now, "outcome": "sent", "asked_at": world.now,
            },
        )  # fmt: skip
        assert row
        row.work, row.people, row.words, row.causes, row.answered_at = work, people, words, SHIPPED.of(words), world.now
    return ann


@sqlite
def test_the_weekly_review(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rated(world, 1, 5, 4)
    rated(world, 2, 2, 0, "等了两个小时", service="minor_service")
    rated(world, 3, 4, 1, "rude and slow", store="west")
    with world.database.reading() as session:
        made = report.make(session, shops.load(session), "en", world.now + timedelta(minutes=1), 7)
    assert (made.asked, made.all.answers, made.all.low) == (3, 3, 2)
    assert made.all.work == report.Score(3, 11 / 3, 2 / 3)
    assert made.all.people == report.Score(2, 2.5, 0.5)
    assert made.all.causes == (("attitude", 1), ("long_wait", 1))
    assert [line.figures.answers for line in made.stores] == [2, 1]
    assert [line.name for line in made.services] == ["Minor service", "Hand wash"]
    assert {line.name for line in made.advisors} == {"Chen"}
    assert len(made.advisors) == 2, "two people of one name in two stores"

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    clock = tmp_path / "clock"
    clock.write_text((world.now + timedelta(minutes=1)).isoformat())
    monkeypatch.setenv("BAYLINE_CLOCK_FILE", str(clock))

    def bayline(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["feedback", *words], env={"COLUMNS": "160"})
        return done.exit_code, done.output

    code, said = bayline("report", "--words")
    assert code == 0
    for part in ("3 asked, 3 answered", "Minor service", "long wait", "等了两个小时", "Chen"):
        assert part in said
    assert "1 answered" in bayline("report", "--store", "west")[1]
    assert bayline("report", "--store", "moon")[0] == 2
    assert bayline("causes", "export", "causes.toml")[0] == 0
    text = Path("causes.toml").read_text()
    assert causes.read(text) == causes.shipped()
    own = '[[cause]]\ncode = "queue"\nnames = { en = "queue", zh-Hans = "排队", zh-Hant = "排隊" }\nwords = ["等 * 小时"]\n'
    Path("own.toml").write_text(own)
    assert bayline("causes", "import", "own.toml") == (0, "1 causes.\n")
    Path("bad.toml").write_text("x")
    assert bayline("causes", "import", "bad.toml")[0] == 2
    with world.database.reading() as session:
        assert [row.causes for row in session.scalars(select(Feedback).order_by(Feedback.id))] == [[], ["queue"], []]
    assert bayline("survey", "--quarter", "2026Q4")[0] == 2


# -- the survey -------------------------------------------------------------------------------------------------------------


def invited(world: World) -> Customer:
    """Somebody who was here a while ago, in the middle of a quarter, with the invitation before them."""
    with world.database.transaction() as session:
        session.execute(update(Store).where(Store.code == "east").values(feedback={"survey": True, "fewest": 3}))
    world.engine.memo = Memo()
    world.now = MID_QUARTER - timedelta(days=20)
    ann = rated(world, 1, 5, 5)
    world.now = MID_QUARTER
    world.engine.push(world.now)
    return ann


@sqlite
def test_three_answers_that_belong_to_nobody(world: World) -> None:
    ann = invited(world)
    ann.presses("Three questions").sees("trust").presses("5 ★").sees("reach us").says("4 stars").sees("recommend")
    second = ann.button("2 ★")
    ann.does("press", press=second).sees("kept without your name")
    ann.does("press", press=second)
    ann.presses("Three questions").sees("in already")
    with world.database.reading() as session:
        [answer] = session.scalars(select(SurveyAnswer))
        assert (answer.trust, answer.effort, answer.recommend) == (5, 4, 2)
        columns = set(SurveyAnswer.__table__.columns.keys())
        assert columns == {"key", "quarter", "store_id", "trust", "effort", "recommend"}
        heard = session.execute(select(MESSAGES.c.text, MESSAGES.c.data).where(MESSAGES.c.status == "received")).all()
        assert [row.data for row in heard if row.text == survey.BLANK] == [{}, {}, {}]
        assert not any("4 stars" in row.text or "5 ★" in row.text for row in heard)
        assert session.execute(select(CHATS.c.answers)).scalar_one() == {}
    world.passes(days=1)
    world.engine.push(world.now)
    assert sum("Three short questions" in text for text in ann.received) == 1


@sqlite
def test_a_small_group_is_not_shown(world: World) -> None:
    with world.database.transaction() as session:
        places = {store.code: store.id for store in session.scalars(select(Store))}
        session.execute(update(Store).values(feedback={"fewest": 3}))
        for number, store in enumerate(["east"] * 3 + ["west"] * 2):
            row = {"quarter": "2026Q3", "store_id": places[store], "trust": 5, "effort": 4, "recommend": 3}
            session.add(SurveyAnswer(key=f"k{number}", **row))
    with world.database.reading() as session:
        lines = survey.results(session, shops.load(session), "en", "2026Q3")
        assert [(line.answers, len(line.scores)) for line in lines] == [(3, 3), (None, 0), (None, 0)]
        assert [line.answers for line in survey.results(session, shops.load(session), "en", "2026Q3", [places["west"]])] == [None]


def test_quarters() -> None:
    assert [rules.quarter(date(2026, month, 1)) for month in (1, 3, 4, 12)] == ["2026Q1", "2026Q1", "2026Q2", "2026Q4"]
    assert rules.quarter_before(date(2026, 2, 28)) == "2025Q4"
    assert not rules.surveys_on(date(2026, 10, 1))
    assert rules.surveys_on(date(2026, 11, 20))


def test_an_invitation_counts_once(world: World) -> None:
    """On both databases."""
    ann = world.customer("telegram").starts()
    assert ann.outcome
    with world.database.transaction() as session:
        store = session.scalars(select(Store.id).where(Store.code == "east")).one()
        number = surveys.invite(session, "2026Q4", ann.outcome.chat_id, store)
        assert surveys.invite(session, "2026Q4", ann.outcome.chat_id, store) is None
        invitation = surveys.get(session, number or 0)
        assert invitation
        assert [surveys.answer(session, invitation, 5, 5, 5) for _ in range(3)] == [True, False, False]
        assert len(surveys.answers(session, "2026Q4")) == 1
