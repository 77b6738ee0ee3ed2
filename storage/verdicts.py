"""Verdicts: how often an answer of the knowledge base helped, and how often somebody asked for a person instead."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Moment, insert


class Verdict(Base):
    """What customers made of one entry in one language: counts, and nobody's name."""

    __tablename__ = "verdicts"

    entry_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    helped: Mapped[int] = mapped_column(Integer)
    person: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(Moment)


def count(session: Session, entry_id: str, language: str, *, helped: bool, now: datetime) -> None:
    """One more who was helped, or who asked for a person."""
    one = {"helped": int(helped), "person": int(not helped)}
    row = insert(session, Verdict.__table__).values(entry_id=entry_id, language=language, last_at=now, **one)
    more = {"helped": Verdict.helped + one["helped"], "person": Verdict.person + one["person"], "last_at": now}
    session.execute(row.on_conflict_do_update(index_elements=["entry_id", "language"], set_=more))


def all_verdicts(session: Session) -> Sequence[Verdict]:
    """Those that helped least first."""
    order = ((Verdict.person - Verdict.helped).desc(), Verdict.entry_id, Verdict.language)
    return session.scalars(select(Verdict).order_by(*order)).all()
