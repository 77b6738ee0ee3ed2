"""Alias proposals: words that customers typed before they chose an entry; staff take them or dismiss them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Integer, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment, insert

# As long as an alias may be.
MOST_CHARACTERS = 300
PROPOSED, TAKEN, DISMISSED = "proposed", "taken", "dismissed"


class AliasProposal(Base):
    """`text`: as it was first typed; `folded`: what makes two texts the same one. `status`: proposed → taken | dismissed."""

    __tablename__ = "alias_proposals"
    __table_args__ = (UniqueConstraint("entry_id", "language", "folded"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(MOST_CHARACTERS))
    folded: Mapped[str] = mapped_column(String(MOST_CHARACTERS))
    count: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(Moment)
    last_at: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[str] = mapped_column(String(10), index=True)


def propose(session: Session, entry_id: str, language: str, text: str, folded: str, now: datetime) -> None:
    """Once more: these words, then this entry. What was dismissed stays dismissed."""
    row = insert(session, AliasProposal.__table__).values(
        entry_id=entry_id, language=language, text=text, folded=folded, count=1, first_at=now, last_at=now, status=PROPOSED
    )
    more = {"count": AliasProposal.count + 1, "last_at": now}
    session.execute(row.on_conflict_do_update(index_elements=["entry_id", "language", "folded"], set_=more))


def waiting(session: Session) -> Sequence[AliasProposal]:
    """Not taken and not dismissed, the most frequent first."""
    order = (AliasProposal.count.desc(), AliasProposal.last_at.desc(), AliasProposal.id)
    return session.scalars(select(AliasProposal).where(AliasProposal.status == PROPOSED).order_by(*order)).all()


def with_numbers(session: Session, numbers: Collection[int]) -> dict[int, AliasProposal]:
    """Those of these that still wait, by their number."""
    found = select(AliasProposal).where(AliasProposal.id.in_(numbers), AliasProposal.status == PROPOSED)
    return {proposal.id: proposal for proposal in session.scalars(found)}
