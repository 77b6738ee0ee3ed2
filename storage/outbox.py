"""The outbox: claiming messages that are due, and writing down what became of them.

A claim is a lease: who holds it is `claimed_by`, and `attempts` counts the claims, so that a worker that was thought dead
cannot write over what another did since. Where a chat and its messages are both locked, the chat comes first, as in a turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CursorResult, Integer, bindparam, cast, func, select, text, update
from sqlalchemy.orm import Session

from storage.chats import CHATS
from storage.database import Json, Moment
from storage.leases import Lease
from storage.messages import CANCELLED, DEAD, MESSAGES, QUEUED, SENDING, SENT, UNCERTAIN
from storage.prepared import Prepared

# In `error` of a marketing message while it is being sent: before that it may still be taken back.
LEAVING = "leaving"


@dataclass(slots=True)
class Letter:
    """A claimed message with what is needed to send it. `attempt` is the fence; `replaces` is the ref of the one it edits."""

    claimed_at: datetime
    id: int
    chat_id: int
    address: str
    language: str | None
    kind: str
    text: str
    data: dict[str, Any]
    token: str | None
    purpose: str
    priority: int
    error: str | None
    attempt: int
    due_at: datetime
    replaces: str | None


# Literals, not parameters, where a partial index must recognise itself. The first row of a chat is the one that nothing of the
# same chat comes before: neither one that is being sent, nor one that is due and more urgent, nor an older one of its kind.
_FIRST_OF_EACH_CHAT = """
    SELECT m.id, m.chat_id, c.address, c.language, m.kind, m.text, m.data, m.token, m.purpose, m.priority, m.error,
           m.attempts + 1, m.due_at, edited.channel_ref
    FROM messages m JOIN chats c ON c.id = m.chat_id LEFT JOIN messages edited ON edited.id = m.edits
    WHERE m.channel = :channel AND m.status IN ('queued', 'sending') AND m.status = 'queued'
      AND m.priority BETWEEN :urgent AND :patient AND m.due_at <= :now
      AND c.reachable AND (c.send_after IS NULL OR c.send_after <= :wall)
      AND NOT EXISTS (
        SELECT 1 FROM messages e
        WHERE e.chat_id = m.chat_id AND e.status IN ('queued', 'sending') AND e.id <> m.id
          AND (e.status = 'sending'
               OR e.due_at <= :now AND (e.priority < m.priority OR e.priority = m.priority AND e.id < m.id)))
    ORDER BY m.priority, m.due_at, m.id LIMIT :most
"""


_LETTER = [
    MESSAGES.c.id, MESSAGES.c.chat_id, CHATS.c.address, CHATS.c.language, MESSAGES.c.kind, MESSAGES.c.text, MESSAGES.c.data,
    MESSAGES.c.token, MESSAGES.c.purpose, MESSAGES.c.priority, MESSAGES.c.error, MESSAGES.c.attempts, MESSAGES.c.due_at,
    MESSAGES.c.channel_ref,
]  # fmt: skip
_CLAIM = Prepared(
    lambda name: text(_FIRST_OF_EACH_CHAT + ("" if name == "sqlite" else " FOR UPDATE OF m SKIP LOCKED")).bindparams(
        bindparam("now", type_=Moment()), bindparam("wall", type_=Moment()), bindparam("most", type_=Integer())
    ),
    takes=["channel", "urgent", "patient", "now", "wall", "most"],
    returns=_LETTER,
)


def _leasing(name: str) -> Any:
    """One parameter, however many rows: prepared once."""
    members = func.json_each if name == "sqlite" else func.jsonb_array_elements
    ids = members(bindparam("ids", type_=Json)).table_valued("value")
    now_ours = {"status": SENDING, "claimed_by": bindparam("worker"), "lease_until": bindparam("until")}
    claimed = MESSAGES.c.id.in_(select(cast(ids.c.value, BigInteger)))
    return update(MESSAGES).where(claimed).values(**now_ours, attempts=MESSAGES.c.attempts + 1)


_LEASE = Prepared(_leasing, takes=["ids", "worker", "until"])


def claim(
    session: Session, channel: str, worker: str, *, pushes: bool, most: int, now: datetime, wall: datetime, until: datetime
) -> list[Letter]:
    """Takes up to `most` rows that are due, the first one of each chat; replies, or with `pushes` everything else.

    `now` is the shop's clock and says what is due; `wall` is the real one, by which pauses and leases (`until`) run.
    """
    urgent, patient = (1, 1000) if pushes else (0, 0)
    known = {"channel": channel, "urgent": urgent, "patient": patient, "now": now, "wall": wall, "most": most}
    letters = _letters(_CLAIM.rows(session, known), now)
    _lease(session, letters, worker, until)
    return letters


def _lease(session: Session, letters: Sequence[Letter], worker: str, until: datetime) -> None:
    if letters:
        _LEASE.run(session, [{"ids": [letter.id for letter in letters], "worker": worker, "until": until}])


_MINE = (
    (MESSAGES.c.id == bindparam("row"))
    & (MESSAGES.c.status == SENDING)
    & (MESSAGES.c.claimed_by == bindparam("worker"))
    & (MESSAGES.c.attempts == bindparam("attempt"))
)
_FREE: dict[str, Any] = {"claimed_by": None, "lease_until": None}
_MARK_SENT = Prepared(
    lambda _: update(MESSAGES).where(_MINE).values(status=SENT, sent_at=bindparam("at"), channel_ref=bindparam("ref"), **_FREE),
    takes=["row", "worker", "attempt", "at", "ref"],
)


def mark_sent(session: Session, worker: str, sent: Sequence[tuple[Letter, str | None]], now: datetime) -> int:
    """Marks what arrived, with the channel's id of it; how many rows were still ours to mark."""
    rows = [{"row": letter.id, "worker": worker, "attempt": letter.attempt, "at": now, "ref": ref} for letter, ref in sent]
    return _MARK_SENT.run(session, rows)


