"""Updates that could not be handled even with an apology: kept for a person, so that nothing is lost and nothing loops."""

from datetime import datetime

from sqlalchemy import String, Text
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


def put(session: Session, *, key: str, channel: str, reason: str, raw: str, now: datetime) -> None:
    """Parks an update once; the same key again changes nothing."""
    row = insert(session, Quarantined.__table__).values(key=key, channel=channel, reason=reason[:200], raw=raw[:100_000], at=now)
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))
