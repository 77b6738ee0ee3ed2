"""The inbox with 100,000 tickets and 1,000,000 messages: list, page and search against the same question in plain SQL.

One ticket in twenty lives; a store in ten is the advisor's. The plain SQL is one statement for the same 51 lines, given to the
driver with literals, without counts, marks, tags and clocks; the page is everything, rendered. All give the same tickets.
"""

import os
import statistics
import tempfile
import time as clock
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from bot.console.rendering import render
from handlers import FEATURES
from handlers.desk import Desk, House
from handlers.dialogue.memo import Memo
from handlers.dialogue.texts import Texts
from handlers.inbox import pages, queues
from storage import queues as stored
from storage import tickets
from storage.chats import CHATS
from storage.database import Database
from storage.messages import MESSAGES
from storage.migrating import migrate
from storage.staff import Staff
from storage.stores import Store
from storage.tickets import Ticket, TicketEvent, TicketMessage
from tests import postgres

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TICKETS, EACH, STORES, PEOPLE = int(os.environ.get("BENCH_TICKETS", "100000")), 10, 10, 40
ROUNDS = 9
WORDS = ("brakes", "wheel", "paint", "waiting", "invoice", "battery", "noise", "window", "leak", "engine")
RARE = "squealing"

_PLAIN = """SELECT t.id FROM tickets t WHERE t.status IN ('open','answered','waiting_customer','reopened')
AND (t.store_id IS NULL OR t.store_id = 1)
ORDER BY CASE t.tier WHEN 'critical' THEN 0 WHEN 'serious' THEN 1 WHEN 'minor' THEN 2 ELSE 3 END,
CASE WHEN t.answered_at IS NOT NULL THEN t.solution_due ELSE coalesce(t.first_response_due, t.solution_due) END, t.id LIMIT 51"""
_PLAIN_FIND = """SELECT t.id FROM tickets t JOIN chats c ON c.id = t.chat_id WHERE (t.store_id IS NULL OR t.store_id = 1)
AND t.merged_into IS NULL AND (lower(t.summary) LIKE '%squealing%' OR lower(c.name) LIKE '%squealing%')
ORDER BY t.id DESC LIMIT 51"""
_PLAIN_DEEP = """SELECT t.id FROM tickets t WHERE (t.store_id IS NULL OR t.store_id = 1) AND t.id IN
(SELECT l.ticket_id FROM ticket_messages l JOIN messages m ON m.id = l.message_id WHERE lower(m.text) LIKE '%torque wrench%')
ORDER BY t.id DESC LIMIT 51"""


def run() -> list[tuple[str, str]]:
    return list(_figures())


def _figures() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        for name, url in (("SQLite", f"sqlite:///{folder}/bench.db"), ("PostgreSQL", postgres.create(server))):
            database = Database(url)
            migrate(database)
            with database.transaction() as session:
                fill(session)
            with database.engine.connect() as connection:
                connection.execute(text("ANALYZE"))
                connection.commit()
            for what, figure in _measured(database):
                yield f"{name}, {TICKETS:,} tickets: {what}", figure
            database.close()


