"""Retention: what is older than it is kept goes, a batch at a time. What is still open or waited for never does."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Integer, Select, Table, delete, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from storage.contact import Consent, ContactDecision
from storage.database import Base
from storage.entries import Gap
from storage.feedback import Feedback
from storage.media import Media
from storage.messages import HELD, MESSAGES, QUEUED, SENDING, WAITING
from storage.phone_codes import PhoneCode
from storage.quarantine import Quarantined
from storage.tickets import ALIVE, Ticket, TicketMessage, TicketNote

# What is old has low numbers: so many are looked at, and not the whole table.
_FIRST = 5000


def forget(session: Session, kind: str, since: datetime, most: int) -> int:
    """Removes up to `most` rows of each part of this kind that are older than `since`; the most of one part."""
    return max(part(session, since, most) for part in _PARTS[kind])


def _messages(session: Session, since: datetime, most: int) -> int:
    """Not those of a matter that is open, nor what has yet to be sent."""
    mine = select(TicketMessage.message_id).join(Ticket, Ticket.id == TicketMessage.ticket_id)
    first = select(MESSAGES.c.id).order_by(MESSAGES.c.id).limit(_FIRST)
    old = (
        select(MESSAGES.c.id)
        .where(
            MESSAGES.c.id.in_(first),
            MESSAGES.c.created_at < since,
            MESSAGES.c.status.not_in((QUEUED, SENDING, WAITING, HELD)),
            ~exists(mine.where(TicketMessage.message_id == MESSAGES.c.id, Ticket.status.in_(ALIVE))),
        )
        .order_by(MESSAGES.c.id)
        .limit(most)
    )
    ids = list(session.scalars(old))
    for name in ("ticket_messages", "ticket_posts"):
        table = Base.metadata.tables[name]
        session.execute(delete(table).where(table.c.message_id.in_(ids)))
    session.execute(delete(MESSAGES).where(MESSAGES.c.id.in_(ids)))
    return len(ids)


def _feedback(session: Session, since: datetime, most: int) -> int:
    """The stars stay."""
    old = select(Feedback.id).where(Feedback.ended_at < since, Feedback.words != "").limit(most)
    return _changed(session, update(Feedback).where(Feedback.id.in_(list(session.scalars(old)))).values(words="", media=[]))


def _tickets(session: Session, since: datetime, most: int) -> int:
    """That there was one, of which tier, and how it went, stays."""
    over = (Ticket.opened_at < since, Ticket.status.not_in(ALIVE))
    said = or_(Ticket.summary != "", Ticket.wish.is_not(None), Ticket.phone.is_not(None), Ticket.cause.is_not(None))
    ids = list(session.scalars(select(Ticket.id).where(*over, said).limit(most)))
    nothing: dict[str, Any] = {"summary": "", "wish": None, "phone": None, "cause": None, "remedy": None, "prevention": None}
    session.execute(update(Ticket).where(Ticket.id.in_(ids)).values(nothing))
    session.execute(update(TicketNote).where(TicketNote.ticket_id.in_(ids)).values(text=""))
    return len(ids)


def _proof(session: Session, since: datetime, most: int) -> int:
    """A yes or no that a newer one of the same chat and purpose has replaced."""
    newer = aliased(Consent)
    same = (newer.chat_id == Consent.chat_id, newer.purpose == Consent.purpose, newer.id > Consent.id)
    old = select(Consent.id).where(Consent.at < since, exists(select(newer.id).where(*same))).limit(most)
    return _changed(session, delete(Consent).where(Consent.id.in_(list(session.scalars(old)))))


def _rows(mapped: Any, moment: Any) -> Callable[[Session, datetime, int], int]:
    table: Table = mapped.__table__
    [key] = table.primary_key.columns

    def part(session: Session, since: datetime, most: int) -> int:
        old: Select[Any] = select(key).where(moment < since).limit(most)
        if isinstance(key.type, Integer):
            old = old.where(key.in_(select(key).order_by(key).limit(_FIRST)))
        return _changed(session, delete(table).where(key.in_(list(session.scalars(old)))))

    return part


def _changed(session: Session, statement: Any) -> int:
    result = session.connection().execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


_PARTS: Mapping[str, tuple[Callable[[Session, datetime, int], int], ...]] = {
    "messages": (_messages, _rows(Gap, Gap.at), _feedback),
    "photos": (_rows(Media, Media.created_at),),
    "tickets": (_tickets,),
    "decisions": (_rows(ContactDecision, ContactDecision.at),),
    "proof": (_proof,),
    "odds": (_rows(PhoneCode, PhoneCode.expires_at), _rows(Quarantined, Quarantined.at)),
}
