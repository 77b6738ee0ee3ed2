"""The promise card: one message that tells the customer when they hear from whom, kept up to date in its place."""

from handlers.dialogue import markup
from handlers.tickets.work import Work
from storage import messages, tickets
from storage.chats import Chat
from storage.tickets import Ticket


def show(work: Work, chat: Chat, ticket: Ticket) -> None:
    """Posts the card of a complaint, or puts what has changed in its place. A case that is opened again gets a new card."""
    if ticket.kind != "complaint":
        return
    html = words(work, chat, ticket)
    key = f"ticket:{ticket.id}:card:{ticket.reopened}"
    known = messages.shown(work.session, chat.id, key)
    if known is None:
        work.say(chat, html, key=key, data={"card": True})
        return
    first, shown = known
    if shown.text != markup.read(html)[0]:
        work.say(chat, html, edits=first.id, data={"card": True})


def words(work: Work, chat: Chat, ticket: Ticket) -> str:
    head = work.text(chat, "card.case", token=ticket.token)
    return "\n".join([head, _state(work, chat, ticket), *_who(work, chat, ticket)])


def _state(work: Work, chat: Chat, ticket: Ticket) -> str:
    if ticket.status == tickets.WAITING:
        return work.text(chat, "card.your_turn")
    if ticket.status == tickets.MERGED:
        return work.text(chat, "card.merged")
    if not ticket.alive:
        return work.text(chat, "card.settled")
    solution = work.when(chat, ticket, ticket.solution_due) if ticket.solution_due else ""
    if ticket.answered_at:
        return work.text(chat, "card.answered", solution=solution)
    answer = work.when(chat, ticket, ticket.first_response_due) if ticket.first_response_due else ""
    return work.text(chat, "card.promised", answer=answer, solution=solution)


def _who(work: Work, chat: Chat, ticket: Ticket) -> list[str]:
    return [work.text(chat, "card.with", who=holder(work, chat, ticket))] if ticket.alive else []


def holder(work: Work, chat: Chat, ticket: Ticket) -> str:
    """Who is responsible, in words."""
    return work.texts.label(f"tickets.role.{role_of(ticket.tier)}", chat.language or "en", {})


ROLES = {tickets.QUESTION: "advisor", tickets.MINOR: "advisor", tickets.SERIOUS: "manager", tickets.CRITICAL: "region"}


def role_of(tier: str) -> str:
    """Who answers for a tier: advisor, manager or region."""
    return ROLES[tier]
