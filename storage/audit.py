"""The audit log: who did what when, from where. Rows are added and never changed; triggers in the database see to that."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment


class Audit(Base):
    """One deed. `about` names its object as "customer:12"; `details` hold codes and numbers, never a name, phone or message.

    `staff_id` None: the system, or somebody unknown. `place`: console | cli | telegram.
    """

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_about", "about", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    place: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(60))
    about: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]] = mapped_column(Json)


def write(
    session: Session, action: str, *, staff_id: int | None, now: datetime, about: str = "", place: str = "console", **details: Any
) -> None:
    session.add(Audit(at=now, staff_id=staff_id, place=place, action=action, about=about, details=details))


def newest(session: Session, limit: int, before: int | None = None) -> list[Audit]:
    """The latest first; `before` goes on behind a row seen already."""
    query = select(Audit).order_by(Audit.id.desc()).limit(limit)
    return list(session.scalars(query.where(Audit.id < before) if before else query))


def times(session: Session, thing: str, since: datetime) -> int:
    """How often something was done with it since then."""
    return session.scalar(select(func.count()).where(Audit.about == thing, Audit.at >= since)) or 0


def about(session: Session, thing: str) -> list[Audit]:
    """Everything done with one object, oldest first."""
    return list(session.scalars(select(Audit).where(Audit.about == thing).order_by(Audit.id)))
