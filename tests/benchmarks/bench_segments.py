"""Segments and campaigns at a large scale, against the same question in plain SQL and in a loop in Python.

BAYLINE_BENCH_CUSTOMERS says how many customers (default 100,000, which takes minutes); one and a half cars and ten visits come
with each. The plain question is one SELECT that gives every customer's number of visits, last visit, and money of the last year;
the loop reads the visits of a tenth of the customers and adds up by hand; its time is multiplied. The nightly run is what the
sweeps do: facts of those for whom the day changes something, and members of the segments that a shop begins with. Rows are
made by the database itself. BAYLINE_BENCH_ON says on which: sqlite, postgresql, or both.

Times are by the clock and, on SQLite, which works in this process, in processor time, by which ratios are taken there: other work
on the machine does not count. Memory is the most that the process ever had since the rows were there.
"""

import os
import resource
import tempfile
import time as clock
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from handlers.segments import actions
from storage import campaigns, facts, segments
from storage.campaigns import Campaign
from storage.customers import Customer
from storage.database import Database, dialect
from storage.migrating import migrate
from storage.segments import Segment
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests import postgres
from tests.small_shop import small_shop

CUSTOMERS = int(os.environ.get("BAYLINE_BENCH_CUSTOMERS", "100000"))
ON = os.environ.get("BAYLINE_BENCH_ON", "sqlite postgresql").split()
SAMPLE = 10  # the loop in Python reads one customer of so many
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
# A worker does it all day on the same few lines: after some rounds the driver has the statements prepared.
VISITORS, BATCHES, NIGHTS = 1000, 12, 3
_PATIENT = "SET LOCAL statement_timeout = 0"


@dataclass(frozen=True, order=True)
class Time:
    """`counts`: what ratios are taken by, processor time of this process on SQLite, the clock's elsewhere."""

    counts: float
    clock: float
    processor: float

    def times(self, factor: float) -> "Time":
        return Time(self.counts * factor, self.clock * factor, self.processor * factor)

    def __str__(self) -> str:
        return f"{self.clock:.1f} (processor {self.processor:.1f})"


def run() -> list[tuple[str, str]]:
    return list(_figures())


def _figures() -> Iterator[tuple[str, str]]:
    if "sqlite" in ON:
        with tempfile.TemporaryDirectory(dir=postgres.in_memory()) as folder:
            yield from _on("SQLite", f"sqlite:///{folder}/bench.db")
    if "postgresql" in ON:
        with postgres.server() as server:
            yield from _on("PostgreSQL", postgres.create(server))


def _on(name: str, url: str) -> Iterator[tuple[str, str]]:
    database = Database(url, connections=4)
    migrate(database)
    _fill(database)
    for what, figure in _one(database):
        yield f"{name}: {what}", figure
    database.close()


def _one(database: Database) -> Iterator[tuple[str, str]]:
    before = _memory()
    plain = min(_timed(database, lambda: _read(database, _plain)) for _ in range(2))
    yield f"plain SQL over {CUSTOMERS:,} customers and {10 * CUSTOMERS:,} visits", f"{plain} s"
    first, longest = _nights(database, TODAY)
    yield "the first night: facts of everybody, and 19 segments", f"{first} s; longest transaction {longest:.2f} s"
    if not database.is_sqlite:
        _analyse(database)
    for days in range(1, NIGHTS + 1):
        following, longest = _nights(database, TODAY + timedelta(days=days))
        again = _timed(database, lambda: _read(database, _plain))
        ratio = f"{following.counts / again.counts:.2f} × plain SQL just after it, {again} s"
        yield f"night {days + 1}", f"{following} s, {ratio}; longest transaction {longest:.2f} s"
    after, members = _after_visits(database)
    yield f"after a visit, {VISITORS} at once", f"µs a visit: {after} for the facts, {members} with 19 segments"
    planning = _timed(database, lambda: _plan(database))
    yield "a campaign for those who agree (a tenth) planned", f"{planning} s"
    yield "memory grown", f"{_memory() - before:.0f} MB, to {_memory():.0f} MB"
    loop = _timed(database, lambda: _read(database, _loop)).times(SAMPLE)
    yield f"a loop in Python (measured with one customer of {SAMPLE})", f"{loop} s, {loop.counts / plain.counts:.1f} × plain"


def _plain(session: Session) -> None:
    session.execute(text(_PATIENT if dialect(session) == "postgresql" else "SELECT 1"))
    year = TODAY - timedelta(days=365)
    lately = func.sum(Visit.amount).filter(Visit.visited_on > year)
    query = select(Vehicle.customer_id, func.count(), func.max(Visit.visited_on), lately)
    query = query.join(Visit, Visit.vehicle_id == Vehicle.id).group_by(Vehicle.customer_id)
    # Some at a time, or PostgreSQL's driver holds a million rows, and what we need cannot be told.
    rows = session.execute(query.execution_options(yield_per=10_000))
    assert sum(1 for _ in rows) > CUSTOMERS * 0.9


def _loop(session: Session) -> None:
    theirs = Vehicle.customer_id <= CUSTOMERS // SAMPLE
    owner = dict(session.execute(select(Vehicle.id, Vehicle.customer_id).where(theirs)).all())
    found: dict[int, list[Any]] = defaultdict(lambda: [0, date.min, 0])
    year = TODAY - timedelta(days=365)
    visits = select(Visit).join(Vehicle, Vehicle.id == Visit.vehicle_id).where(theirs)
    for visit in session.scalars(visits.execution_options(yield_per=10_000)):
        sums = found[owner[visit.vehicle_id]]
        sums[0] += 1
        sums[1] = max(sums[1], visit.visited_on)
        sums[2] += (visit.amount or 0) if visit.visited_on > year else 0
        session.expunge(visit)


