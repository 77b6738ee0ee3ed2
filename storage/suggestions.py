"""Suggestions: how often a draft stood beside an answer of staff, and how often they took it. Counts, and nobody's name."""

from collections.abc import Sequence

from sqlalchemy import Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert


class SuggestionCount(Base):
    """`code`: "kb:" and an entry, or "saved:" and a saved answer. `offered`: answers that left while it stood there."""

    __tablename__ = "suggestion_counts"

    code: Mapped[str] = mapped_column(String(90), primary_key=True)
    offered: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer)


def count(session: Session, code: str, *, taken: bool) -> None:
    """It stood there once more."""
    row = insert(session, SuggestionCount.__table__).values(code=code, offered=1, taken=int(taken))
    more = {"offered": SuggestionCount.offered + 1, "taken": SuggestionCount.taken + int(taken)}
    session.execute(row.on_conflict_do_update(index_elements=["code"], set_=more))


def counts(session: Session) -> Sequence[SuggestionCount]:
    """What stood there most often first."""
    return session.scalars(select(SuggestionCount).order_by(SuggestionCount.offered.desc(), SuggestionCount.code)).all()
