"""Being forgotten: asked for once, done when nothing is on its way to them any more; the same for chat, console and command."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.booking import actions as booking
from handlers.booking.history import By as Booker
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts
from handlers.tickets import actions as tickets_actions
from handlers.tickets.work import BOT, Work
from storage import audit, chats, erasing, erasures, tickets
from storage.appointments import HELD, OPEN, Appointment
from storage.chats import CHATS
from storage.customers import Customer
from storage.erasing import Scope
from storage.erasures import Erasure
from storage.tickets import Ticket

# The good-bye has so long to arrive, and a page to fetch it.
_AT_ONCE, _AT_LAST = timedelta(seconds=20), timedelta(minutes=10)
_BY = Booker("system", "sweep", staff=True)


def coming(session: Session, scope: Scope, now: datetime) -> list[Appointment]:
    """Appointments that would be cancelled, the next first."""
    theirs = (Appointment.id.in_(scope.appointments), Appointment.status.in_((HELD, *OPEN)), Appointment.starts_at > now)
    return list(session.scalars(select(Appointment).where(*theirs).order_by(Appointment.starts_at)))


def open_tickets(session: Session, scope: Scope) -> list[Ticket]:
    theirs = (Ticket.id.in_(scope.tickets), Ticket.status.in_(tickets.ALIVE))
    return list(session.scalars(select(Ticket).where(*theirs).order_by(Ticket.id)))


def ask(session: Session, scope: Scope, place: str, now: datetime, *, staff_id: int | None = None) -> Erasure:
    """Wants this person forgotten; nothing that waits for them is sent from now on. Again changes nothing."""
    erasing.silence(session, scope)
    who = _who(session, scope)
    for known in erasures.waiting(session):
        if known.who == who:
            return known
    about = f"customer:{scope.customer}" if scope.customer is not None else f"chat:{scope.chats[0]}"
    audit.write(session, "privacy.erase", staff_id=staff_id, now=now, about=about, place=place)
    return erasures.asked(session, who, place, now)


def due(session: Session, now: datetime) -> list[int]:
    """Erasures whose good-bye has arrived, or has had long enough."""
    return [row.id for row in erasures.waiting(session) if _has_left(session, row, now)]


def _has_left(session: Session, row: Erasure, now: datetime) -> bool:
    waited = now - row.asked_at
    if row.place != "chat" or waited >= _AT_LAST:
        return True
    scope = find(session, row.who) if waited >= _AT_ONCE else None
    return scope is not None and not erasing.unsent(session, scope)


def do(session: Session, shop: Shop, texts: Texts, erasure_id: int, now: datetime) -> bool:
    """Forgets them; False when another worker does, or it is done. Whoever is not there any more has been forgotten."""
    row = erasures.take(session, erasure_id)
    if row is None:
        return False
    scope = find(session, row.who)
    if scope is not None:
        for chat_id in sorted(scope.chats):
            chats.lock(session, chat_id)
        _end_what_is_open(session, shop, texts, scope, now)
        erasing.erase(session, scope)
    row.done_at = now
    session.flush()
    return True


def find(session: Session, who: Sequence[Sequence[Any]]) -> Scope | None:
    """The person of a tombstone; None if no row of theirs is in this database."""
    scope: Scope | None = None
    for kind, number, made in who:
        table: Any = CHATS.c if kind == "chat" else Customer
        born = session.execute(select(table.created_at).where(table.id == number)).scalar_one_or_none()
        if born is None or born.isoformat() != made:
            continue
        if kind == "customer":
            scope = erasing.joined(scope, erasing.scope_of(session, customer_id=number))
        else:
            scope = erasing.joined(scope, erasing.scope_of(session, chat_id=number))
    return scope


def _who(session: Session, scope: Scope) -> list[list[Any]]:
    rows = session.execute(select(CHATS.c.id, CHATS.c.created_at).where(CHATS.c.id.in_(scope.chats)).order_by(CHATS.c.id))
    who: list[list[Any]] = [["chat", number, made.isoformat()] for number, made in rows]
    if scope.customer is not None:
        customer = session.get_one(Customer, scope.customer)
        who.append(["customer", customer.id, customer.created_at.isoformat()])
    return who


def _end_what_is_open(session: Session, shop: Shop, texts: Texts, scope: Scope, now: datetime) -> None:
    """A place that nobody comes for is free for others, and nobody works on a matter of nobody."""
    for row in coming(session, scope, now):
        try:
            booking.cancel(session, shop, row, now, by=_BY, reason="erased")
        except Refusal:
            continue  # it has begun
    work = Work(session, texts, now, BOT)
    for ticket in open_tickets(session, scope):
        tickets_actions.close(work, ticket)