def fill(session: Session) -> None:
    for number in range(1, STORES + 1):
        session.add(
            Store(
                id=number, code=f"s{number}", kind="dealership", names={"en": f"Store {number}"}, addresses={}, parking={},
                phone="1", timezone="Asia/Shanghai", region="CN", currency="CNY", position=number,
            )
        )  # fmt: skip
    session.flush()
    for number in range(1, PEOPLE + 1):
        session.add(
            Staff(
                id=number, login=f"p{number}", name=f"Person {number}", role="advisor", store_id=number % STORES + 1,
                language="en", theme="auto", password=None, created_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    for start in range(0, TICKETS, 5000):
        _some(session, range(start, min(start + 5000, TICKETS)))


def _some(session: Session, numbers: range) -> None:
    chats = [
        {"id": n + 1, "channel": "web", "address": f"a{n}", "pulls": True, "name": f"Guest {n}", "language_chosen": False,
         "answers": {}, "asked": [], "misses": 0, "reachable": True, "burst": 0, "created_at": NOW, "seen_at": NOW}
        for n in numbers
    ]  # fmt: skip
    session.execute(insert(CHATS), chats)
    session.execute(insert(Ticket), [_ticket(n) for n in numbers])
    said = [
        {"id": n * EACH + m + 1, "chat_id": n + 1, "channel": "web", "status": "received", "kind": "text", "data": {},
         "text": f"{WORDS[(n + m) % 10]} and {WORDS[(n * 3 + m) % 10]} {'torque wrench' if not n % 5000 and m == 7 else n}",
         "purpose": "in", "priority": 0, "attempts": 0, "created_at": NOW, "due_at": NOW}
        for n in numbers for m in range(EACH)
    ]  # fmt: skip
    session.execute(insert(MESSAGES), said)
    session.execute(insert(TicketMessage), [{"message_id": row["id"], "ticket_id": row["chat_id"]} for row in said])
    session.execute(
        insert(TicketEvent),
        [{"ticket_id": n + 1, "at": NOW, "who": "customer", "staff_id": None, "place": "web", "what": what, "detail": {}}
         for n in numbers for what in ("opened", "assigned", "replied", "closed")],
    )  # fmt: skip


def _ticket(n: int) -> dict[str, object]:
    alive = n % 20 == 0
    opened = NOW - timedelta(minutes=n % 1440)
    return {
        "id": n + 1, "token": f"T{n:09}", "chat_id": n + 1, "store_id": n // 20 % STORES + 1, "kind": "complaint",
        "tier": tickets.TIERS[n // 20 % 4], "reasons": [], "status": "open" if alive else "closed",
        "summary": f"{WORDS[n % 10]} {WORDS[n // 10 % 10]} {RARE if n % 2000 == 0 else 'again'}, number {n}, and more",
        "staff_id": n // 20 % PEOPLE + 1, "opened_at": opened, "response_from": opened, "solution_from": opened,
        "first_response_due": opened + timedelta(hours=1), "solution_due": opened + timedelta(days=1), "response_alarm": 0,
        "solution_alarm": 0, "reckoned_with": "0.0", "unanswered": 1, "reopened": 0,
    }  # fmt: skip


def _measured(database: Database) -> Iterator[tuple[str, str]]:
    house = House(FEATURES, Texts(["dialogue", "desk", *(feature.name for feature in FEATURES)]), Memo(), b"k" * 32)
    with database.reading() as session:
        member = session.get_one(Staff, STORES)
        assert member.store_id == 1

        def desk(**query: str) -> Desk:
            return Desk(session, member, NOW, house, query={name: [value] for name, value in query.items()})

        def listed(**query: str) -> list[int]:
            return [row.id for row in stored.rows(session, queues.wish_of(desk(**query)), queues.AT_ONCE + 1)]

        def plain(statement: str) -> list[int]:
            return [row[0] for row in session.connection().exec_driver_sql(statement.replace("%", "%%") if _pg else statement)]

        def page(**query: str) -> str:
            at = desk(**query)
            shell = {"desk": at, "t": at.text, "staff": member, "menu": [], "csrf": str, "here": "", "language": "en",
                     "theme": "auto", "q": "", "notice": None}  # fmt: skip
            return render("inbox/queue.html", {**shell, **pages.queue(at)})

        _pg = not database.is_sqlite
        for what, query, statement in (
            ("the list", {}, _PLAIN), ("search", {"find": RARE}, _PLAIN_FIND),
            ("search through 1,000,000 messages", {"find": "torque wrench", "deep": "1"}, _PLAIN_DEEP),
        ):  # fmt: skip
            assert listed(**query) == plain(statement), what
            ours, theirs = _side_by_side(lambda query=query: listed(**query), lambda statement=statement: plain(statement))
            yield what, f"{ours * 1000:.1f} ms, {ours / theirs:.2f} × plain SQL ({theirs * 1000:.1f} ms)"
        yield "the page, with counts, rendered", f"{_time(page) * 1000:.0f} ms"


def _side_by_side(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    times = [(_once(one), _once(other)) for _ in range(ROUNDS)]
    return statistics.median(a for a, _ in times), statistics.median(b for _, b in times)


def _time(work: Callable[[], object]) -> float:
    work()
    return statistics.median(_once(work) for _ in range(ROUNDS))


def _once(work: Callable[[], object]) -> float:
    began = clock.perf_counter()
    work()
    return clock.perf_counter() - began
