"""Somebody complains or asks on the phone, or at the desk: whoever listens opens the ticket from the customer's card."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from handlers.desk import Desk, Go
from handlers.dialogue import Refusal
from handlers.inbox.doing import work_of
from handlers.tickets import actions, rules
from storage import chats
from storage.chats import Chat
from storage.customers import Customer
from storage.tickets import QUESTION, TIERS

# The channel of people who have none: nothing is sent there, it only holds what was said and done.
PHONE = "phone"
MOST = 2000


def begin(desk: Desk) -> Go:
    """A ticket of this customer, as if they had written it; its tier by the rules, unless staff say another."""
    customer: Customer = desk.things["customer"]
    words, tier = desk.field("words", MOST), desk.field("tier", 20)
    if not words:
        raise Refusal("inbox.phone.empty")
    if tier and tier not in TIERS:
        raise Refusal("desk.missing")
    work, chat = work_of(desk), _chat(desk.session, customer, desk)
    verdict = rules.load(desk.session).judge(words)
    kind = "question" if desk.field("kind", 10) == "question" else "complaint"
    ticket = actions.open_ticket(
        work, chat, kind, words, verdict=verdict if kind == "complaint" else None, store_id=customer.store_id, written=False
    )  # fmt: skip
    chats.save(desk.session, chat)
    if tier and tier != ticket.tier:
        actions.set_tier(work, ticket, tier)
    desk.audit("ticket.open", f"ticket:{ticket.id}")
    return Go(desk.url("/tickets/{ticket}", ticket=ticket.id), desk.plain("inbox.phone.opened"))


def _chat(session: Session, customer: Customer, desk: Desk) -> Chat:
    """The chat that they used last, of those that work; else one that only holds it."""
    theirs = chats.of_customer(session, customer.id)
    found = next((chat for chat in theirs if chat.reachable), None) or next((c for c in theirs if c.channel == PHONE), None)
    if found is None:
        found = chats.arrive(session, PHONE, customer.code, pulls=True, now=desk.now)
        found.customer_id, found.language, found.store_id = customer.id, customer.language, customer.store_id
        chats.save(session, found)
        chats.mark_unreachable(session, found.id)
    return chats.lock(session, found.id)


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any]:
    return {"customer": customer, "tiers": [tier for tier in TIERS if tier != QUESTION]}
