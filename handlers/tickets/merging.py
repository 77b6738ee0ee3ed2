"""Two tickets that are one matter are merged, one that is two is split; each can be undone."""

from collections.abc import Sequence

from handlers.dialogue import Refusal
from handlers.tickets import actions, card, promises
from handlers.tickets.rules import Verdict
from handlers.tickets.work import Work
from storage import messages, tickets
from storage.chats import Chat
from storage.tickets import Ticket


def merge(work: Work, ticket: Ticket, into: Ticket) -> Ticket:
    """From now on `ticket` is part of `into`: its words are read there, and what comes in goes there. Both keep their history."""
    if into.merged_into is not None:
        into = tickets.lock(work.session, into.merged_into)
    if ticket.id == into.id:
        raise Refusal("tickets.same_ticket")
    if not _same_person(ticket, into):
        raise Refusal("tickets.another_customer")
    with work.holding(ticket) as (chat, ticket):
        if ticket.status == tickets.MERGED:
            raise Refusal("tickets.not_alive")
        into = tickets.lock(work.session, into.id)
        if not into.alive:
            raise Refusal("tickets.not_alive")
        # One level only, so that a thread is one look: what was part of this one becomes part of the other.
        parts = tickets.parts_of(work.session, ticket.id)
        for part in parts:
            part.merged_into = into.id
        before = {"status": ticket.status, "tier": into.tier, "parts": [part.id for part in parts]}
        work.event(ticket, "merged", into=into.id, **before)
        work.event(into, "took_in", other=ticket.id)
        ticket.status, ticket.merged_into = tickets.MERGED, into.id
        if chat.ticket_id == ticket.id:
            chat.ticket_id = into.id
        if tickets.TIERS.index(ticket.tier) > tickets.TIERS.index(into.tier):
            into.tier = ticket.tier
        into.unanswered = max(into.unanswered, ticket.unanswered)
        tickets.go_on(work.session, ticket.id, work.now)
        for each in (ticket, into):
            promises.reckon(work.session, each, work.now)
        card.show(work, chat, ticket)
        return into


def unmerge(work: Work, ticket: Ticket) -> Ticket:
    """They were two matters after all: both are as they were, except for what was said since."""
    with work.holding(ticket) as (chat, ticket):
        event = tickets.last_event(work.session, ticket.id, "merged")
        if ticket.status != tickets.MERGED or event is None:
            raise Refusal("tickets.not_merged")
        ticket.status, ticket.merged_into = event.detail["status"], None
        for part in tickets.parts_of(work.session, event.detail["into"]):
            if part.id in event.detail["parts"]:
                part.merged_into = ticket.id
        into = tickets.lock(work.session, event.detail["into"])
        if into.tier == ticket.tier and into.tier != event.detail["tier"] and into.alive:
            into.tier = event.detail["tier"]
        work.event(ticket, "unmerged", out_of=into.id)
        work.event(into, "let_go", other=ticket.id)
        for each in (ticket, into):
            promises.reckon(work.session, each, work.now)
        card.show(work, chat, ticket)
        return ticket


def split(
    work: Work, chat: Chat, ticket: Ticket, message_ids: Sequence[int], verdict: Verdict | None, kind: str = "complaint"
) -> Ticket:
    """These messages are about another matter: they leave `ticket` for one of their own."""
    words = [message.text for message in messages.with_ids(work.session, chat.id, message_ids) if message.text]
    other = actions.open_ticket(
        work, chat, kind, "\n".join(words), verdict=verdict, store_id=ticket.store_id, written=False
    )  # fmt: skip
    tickets.relink(work.session, message_ids, other.id)
    work.event(ticket, "split", off=other.id)
    return other


def _same_person(one: Ticket, other: Ticket) -> bool:
    return one.chat_id == other.chat_id or (one.customer_id is not None and one.customer_id == other.customer_id)
