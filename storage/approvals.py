"""Approvals: what somebody wants to give for a ticket and may not give by themselves; decided once, by somebody above them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment

_PENDING = text("decided_at IS NULL")


class Approval(Base):
    """`offer`: its code. `granted`: None until it is decided. One wish for the same thing at a time: the index says so."""

    __tablename__ = "ticket_approvals"
    __table_args__ = (
        Index("uq_ticket_approvals", "ticket_id", "offer", unique=True, sqlite_where=_PENDING, postgresql_where=_PENDING),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    offer: Mapped[str] = mapped_column(String(40))
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    granted: Mapped[bool | None] = mapped_column(Boolean)


def pending(session: Session, ticket_id: int) -> Sequence[Approval]:
    """What waits for a yes or no, oldest first."""
    query = select(Approval).where(Approval.ticket_id == ticket_id, Approval.decided_at.is_(None))
    return session.scalars(query.order_by(Approval.id)).all()


def lock(session: Session, number: int) -> Approval | None:
    """As it is now, if it is not decided yet. Lock the chat and the ticket first."""
    query = select(Approval).where(Approval.id == number, Approval.decided_at.is_(None)).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()
