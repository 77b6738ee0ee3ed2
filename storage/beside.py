"""What lies beside a ticket when somebody opens it, read together: each of these by itself is a journey to the database."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from storage.attention import Snooze
from storage.drafts import Draft
from storage.parts import PartsWait
from storage.tickets import MERGED, Ticket

MOST = 60


def around(
    session: Session, ticket_id: int, staff_id: int, now: datetime
) -> tuple[Draft | None, PartsWait | None, datetime | None]:
    """What this person has begun to write, the part that is waited for, and until when it is put aside."""
    query = (
        select(Draft, PartsWait, Snooze)
        .select_from(Ticket)
        .outerjoin(Draft, and_(Draft.ticket_id == Ticket.id, Draft.staff_id == staff_id))
        .outerjoin(PartsWait, and_(PartsWait.ticket_id == Ticket.id, PartsWait.ended_at.is_(None)))
        .outerjoin(Snooze, and_(Snooze.ticket_id == Ticket.id, Snooze.until > now))
        .where(Ticket.id == ticket_id)
    )
    draft, awaited, snooze = session.execute(query.execution_options(populate_existing=True)).one()
    return draft, awaited, snooze.until if snooze else None


def near(session: Session, ticket: Ticket) -> tuple[list[Ticket], list[Ticket]]:
    """Others of the same chat, the newest first; and those that were merged into this one."""
    query = select(Ticket).where(
        Ticket.id != ticket.id,
        or_(Ticket.merged_into == ticket.id, and_(Ticket.chat_id == ticket.chat_id, Ticket.status != MERGED)),
    )
    found = session.scalars(query.order_by(Ticket.id.desc()).limit(MOST)).all()
    return [one for one in found if one.status != MERGED], [one for one in reversed(found) if one.merged_into == ticket.id]
