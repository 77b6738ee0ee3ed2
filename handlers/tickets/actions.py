"""What changes a ticket; the same for the customer's chat, the command line and the console."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue import markup
from handlers.dialogue.texts import Texts, escape
from storage import chats, messages, tickets
from storage.chats import Chat
from storage.tickets import Ticket


def open_ticket(session: Session, chat: Chat, kind: str, summary: str, now: datetime, *, error: str | None = None) -> Ticket:
    """The open ticket of this chat with the new matter added, or a new one: one chat waits in the queue once."""
    ticket = tickets.open_of(session, chat.id)
    if ticket is None:
        ticket = Ticket(
            token=tickets.new_token(), chat_id=chat.id, customer_id=chat.customer_id, store_id=chat.store_id, kind=kind,
            tier=tickets.QUESTION, reasons=[], status="open", summary=summary, error=error, opened_at=now, response_from=now,
            solution_from=now,
        )  # fmt: skip
        session.add(ticket)
    else:
        ticket.summary = "\n".join(part for part in (ticket.summary, summary) if part)[-4000:]
        ticket.error = error or ticket.error
    session.flush()
    return ticket


def reply(session: Session, ticket: Ticket, words: str, now: datetime) -> None:
    """An advisor's words to the customer. From here the chat is in their hands until the ticket is closed."""
    chat = chats.lock(session, ticket.chat_id)
    ticket.status, ticket.answered_at = "answered", ticket.answered_at or now
    chat.ticket_id = ticket.id
    chats.save(session, chat)
    _say(session, chat, escape(words), now)


def close(session: Session, ticket: Ticket, texts: Texts, now: datetime) -> None:
    """The matter is settled; the bot answers again, and says so."""
    chat = chats.lock(session, ticket.chat_id)
    ticket.status, ticket.closed_at = "closed", now
    was_held, chat.ticket_id = chat.ticket_id == ticket.id, None
    chats.save(session, chat)
    if was_held:
        _say(session, chat, texts.render("tickets.back_to_bot", chat.language or "en", {}), now)


def _say(session: Session, chat: Chat, html: str, now: datetime) -> None:
    text, entities = markup.read(html)
    data = {"entities": entities} if entities else {}
    row = messages.outgoing(
        chat.id, chat.channel, pulls=chat.pulls, text=text, data=data, now=now, feature="tickets", purpose="service"
    )  # fmt: skip
    messages.post(session, [row])
