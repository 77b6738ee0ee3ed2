"""Relays: what staff wrote in a staff chat, by the channel's id of it, and which message or note it became."""

from collections.abc import Collection

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id
from storage.messages import CANCELLED, DEAD, MESSAGES, SENT, UNCERTAIN


class Relay(Base):
    """`ref`: the channel's id of what was written. `message_id`: the row that the customer got; `note_id`: the note that it is;
    neither: it was an answer to the bot. `album`: the channel's mark of an album. `watched_id`: a row whose end is not known yet.
    """

    __tablename__ = "ticket_relays"
    __table_args__ = (UniqueConstraint("chat_id", "ref"), Index("ix_ticket_relays_album", "chat_id", "album"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"))
    ref: Mapped[str] = mapped_column(String(60))
    thread: Mapped[str] = mapped_column(String(60))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(Id, index=True)
    note_id: Mapped[int | None] = mapped_column(Id, index=True)
    album: Mapped[str | None] = mapped_column(String(40))
    watched_id: Mapped[int | None] = mapped_column(Id, index=True)


def at(session: Session, chat_id: int, ref: str) -> Relay | None:
    return session.scalars(select(Relay).where(Relay.chat_id == chat_id, Relay.ref == ref)).one_or_none()


def of_album(session: Session, chat_id: int, album: str) -> list[Relay]:
    """What came of the same album, oldest first."""
    return list(session.scalars(select(Relay).where(Relay.chat_id == chat_id, Relay.album == album).order_by(Relay.id)))


def of_message(session: Session, message_id: int) -> Relay | None:
    """Where staff wrote what became this message; of an album, its first part."""
    return session.scalars(select(Relay).where(Relay.message_id == message_id).order_by(Relay.id).limit(1)).one_or_none()


def notes_from(session: Session, chat_id: int, note_ids: Collection[int]) -> set[int]:
    """Those of the notes that were written in this chat."""
    query = select(Relay.note_id).where(Relay.chat_id == chat_id, Relay.note_id.in_(note_ids))
    return {note_id for note_id in session.scalars(query) if note_id is not None}


def ended(session: Session, limit: int = 50) -> list[int]:
    """Relays whose row has come to its end, and nobody has looked yet."""
    query = select(Relay.id).join(MESSAGES, MESSAGES.c.id == Relay.watched_id)
    ends = MESSAGES.c.status.in_((SENT, UNCERTAIN, DEAD, CANCELLED))
    return list(session.scalars(query.where(Relay.watched_id.is_not(None), ends).order_by(Relay.id).limit(limit)))
