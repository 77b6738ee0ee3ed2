"""Marks: early warnings on a chat, before there is a complaint; and notices that staff have to be given."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment, insert


class Mark(Base):
    """`kind`: unanswered_twice | ready_again | hot_words | slipping. The key keeps one cause from being marked twice."""

    __tablename__ = "ticket_marks"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)
    cleared_at: Mapped[datetime | None] = mapped_column(Moment)


class Notice(Base):
    """Something that staff must hear about a ticket. `role`: advisor | manager | region; `staff_id`: the one who has it, if any.

    `kind`: opened | wrote | warning | broken | raised | reopened | given | approval | mentioned. Written together with what it
    is about; whoever can reach staff takes what is not `told_at`. The key keeps it from being told twice. `message_id`: the
    row that carries it; `tries`: how many rows could not be delivered.
    """

    __tablename__ = "ticket_notices"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    role: Mapped[str] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    message_id: Mapped[int | None] = mapped_column(Id, index=True)
    tries: Mapped[int] = mapped_column(Integer, server_default=text("0"))


def mark(session: Session, *, key: str, chat_id: int, ticket_id: int | None, kind: str, now: datetime) -> None:
    row = insert(session, Mark.__table__).values(key=key[:80], chat_id=chat_id, ticket_id=ticket_id, kind=kind, at=now)
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))


def standing(session: Session, chat_ids: Collection[int] | None = None) -> Sequence[Mark]:
    """Marks that nobody has looked after, newest first; of these chats, or of all."""
    query = select(Mark).where(Mark.cleared_at.is_(None)).order_by(Mark.at.desc(), Mark.id.desc())
    return session.scalars(query if chat_ids is None else query.where(Mark.chat_id.in_(chat_ids))).all()


def find(session: Session, mark_id: int) -> Mark | None:
    return session.get(Mark, mark_id)


def clear(session: Session, chat_id: int, now: datetime) -> None:
    """Somebody looks after this chat now."""
    session.execute(update(Mark).where(Mark.chat_id == chat_id, Mark.cleared_at.is_(None)).values(cleared_at=now))


def notify(session: Session, *, key: str, ticket_id: int, kind: str, role: str, staff_id: int | None, now: datetime) -> None:
    row = insert(session, Notice.__table__).values(
        key=key[:80], ticket_id=ticket_id, kind=kind, role=role, staff_id=staff_id, at=now
    )
    session.execute(row.on_conflict_do_nothing(index_elements=["key"]))


def done_with(session: Session, key: str, now: datetime) -> None:
    """Nobody need be told of it any more."""
    session.execute(update(Notice).where(Notice.key == key, Notice.told_at.is_(None)).values(told_at=now))


def untold(session: Session, limit: int = 100) -> Sequence[Notice]:
    """Oldest first."""
    return session.scalars(select(Notice).where(Notice.told_at.is_(None)).order_by(Notice.id).limit(limit)).all()


def told(session: Session, notice_ids: Collection[int], now: datetime) -> None:
    session.execute(update(Notice).where(Notice.id.in_(notice_ids), Notice.told_at.is_(None)).values(told_at=now))
