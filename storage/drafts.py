"""Drafts: what a member of staff has begun to write about a ticket and not sent, kept here so that no closed tab loses it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Moment, insert


class Draft(Base):
    """`words`: to the customer; `note`: for colleagues. They are two, so that neither ever becomes the other."""

    __tablename__ = "ticket_drafts"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    words: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Moment)


def find(session: Session, ticket_id: int, staff_id: int) -> Draft | None:
    return session.get(Draft, (ticket_id, staff_id), populate_existing=True)


def keep(session: Session, ticket_id: int, staff_id: int, now: datetime, **parts: str) -> None:
    """`parts`: words, note or both; the part that is not named stays as it is."""
    row = insert(session, Draft.__table__).values(
        ticket_id=ticket_id, staff_id=staff_id, changed_at=now, **{"words": "", "note": "", **parts}
    )
    more = {"changed_at": now, **parts}
    session.execute(row.on_conflict_do_update(index_elements=["ticket_id", "staff_id"], set_=more))
    mine = (Draft.ticket_id == ticket_id, Draft.staff_id == staff_id)
    session.execute(delete(Draft).where(*mine, Draft.words == "", Draft.note == ""))


def of_staff(session: Session, staff_id: int) -> set[int]:
    """Tickets about which they have begun something."""
    return set(session.scalars(select(Draft.ticket_id).where(Draft.staff_id == staff_id)))
