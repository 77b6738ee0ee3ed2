"""Waiting for parts: tickets that cannot go on before something has been delivered, and since when the customer knows that."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, String, bindparam, false, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment

_STANDING = text("ended_at IS NULL")


class PartsWait(Base):
    """`what`: staff's words for the part. `expected_on`: a day of the store, which is over at `until`.

    `told_at`: when the customer was told; from then to `until` the solution's clock stands still. None: they were not told, and
    it does not.
    `reminded`: staff have heard that the day is over. `ended_at` None: it still waits.
    """

    __tablename__ = "ticket_parts"
    __table_args__ = (
        Index("ix_ticket_parts_standing", "ticket_id", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    what: Mapped[str] = mapped_column(String(80))
    expected_on: Mapped[date] = mapped_column(Date)
    began_at: Mapped[datetime] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    reminded: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


def standing(session: Session, ticket_id: int) -> PartsWait | None:
    query = select(PartsWait).where(PartsWait.ticket_id == ticket_id, PartsWait.ended_at.is_(None))
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def end(session: Session, ticket_id: int, now: datetime) -> None:
    here = (PartsWait.ticket_id == ticket_id, PartsWait.ended_at.is_(None))
    session.execute(update(PartsWait).where(*here).values(ended_at=now))


_LATE = (PartsWait.ended_at.is_(None), PartsWait.reminded.is_(False), PartsWait.until <= bindparam("now"))
_OVER = select(PartsWait.ticket_id).where(*_LATE).order_by(PartsWait.ticket_id).limit(100)


def over(session: Session, now: datetime) -> Sequence[int]:
    """Tickets whose day is over without the part; each until staff have heard of it."""
    return session.scalars(_OVER, {"now": now}).all()
