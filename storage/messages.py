"""Messages: everything said in a chat, in both directions. Transcript, inbox and outbox in one table.

A row that came in is unique by `key`, so an update delivered twice has its effect once. A row that goes out is `queued` for
the courier, or `sent` at once where the channel reads the table by itself. Core statements for the same reason as in `chats`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from storage.database import Base, Id, Json, Moment, insert_for
from storage.prepared import Prepared

# The life of an outgoing row: queued → sending → sent | uncertain | dead; queued → cancelled. A row that came in is `received`.
# In a chat that reads the table by itself: sent at once, or waiting → sent when it is due.
QUEUED, SENDING, SENT, UNCERTAIN, DEAD, CANCELLED = "queued", "sending", "sent", "uncertain", "dead", "cancelled"
# What a hold keeps aside (see `storage.holds`) is held.
RECEIVED, WAITING, HELD = "received", "waiting", "held"
HIDDEN = (CANCELLED, WAITING, HELD)
# Telegram's, and enough for others.
MOST_IN_ALBUM = 10

MESSAGES = Table(
    "messages",
    Base.metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id"), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("status", String(10), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("data", Json, nullable=False),
    Column("key", String(200), unique=True),
    Column("token", String(20)),
    Column("edits", Id),
    Column("feature", String(40)),
    Column("purpose", String(20), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("claimed_by", String(40)),
    Column("attempts", Integer, nullable=False),
    Column("sent_at", Moment),
    Column("channel_ref", String(60)),
    Column("error", String(200)),
    Index("ix_messages_chat", "chat_id", "id"),
    Index("ix_messages_token", "chat_id", "token"),
)
# Which row of a chat is next, whatever the length of its history.
Index(
    "ix_messages_next",
    MESSAGES.c.chat_id,
    MESSAGES.c.id,
    sqlite_where=MESSAGES.c.status.in_([QUEUED, SENDING]),
    postgresql_where=MESSAGES.c.status.in_([QUEUED, SENDING]),
)
Index(
    "ix_messages_outbox",
    MESSAGES.c.channel,
    MESSAGES.c.priority,
    MESSAGES.c.due_at,
    sqlite_where=MESSAGES.c.status.in_([QUEUED, SENDING]),
    postgresql_where=MESSAGES.c.status.in_([QUEUED, SENDING]),
)
Index(
    "ix_messages_waiting",
    MESSAGES.c.due_at,
    sqlite_where=MESSAGES.c.status == WAITING,
    postgresql_where=MESSAGES.c.status == WAITING,
)
# What did not arrive, or may not have: few rows among very many.
_LOST = text("messages.status IN ('uncertain', 'dead')")
_IS_LOST = MESSAGES.c.status.in_([UNCERTAIN, DEAD])
Index("ix_messages_lost", MESSAGES.c.channel, MESSAGES.c.status, sqlite_where=_IS_LOST, postgresql_where=_IS_LOST)
# Which of the rows in a staff chat somebody replies to.
Index(
    "ix_messages_staff_ref",
    MESSAGES.c.chat_id,
    MESSAGES.c.channel_ref,
    sqlite_where=MESSAGES.c.purpose == "staff",
    postgresql_where=MESSAGES.c.purpose == "staff",
)


@dataclass(slots=True)
class Message:
    """One message. Times are aware UTC.

    `data` of a row that came in: `button`, `payload`, `media`, `contact`, `ref` (the channel's id of it) as far as present.
    `data` of a row that goes out: `buttons` (rows of {label, do, value}), `entities` ([kind, start, end, url?] in code points
    of `text`), `ask` (run and slot that the buttons answer), `contact` (label of a button that shares the phone number).
    `pictures`: ids of the photos of an album. `copy`: {chat, refs}, messages of the same channel that are passed on as they are.
    `answers`: the row that it replies to; `corrects`: the row whose words it puts right. `by`: who of the staff said it.
    `token` names the row in button data; `edits` is the row whose place it takes where the channel can do that.
    `purpose`: reply | service | marketing | staff; `priority`: 0 for replies, 1 for pushes.
    """

    id: int
    chat_id: int
    channel: str
    status: str
    kind: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)
    key: str | None = None
    token: str | None = None
    edits: int | None = None
    feature: str | None = None
    purpose: str = "reply"
    priority: int = 0
    created_at: datetime | None = None
    due_at: datetime | None = None
    lease_until: datetime | None = None
    claimed_by: str | None = None
    attempts: int = 0
    sent_at: datetime | None = None
    channel_ref: str | None = None
    error: str | None = None

    @property
    def incoming(self) -> bool:
        return self.status == RECEIVED


_IN = ["chat_id", "channel", "status", "kind", "text", "data", "key", "purpose", "priority", "attempts", "created_at", "due_at"]
_OUT = [*_IN, "token", "edits", "feature", "sent_at"]


def _adding(name: str) -> Insert:
    return insert_for(name, MESSAGES).on_conflict_do_nothing(index_elements=["key"])


def _adding_one(name: str) -> Insert | ReturningInsert[Any]:
    return _adding(name) if name == "sqlite" else _adding(name).returning(MESSAGES.c.id)


_RECEIVE = Prepared(_adding_one, takes=_IN)
_POST = Prepared(_adding, takes=_OUT)
_POST_ONE = Prepared(_adding_one, takes=_OUT)


def receive(
    session: Session, chat_id: int, channel: str, *, key: str, kind: str, text: str, data: dict[str, Any], now: datetime
) -> int | None:
    """Writes down what came in; its id, or None when this key was here before."""
    row = {
        "chat_id": chat_id, "channel": channel, "status": RECEIVED, "kind": kind, "text": text, "data": data, "key": key,
        "purpose": "in", "priority": 0, "attempts": 0, "created_at": now, "due_at": now,
    }  # fmt: skip
    return _RECEIVE.add(session, row)


def post(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Writes outgoing rows (made by `outgoing`), in their order. A `key` that exists already posts nothing."""
    _POST.run(session, rows)


def post_one(session: Session, row: dict[str, Any]) -> int | None:
    """The same for one row, with its id; None when its key was here before."""
    return _POST_ONE.add(session, row)


def outgoing(
    chat_id: int,
    channel: str,
    *,
    pulls: bool,
    text: str,
    data: dict[str, Any],
    now: datetime,
    kind: str = "text",
    key: str | None = None,
    token: str | None = None,
    edits: int | None = None,
    feature: str | None = None,
    purpose: str = "reply",
    priority: int = 0,
    due_at: datetime | None = None,
) -> dict[str, Any]:
    """One outgoing row for `post`: waiting for the courier, or there already where the channel `pulls`."""
    return {
        "chat_id": chat_id, "channel": channel, "status": _status(pulls, due_at or now, now), "kind": kind, "text": text,
        "data": data, "key": key, "token": token, "edits": edits, "feature": feature, "purpose": purpose,
        "priority": priority,
        "attempts": 0, "created_at": now, "due_at": due_at or now,
        "sent_at": now if pulls and (due_at or now) <= now else None,
    }  # fmt: skip


def _status(pulls: bool, due_at: datetime, now: datetime) -> str:
    return QUEUED if not pulls else SENT if due_at <= now else WAITING


def unasked(session: Session, chat_id: int, failed: int | None) -> list[Message]:
    """Pushes that wait to be sent in this chat, and the one of this number, oldest first."""
    theirs = (MESSAGES.c.chat_id == chat_id, or_(MESSAGES.c.status == QUEUED, MESSAGES.c.id == failed))
    rows = session.connection().execute(select(MESSAGES).where(*theirs).order_by(MESSAGES.c.id))
    return [message for message in (Message(*row) for row in rows) if message.data.get("push")]


def give_key_away(session: Session, message_id: int) -> None:
    """Another row is to be found under its key."""
    session.connection().execute(update(MESSAGES).where(MESSAGES.c.id == message_id).values(key=None))


def keys_in(session: Session, message_id: int) -> list[str]:
    """Under which keys it was posted: of each part, where there are several."""
    row = session.connection().execute(select(MESSAGES.c.key, MESSAGES.c.data).where(MESSAGES.c.id == message_id)).one()
    return [part["key"] for part in row.data.get("parts", [])] or [row.key]


def release(session: Session, now: datetime) -> int:
    """Shows what was to wait in chats that read by themselves; how many. It gets a new number: pages read what is newer."""
    due = (
        select(MESSAGES).where(MESSAGES.c.status == WAITING, MESSAGES.c.due_at <= now).order_by(MESSAGES.c.due_at, MESSAGES.c.id)
    )
    rows = [dict(row) for row in session.connection().execute(due.with_for_update(skip_locked=True)).mappings()]
    if rows:
        session.connection().execute(delete(MESSAGES).where(MESSAGES.c.id.in_([row.pop("id") for row in rows])))
        session.connection().execute(MESSAGES.insert(), [{**row, "status": SENT, "sent_at": now} for row in rows])
    return len(rows)


def by_token(session: Session, chat_id: int, token: str) -> Message | None:
    """The message of this chat that carries these buttons; another chat's token finds nothing."""
    found = select(MESSAGES).where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.token == token)
    row = session.connection().execute(found).first()
    return Message(*row) if row else None


