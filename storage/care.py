"""Care of cars beyond our own visits: work that was done elsewhere, and what customers answered to a reminder."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment

LATER, DONE = "later", "done"


class CareNote(Base):
    """Work done elsewhere, as the customer tells it. `services`: codes; `km`: as told, None if it was not."""

    __tablename__ = "care_notes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), index=True)
    services: Mapped[list[str]] = mapped_column(Json)
    done_on: Mapped[date] = mapped_column(Date)
    km: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(Moment)


class PushAnswer(Base):
    """What became of a push: `answer` later | done. `key`: of the push; `until`: from this day on it may be said once more."""

    __tablename__ = "push_answers"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    answer: Mapped[str] = mapped_column(String(10))
    until: Mapped[date | None] = mapped_column(Date)
    at: Mapped[datetime] = mapped_column(Moment)


def notes_of(session: Session, vehicle_ids: Collection[int]) -> list[CareNote]:
    """The oldest first."""
    query = select(CareNote).where(CareNote.vehicle_id.in_(vehicle_ids))
    return list(session.scalars(query.order_by(CareNote.done_on, CareNote.id)))


def answers_of(session: Session, customer_ids: Collection[int]) -> list[PushAnswer]:
    """The oldest first."""
    return list(session.scalars(select(PushAnswer).where(PushAnswer.customer_id.in_(customer_ids)).order_by(PushAnswer.id)))


def answer(session: Session, key: str, customer_id: int, what: str, now: datetime, until: date | None = None) -> None:
    """Writes an answer down; the newest to a push counts."""
    session.add(PushAnswer(key=key, customer_id=customer_id, answer=what, until=until, at=now))
    session.flush()
