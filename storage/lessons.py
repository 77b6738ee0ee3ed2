"""Lessons: what was learned from matters that were settled, for everybody who works here; without anything about a customer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, Text, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment


class Lesson(Base):
    """`whys`: the answers to "why?", up to five, the last is the root. `draft`: an entry of the knowledge base that is being
    written from it, as the import reads it; empty: none. `store_id` None: of no store."""

    __tablename__ = "lessons"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    tier: Mapped[str] = mapped_column(String(10))
    category: Mapped[str | None] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    root: Mapped[str] = mapped_column(Text)
    whys: Mapped[list[str]] = mapped_column(Json)
    remedy: Mapped[str] = mapped_column(Text)
    prevention: Mapped[str] = mapped_column(Text)
    draft: Mapped[dict[str, Any]] = mapped_column(Json)


def find(session: Session, words: Sequence[str], limit: int) -> Sequence[Lesson]:
    """With one of these in title, root cause, remedy or prevention; the newest first. Without words: the newest of all."""
    query = select(Lesson).order_by(Lesson.id.desc()).limit(limit)
    if words:
        places = (Lesson.title, Lesson.root, Lesson.remedy, Lesson.prevention)
        query = query.where(or_(*(place.icontains(word, autoescape=True) for word in words for place in places)))
    return session.scalars(query).all()


def drafts(session: Session) -> list[Lesson]:
    """Those from which an entry is being written, the oldest first."""
    return [one for one in session.scalars(select(Lesson).order_by(Lesson.id)) if one.draft]


def of_ticket(session: Session, ticket_id: int) -> Lesson | None:
    query = select(Lesson).where(Lesson.ticket_id == ticket_id).order_by(Lesson.id.desc())
    return session.scalars(query.limit(1)).one_or_none()
