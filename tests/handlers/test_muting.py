"""Muted for a while: what somebody writes is kept and reaches nobody, except a danger; rights and buttons go on working."""

import pytest

from handlers.dialogue import Refusal
from handlers.tickets import muting
from storage import audit, messages, tickets
from storage.tickets import Ticket
from tests.handlers.staff_room import Room
from tests.handlers.test_staff_buttons import case
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.fixture
def ann(world: World) -> Customer:
    ann = world.customer("telegram").says("you scratched my door")
    mute(world, 24)
    return ann


def mute(world: World, hours: int) -> None:
    with world.database.transaction() as session:
        muting.mute(world.work(session, "Li"), session.get_one(Ticket, 1), hours)


def what(world: World) -> list[str]:
    with world.database.reading() as session:
        return [event.what for event in tickets.history(session, 1)]


def test_ab6_whoever_is_muted_is_told_once_and_heard_by_nobody(world: World, ann: Customer) -> None:
    """AB6."""
    ann.sees("Until tomorrow 09:00")
    told, before = len(ann.received), what(world)
    for words in ("you are all idiots", "a person", "how much is a minor service", "I waited two hours"):
        ann.says(words)
    ann.does("photo", media=("p1",))
    assert len(ann.received) == told
    assert what(world) == before
    with world.database.reading() as session:
        kept = [line.text for line in messages.latest(session, 1, 20) if line.incoming]
        assert tickets.waiting(session)[0].unanswered == 1
    assert "you are all idiots" in kept
    mute(world, 0)  # longer: nothing is said a second time
    assert len(ann.received) == told


def test_a_danger_is_heard_all_the_same_and_so_are_rights(world: World, ann: Customer) -> None:
    """AB6: critical words pass."""
    told = len(ann.received)
    ann.says("my brakes failed on the motorway")
    assert len(ann.received) > told
    with world.database.reading() as session:
        assert session.get_one(Ticket, 1).tier == "critical"
    ann.says("/export")
    ann.says("stop")
    ann.sees("no offers from us")
    # The menu's buttons work, and that for a person calls none.
    ann.says("menu").presses("Prices")
    ann.says("menu")
    before = what(world)
    ann.presses("Talk to a person")
    assert what(world) == before
    assert "not being read" in ann.outcome.toast


def test_it_ends_by_itself_or_is_lifted(world: World, ann: Customer) -> None:
    world.passes(hours=25)
    before = what(world)
    ann.says("when will somebody look at it?")
    assert len(what(world)) >= len(before)
    assert ann.outcome.spoke
    mute(world, 0)
    world.passes(hours=24 * 300)
    before = len(ann.received)
    ann.says("hello?")
    assert len(ann.received) == before
    with world.database.transaction() as session:
        muting.lift(world.work(session, "Li"), session.get_one(Ticket, 1))
    ann.sees("reading along again").says("opening hours")
    assert what(world).count("muted") == 2
    assert what(world).count("unmuted") == 1
    with pytest.raises(Refusal):
        mute(world, 7)


def test_on_telegram_by_a_button(world: World) -> None:
    """Written down with who and from where."""
    room = Room(world)
    room.hires("Li", address="71")
    ann = case(world, room)
    room.presses("71", room.button("mute"))
    room.arrives()
    assert "hears nothing" in room.presses("71", room.button("set_mute"))
    told = len(ann.received)
    ann.says("idiots")
    assert len(ann.received) == told
    with world.database.reading() as session:
        assert audit.newest(session, 1)[0].action == "ticket.mute"
    room.tells()
    assert any("静音至 10:00" in row.text for row in room.rows)