def by_key(session: Session, key: str) -> Message | None:
    """The message that was posted or received under this key."""
    row = session.connection().execute(select(MESSAGES).where(MESSAGES.c.key == key)).one_or_none()
    return Message(*row) if row else None


def by_ref(session: Session, chat_id: int, ref: str) -> int | None:
    """The row that went out and is this message of the channel; looked for among the last hundred of the chat."""
    recent = select(MESSAGES.c.id, MESSAGES.c.channel_ref, MESSAGES.c.edits).where(MESSAGES.c.chat_id == chat_id)
    for row in session.connection().execute(recent.order_by(MESSAGES.c.id.desc()).limit(100)):
        if row.channel_ref == ref:
            return int(row.edits or row.id)
    return None


def shown(session: Session, chat_id: int, key: str) -> tuple[Message, Message] | None:
    """The message of this chat under this key, and what was last put in its place, or itself."""
    first = select(MESSAGES.c.id).where(MESSAGES.c.key == key).scalar_subquery()
    whole = (MESSAGES.c.chat_id == chat_id, MESSAGES.c.id >= first, or_(MESSAGES.c.id == first, MESSAGES.c.edits == first))
    rows = [Message(*row) for row in session.connection().execute(select(MESSAGES).where(*whole).order_by(MESSAGES.c.id))]
    return (rows[0], rows[-1]) if rows else None


