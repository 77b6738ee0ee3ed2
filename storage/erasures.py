"""Erasures: who asked to be forgotten, and that it was done; numbers only, so that a restored backup forgets them again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment


class Erasure(Base):
    """`who`: [kind, number, when that row was made] of each chat and of the customer: in an old backup the same person, and
    nobody else, because a number that was given anew has another moment. `place`: chat | console | cli | restore.
    """

    __tablename__ = "erasures"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    who: Mapped[list[list[Any]]] = mapped_column(Json)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    place: Mapped[str] = mapped_column(String(20))


def asked(session: Session, who: list[list[Any]], place: str, now: datetime) -> Erasure:
    row = Erasure(who=who, asked_at=now, place=place)
    session.add(row)
    session.flush()
    return row


def waiting(session: Session) -> list[Erasure]:
    """Those that are still to be done, oldest first."""
    return list(session.scalars(select(Erasure).where(Erasure.done_at.is_(None)).order_by(Erasure.id)))


def take(session: Session, erasure_id: int) -> Erasure | None:
    """The row, locked; None if it is done, or another worker has it."""
    mine = select(Erasure).where(Erasure.id == erasure_id, Erasure.done_at.is_(None)).with_for_update(skip_locked=True)
    return session.scalars(mine.execution_options(populate_existing=True)).one_or_none()


def done(session: Session) -> list[list[list[Any]]]:
    """`who` of everybody who was ever forgotten here."""
    return list(session.scalars(select(Erasure.who).where(Erasure.done_at.is_not(None)).order_by(Erasure.id)))


def bring_along(session: Session, whos: Sequence[list[list[Any]]], now: datetime) -> list[Erasure]:
    """Into a restored database: everybody who had been forgotten meanwhile is to be forgotten again."""
    rows = [Erasure(who=who, asked_at=now, place="restore") for who in whos]
    session.add_all(rows)
    session.flush()
    return rows
