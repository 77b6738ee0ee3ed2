"""Alarms: what somebody of the staff, or of the shell, has done and administrators must hear at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.chats import CHATS
from storage.database import Base, Id, Json, Moment
from storage.staff_links import StaffLink


class Alarm(Base):
    """`kind`: asked | export | import | coupon | bulk. `staff_id`: who did it; None: somebody at the machine. `details`: codes
    and numbers only. `told_at`: when it was written to those who are linked; `seen_by`: who has looked after it.
    """

    __tablename__ = "alarms"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    details: Mapped[dict[str, Any]] = mapped_column(Json)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    seen_at: Mapped[datetime | None] = mapped_column(Moment)


def ring(session: Session, kind: str, *, staff_id: int | None, now: datetime, **details: Any) -> None:
    session.add(Alarm(kind=kind, at=now, staff_id=staff_id, details=details))


_UNTOLD = select(Alarm.id).where(Alarm.told_at.is_(None)).order_by(Alarm.id).limit(100)


def untold(session: Session) -> Sequence[int]:
    return session.scalars(_UNTOLD).all()


def lock(session: Session, number: int) -> Alarm:
    query = select(Alarm).where(Alarm.id == number).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def unseen(session: Session) -> int:
    return session.scalar(select(func.count()).where(Alarm.seen_at.is_(None))) or 0


def newest(session: Session, limit: int) -> Sequence[Alarm]:
    """Those that nobody has looked after first, then the latest."""
    return session.scalars(select(Alarm).order_by(Alarm.seen_at.is_not(None), Alarm.id.desc()).limit(limit)).all()


def staff_of(session: Session, customer_id: int) -> int | None:
    """Who of the staff this customer is, as far as a Telegram account says it that both have."""
    theirs = select(StaffLink.staff_id).join(CHATS, CHATS.c.address == StaffLink.address)
    return session.scalar(theirs.where(CHATS.c.channel == "telegram", CHATS.c.customer_id == customer_id).limit(1))
