"""Leases: who of several workers does a thing that only one may do (polling a bot)."""

from datetime import datetime, timedelta

from sqlalchemy import String, delete, or_
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Moment, insert


class Lease(Base):
    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    holder: Mapped[str] = mapped_column(String(60))
    until: Mapped[datetime] = mapped_column(Moment)


def take(session: Session, name: str, holder: str, now: datetime, length: timedelta) -> bool:
    """Takes or renews the lease; False while somebody else holds it."""
    row = insert(session, Lease.__table__).values(name=name, holder=holder, until=now + length)
    mine = or_(Lease.holder == holder, Lease.until <= now)
    row = row.on_conflict_do_update(
        index_elements=["name"], set_={"holder": row.excluded.holder, "until": row.excluded.until}, where=mine
    )
    return session.execute(row.returning(Lease.name)).one_or_none() is not None


def give_back(session: Session, name: str, holder: str) -> None:
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
