"""Answers that leave later. When the time has come and something new was said, nothing is sent: its writer reads it first."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.texts import Texts
from handlers.tickets import actions
from handlers.tickets.work import By, Work
from storage import chats, drafts, handiness, messages, tickets
from storage.handiness import Later
from storage.staff import Staff
from storage.tickets import Ticket

FURTHEST = timedelta(days=30)


def schedule(work: Work, ticket: Ticket, words: str, due_at: datetime, *, waits: bool) -> None:
    """Raises Refusal for a time that is gone, or more than a month away."""
    if not words.strip():
        raise Refusal("tickets.empty")
    if not work.now < due_at <= work.now + FURTHEST:
        raise Refusal("tickets.later_time")
    assert work.by.staff_id is not None, "staff send later"
    chats.lock(work.session, ticket.chat_id)
    seen = messages.last_id(work.session, ticket.chat_id)
    work.session.add(
        Later(ticket_id=ticket.id, staff_id=work.by.staff_id, words=words, waits=waits, seen=seen, due_at=due_at, ended_at=None)
    )
    work.event(ticket, "scheduled", due=due_at.isoformat())


def cancel(work: Work, ticket: Ticket, number: int) -> None:
    """What was to be sent is a draft of its writer again. Raises Refusal when it has left."""
    found = handiness.lock_later(work.session, number)
    if found is None or found.ticket_id != ticket.id:
        raise Refusal("tickets.later_gone")
    _keep(work, found)
    work.event(ticket, "unscheduled")


def due(session: Session, now: datetime) -> Sequence[int]:
    return handiness.later_due(session, now)


def send(session: Session, number: int, texts: Texts, now: datetime) -> None:
    """Sends it if it still fits. The chat's lock first, as everywhere; then it is looked at once more."""
    found = session.get(Later, number)
    ticket = tickets.get(session, found.ticket_id) if found else None
    assert ticket is not None, "tickets are never deleted"
    chats.lock(session, ticket.chat_id)
    found, ticket = handiness.lock_later(session, number), tickets.lock(session, ticket.id)
    if found is None:
        return
    writer = session.get_one(Staff, found.staff_id)
    work = Work(session, texts, now, By(writer.name, "console", writer.id))
    overtaken = handiness.spoke_after(session, ticket.chat_id, found.seen) or tickets.last_reply(session, ticket.id) > found.seen
    if not ticket.alive or overtaken or writer.dismissed_at is not None:
        _keep(work, found)
        work.event(ticket, "held_up")
        actions.notify(work, ticket, "wrote", f"{ticket.id}:held_up:{found.id}")
        return
    found.ended_at = now
    actions.reply(work, ticket, found.words, waits=found.waits)


def _keep(work: Work, found: Later) -> None:
    found.ended_at = work.now
    before = drafts.find(work.session, found.ticket_id, found.staff_id)
    words = "\n\n".join(part for part in (before.words if before else "", found.words) if part)
    drafts.keep(work.session, found.ticket_id, found.staff_id, work.now, words=words)
