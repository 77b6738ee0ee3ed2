"""What makes the queue handy: tags, answers to be sent later, many tickets changed at once with a way back, saved filters."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, bindparam, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment, insert
from storage.messages import MESSAGES, RECEIVED

# So long many at once can be taken back: closing waits for it, because a customer who was told cannot be untold.
UNDO = timedelta(seconds=10)


class TicketTag(Base):
    __tablename__ = "ticket_tags"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True)


class Later(Base):
    """An answer that leaves at `due_at`, unless something was said after row `seen`. `ended_at`: sent, held up or cancelled."""

    __tablename__ = "ticket_later"
    __table_args__ = (Index("ix_ticket_later_due", "ended_at", "due_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    words: Mapped[str] = mapped_column(Text)
    waits: Mapped[bool] = mapped_column(Boolean)
    seen: Mapped[int] = mapped_column(Id)
    due_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Bulk(Base):
    """Many tickets at once. `do`: assign | tag | close | macro; `due_at`: when closing or writing takes effect.

    `items`: [ticket, who had it before, or the tag that is new to it], for a macro [ticket, the last row that was shown, answer,
    its digest].
    """

    __tablename__ = "ticket_bulks"
    __table_args__ = (Index("ix_ticket_bulks_due", "ended_at", "due_at"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    do: Mapped[str] = mapped_column(String(10))
    to_id: Mapped[int | None] = mapped_column(Id)
    items: Mapped[list[Any]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class SavedFilter(Base):
    """`query`: as it stands in the address of the list."""

    __tablename__ = "ticket_filters"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(300))


def tag(session: Session, ticket_id: int, name: str) -> None:
    row = insert(session, TicketTag.__table__).values(ticket_id=ticket_id, tag=name)
    session.execute(row.on_conflict_do_nothing(index_elements=["ticket_id", "tag"]))


def untag(session: Session, ticket_id: int, name: str) -> None:
    session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket_id, TicketTag.tag == name))


def tags_of(session: Session, ticket_ids: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    query = select(TicketTag.ticket_id, TicketTag.tag).where(TicketTag.ticket_id.in_(ticket_ids)).order_by(TicketTag.tag)
    for ticket_id, name in session.execute(query) if ticket_ids else ():
        found.setdefault(ticket_id, []).append(name)
    return found


def pending(session: Session, ticket_id: int) -> Sequence[Later]:
    """What is still to be sent about it, the next first."""
    query = select(Later).where(Later.ticket_id == ticket_id, Later.ended_at.is_(None))
    return session.scalars(query.order_by(Later.due_at, Later.id)).all()


# Each round of the clockwork asks these, so they are put together once.
_LATER_DUE = select(Later.id).where(Later.ended_at.is_(None), Later.due_at <= bindparam("now"))
_LATER_DUE = _LATER_DUE.order_by(Later.due_at, Later.id).limit(100)
_BULKS_DUE = select(Bulk.id).where(Bulk.ended_at.is_(None), Bulk.due_at <= bindparam("now"))
_BULKS_DUE = _BULKS_DUE.where(Bulk.do.in_(bindparam("kinds", expanding=True))).order_by(Bulk.id).limit(20)


def later_due(session: Session, now: datetime) -> Sequence[int]:
    return session.scalars(_LATER_DUE, {"now": now}).all()


def lock_later(session: Session, number: int) -> Later | None:
    query = select(Later).where(Later.id == number, Later.ended_at.is_(None)).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def spoke_after(session: Session, chat_id: int, seen: int) -> bool:
    """Whether the customer has said something after that row."""
    query = select(MESSAGES.c.id).where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.id > seen, MESSAGES.c.status == RECEIVED)
    return session.execute(query.limit(1)).first() is not None


def bulks_due(session: Session, now: datetime, kinds: Collection[str]) -> Sequence[int]:
    return session.scalars(_BULKS_DUE, {"now": now, "kinds": list(kinds)}).all()


def lock_bulk(session: Session, number: int) -> Bulk | None:
    """As it is now, if nothing has become of it yet."""
    query = select(Bulk).where(Bulk.id == number, Bulk.ended_at.is_(None)).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def standing(session: Session, staff_id: int, now: datetime) -> tuple[Bulk | None, dict[int, str]]:
    """What this person has just done to many, if it can still be taken back; and tickets that somebody is about to close or
    to write to, as "close" or "macro".
    """
    query = select(Bulk).where(Bulk.ended_at.is_(None), Bulk.at > now - timedelta(minutes=5)).order_by(Bulk.id)
    found = session.scalars(query).all()
    mine = [one for one in found if one.staff_id == staff_id and one.due_at > now]
    return mine[-1] if mine else None, {item[0]: one.do for one in found if one.do in ("close", "macro") for item in one.items}


def filters_of(session: Session, staff_id: int) -> Sequence[SavedFilter]:
    return session.scalars(select(SavedFilter).where(SavedFilter.staff_id == staff_id).order_by(SavedFilter.name)).all()