def set_off(session: Session, worker: str, letter: Letter) -> bool:
    """Marks that its sending begins now; False when it was taken back meanwhile, or is not ours any more."""
    return _mark_only(session, worker, letter, error=LEAVING)


def put_back(session: Session, worker: str, letter: Letter) -> bool:
    """Queues it again with the letter's `error`, `due_at` and `data`; False when it is not ours any more."""
    return _mark(session, worker, letter, status=QUEUED, error=letter.error, due_at=letter.due_at, data=letter.data)


def give_up(session: Session, worker: str, letter: Letter, reason: str) -> bool:
    """It can never be sent."""
    return _mark(session, worker, letter, status=DEAD, error=reason[:200])


def cancel(session: Session, worker: str, letter: Letter, reason: str) -> bool:
    """It is not to be sent any more; False when it is not ours any more."""
    return _mark(session, worker, letter, status=CANCELLED, error=reason)


def leave_open(session: Session, worker: str, letter: Letter, reason: str) -> bool:
    """It may have arrived or not, and it is not sent again."""
    return _mark(session, worker, letter, status=UNCERTAIN, error=reason[:200])


def _mark(session: Session, worker: str, letter: Letter, **values: Any) -> bool:
    return _mark_only(session, worker, letter, **values, **_FREE)


def _mark_only(session: Session, worker: str, letter: Letter, **values: Any) -> bool:
    key = {"row": letter.id, "worker": worker, "attempt": letter.attempt}
    return _count(session.connection().execute(update(MESSAGES).where(_MINE).values(**values), key)) > 0


def renew(session: Session, worker: str, letters: Sequence[Letter], until: datetime) -> None:
    """Keeps the leases of letters that are still in hand."""
    statement = update(MESSAGES).where(_MINE).values(lease_until=until)
    rows = [{"row": letter.id, "worker": worker, "attempt": letter.attempt} for letter in letters]
    session.connection().execute(statement, rows)


def take_over(
    session: Session, channel: str, worker: str, *, now: datetime, wall: datetime, until: datetime, everything: bool = False
) -> list[Letter]:
    """Claims what a worker left in sending when it went: rows whose lease is over, or with `everything` all of them."""
    m = MESSAGES.c
    # The literal lets the partial index recognise itself.
    over = (m.channel == channel) & m.status.in_(bindparam("left", [QUEUED, SENDING], expanding=True, literal_execute=True))
    over &= m.status == SENDING
    if not everything:
        over &= m.lease_until <= wall
    query = (
        select(m.id, m.chat_id, CHATS.c.address, CHATS.c.language, m.kind, m.text, m.data, m.token, m.purpose, m.priority,
               m.error, m.attempts + 1, m.due_at, m.channel_ref)
        .join_from(MESSAGES, CHATS).where(over).with_for_update(of=MESSAGES, skip_locked=True)
    )  # fmt: skip
    letters = _letters(session.connection().execute(query), now)
    _lease(session, letters, worker, until)
    return letters


def cancel_unreachable(session: Session, channel: str) -> None:
    """Nothing waits for people who cannot be reached: when they write again, they want an answer and not old news."""
    lost = select(CHATS.c.id).where(CHATS.c.channel == channel, CHATS.c.reachable.is_(False))
    waiting = (MESSAGES.c.channel == channel) & (MESSAGES.c.status == QUEUED) & MESSAGES.c.chat_id.in_(lost)
    session.connection().execute(update(MESSAGES).where(waiting).values(status=CANCELLED))


def lose(session: Session, chat_id: int, since: datetime) -> bool:
    """The person cannot be reached, unless they wrote after `since`; whether it is so."""
    silent = (CHATS.c.id == chat_id) & (CHATS.c.seen_at <= since)
    return _count(session.connection().execute(update(CHATS).where(silent).values(reachable=False))) > 0


def cancel_waiting(session: Session, chat_id: int) -> None:
    waiting = (MESSAGES.c.chat_id == chat_id) & (MESSAGES.c.status == QUEUED)
    session.connection().execute(update(MESSAGES).where(waiting).values(status=CANCELLED))


def move(session: Session, message_id: int, chat_id: int, address: str) -> None:
    """The chat has a new address; if another chat has that already, the message goes there."""
    connection = session.connection()
    channel = select(CHATS.c.channel).where(CHATS.c.id == chat_id).scalar_subquery()
    there = select(CHATS.c.id).where(CHATS.c.channel == channel, CHATS.c.address == address)
    known = connection.execute(there).scalar_one_or_none()
    if known is None:
        connection.execute(update(CHATS).where(CHATS.c.id == chat_id).values(address=address))
    elif known != chat_id:
        connection.execute(update(MESSAGES).where(MESSAGES.c.id == message_id).values(chat_id=known))


def couriers(session: Session, prefix: str, wall: datetime) -> int:
    """How many workers hold a lease whose name begins so: they share the channel's limits."""
    living = select(func.count()).where(Lease.name.startswith(prefix, autoescape=True), Lease.until > wall)
    return session.connection().execute(living).scalar_one()


def _letters(rows: Iterable[Any], now: datetime) -> list[Letter]:
    return [Letter(now, *row) for row in rows]


def _count(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount
