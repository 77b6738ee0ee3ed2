"""What managers' figures are made of: tickets, visits and conversations of some days, a line each. Nothing about a customer."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from storage.appointments import EXPIRED, HELD, Appointment
from storage.chats import CHATS
from storage.entries import Gap
from storage.tickets import MERGED, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class TicketLine:
    """`first`: when staff first replied, `ended`: when it was settled, None: not yet. `broken`: a promise was, once or more."""

    store_id: int | None
    staff_id: int | None
    opened: datetime
    first: datetime | None
    ended: datetime | None
    reopened: bool
    broken: bool
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class VisitLine:
    """`status`, `source`: as of an appointment."""

    store_id: int
    status: str
    source: str
    made: datetime
    starts: datetime


@dataclass(frozen=True, slots=True)
class TalkLine:
    """Conversations of a store (None: of none yet): how many there were, with a ticket, and with words nobody could answer."""

    store_id: int | None
    talks: int
    with_ticket: int
    with_gap: int


def tickets_opened(session: Session, start: datetime, end: datetime, stores: Collection[int] | None) -> Iterator[TicketLine]:
    """Those that people opened in this time; merged ones are in the one that they live on in. `stores` None: every one."""
    query = (
        select(
            Ticket.store_id, Ticket.staff_id, Ticket.opened_at,
            func.min(case((TicketEvent.what == "replied", TicketEvent.at))),
            func.coalesce(Ticket.resolved_at, Ticket.closed_at), Ticket.reopened > 0,
            func.max(case((TicketEvent.what == "broken", 1), else_=0)) > 0, Ticket.rating,
        )
        .outerjoin(TicketEvent, TicketEvent.ticket_id == Ticket.id)
        .where(Ticket.opened_at >= start, Ticket.opened_at < end, Ticket.status != MERGED, *_of(Ticket.store_id, stores))
        .group_by(Ticket.id)
    )  # fmt: skip
    for store_id, staff_id, opened, first, ended, reopened, broken, rating in session.execute(query):
        yield TicketLine(store_id, staff_id, opened, first, ended, bool(reopened), bool(broken), rating)


def endings(session: Session, start: datetime, end: datetime, stores: Collection[int] | None) -> Iterator[tuple[int, bool]]:
    """(who ended it, False) for each end of a ticket that was opened in this time, and (the same, True) if it was undone."""
    event = TicketEvent
    query = (
        select(event.what, event.staff_id, event.detail)
        .join(Ticket, Ticket.id == event.ticket_id)
        .where(Ticket.opened_at >= start, Ticket.opened_at < end, event.what.in_(("resolved", "closed", "reopened")))
        .where(*_of(Ticket.store_id, stores))
    )
    for what, staff_id, detail in session.execute(query):
        undone = what == "reopened"
        who = detail.get("closed_by") if undone else staff_id
        if who is not None:
            yield who, undone


def visits(session: Session, start: datetime, end: datetime, stores: Collection[int] | None) -> Iterator[VisitLine]:
    """Those that were to begin in this time; what was only held is none."""
    row = Appointment
    query = select(row.store_id, row.status, row.source, row.created_at, row.starts_at)
    known = (row.starts_at >= start, row.starts_at < end, row.status.not_in((HELD, EXPIRED)))
    for found in session.execute(query.where(*known, *_of(row.store_id, stores))):
        yield VisitLine(*found)


def talks(session: Session, start: datetime, stores: Collection[int] | None) -> Iterator[TalkLine]:
    """Of everybody who has said something since then; groups are none."""
    ticket = select(Ticket.id).where(Ticket.chat_id == CHATS.c.id, Ticket.opened_at >= start).exists()
    gap = select(Gap.id).where(Gap.chat_id == CHATS.c.id, Gap.at >= start).exists()
    query = (
        select(CHATS.c.store_id, func.count(), _how_many(ticket), _how_many(gap))
        .where(CHATS.c.seen_at >= start, CHATS.c.address.not_like("-%"), *_of(CHATS.c.store_id, stores))
        .group_by(CHATS.c.store_id)
    )
    for found in session.execute(query):
        yield TalkLine(*found)


def _how_many(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _of(column: Any, stores: Collection[int] | None) -> list[ColumnElement[bool]]:
    return [] if stores is None else [column.in_(stores)]
