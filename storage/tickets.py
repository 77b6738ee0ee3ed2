"""Tickets: matters that wait for a person."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment


class Ticket(Base):
    """A matter of one chat. `kind`: question | error | booking. `status`: open → answered → closed.

    `error`: the number that was said in an apology.
    """

    __tablename__ = "tickets"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), index=True)
    summary: Mapped[str] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


def open_of(session: Session, chat_id: int) -> Ticket | None:
    """The newest ticket of the chat that is not closed."""
    query = select(Ticket).where(Ticket.chat_id == chat_id, Ticket.status != "closed").order_by(Ticket.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def waiting(session: Session) -> list[Ticket]:
    """Everything not closed, oldest first."""
    return list(session.scalars(select(Ticket).where(Ticket.status != "closed").order_by(Ticket.opened_at, Ticket.id)))
