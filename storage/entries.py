"""The knowledge base at run time: entries, and the questions that it could not answer (gaps)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Float, ForeignKey, Row, String, Text, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment


class EntryRow(Base):
    """One entry in one language; `entry_id` is the same in all its languages. `stores`: codes, empty = every store."""

    __tablename__ = "entries"
    __table_args__ = (UniqueConstraint("entry_id", "language"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(10))
    category: Mapped[str] = mapped_column(String(40))
    question: Mapped[str] = mapped_column(Text)
    aliases: Mapped[list[str]] = mapped_column(Json)
    answer: Mapped[str] = mapped_column(Text)
    buttons: Mapped[list[str]] = mapped_column(Json)
    audience: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    stores: Mapped[list[str]] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Gap(Base):
    """Words that the bot had no answer for. `kind`: question | price. `nearest`: the entry or service that came closest."""

    __tablename__ = "gaps"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(10))
    nearest: Mapped[str | None] = mapped_column(String(80))
    confidence: Mapped[float | None] = mapped_column(Float)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


def all_rows(session: Session) -> Sequence[EntryRow]:
    return session.scalars(select(EntryRow).order_by(EntryRow.entry_id, EntryRow.language)).all()


def readable(session: Session) -> Sequence[Row[Any]]:
    """The columns of everything that customers may read, as plain rows: hundreds of objects would stay in memory for nothing."""
    rows = EntryRow.__table__
    return session.execute(select(rows).where(rows.c.audience == "customer").order_by(rows.c.entry_id, rows.c.language)).all()


def forget_gaps(session: Session, numbers: Sequence[int]) -> None:
    """These have found their answer."""
    session.execute(delete(Gap).where(Gap.id.in_(numbers)))


def gaps(session: Session, since: datetime | None = None, limit: int = 1000) -> Sequence[Gap]:
    """Newest first."""
    query = select(Gap).order_by(Gap.at.desc(), Gap.id.desc()).limit(limit)
    return session.scalars(query.where(Gap.at >= since) if since else query).all()
