"""Shifts and absences: who is given a ticket, and what becomes of the tickets of somebody who goes away."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from handlers.dialogue import Refusal
from handlers.staff import actions as hiring
from handlers.staff import shifts as rule
from handlers.tickets import actions
from storage import chats, shifts, staff, tickets
from storage.customers import Customer
from storage.marks import Notice
from storage.shifts import Shifts
from storage.staff import Staff
from storage.stores import Store
from storage.tickets import Ticket
from tests.world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = {"0": [["09:00", "12:00"], ["13:00", "18:00"]], "4": [["20:00", "04:00"]]}
sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("local", "there"),
    [
        ("2026-11-23 08:59", False), ("2026-11-23 09:00", True), ("2026-11-23 12:00", False), ("2026-11-23 17:59", True),
        ("2026-11-23 18:00", False), ("2026-11-24 10:00", False), ("2026-11-27 19:59", False), ("2026-11-27 20:00", True),
        ("2026-11-28 03:59", True), ("2026-11-28 04:00", False), ("2026-11-27 03:00", False),
    ],
)  # fmt: skip
def test_somebody_is_at_work_in_the_spans_of_their_week(local: str, there: bool) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=SHANGHAI).astimezone(UTC)
    assert rule.on_shift(Shifts(staff_id=1, week=WEEK, away_until=None), SHANGHAI, now) is there
    assert not rule.on_shift(Shifts(staff_id=1, week=WEEK, away_until=now + timedelta(hours=1)), SHANGHAI, now)
    assert rule.on_shift(None, SHANGHAI, now)
    assert rule.on_shift(Shifts(staff_id=1, week={}, away_until=now), SHANGHAI, now)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("9:00-18:00", [["09:00", "18:00"]]), ("09:00–12:30，14:00至18:00", [["09:00", "12:30"], ["14:00", "18:00"]]), ("", []),
        ("24:00-25:00", None), ("morning", None), ("9-18", None),
    ],
)  # fmt: skip
def test_a_day_is_read_as_it_is_written(text: str, spans: list[list[str]] | None) -> None:
    if spans is None:
        with pytest.raises(Refusal):
            rule.read_day(text)
    else:
        assert rule.read_day(text) == spans
        assert rule.read_day(rule.written(spans)) == spans


def hired(world: World) -> list[int]:
    """Two advisors in the east."""
    with world.database.transaction() as session:
        east = session.scalars(select(Store).where(Store.code == "east")).one().id
        return [hiring.add(session, name, name.title(), staff.ADVISOR, east, "en", world.now).id for name in ("ann", "ben")]


def opened(world: World, customer_id: int | None = None, language: str = "en") -> Ticket:
    """A ticket of somebody in the east."""
    person = world.customer()
    person.says("hello")
    with world.database.transaction() as session:
        assert person.outcome
        chat = chats.lock(session, person.outcome.chat_id)
        chat.store_id, chat.customer_id = session.scalars(select(Store).where(Store.code == "east")).one().id, customer_id
        chat.language = language
        chats.save(session, chat)
        return actions.open_ticket(world.work(session), chat, "question", "Hello?")


@sqlite
def test_a_ticket_goes_to_whoever_is_at_work(world: World) -> None:
    """It is Saturday: Ann works on Mondays, Ben is there; when he is away too, it waits in the queue."""
    ann, ben = hired(world)
    with world.database.transaction() as session:
        shifts.mine(session, ann).week = WEEK
    assert [opened(world).staff_id for _ in range(2)] == [ben, ben]
    with world.database.transaction() as session:
        shifts.mine(session, ben).away_until = world.now + timedelta(hours=2)
    assert opened(world).staff_id is None


@sqlite
def test_who_is_good_at_it_comes_first_and_nobody_is_left_without_anybody(world: World) -> None:
    """Ann takes damage and Chinese, Ben has not said; when only she is there, everything is hers."""
    ann, ben = hired(world)
    with world.database.transaction() as session:
        shifts.mine(session, ann).skills = ["damage", "zh-Hans"]

    assert [opened(world, language="zh-Hans").staff_id for _ in range(3)] == [ann, ann, ann]
    assert [opened(world, language="en").staff_id for _ in range(3)] == [ben, ben, ben]
    with world.database.transaction() as session:
        shifts.mine(session, ben).away_until = world.now + timedelta(hours=2)
    assert opened(world, language="en").staff_id == ann


@pytest.mark.parametrize(
    ("skills", "language", "category", "far"),
    [([], "en", "price", 2), (["en"], "en", "price", 1), (["en", "price"], "en", "price", 0), (["en"], "zh-Hant", None, 2),
     (["damage"], "en", "price", 3), (["damage"], None, "mood", 0), (["damage", "zh-Hans"], "en", "price", 4)],
)  # fmt: skip
def test_how_far_somebody_is_from_a_matter(skills: list[str], language: str | None, category: str | None, far: int) -> None:
    assert rule.unfit(skills, language, category) == far


@sqlite
def test_one_s_own_advisor_comes_first_if_they_are_at_work(world: World) -> None:
    ann, ben = hired(world)
    with world.database.transaction() as session:
        customer = session.scalars(select(Customer.id).order_by(Customer.id)).first()
        assert customer
        shifts.give(session, customer, ben)
    assert [opened(world, customer).staff_id for _ in range(3)] == [ben, ben, ben]
    with world.database.transaction() as session:
        shifts.mine(session, ben).away_until = world.now + timedelta(hours=2)
    assert opened(world, customer).staff_id == ann


@sqlite
def test_nothing_stays_with_somebody_who_goes_away(world: World) -> None:
    ann, ben = hired(world)
    held = [opened(world).id for _ in range(4)]
    with world.database.transaction() as session:
        shifts.mine(session, ann).away_until = world.now + timedelta(days=3)
        session.flush()
        actions.leave(world.work(session, "Ann", ann), ann)
    with world.database.reading() as session:
        assert {session.get_one(Ticket, number).staff_id for number in held} == {ben}
        assert session.get_one(Staff, ann).dismissed_at is None


@sqlite
def test_what_waited_is_given_out_when_somebody_comes_to_work(world: World) -> None:
    """Shift begins, or an absence ends: the worst first, to whoever has least; what somebody put back by hand stays put."""
    ann, ben = hired(world)
    with world.database.transaction() as session:
        shifts.mine(session, ann).week = WEEK
        shifts.mine(session, ben).away_until = world.now + timedelta(hours=2)
    waiting = [opened(world).id for _ in range(3)]
    put_back = opened(world)
    with world.database.transaction() as session:
        actions.assign(world.work(session), put_back, ben)
        actions.assign(world.work(session), put_back, None)
    holders = lambda: [held(world, number) for number in waiting]  # noqa: E731
    world.sweeps()
    assert holders() == [None] * 3
    world.passes(hours=3)
    world.sweeps()
    assert holders() == [ben] * 3
    assert held(world, put_back.id) is None
    with world.database.reading() as session:
        told = session.scalars(select(Notice.staff_id).where(Notice.kind == "given", Notice.ticket_id.in_(waiting))).all()
        events = [(one.what, one.who) for one in tickets.history(session, waiting[0])]
    assert (told, events[-1]) == ([ben] * 3, ("assigned", "bot"))


@sqlite
def test_a_ticket_of_somebody_who_left_alone_waits_for_the_next_one(world: World) -> None:
    """Nobody else is there when Ben goes away: his ticket goes to Ann when her shift begins, on Monday at nine."""
    ann, ben = hired(world)
    with world.database.transaction() as session:
        shifts.mine(session, ann).week = WEEK
    number = opened(world).id
    with world.database.transaction() as session:
        shifts.mine(session, ben).away_until = world.now + timedelta(days=30)
        session.flush()
        actions.leave(world.work(session, "Ben", ben), ben)
    world.sweeps()
    assert held(world, number) is None
    world.now = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI).astimezone(UTC)
    world.sweeps()
    assert held(world, number) == ann


def held(world: World, number: int) -> int | None:
    with world.database.reading() as session:
        return session.get_one(Ticket, number).staff_id
