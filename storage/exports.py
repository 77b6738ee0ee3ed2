"""Exports that wait for a second person: who asked, for what, and who said yes or no."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment
from storage.staff import ADMINISTRATOR, MANAGER, REGION, Staff


class ExportRequest(Base):
    """`kind`: customers | vehicles | visits | all. `rows`: how many there were when it was asked. `granted` None: not decided
    yet; `used_at`: when the yes was used, which is once.
    """

    __tablename__ = "export_requests"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    rows: Mapped[int] = mapped_column(Integer)
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    granted: Mapped[bool | None] = mapped_column(Boolean)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


def deciders(session: Session) -> int:
    """How many people there are who could say yes."""
    known = (Staff.role.in_((MANAGER, REGION, ADMINISTRATOR)), Staff.dismissed_at.is_(None), Staff.password.is_not(None))
    return session.scalar(select(func.count()).select_from(Staff).where(*known)) or 0


def newest(session: Session, limit: int) -> Sequence[ExportRequest]:
    return session.scalars(select(ExportRequest).order_by(ExportRequest.id.desc()).limit(limit)).all()


def waits(session: Session, kind: str, asked_by: int, since: datetime) -> bool:
    """Whether the same was asked since then, and nobody has decided."""
    mine = (ExportRequest.kind == kind, ExportRequest.asked_by == asked_by, ExportRequest.asked_at >= since)
    return bool(session.scalar(select(ExportRequest.id).where(*mine, ExportRequest.granted.is_(None)).limit(1)))


def spend(session: Session, kind: str, asked_by: int, since: datetime, now: datetime) -> bool:
    """Uses up a yes that was said since then; of two who come at once one has it."""
    mine = (ExportRequest.kind == kind, ExportRequest.asked_by == asked_by, ExportRequest.decided_at >= since)
    good = select(ExportRequest.id).where(*mine, ExportRequest.granted.is_(True), ExportRequest.used_at.is_(None))
    one = update(ExportRequest).where(ExportRequest.id == good.order_by(ExportRequest.id).limit(1).scalar_subquery())
    used = one.where(ExportRequest.used_at.is_(None)).values(used_at=now).returning(ExportRequest.id)
    return session.execute(used).one_or_none() is not None


def lock(session: Session, number: int) -> ExportRequest | None:
    query = select(ExportRequest).where(ExportRequest.id == number).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
