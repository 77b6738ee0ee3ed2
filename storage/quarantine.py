"""Updates that could not be handled even with an apology: kept for a person, so that nothing is lost and nothing loops."""

from datetime import datetime

from sqlalchemy import Integer, String, Text, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment, insert


class Quarantined(Base):
    __tablename__ = "quarantine"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    channel: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200))
    raw: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class Tried(Base):
    """An update that was begun and has not ended yet, and how often."""

    __tablename__ = "tries"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)


def begin(session: Session, key: str) -> int:
    """Counts one more beginning of this update; how many there were."""
    row = insert(session, Tried.__table__).values(key=key, count=1)
    row = row.on_conflict_do_update(index_elements=["key"], set_={"count": Tried.count + 1})
    return session.execute(row.returning(Tried.count)).scalar_one()


def end(session: Session, key: str) -> None:
    session.execute(delete(Tried).where(Tried.key == key))


def put(session: Session, *, key: str, channel: str, reason: str, raw: str, now: datetime) -> None:
    """Parks an update once; the same key again changes nothing."""
    row = insert(session, Quarantined.__table__).values(key=key, channel=channel, reason=reason[:200], raw=raw[:100_000], at=now)
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))


def all_rows(session: Session) -> list[Quarantined]:
    """What was put aside, oldest first."""
    return list(session.scalars(select(Quarantined).order_by(Quarantined.at, Quarantined.id)))


def drop(session: Session, key: str) -> bool:
    """It has been looked at; False when there is no such one."""
    return session.execute(delete(Quarantined).where(Quarantined.key == key).returning(Quarantined.id)).first() is not None