def last_edit(session: Session, chat_id: int, message_id: int) -> Message | None:
    """What was last put in the place of this message."""
    found = select(MESSAGES).where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.id > message_id, MESSAGES.c.edits == message_id)
    row = session.connection().execute(found.order_by(MESSAGES.c.id.desc()).limit(1)).one_or_none()
    return Message(*row) if row else None


def presses(session: Session, chat_id: int, since: int, buttons: Collection[str]) -> int:
    """How often this chat has pressed one of these buttons ("token.index") after row `since`; the press at hand counts."""
    theirs = (MESSAGES.c.chat_id == chat_id, MESSAGES.c.id > since, MESSAGES.c.status == RECEIVED, MESSAGES.c.kind == "press")
    found = select(func.count()).where(*theirs, MESSAGES.c.data["press"].as_string().in_(buttons))
    return session.connection().execute(found).scalar_one()


def last_id(session: Session, chat_id: int) -> int:
    """The newest row of the chat that somebody said, 0 when there is none."""
    newest = select(MESSAGES.c.id).where(MESSAGES.c.chat_id == chat_id).order_by(MESSAGES.c.id.desc()).limit(1)
    return session.connection().execute(newest).scalar_one_or_none() or 0


def is_there(session: Session, chat_id: int, message_id: int) -> bool:
    """Whether this chat has such a row."""
    found = select(MESSAGES.c.id).where(MESSAGES.c.id == message_id, MESSAGES.c.chat_id == chat_id)
    return session.connection().execute(found).first() is not None


def with_ids(session: Session, chat_id: int, message_ids: Collection[int]) -> list[Message]:
    """Those of this chat, oldest first."""
    theirs = select(MESSAGES).where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.id.in_(message_ids)).order_by(MESSAGES.c.id)
    return [Message(*row) for row in session.connection().execute(theirs)]


def newest_words(session: Session, chat_id: int) -> int | None:
    """The row of what the person has just said or sent, in a turn that is about it; None when they pressed a button."""
    theirs = select(MESSAGES.c.id, MESSAGES.c.kind).where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.status == RECEIVED)
    row = session.connection().execute(theirs.order_by(MESSAGES.c.id.desc()).limit(1)).one_or_none()
    return row.id if row and row.kind != "press" else None


def album(session: Session, chat_id: int, album_id: str, before: int) -> list[int]:
    """The rows of the same album that came before this one."""
    theirs = select(MESSAGES.c.id, MESSAGES.c.data).where(
        MESSAGES.c.chat_id == chat_id, MESSAGES.c.id < before, MESSAGES.c.status == RECEIVED, MESSAGES.c.kind == "photo"
    )
    recent = session.connection().execute(theirs.order_by(MESSAGES.c.id.desc()).limit(20))
    return [row.id for row in recent if row.data.get("album") == album_id]


