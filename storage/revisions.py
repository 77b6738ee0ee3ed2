"""Revisions: a number per kind of content, raised with each change, so that every worker notices an edit."""

from sqlalchemy import Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert


class Revision(Base):
    __tablename__ = "revisions"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer)


def raise_(session: Session, name: str) -> None:
    """Says that this content changed; seen by others when the transaction commits."""
    row = insert(session, Revision.__table__).values(name=name, number=1)
    session.execute(row.on_conflict_do_update(index_elements=["name"], set_={"number": Revision.number + 1}))


# Asked several times a second, so it is put together once.
_ALL = select(Revision.name, Revision.number)


def all_numbers(session: Session) -> dict[str, int]:
    """The number of each kind of content that was ever changed."""
    return {row.name: row.number for row in session.execute(_ALL)}
