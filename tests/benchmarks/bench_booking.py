"""Booking: free times of a year for twenty bays against two plainer ways, and bookings a second against a bare insert.

The diary is half full. The plainer ways are given what they need: an anti-join over the appointments has an index of its own
and knows that none is longer than an hour; the loop in Python has everything read by one query. All three must find the same
times. The writers are 200 threads with one transaction for each thing they do. A customer keeps a time and confirms it later,
the desk books at once; the bare insert writes as many rows with a unique key as that has quarter hours, and nothing else.
Bookings are spread over the year, as the rows of the bare insert are nobody else's either; and once more all for the same days,
one after the other. Each figure is the best of several rounds that take turns, because other work on the machine only ever
makes it worse; a ratio is the middle one of those of one round.
"""

import itertools
import random
import statistics
import tempfile
import threading
import time as clock
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.orm import Session

from handlers.booking import actions, availability, rules
from handlers.booking.actions import By, Person, Wish
from handlers.booking.plan import Plan, planned
from handlers.dialogue.shop import Shop
from storage import slots
from storage.appointments import Appointment
from storage.database import Database
from storage.migrating import migrate
from storage.slots import QUANTA, moment_of, quantum_at
from tests import postgres
from tests.small_shop import small_shop

NOW = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
FIRST, DAYS, BAYS = date(2026, 11, 23), 365, 20
WRITERS, EACH = 200, 4
HOUR = 4  # quarter hours of a booking
ROUNDS = 15
DESK = By("bench", "console", staff=True)
WISH = Wish("main", ("service",))


def run() -> list[tuple[str, str]]:
    return list(_figures())


def _figures() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        for name, url in (("SQLite", f"sqlite:///{folder}/bench.db"), ("PostgreSQL", postgres.create(server))):
            database = Database(url, connections=80)
            migrate(database)
            with database.transaction() as session:
                shop = shop_with_bays(session, BAYS)
                fill(session, planned(shop, WISH))
            for what, figure in itertools.chain(_availability(database, shop), _throughput(database, shop)):
                yield f"{name}: {what}", figure
            database.close()


# -- a shop and its diary -----------------------------------------------------------------------------------------------


def shop_with_bays(session: Session, bays: int) -> Shop:
    """Open every day from nine to twelve and from one to six, with so many lifts and one service of an hour."""
    hours = [[(time(9), time(12)), (time(13), time(18))]] * 7
    return small_shop(session, hours, {f"L{n:02}": "lift" for n in range(bays)}, [("service", 60, "lift", "")], horizon_days=366)


