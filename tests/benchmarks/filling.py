"""A desk with very many tickets, made by the database itself: what `bench_inbox` looks at.

Each ticket has a chat, a customer and a car of its own, ten messages and four lines of history; one in twenty lives. Names,
numbers and plates are made from the ticket's number. One in so many says something rare, in English and in Chinese.
"""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from storage.staff import Staff
from storage.stores import Store
from storage.tickets import TIERS

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
EACH, STORES, PEOPLE, RARE = 10, 10, 40, 5000
_WORDS = ("brakes", "wheel", "paint", "waiting", "invoice", "battery", "noise", "window", "leak", "engine")
_HAN = ("刹车", "轮胎", "漆面", "等待", "发票", "电池", "异响", "车窗", "漏油", "发动机")


def fill(session: Session, tickets: int) -> None:
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
                id=number, login=f"p{number}", name=f"Person {number}", role="advisor", store_id=(number - 1) % STORES + 1,
                language="en", theme="auto", password=None, created_at=NOW,
            )
        )  # fmt: skip
    session.flush()
    sqlite = session.get_bind().dialect.name == "sqlite"
    for statement in _statements(sqlite, tickets):
        # Past SQLAlchemy, which would take a colon for a parameter, as psycopg takes a percent sign.
        session.connection().exec_driver_sql(statement if sqlite else statement.replace("%", "%%"))


def _statements(sqlite: bool, tickets: int) -> list[str]:
    def numbers(most: int) -> str:
        if sqlite:
            return f"WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < {most})"
        return f"WITH s(i) AS (SELECT generate_series(1, {most}))"

    def moment(minutes: str) -> str:
        if sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%S.000000', '2026-11-22 04:00:00', -({minutes}) || ' minutes')"
        return f"timestamptz '2026-11-22 04:00:00+00' - ({minutes}) * interval '1 minute'"

    def one_of(words: tuple[str, ...], number: str) -> str:
        cases = " ".join(f"WHEN {n} THEN '{word}'" for n, word in enumerate(words))
        return f"CASE ({number}) % {len(words)} {cases} END"

    ago, now = "i * 7 % 1440", moment("0")
    # A message's number, counted from nothing, is i - 1; its ticket is behind the division.
    ticket, m = f"((i - 1) / {EACH})", f"((i - 1) % {EACH})"
    rare = f"CASE WHEN {ticket} % {RARE} = 0 AND {m} = 7 THEN 'with the torque wrench 扭力扳手' ELSE 'since ' || i END"
    said = f"{one_of(_WORDS, f'{ticket} + {m}')} || ' and ' || {one_of(_WORDS, f'{ticket} * 3 + {m}')} || ', 还有' || "
    said += f"{one_of(_HAN, 'i')} || ', ' || {rare} || ', please have a look'"
    return [
        f"INSERT INTO customers (id, code, name, phone, store_id, created_at, provisional) {numbers(tickets)} "
        f"SELECT i, 'C' || i, 'Guest ' || i, "
        f"'+86138' || (10000000 + CAST(i AS bigint) * 7919 % 89999999), i / 20 % {STORES} + 1, {now}, FALSE FROM s",
        f"INSERT INTO vehicles (id, code, customer_id, plate, plate_key) {numbers(tickets)} "
        "SELECT i, 'V' || i, i, '沪A·' || (100000 + i), '沪A' || (100000 + i) FROM s",
        f"INSERT INTO chats (id, channel, address, pulls, name, customer_id, language_chosen, answers, asked, misses, reachable, "
        f"burst, created_at, seen_at) {numbers(tickets)} "
        f"SELECT i, 'web', 'a' || i, TRUE, 'Guest ' || i, i, FALSE, '{{}}', '[]', 0, TRUE, 0, {now}, {now} FROM s",
        f"INSERT INTO tickets (id, token, chat_id, customer_id, store_id, kind, tier, reasons, status, summary, staff_id, "
        f"unplaced, opened_at, response_from, solution_from, first_response_due, solution_due, response_alarm, solution_alarm, "
        f"reckoned_with, unanswered, reopened) {numbers(tickets)} "
        f"SELECT i, 'T' || (100000000 + i), i, i, i / 20 % {STORES} + 1, 'complaint', {one_of(TIERS, 'i / 20')}, '[]', "
        f"CASE WHEN i % 20 = 0 THEN 'open' ELSE 'closed' END, {one_of(_WORDS, 'i')} || ' ' || {one_of(_WORDS, 'i / 10')} || "
        f"CASE WHEN i % 2000 = 0 THEN ' squealing' ELSE ' again' END || ', number ' || i || ', and more of it', "
        f"CASE WHEN i % 60 = 0 THEN NULL ELSE i / 20 % {PEOPLE} + 1 END, FALSE, {moment(ago)}, {moment(ago)}, {moment(ago)}, "
        f"{moment(f'{ago} - 60')}, {moment(f'{ago} - 1440')}, 0, 0, '0.0', 1, 0 FROM s",
        f"INSERT INTO messages (id, chat_id, channel, status, kind, text, data, purpose, priority, attempts, created_at, due_at) "
        f"{numbers(tickets * EACH)} SELECT i, {ticket} + 1, 'web', 'received', 'text', {said}, '{{}}', 'in', 0, 0, "
        f"{now}, {now} FROM s",
        f"INSERT INTO ticket_messages (message_id, ticket_id) {numbers(tickets * EACH)} SELECT i, {ticket} + 1 FROM s",
        *(
            f"INSERT INTO ticket_events (ticket_id, at, who, place, what, detail) {numbers(tickets)} "
            f"SELECT i, {now}, 'customer', 'web', '{what}', '{{}}' FROM s"
            for what in ("opened", "assigned", "replied", "closed")
        ),
    ]
