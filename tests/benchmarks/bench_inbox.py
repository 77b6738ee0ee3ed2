"""The inbox with 100,000 tickets and 1,000,000 messages: queues, searches and a ticket against the same questions in plain SQL.

BENCH_TICKETS is another number of tickets (ten messages each), BENCH_ON the databases. One ticket in twenty lives; a store in ten
is the advisor's. The plain SQL is one statement for the same 51 lines, given to the driver with literals, without counts, marks,
tags and clocks; a page is everything, rendered. Both give the same tickets. SQLite has no statistics, as it has none in a shop.
"""

import os
import statistics
import tempfile
import time as clock
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.console.rendering import render
from handlers import FEATURES
from handlers.desk import Desk, House
from handlers.dialogue.memo import Memo
from handlers.dialogue.texts import Texts
from handlers.inbox import pages, queues
from storage import queues as stored
from storage.database import Database
from storage.migrating import migrate
from storage.staff import Staff
from storage.tickets import Ticket
from tests import postgres
from tests.benchmarks.filling import EACH, NOW, fill

TICKETS = int(os.environ.get("BENCH_TICKETS", "100000"))
ON = os.environ.get("BENCH_ON", "sqlite postgresql").split()
ROUNDS = 9

_ORDER = """CASE t.tier WHEN 'critical' THEN 0 WHEN 'serious' THEN 1 WHEN 'minor' THEN 2 ELSE 3 END,
CASE WHEN t.answered_at IS NOT NULL THEN t.solution_due ELSE coalesce(t.first_response_due, t.solution_due) END, t.id"""
_WALL = "(t.store_id IS NULL OR t.store_id = 1)"
_PLAIN = f"""SELECT t.id FROM tickets t WHERE t.status IN ('open','answered','waiting_customer','reopened') AND {_WALL}
ORDER BY {_ORDER} LIMIT 51"""
_CAR = "t.customer_id IN (SELECT v.customer_id FROM vehicles v WHERE v.plate_key LIKE '%WORD%')"
_FIND = f"""SELECT t.id FROM tickets t JOIN chats c ON c.id = t.chat_id LEFT JOIN customers p ON p.id = t.customer_id
WHERE {_WALL} AND t.merged_into IS NULL AND (t.token = 'X' OR lower(t.summary) LIKE '%WORD%' OR lower(c.name) LIKE '%WORD%'
OR lower(p.name) LIKE '%WORD%') ORDER BY t.id DESC LIMIT 51"""
_NUMBER = _FIND.replace("(t.token", "(p.phone LIKE '%WORD%' OR t.token").replace("ORDER BY", f"OR {_WALL} AND {_CAR} ORDER BY")
_PLATE = f"SELECT t.id FROM tickets t WHERE {_WALL} AND t.merged_into IS NULL AND {_CAR} ORDER BY t.id DESC LIMIT 51"
_DEEP = f"""SELECT t.id FROM tickets t WHERE {_WALL} AND t.id IN
(SELECT l.ticket_id FROM ticket_messages l JOIN messages m ON m.id = l.message_id WHERE lower(m.text) LIKE '%WORD%')
ORDER BY t.id DESC LIMIT 51"""
_SEARCHES = (
    ("a rare word", "squealing", "", _FIND), ("a word that is everywhere", "again", "", _FIND),
    ("a name", "Guest 77", "", _FIND), ("a phone tail", "2020", "", _NUMBER), ("a plate", "沪A1000", "", _PLATE),
    ("in what was said, a rare word", "torque wrench", "2", _DEEP), ("in what was said, a rare word", "扭力扳手", "2", _DEEP),
    ("in what was said, a word that is everywhere", "刹车", "2", _DEEP), ("in what was said, nothing", "nobodysaid", "2", _DEEP),
)  # fmt: skip


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
    database = Database(url)
    migrate(database)
    with database.transaction() as session:
        if not database.is_sqlite:
            session.connection().exec_driver_sql("SET LOCAL statement_timeout = 0")
        fill(session, TICKETS)
    if not database.is_sqlite:
        # What autovacuum would have done, which is off in tests.
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    yield f"{name}", f"{TICKETS:,} tickets, {TICKETS * EACH:,} messages; the middle of {ROUNDS} rounds"
    with database.reading() as session:
        for what, figure in _measured(session, database.is_sqlite):
            yield f"{name}: {what}", figure
    database.close()


