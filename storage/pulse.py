"""The pulse: what has changed about tickets since the last look, for pages that follow along.

Everything that changes a ticket writes a line of history, a message or a note, so the newest of each say it. They are looked
at as a set and not by the largest number: on PostgreSQL a transaction that commits late brings a smaller number than others.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage.messages import MESSAGES
from storage.tickets import Ticket, TicketEvent, TicketMessage, TicketNote

# More than this between two looks counts as "everything".
WINDOW = 150

Trace = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Changed:
    """`everything`: too much to say what. `tickets`: by id, with their store."""

    everything: bool
    tickets: dict[int, int | None]


def newest(session: Session) -> frozenset[Trace]:
    """The newest traces of each kind: (kind, its number, ticket)."""
    found: list[Trace] = []
    for kind, number, ticket_id in (
        ("event", TicketEvent.id, TicketEvent.ticket_id),
        ("said", TicketMessage.message_id, TicketMessage.ticket_id),
        ("note", TicketNote.id, TicketNote.ticket_id),
    ):
        query = select(number, ticket_id).order_by(number.desc()).limit(WINDOW)
        found += [(kind, row[0], row[1]) for row in session.execute(query)]
    return frozenset(found)


def since(session: Session, before: frozenset[Trace], now: frozenset[Trace]) -> Changed:
    """What is in `now` and was not in `before`."""
    new = now - before
    for kind in ("event", "said", "note"):
        if sum(trace[0] == kind for trace in new) >= WINDOW and any(trace[0] == kind for trace in before):
            return Changed(True, {})
    ids = {ticket_id for _, _, ticket_id in new}
    rows = session.execute(select(Ticket.id, Ticket.store_id).where(Ticket.id.in_(ids))) if ids else ()
    return Changed(False, {row[0]: row[1] for row in rows})


def mark(session: Session) -> str:
    """How far it has come, as a page writes it down: what is later than this the page has not shown."""
    columns = (TicketEvent.id, TicketMessage.message_id, TicketNote.id)
    tops = session.execute(select(*(select(func.max(column)).scalar_subquery() for column in columns))).one()
    return ".".join(str(top or 0) for top in tops)


def last_words(session: Session, chat_ids: Collection[int]) -> dict[int, int]:
    """The newest row of each of these chats: the bot may talk to somebody while staff look on."""
    query = select(MESSAGES.c.chat_id, func.max(MESSAGES.c.id)).where(MESSAGES.c.chat_id.in_(chat_ids))
    return {row[0]: row[1] for row in session.execute(query.group_by(MESSAGES.c.chat_id))} if chat_ids else {}
