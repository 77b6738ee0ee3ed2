"""Tickets as other pages of the console show them: the thing that an address names, and a part of the customer's card."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from handlers.desk import Desk, Panel, Thing
from storage import tickets
from storage.customers import Customer
from storage.tickets import Ticket

ON_CARD = 5


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any] | None:
    theirs = tickets.of_customer(desk.session, customer.id, ON_CARD)
    if desk.wall is not None:
        theirs = [ticket for ticket in theirs if _seen_from(desk.session, ticket, desk.wall)]
    return {"tickets": theirs} if theirs else None


def _seen_from(_session: Session, ticket: Ticket, stores: Collection[int]) -> bool:
    """A matter that belongs to no store yet is everybody's."""
    return ticket.store_id is None or ticket.store_id in stores


TICKET = Thing("ticket", lambda session, number: session.get(Ticket, number), _seen_from)
PANEL = Panel("tickets/on_card.html", on_card)
