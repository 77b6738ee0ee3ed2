"""Console pages on tickets: what waits, oldest first, and one conversation with its answer."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from handlers.customers import pages as customers
from handlers.desk import EVERYBODY, Desk, Go, Missing, Page, Panel, Picture, Thing
from handlers.dialogue import Refusal
from handlers.tickets import actions
from handlers.tickets.work import By, Work
from storage import chats, media, messages, people, tickets
from storage.customers import Customer
from storage.messages import Message
from storage.tickets import Ticket

MOST_TICKETS, MOST_MESSAGES, ON_CARD = 200, 100, 5


def queue(desk: Desk) -> Mapping[str, Any]:
    waiting = tickets.waiting_in(desk.session, desk.wall, MOST_TICKETS)
    return {"waiting": [(ticket, chats.get(desk.session, ticket.chat_id)) for ticket in waiting]}


def thread(desk: Desk) -> Mapping[str, Any]:
    ticket: Ticket = desk.things["ticket"]
    chat = chats.get(desk.session, ticket.chat_id)
    assert chat is not None, "the database holds chat_id to an existing row"
    customer = desk.session.get(Customer, ticket.customer_id or chat.customer_id or 0)
    return {
        "ticket": ticket,
        "chat": chat,
        "lines": messages.latest(desk.session, chat.id, MOST_MESSAGES),
        "speaker": _speaker,
        "last": messages.last_id(desk.session, chat.id),
        "card": customers.card_of(desk, customer) if customer and _may_see(desk, customer) else None,
    }


def reply(desk: Desk) -> Go:
    """What somebody else has said in the meantime is read first: whoever sends second sees it, and their text is kept."""
    ticket = _alive(desk)
    words = desk.field("words")
    if not words:
        raise Refusal("tickets.desk.empty")
    if desk.field("last") != str(messages.last_id(desk.session, ticket.chat_id)):
        raise Refusal("tickets.desk.overtaken")
    actions.reply(_work(desk), ticket, words)
    desk.audit("ticket.reply", f"ticket:{ticket.id}")
    return Go(desk.url("/tickets/{ticket}", ticket=ticket.id), desk.plain("tickets.desk.sent"))


def close(desk: Desk) -> Go:
    ticket = _alive(desk)
    actions.close(_work(desk), ticket)
    desk.audit("ticket.close", f"ticket:{ticket.id}")
    return Go(desk.url("/tickets"), desk.plain("tickets.desk.closed"))


def photo(desk: Desk) -> Picture:
    found = media.find(desk.session, desk.where["photo"], desk.things["ticket"].chat_id)
    if found is None:
        raise Missing
    return Picture(*found)


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any] | None:
    theirs = tickets.of_customer(desk.session, customer.id, ON_CARD)
    if desk.wall is not None:
        theirs = [ticket for ticket in theirs if _seen_from(desk.session, ticket, desk.wall)]
    return {"tickets": theirs} if theirs else None


def _work(desk: Desk) -> Work:
    return Work(desk.session, desk.house.texts, desk.now, By(desk.staff.name, "console", desk.staff.id))


def _may_see(desk: Desk, customer: Customer) -> bool:
    return desk.wall is None or people.may_see(desk.session, customer, desk.wall)


def _alive(desk: Desk) -> Ticket:
    """The ticket as it is now, and as it stays until this is done."""
    chats.lock(desk.session, desk.things["ticket"].chat_id)
    ticket = tickets.lock(desk.session, desk.things["ticket"].id)
    if not ticket.alive:
        raise Refusal("tickets.desk.is_closed")
    return ticket


def _speaker(line: Message) -> str:
    if line.incoming:
        return "customer"
    ours = line.feature == "tickets" and line.purpose == "service" and not line.data.get("card")
    return "colleague" if ours else "bot"


def _seen_from(_session: Session, ticket: Ticket, stores: Collection[int]) -> bool:
    """A matter that belongs to no store yet is everybody's."""
    return ticket.store_id is None or ticket.store_id in stores


TICKET = Thing("ticket", lambda session, number: session.get(Ticket, number), _seen_from)
PANEL = Panel("tickets/on_card.html", on_card)
PAGES = [
    Page(path="/tickets", roles=EVERYBODY, get=queue, template="tickets/queue.html", menu="tickets.desk.menu"),
    Page(path="/tickets/{ticket}", roles=EVERYBODY, get=thread, post=reply, template="tickets/thread.html"),
    Page(path="/tickets/{ticket}/close", roles=EVERYBODY, post=close),
    Page(path="/tickets/{ticket}/photos/{photo}", roles=EVERYBODY, get=photo),
]
