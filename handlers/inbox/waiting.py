"""Tickets that wait for parts, in the console: until which day, what the customer knows of it, and that they are here."""

from datetime import date

from handlers.desk import Desk, Go
from handlers.dialogue import Refusal
from handlers.inbox import doing
from handlers.tickets import parts
from storage.tickets import Ticket

KNOWS = (parts.TELL, parts.KNOWN, parts.NOT_TOLD)


def post(desk: Desk) -> Go:
    """Begins to wait or chooses another day; with `do=here` the part has come."""
    ticket: Ticket = desk.things["ticket"]
    if desk.field("do") == "here":
        parts.arrived(doing.work_of(desk), ticket)
        return doing.done(desk, ticket, "parts_here", "inbox.parts.is_here")
    try:
        day = date.fromisoformat(desk.field("day", 10))
    except ValueError:
        raise Refusal("tickets.parts_day") from None
    told = desk.field("told", 10)
    parts.wait(doing.work_of(desk), ticket, desk.field("what", parts.LONGEST), day, told if told in KNOWS else parts.NOT_TOLD)
    return doing.done(desk, ticket, "parts", "inbox.parts.waits", told=told)
