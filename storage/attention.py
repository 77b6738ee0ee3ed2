"""Attention: tickets that somebody has put aside for a while, and colleagues whom a note asks to look."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ForeignKey, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Moment, insert


class Snooze(Base):
    """Until then it stands in no queue of work; whatever staff must hear about it ends that."""

    __tablename__ = "ticket_snoozes"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    until: Mapped[datetime] = mapped_column(Moment)


class Mention(Base):
    """Somebody was named in a note and has done nothing about the ticket since."""

    __tablename__ = "ticket_mentions"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False, index=True)
    at: Mapped[datetime] = mapped_column(Moment)


def snooze(session: Session, ticket_id: int, staff_id: int, until: datetime) -> None:
    row = insert(session, Snooze.__table__).values(ticket_id=ticket_id, staff_id=staff_id, until=until)
    session.execute(row.on_conflict_do_update(index_elements=["ticket_id"], set_={"staff_id": staff_id, "until": until}))


def wake(session: Session, ticket_id: int) -> None:
    session.execute(delete(Snooze).where(Snooze.ticket_id == ticket_id))


def mention(session: Session, ticket_id: int, staff_ids: Collection[int], now: datetime) -> None:
    for staff_id in sorted(staff_ids):
        row = insert(session, Mention.__table__).values(ticket_id=ticket_id, staff_id=staff_id, at=now)
        session.execute(row.on_conflict_do_update(index_elements=["ticket_id", "staff_id"], set_={"at": now}))


def looked_after(session: Session, ticket_id: int, staff_id: int) -> None:
    session.execute(delete(Mention).where(Mention.ticket_id == ticket_id, Mention.staff_id == staff_id))
