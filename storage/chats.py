"""Chats: one row per person and channel. It is the lock of a turn and holds the state of the dialogue.

Plain Core and a dataclass instead of a mapped class: every message passes here, and an ORM object costs it twice the time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from storage.database import Base, Id, Json, Moment, insert_for
from storage.prepared import Prepared

CHATS = Table(
    "chats",
    Base.metadata,
    Column("id", Id, primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("address", String(100), nullable=False),
    Column("pulls", Boolean, nullable=False),
    Column("name", String(200), nullable=False, server_default=""),
    Column("customer_id", ForeignKey("customers.id")),
    Column("store_id", ForeignKey("stores.id")),
    Column("model_id", ForeignKey("car_models.id")),
    Column("language", String(10)),
    Column("language_chosen", Boolean, nullable=False),
    Column("form", String(80)),
    Column("run", String(20)),
    Column("slot", String(40)),
    Column("answers", Json, nullable=False),
    Column("asked", Json, nullable=False),
    Column("asked_at", Moment),
    Column("misses", Integer, nullable=False),
    Column("ticket_id", Id),
    Column("stopped_at", Moment),
    Column("reachable", Boolean, nullable=False),
    Column("send_after", Moment),
    Column("burst_at", Moment),
    Column("burst", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("muted_until", Moment),
    Column("hour_at", Moment),
    Column("hour", Integer, nullable=False, server_default="0"),
    UniqueConstraint("channel", "address"),
)
# Everything of one person; most chats are of nobody whom we know.
_KNOWN = text("customer_id IS NOT NULL")
Index("ix_chats_customer", CHATS.c.customer_id, sqlite_where=_KNOWN, postgresql_where=_KNOWN)


@dataclass(slots=True)
class Chat:
    """A chat as a turn sees it. Times are aware UTC.

    `pulls`: the channel reads the messages by itself (web, terminal), so the courier has nothing to send.
    `form`, `run`, `slot`, `answers`, `asked`: the open form, a random mark of this run of it, the slot that was asked
    last, what is known, and the slots asked so far in their order. `misses`: answers in a row that were not understood.
    `ticket_id`: the ticket whose advisor holds the chat. `stopped_at`: no marketing since then.
    `burst_at`, `burst`: start and count of the current burst of messages; `hour_at`, `hour`: the same of an hour, with what
    was too much to be kept. `muted_until`: staff do not hear them before then.
    """

    id: int
    channel: str
    address: str
    pulls: bool
    name: str = ""
    customer_id: int | None = None
    store_id: int | None = None
    model_id: int | None = None
    language: str | None = None
    language_chosen: bool = False
    form: str | None = None
    run: str | None = None
    slot: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    asked_at: datetime | None = None
    misses: int = 0
    ticket_id: int | None = None
    stopped_at: datetime | None = None
    reachable: bool = True
    send_after: datetime | None = None
    burst_at: datetime | None = None
    burst: int = 0
    created_at: datetime | None = None
    seen_at: datetime | None = None
    muted_until: datetime | None = None
    hour_at: datetime | None = None
    hour: int = 0
    # Not a column: what it had when its turn began, as far as that can be told.
    arrived: "tuple[Any, ...] | None" = field(default=None, repr=False, compare=False)


# What a turn may change; the courier's columns (send_after) and the keys are not among them.
_STATE = [
    "name", "customer_id", "store_id", "model_id", "language", "language_chosen", "form", "run", "slot", "answers", "asked",
    "asked_at", "misses", "ticket_id", "stopped_at", "burst_at", "burst",
    "muted_until", "hour_at", "hour",
]  # fmt: skip
# What most turns change, and nothing else: no form, no ticket, no customer.
_PASSING = ["name", "language", "burst_at", "burst", "hour_at", "hour"]
_LASTING = attrgetter(*(name for name in _STATE if name not in _PASSING))


def _saving(columns: Sequence[str]) -> Prepared:
    saved: dict[str, Any] = {name: bindparam(name) for name in columns}
    return Prepared(lambda _: update(CHATS).where(CHATS.c.id == bindparam("chat")).values(saved), takes=["chat", *columns])


_SAVE, _SAVE_PASSING = _saving(_STATE), _saving(_PASSING)


def _arriving(name: str) -> ReturningInsert[Any]:
    new = insert_for(name, CHATS).values(
        channel=bindparam("channel"), address=bindparam("address"), pulls=bindparam("pulls"), language_chosen=False, answers={},
        asked=[], misses=0, reachable=True, burst=0, created_at=bindparam("now"), seen_at=bindparam("now"),
    )  # fmt: skip
    known = {"seen_at": new.excluded.seen_at, "reachable": True}
    return new.on_conflict_do_update(index_elements=["channel", "address"], set_=known).returning(CHATS)


_ARRIVE = Prepared(_arriving, takes=["channel", "address", "pulls", "now"], returns=CHATS.columns)


def arrive(session: Session, channel: str, address: str, *, pulls: bool, now: datetime) -> Chat:
    """The chat of this address, made if new, locked until the transaction ends; whoever writes is reachable again."""
    who = {"channel": channel, "address": address, "pulls": pulls, "now": now}
    row = _ARRIVE.row(session, who)
    assert row is not None, "it inserts or updates"
    chat = Chat(*row)
    chat.arrived = _lasting(chat)
    return chat


def save(session: Session, chat: Chat) -> None:
    """Writes down what a turn may have changed."""
    columns, saving = (_PASSING, _SAVE_PASSING) if chat.arrived and chat.arrived == _lasting(chat) else (_STATE, _SAVE)
    saving.run(session, [{"chat": chat.id, **{name: getattr(chat, name) for name in columns}}])


def _lasting(chat: Chat) -> tuple[Any, ...] | None:
    """None while a form is open: what it holds is changed in place."""
    return None if chat.answers or chat.asked else _LASTING(chat)


def get(session: Session, chat_id: int) -> Chat | None:
    row = session.connection().execute(select(CHATS).where(CHATS.c.id == chat_id)).one_or_none()
    return Chat(*row) if row else None


def lock(session: Session, chat_id: int) -> Chat:
    """The chat, locked until the transaction ends: whoever posts to it takes this first, so that messages keep their order."""
    return Chat(*session.connection().execute(select(CHATS).where(CHATS.c.id == chat_id).with_for_update()).one())


def find(session: Session, channel: str, address: str) -> Chat | None:
    row = session.connection().execute(
        select(CHATS).where(CHATS.c.channel == channel, CHATS.c.address == address)
    ).one_or_none()  # fmt: skip
    return Chat(*row) if row else None


def of_customer(session: Session, customer_id: int) -> list[Chat]:
    """Every chat of one person, the one they used last first."""
    query = select(CHATS).where(CHATS.c.customer_id == customer_id).order_by(CHATS.c.seen_at.desc(), CHATS.c.id.desc())
    return [Chat(*row) for row in session.connection().execute(query)]


def of_customers(session: Session, customer_ids: Collection[int]) -> list[Chat]:
    """The same for several people."""
    query = select(CHATS).where(CHATS.c.customer_id.in_(customer_ids)).order_by(CHATS.c.seen_at.desc(), CHATS.c.id.desc())
    return [Chat(*row) for row in session.connection().execute(query)]


def mark_unreachable(session: Session, chat_id: int) -> None:
    """The person blocked us or is gone; their next message lifts it."""
    session.connection().execute(update(CHATS).where(CHATS.c.id == chat_id).values(reachable=False))


def delay(session: Session, chat_id: int, until: datetime) -> None:
    """Nothing is sent to this chat before then."""
    session.connection().execute(update(CHATS).where(CHATS.c.id == chat_id).values(send_after=until))