def _measured(session: Session, sqlite: bool) -> Iterator[tuple[str, str]]:
    house = House(FEATURES, Texts(["dialogue", "desk", *(feature.name for feature in FEATURES)]), Memo(), b"k" * 32)
    member = session.get_one(Staff, 1)
    assert member.store_id == 1

    def desk(things: dict[str, Any] | None = None, **query: str) -> Desk:
        return Desk(session, member, NOW, house, query={name: [value] for name, value in query.items()}, things=things or {})

    def listed(**query: str) -> list[int]:
        return [row.id for row in stored.rows(session, queues.wish_of(desk(**query)), queues.AT_ONCE + 1)]

    def plain(statement: str) -> list[int]:
        return [row[0] for row in session.connection().exec_driver_sql(statement if sqlite else statement.replace("%", "%%"))]

    def shown(template: str, at: Desk, page: Callable[[Desk], Any]) -> str:
        shell = {"desk": at, "t": at.text, "staff": member, "menu": [], "csrf": str, "here": "", "language": "en",
                 "theme": "auto", "q": "", "notice": None, "alarms": 0}  # fmt: skip
        return render(template, {**shell, **page(at)})

    def opened(number: int) -> str:
        session.expire_all()
        ticket = {"ticket": session.get_one(Ticket, number)}
        return shown("inbox/thread.html", desk(ticket), pages.show)

    yield "the list", _against(listed, lambda: plain(_PLAIN))
    for queue in stored.QUEUES:
        yield f"the list, {queue}", f"{_time(lambda queue=queue: listed(queue=queue)) * 1000:.0f} ms"
    yield "how many are in each queue", f"{_time(lambda: stored.counts(session, queues.wish_of(desk()))) * 1000:.0f} ms"
    yield "the page, with counts, rendered", f"{_time(lambda: shown('inbox/queue.html', desk(), pages.queue)) * 1000:.0f} ms"
    first = session.scalars(select(Ticket.id).where(Ticket.store_id == 1, Ticket.status == "open").limit(1)).one()
    yield "a ticket opened, rendered", f"{_time(lambda: opened(first)) * 1000:.0f} ms"
    for what, word, deep, question in _SEARCHES:
        statement = question.replace("WORD", word if question == _PLATE else word.lower())
        ours = lambda word=word, deep=deep: listed(find=word, deep=deep)  # noqa: E731
        yield f"search for {what}", _against(ours, lambda statement=statement: plain(statement))
        if deep:
            first = lambda word=word: listed(find=word, deep="1")  # noqa: E731
            yield f"search for {what}, the newest first", f"{_time(first) * 1000:.0f} ms; {len(first())} found"


def _against(ours: Callable[[], list[int]], theirs: Callable[[], list[int]]) -> str:
    assert ours() == theirs()
    times = [(_once(ours), _once(theirs)) for _ in range(ROUNDS)]
    mine, plain = statistics.median(a for a, _ in times), statistics.median(b for _, b in times)
    return f"{mine * 1000:.0f} ms, {mine / plain:.2f} × plain SQL ({plain * 1000:.0f} ms); {len(ours())} found"


def _time(work: Callable[[], object]) -> float:
    work()
    return statistics.median(_once(work) for _ in range(ROUNDS))


def _once(work: Callable[[], object]) -> float:
    began = clock.perf_counter()
    work()
    return clock.perf_counter() - began