def after(session: Session, chat_id: int, last_seen: int, limit: int = 200) -> list[Message]:
    """The rows of a chat behind `last_seen`, oldest first; cancelled ones left out."""
    rows = (
        select(MESSAGES)
        .where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.id > last_seen, MESSAGES.c.status.not_in(HIDDEN))
        .order_by(MESSAGES.c.id)
        .limit(limit)
    )
    return [Message(*row) for row in session.connection().execute(rows)]


def _newest(*which: ColumnElement[bool]) -> Prepared:
    theirs = select(MESSAGES).where(MESSAGES.c.chat_id == bindparam("chat"), *which).order_by(MESSAGES.c.id.desc())
    return Prepared(lambda _: theirs.limit(bindparam("most", type_=Integer)), takes=["chat", "most"], returns=MESSAGES.columns)


_NEWEST, _NEWEST_SHOWN = _newest(), _newest(*(MESSAGES.c.status != hidden for hidden in HIDDEN))


def latest(session: Session, chat_id: int, limit: int = 50, *, whole: bool = False) -> list[Message]:
    """The newest rows of a chat, oldest first; `whole`: with those that are cancelled or do not show yet."""
    rows = (_NEWEST if whole else _NEWEST_SHOWN).rows(session, {"chat": chat_id, "most": limit})
    return [Message(*row) for row in rows][::-1]


def apologised_since(session: Session, chat_id: int, moment: datetime) -> bool:
    """Whether an answer has said sorry for the long wait after `moment`."""
    recent = (MESSAGES.c.chat_id == chat_id, MESSAGES.c.created_at > moment, MESSAGES.c.data["late"].as_boolean())
    return session.connection().execute(select(MESSAGES.c.id).where(*recent).limit(1)).first() is not None


def cancel_queued_replies(session: Session, chat_id: int, passing: bool = False) -> None:
    """Drops replies that nobody has begun to send and that came to be pointless; `passing`: only menus and questions."""
    unsent = (MESSAGES.c.chat_id == chat_id) & (MESSAGES.c.status == QUEUED) & (MESSAGES.c.purpose == "reply")
    if passing:
        unsent &= MESSAGES.c.data["passing"].as_boolean()
    session.connection().execute(update(MESSAGES).where(unsent).values(status=CANCELLED))