def fill(session: Session, made: Plan) -> None:
    """Every second hour of every bay, one bay an hour later than the next."""
    spans = rules.spans(made.hours, FIRST, DAYS)
    bays = made.fitting_bays(made.legs[0])
    booked = [
        (bay, start)
        for number, bay in enumerate(bays)
        for span in spans
        for start in range(span.first + number % 2 * 4, span.end - 3, 8)
    ]
    rows = [
        {"token": f"t{number}", "store_id": made.store.id, "services": ["service"], "starts_at": moment_of(start),
         "ends_at": moment_of(start + 4), "legs": [], "bay_id": bay, "transport": "wait", "note": "", "discount": 0,
         "status": "confirmed", "sequence": 0, "source": "import", "created_at": NOW, "changed_at": NOW}
        for number, (bay, start) in enumerate(booked)
    ]  # fmt: skip
    session.execute(insert(Appointment), rows)
    ids = dict(session.execute(select(Appointment.token, Appointment.id)).all())
    ledger = slots.lock(session, made.store.id, {start // slots.DAY for _, start in booked})
    for number, (bay, start) in enumerate(booked):
        for claim in (slots.Claim(slots.bay(bay), start, start + 4),):
            ledger.mark(claim)
        rows[number] = {"id": ids[f"t{number}"]}
    quanta = [
        {"resource": slots.bay(bay), "quantum": start + part, "appointment_id": rows[number]["id"]}
        for number, (bay, start) in enumerate(booked)
        for part in range(4)
    ]
    session.connection().execute(QUANTA.insert(), quanta)
    ledger.save()


# -- which times are free -----------------------------------------------------------------------------------------------


def _availability(database: Database, shop: Shop) -> Iterator[tuple[str, str]]:
    made = planned(shop, WISH)
    end = moment_of(quantum_at(rules.instant(FIRST + timedelta(days=DAYS), time(0), made.zone)))
    candidates = sorted(
        on.base + place
        for on in [availability.Board(made, FIRST, DAYS, {}, quantum_at(NOW) // slots.DAY * slots.DAY, (DAYS + 30) * slots.DAY)]
        for bits in on.starts.values()
        for place in rules.places(bits)
        if on.base + place < quantum_at(end)
    )

    def by_bits(session: Session) -> set[int]:
        return {start for start, _ in availability.free_starts(session, made, FIRST, DAYS, NOW, staff=True)}

    def cold(session: Session) -> set[int]:
        rules.spans.cache_clear()
        rules.starts.cache_clear()
        return by_bits(session)

    def by_anti_join(session: Session) -> set[int]:
        return {quantum_at(at.replace(tzinfo=UTC)) for at in session.execute(join).scalars()}

    def by_loop(session: Session) -> set[int]:
        query = select(Appointment.bay_id, Appointment.starts_at, Appointment.ends_at).where(
            Appointment.store_id == made.store.id, Appointment.starts_at < end, Appointment.ends_at > NOW
        )
        busy: dict[int, list[tuple[int, int]]] = {bay: [] for bay in made.fitting_bays(made.legs[0])}
        for bay, starts, ends in session.execute(query.order_by(Appointment.bay_id, Appointment.starts_at)):
            busy[bay].append((quantum_at(starts), quantum_at(ends)))
        free = set()
        for taken in busy.values():
            begins = [begin for begin, _ in taken]
            for start in candidates:
                next_one = bisect_left(begins, start)
                if next_one < len(taken) and begins[next_one] < start + 4:
                    continue
                if next_one == 0 or taken[next_one - 1][1] <= start:
                    free.add(start)
        return free

    with database.transaction() as session:
        columns = [Column(name, Appointment.starts_at.type) for name in ("early", "starts_at", "ends_at")]
        times = Table("candidates", MetaData(), Column("bay", Integer), *columns)
        times.create(session.connection())
        pairs = itertools.product(made.fitting_bays(made.legs[0]), candidates)
        session.execute(
            insert(times),
            [
                {"bay": bay, "early": moment_of(start - 4), "starts_at": moment_of(start), "ends_at": moment_of(start + 4)}
                for bay, start in pairs
            ],
        )
        session.execute(text("CREATE INDEX plain ON appointments (bay_id, starts_at, ends_at)"))
        session.execute(text("ANALYZE"))
    busy = select(Appointment.id).where(
        Appointment.bay_id == times.c.bay, Appointment.starts_at > times.c.early, Appointment.starts_at < times.c.ends_at
    )
    join = select(times.c.starts_at).where(~busy.exists()).distinct()
    figures = {
        name: _best(database, way) for name, way in (("bits", by_bits), ("cold", cold), ("join", by_anti_join), ("loop", by_loop))
    }
    with _reading(database) as session:
        assert by_bits(session) == by_loop(session) == by_anti_join(session)
        found = len(by_bits(session))
    ours = figures["bits"]
    yield (
        f"free times of a year, {BAYS} bays half full ({found} starts)",
        f"{ours:.1f} ms, {figures['cold']:.1f} ms the first time of a day; anti-join {figures['join']:.0f} ms "
        f"({figures['join'] / ours:.0f} ×), Python loop {figures['loop']:.0f} ms ({figures['loop'] / ours:.0f} ×)",
    )


@contextmanager
def _reading(database: Database) -> Iterator[Session]:
    with database.reading() as session:
        if not database.is_sqlite:
            # Or PostgreSQL joins by the bay alone and compares every time with every other.
            session.execute(text("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"))
        yield session


def _best(database: Database, way: Callable[[Session], set[int]]) -> float:
    """Milliseconds."""
    taken = []
    with _reading(database) as session:
        way(session)
        for _ in range(ROUNDS):
            began = clock.perf_counter()
            way(session)
            taken.append((clock.perf_counter() - began) * 1000)
    return min(taken)


# -- bookings a second --------------------------------------------------------------------------------------------------


def _throughput(database: Database, shop: Shop) -> Iterator[tuple[str, str]]:
    bare = Table("bare", MetaData(), Column("resource", Integer, primary_key=True), Column("quantum", Integer, primary_key=True))
    with database.transaction() as session:
        bare.create(session.connection())
        free = [
            moment_of(start) for start, _ in availability.free_starts(session, planned(shop, WISH), FIRST, DAYS, NOW, staff=True)
        ]
    numbers, kept = itertools.count(), deque[Appointment]()
    spread, rising = itertools.cycle(random.Random(0).sample(free, len(free) // 2)), itertools.cycle(free)

    def bare_insert() -> None:
        with database.transaction() as session:
            rows = [{"resource": 1, "quantum": next(numbers)} for _ in range(HOUR)]
            session.connection().execute(bare.insert(), rows)

    def hold(times: Iterator[datetime] = spread) -> None:
        with database.transaction() as session:
            kept.append(actions.hold(session, shop, WISH, next(times), Person(name="x"), NOW, by=DESK))

    def confirm() -> None:
        with database.transaction() as session:
            actions.confirm(session, shop, kept.pop(), NOW, by=DESK)

    def book_at_the_desk() -> None:
        with database.transaction() as session:
            actions.book(session, shop, WISH, next(spread), Person(name="x"), NOW, by=DESK)

    def hold_day_by_day() -> None:
        hold(rising)

    ways = (bare_insert, hold, confirm, book_at_the_desk, hold_day_by_day)
    # In turns, so that what else the machine does strikes all alike.
    measured = [{work.__name__: _rate(work) for work in ways} for _ in range(5)]
    for name in measured[0]:
        ratio = statistics.median(one[name] / one[bare_insert.__name__] for one in measured)
        rate = max(one[name] for one in measured)
        yield f"{WRITERS} writers, one transaction each, {name.replace('_', ' ')}", f"{rate:.0f}/s ({ratio:.2f} ×)"


def _rate(work: Callable[[], None]) -> float:
    begin, errors = threading.Barrier(WRITERS + 1), []

    def writer() -> None:
        begin.wait()
        try:
            for _ in range(EACH):
                work()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=writer) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    begin.wait()
    began = clock.perf_counter()
    for thread in threads:
        thread.join()
    assert not errors, errors[:3]
    return WRITERS * EACH / (clock.perf_counter() - began)


if __name__ == "__main__":
    for what, figure in _figures():
        print(f"{what}: {figure}", flush=True)
