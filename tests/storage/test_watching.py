"""What whoever watches over the shop is told is what stands there."""

from datetime import UTC, datetime, timedelta

from storage import holds, messages, quarantine, stores, watching
from storage.appointments import CONFIRMED, HELD, Appointment, new_token
from storage.database import Database
from storage.messages import DEAD, MESSAGES, SENT, UNCERTAIN
from storage.watching import Figures, Waiting
from tests.world import World

# Shortly before midnight in Shanghai, where the sample shop's stores are; nobody has a visit then.
LATE = datetime(2027, 11, 21, 15, 30, tzinfo=UTC)


def _figures(database: Database, now: datetime) -> Figures:
    with database.reading() as session:
        return watching.figures(session, now)


def _post(world: World, chat_id: int, status: str = "", priority: int = 0, late: float = 0.0) -> None:
    due = world.now - timedelta(seconds=late)
    row = messages.outgoing(
        chat_id, "telegram", pulls=False, text="x", data={}, now=world.now, priority=priority, due_at=due, key=world.key()
    )
    with world.database.transaction() as session:
        messages.post(session, [{**row, **({"status": status} if status else {})}])


def _visit(world: World, status: str, starts: datetime, hold: timedelta | None = None) -> None:
    with world.database.transaction() as session:
        session.add(Appointment(
            token=new_token(), store_id=stores.listed(session)[0].id, services=[], starts_at=starts, ends_at=starts, legs=[],
            transport="wait", note="", discount=0, status=status, sequence=0, source="chat", created_at=world.now,
            changed_at=world.now, hold_until=world.now + hold if hold else None,
        ))  # fmt: skip


def test_an_empty_shop_has_nothing_to_tell(database: Database) -> None:
    assert _figures(database, LATE) == Figures([], {}, {}, {}, 0, 0, False)


def test_what_waits_and_what_was_lost_is_counted_by_channel(world: World) -> None:
    ann = world.customer("telegram").says("hello")
    assert ann.outcome
    chat_id = ann.outcome.chat_id
    with world.database.transaction() as session:
        session.execute(MESSAGES.update().values(status=SENT).where(MESSAGES.c.channel == "telegram"))
    for late in (10.0, 90.0, -3600.0):
        _post(world, chat_id, late=late)
    for priority in (5, 7):
        _post(world, chat_id, priority=priority, late=-60)
    for status in (UNCERTAIN, DEAD, DEAD):
        _post(world, chat_id, status)
    found = _figures(world.database, world.now)
    assert sorted(found.waiting, key=lambda one: one.kind) == [
        Waiting("telegram", "push", 2, 0.0), Waiting("telegram", "reply", 3, 90.0),
    ]  # fmt: skip
    assert found.lost == {("telegram", UNCERTAIN): 1, ("telegram", DEAD): 2}


def test_broken_promises_are_told_also_when_the_ticket_has_climbed(world: World) -> None:
    world.customer().says("I waited two hours").presses("That's all")
    world.customer().says("advisor please")
    [(tier, (number, late))] = [one for one in _figures(world.database, world.now).tickets.items() if one[0] != "question"]
    assert (tier, number, late) == ("minor", 1, 0)
    world.passes(minutes=70)
    world.sweeps()
    assert _figures(world.database, world.now).tickets["serious"] == (1, 1)


def test_the_day_of_the_visits_is_that_of_the_store(world: World) -> None:
    with world.database.transaction() as session:
        quarantine.put(session, key="u1", channel="telegram", reason="x", raw="{}", now=LATE)
        holds.begin(session, "restore", LATE)
    world.now, before = LATE, _figures(world.database, LATE).held
    _visit(world, CONFIRMED, LATE - timedelta(hours=15))  # half past eight in the morning
    _visit(world, CONFIRMED, LATE + timedelta(hours=1))  # tomorrow
    _visit(world, HELD, LATE - timedelta(hours=1), hold=timedelta(minutes=5))
    _visit(world, HELD, LATE + timedelta(days=9), hold=timedelta(minutes=5))
    _visit(world, HELD, LATE + timedelta(days=9), hold=-timedelta(minutes=5))
    found = _figures(world.database, LATE)
    assert (found.today, found.held - before, found.aside, found.on_hold) == ({CONFIRMED: 1, HELD: 1}, 2, 1, True)