def queued_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the keys whose message has not begun to leave."""
    query = select(MESSAGES.c.key).where(MESSAGES.c.key.in_(keys), MESSAGES.c.status.in_((QUEUED, WAITING)))
    return set(session.connection().execute(query).scalars())


# Written out, as the two indexes that know what has not left have it: a value that is bound proves nothing to a partial index.
UNSENT = text("messages.status IN ('queued', 'sending')"), text("messages.status = 'waiting'")


def queued_like(session: Session, prefix: str) -> list[str]:
    """The keys that begin so, of what has not begun to leave. One query for each index that knows what has not."""
    begins = select(MESSAGES.c.key).where(MESSAGES.c.key.startswith(prefix, autoescape=True))
    queued, waiting = UNSENT
    unsent = queued & (MESSAGES.c.status == QUEUED), waiting
    return [key for which in unsent for key in session.connection().execute(begins.where(which)).scalars()]


def lost(session: Session) -> dict[tuple[str, str], int]:
    """How many did not arrive (dead) or may not have (uncertain), by channel and status."""
    m = MESSAGES.c
    query = select(m.channel, m.status, func.count()).where(_LOST).group_by(m.channel, m.status)
    return {(channel, status): number for channel, status, number in session.connection().execute(query)}


def waiting_push(session: Session, chat_id: int, purpose: str, start: datetime, end: datetime) -> Message | None:
    """A push of this purpose that is due between the two moments and has not begun to leave, locked; the oldest."""
    query = select(MESSAGES).where(
        MESSAGES.c.chat_id == chat_id, MESSAGES.c.status.in_((QUEUED, WAITING)), MESSAGES.c.purpose == purpose,
        MESSAGES.c.due_at >= start, MESSAGES.c.due_at < end, MESSAGES.c.data["push"].as_boolean(),
    )  # fmt: skip
    row = session.connection().execute(query.order_by(MESSAGES.c.id).limit(1).with_for_update()).first()
    return Message(*row) if row else None


def chats_with_waiting(session: Session, purpose: str) -> list[int]:
    """The chats in which something of this purpose has not begun to leave, by id."""
    chat = select(MESSAGES.c.chat_id).where(MESSAGES.c.purpose == purpose)
    return sorted({chat_id for which in UNSENT for chat_id in session.connection().execute(chat.where(which)).scalars()})


def waiting_with(session: Session, keys: Collection[str], chat_ids: Collection[int]) -> list[Message]:
    """What has not begun to leave under one of the keys, and the pushes of these chats that have not; locked."""
    query = select(MESSAGES).where(
        MESSAGES.c.status.in_((QUEUED, WAITING, HELD)),
        or_(MESSAGES.c.key.in_(keys), MESSAGES.c.chat_id.in_(chat_ids) & MESSAGES.c.data["push"].as_boolean()),
    )  # fmt: skip
    return [Message(*row) for row in session.connection().execute(query.order_by(MESSAGES.c.id).with_for_update())]


def rewrite(session: Session, message_id: int, *, text: str, data: dict[str, Any], token: str | None) -> None:
    """Other words in a message that has not begun to leave and is locked."""
    session.connection().execute(update(MESSAGES).where(MESSAGES.c.id == message_id).values(text=text, data=data, token=token))


def bring_forward(session: Session, message_id: int, due_at: datetime) -> None:
    """A message that has not begun to leave and is locked does so earlier."""
    session.connection().execute(update(MESSAGES).where(MESSAGES.c.id == message_id).values(due_at=due_at))


def drop(session: Session, message_id: int) -> None:
    """A message that has not begun to leave and is locked never was."""
    session.connection().execute(delete(MESSAGES).where(MESSAGES.c.id == message_id))


def cancel(session: Session, message_id: int) -> None:
    """A message that has not begun to leave and is locked is not sent."""
    session.connection().execute(update(MESSAGES).where(MESSAGES.c.id == message_id).values(status=CANCELLED))


def hurry_albums(session: Session, chat_id: int, now: datetime) -> None:
    """An album that waits for more of it leaves now: something else comes after it."""
    waiting = (MESSAGES.c.chat_id == chat_id) & (MESSAGES.c.status == QUEUED) & (MESSAGES.c.kind == "album")
    session.connection().execute(update(MESSAGES).where(waiting, MESSAGES.c.due_at > now).values(due_at=now))


def add_to_album(session: Session, chat_id: int, message_id: int, *, text: str, picture: str = "", ref: str = "") -> bool:
    """One more part of an album that has not begun to leave; False when it has, or is full."""
    unsent = (MESSAGES.c.id == message_id, MESSAGES.c.chat_id == chat_id, MESSAGES.c.status == QUEUED)
    row = session.connection().execute(select(MESSAGES).where(*unsent).with_for_update()).one_or_none()
    if row is None or row.kind != "album":
        return False
    data, copied = dict(row.data), row.data.get("copy")
    known = list(copied["refs"]) if copied else list(data.get("pictures") or [data["picture"]])
    if len(known) >= MOST_IN_ALBUM or bool(copied) != bool(ref):
        return False
    if copied:
        data["copy"] = {**copied, "refs": [*known, ref]}
    else:
        data["pictures"] = [*known, picture]
    joined = "\n".join(part for part in (row.text, text) if part)
    session.connection().execute(update(MESSAGES).where(MESSAGES.c.id == message_id).values(data=data, text=joined))
    return True


def cancel_unsent(session: Session, chat_id: int, message_id: int) -> bool:
    """Takes a row back that has not begun to leave; False when it has."""
    unsent = (MESSAGES.c.id == message_id) & (MESSAGES.c.chat_id == chat_id) & (MESSAGES.c.status == QUEUED)
    done = session.connection().execute(update(MESSAGES).where(unsent).values(status=CANCELLED).returning(MESSAGES.c.id))
    return done.one_or_none() is not None


def blank_newest(session: Session, chat_id: int, text: str) -> None:
    """Takes what somebody said or pressed last out of the transcript; `text` stands in its place."""
    newest = select(func.max(MESSAGES.c.id)).where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.status == RECEIVED)
    number = session.connection().execute(newest).scalar_one()
    session.connection().execute(update(MESSAGES).where(MESSAGES.c.id == number).values(text=text, data={}))


def note_edit(session: Session, chat_id: int, ref: str, text: str, now: datetime) -> int | None:
    """Keeps what somebody made of their words later, beside what was answered; `ref` is the channel's id of the message.

    The row, None if there is no such one, or nothing has changed.
    """
    recent = select(MESSAGES.c.id, MESSAGES.c.data).where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.status == RECEIVED)
    for row in session.connection().execute(recent.order_by(MESSAGES.c.id.desc()).limit(100)):
        if row.data.get("ref") == ref:
            data = {**row.data, "edited": {"text": text, "at": now.isoformat()}}
            session.connection().execute(update(MESSAGES).where(MESSAGES.c.id == row.id).values(data=data))
            return int(row.id) if row.data.get("edited", {}).get("text") != text else None
    return None
