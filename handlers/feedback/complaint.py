"""Few stars become a ticket: with the words, the visit, and who did the work, so that whoever takes it need not ask."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue import shop as shops
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts
from handlers.feedback import rules
from handlers.tickets import actions
from handlers.tickets.rules import Verdict
from handlers.tickets.work import BOT, Work
from storage import chats, feedback, technicians, tickets
from storage.chats import Chat
from storage.feedback import Feedback
from storage.tickets import Ticket

BATCH = 100
NOTHING_MORE = Verdict(complaint=True, tier=None, category=None, reasons=(), kinds=frozenset())


def open_(work: Work, shop: Shop, chat: Chat, row: Feedback, verdict: Verdict) -> Ticket:
    """The ticket of this feedback, with what was said since if there is one already. The chat must be locked.

    A complaint of the chat that is open takes it up: what somebody is unhappy about waits in the queue once.
    """
    own = tickets.get(work.session, row.ticket_id) if row.ticket_id is not None else None
    told = own is not None and own.alive
    ticket = own if told else tickets.open_of(work.session, chat.id, ["complaint"])
    words = row.words if told else described(work.session, shop, work.texts, chat.language or "en", row)
    if ticket is None:
        ticket = actions.open_ticket(
            work, chat, "complaint", words, verdict=verdict, store_id=row.store_id, visit_id=row.visit_id,
            appointment_id=row.appointment_id,
        )  # fmt: skip
    else:
        actions.hear(work, chat, ticket, words)
        actions.learn(work, chat, ticket, verdict)
        if ticket.visit_id is None and ticket.appointment_id is None:
            ticket.visit_id, ticket.appointment_id = row.visit_id, row.appointment_id
    row.ticket_id = ticket.id
    return ticket


def described(session: Session, shop: Shop, texts: Texts, language: str, row: Feedback) -> str:
    """What staff read first: stars, visit, who did it, and the words."""
    store = next((store for store in shop.stores if store.id == row.store_id), None)
    values = {
        "work": row.work, "people": row.people or None, "day": row.day, "advisor": row.advisor,
        "services": services(shop, row.services, language), "store": store.names.get(language, store.code) if store else "",
        "technician": technicians.name(session, row.technician_id) if row.technician_id else None,
    }  # fmt: skip
    return "\n".join(part for part in (texts.label("feedback.ticket", language, values), row.words) if part)


def services(shop: Shop, codes: list[str], language: str) -> str:
    """Services on one line; one that is not offered any more by its code."""
    names = [shop.services[code].names.get(language, code) if code in shop.services else code for code in codes]
    return (", " if language == "en" else "、").join(names)


# -- few stars, and then silence: a person looks after it all the same ------------------------------------------------------


def silent(session: Session, now: datetime) -> list[int]:
    return feedback.left_unhappy(session, rules.LOW, now - rules.LATEST, now - rules.SILENCE, BATCH)


def settle(session: Session, feedback_id: int, texts: Texts, now: datetime) -> None:
    chat_id = feedback.chat_of(session, feedback_id)
    chat = chats.lock(session, chat_id)
    row = feedback.lock(session, feedback_id)
    if row is not None and row.ticket_id is None and row.chat_id == chat_id and row.finished_at is None:
        open_(Work(session, texts, now, BOT, chat), shops.load(session), chat, row, NOTHING_MORE)
        chats.save(session, chat)
