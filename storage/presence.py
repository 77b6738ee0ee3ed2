"""Presence: which members of staff have a ticket open now, and whether they are writing. Rows say who was there a moment ago."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Moment, insert
from storage.staff import Staff

# Whoever is there says so this often, and is gone when nothing was heard for so long.
EVERY, GONE_AFTER = timedelta(seconds=10), timedelta(seconds=25)
WRITES_FOR = timedelta(seconds=12)


class Presence(Base):
    """`wrote_at`: the last stroke of a key, None before the first."""

    __tablename__ = "ticket_presence"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    seen_at: Mapped[datetime] = mapped_column(Moment, index=True)
    wrote_at: Mapped[datetime | None] = mapped_column(Moment)


def here(session: Session, who: Iterable[tuple[int, int]], now: datetime) -> None:
    """These people (ticket, staff) have these tickets open."""
    for ticket_id, staff_id in sorted(set(who)):
        row = insert(session, Presence.__table__).values(ticket_id=ticket_id, staff_id=staff_id, seen_at=now)
        session.execute(row.on_conflict_do_update(index_elements=["ticket_id", "staff_id"], set_={"seen_at": now}))


def writes(session: Session, ticket_id: int, staff_id: int, now: datetime) -> None:
    row = insert(session, Presence.__table__).values(ticket_id=ticket_id, staff_id=staff_id, seen_at=now, wrote_at=now)
    session.execute(row.on_conflict_do_update(index_elements=["ticket_id", "staff_id"], set_={"seen_at": now, "wrote_at": now}))


def stops(session: Session, ticket_id: int, staff_id: int) -> None:
    """They have sent it, or thrown it away."""
    mine = (Presence.ticket_id == ticket_id) & (Presence.staff_id == staff_id)
    session.execute(update(Presence).where(mine).values(wrote_at=None))


def gone(session: Session, ticket_id: int, staff_id: int) -> None:
    session.execute(delete(Presence).where(Presence.ticket_id == ticket_id, Presence.staff_id == staff_id))


def standing(session: Session, now: datetime) -> dict[int, dict[int, bool]]:
    """By ticket: who is there, and whether they write."""
    found: dict[int, dict[int, bool]] = {}
    for row in session.scalars(select(Presence).where(Presence.seen_at > now - GONE_AFTER)):
        writing = row.wrote_at is not None and row.wrote_at > now - WRITES_FOR
        found.setdefault(row.ticket_id, {})[row.staff_id] = writing
    return found


def others(session: Session, ticket_id: int, staff_id: int, now: datetime) -> list[tuple[str, bool]]:
    """Names of the others who have this ticket open, and whether they are writing."""
    query = select(Staff.name, Presence.wrote_at).join(Staff, Staff.id == Presence.staff_id)
    query = query.where(Presence.ticket_id == ticket_id, Presence.staff_id != staff_id, Presence.seen_at > now - GONE_AFTER)
    return [(name, wrote is not None and wrote > now - WRITES_FOR) for name, wrote in session.execute(query.order_by(Staff.name))]