def _nights(database: Database, today: date) -> tuple[Time, float]:
    """(time in all, seconds of the longest transaction), in the parts that the sweeps work in."""
    longest = 0.0

    def work() -> None:
        nonlocal longest
        for part in range(0, CUSTOMERS, actions.CHUNK):
            start = clock.perf_counter()
            with database.transaction() as session:
                actions.pass_night(session, (part + 1, part + actions.CHUNK), today, NOW)
            longest = max(longest, clock.perf_counter() - start)

    return _timed(database, work), longest


def _after_visits(database: Database) -> tuple[Time, Time]:
    """Microseconds a visit: facts alone, and with the segments; the best of some batches, each of other customers."""
    day, each = TODAY + timedelta(days=1), 1e6 / VISITORS
    alone, whole = [], []
    for batch in range(1, BATCHES + 1):
        ids = list(range(batch, CUSTOMERS, CUSTOMERS // VISITORS))[:VISITORS]
        with database.transaction() as session:
            alone.append(_timed(database, partial(facts.refresh, session, day, ids)))
        with database.transaction() as session:
            whole.append(_timed(database, partial(actions.catch_up, session, ids, day, NOW)))
    return min(alone).times(each), min(whole).times(each)


def _plan(database: Database) -> None:
    with database.transaction() as session:
        segment = session.scalars(select(Segment).where(Segment.code == "in_service")).one()
        row = Campaign(
            name="bench", segment_id=segment.id, letters={}, starts_at=NOW, ends_at=NOW, hold_out=10, services=[], places=0,
            hold_hours=1, days_ahead=1, report_days=30, cost=0, status="running", note="", created_at=NOW,
        )  # fmt: skip
        session.add(row)
        session.flush()
        rule = {"any": [[{"fact": "visits", "least": 1}]]}
        assert campaigns.plan(session, row, segments.matching(rule, TODAY)) > CUSTOMERS // 20


def _fill(database: Database) -> None:
    with database.transaction() as session:
        connection, slow = session.connection(), list(Visit.__table__.indexes)  # type: ignore[attr-defined]
        if not database.is_sqlite:
            session.execute(text(_PATIENT))
            # The rows fit together; ten million times that would be looked up.
            session.execute(text("SET LOCAL session_replication_role = replica"))
            session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
        # Sorted once, not kept in order through ten million rows that come in no order.
        for index in slow:
            index.drop(connection)
        shop = small_shop(session, [[(time(9), time(18))]] * 7, {"L": "lift"}, [("oil", 30, "lift", "")])
        values = {"n": CUSTOMERS, "store": shop.stores[0].id, "now": NOW.replace(tzinfo=None) if database.is_sqlite else NOW}
        sqlite = database.is_sqlite

        def numbers(name: str) -> str:
            if sqlite:
                return f"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {name})"
            return f"WITH s(i) AS (SELECT generate_series(1, {name}))"

        day = (
            "date('2026-11-22', '-' || (i * 7919 % 1500) || ' days')"
            if sqlite
            else "date '2026-11-22' - CAST(CAST(i AS bigint) * 7919 % 1500 AS int)"
        )
        for statement in (
            f"INSERT INTO customers (id, code, name, store_id, created_at, provisional) {numbers(':n')} "
            "SELECT i, 'C' || i, 'N', :store, :now, FALSE FROM s",
            f"INSERT INTO vehicles (id, code, customer_id) {numbers(str(CUSTOMERS * 3 // 2))} "
            f"SELECT i, 'V' || i, 1 + i % {CUSTOMERS} FROM s",
            f"INSERT INTO visits (id, code, vehicle_id, store_id, visited_on, services, amount) {numbers(str(CUSTOMERS * 10))} "
            f"SELECT i, 'W' || i, 1 + CAST(i AS bigint) * 48271 % {CUSTOMERS * 3 // 2}, :store, {day}, '[]', i % 200000 FROM s",
            f"INSERT INTO chats (id, channel, address, pulls, name, customer_id, language_chosen, answers, asked, misses, "
            f"reachable, burst, created_at, seen_at) {numbers(str(CUSTOMERS // 10))} "
            "SELECT i, 'telegram', i, FALSE, '', i * 10, FALSE, '{}', '[]', 0, TRUE, 0, :now, :now FROM s",
            f"INSERT INTO consents (chat_id, customer_id, purpose, given, version, channel, at) {numbers(str(CUSTOMERS // 10))} "
            "SELECT i, i * 10, 'marketing', TRUE, 'v', 'telegram', :now FROM s",
        ):
            session.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})
        for index in slow:
            index.create(connection)
        actions.ensure_shipped(session, NOW)
        assert session.scalar(select(func.count()).select_from(Customer)) == CUSTOMERS
    if not database.is_sqlite:
        _analyse(database)


def _analyse(database: Database) -> None:
    """What PostgreSQL's autovacuum would have done, which is off in tests; SQLite has no statistics in a shop either."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
        connection.exec_driver_sql("RESET statement_timeout")


def _read(database: Database, work: Callable[[Session], None]) -> None:
    with database.reading() as session:
        work(session)


def _timed(database: Database, work: Callable[[], object]) -> Time:
    start, worked = clock.perf_counter(), clock.process_time()
    work()
    processor, by_clock = clock.process_time() - worked, clock.perf_counter() - start
    return Time(processor if database.is_sqlite else by_clock, by_clock, processor)


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
