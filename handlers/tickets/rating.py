"""Stars for how a matter was looked after, asked once, where the customer is told that it is settled."""

from typing import Any

from handlers.dialogue import Refusal, Reply, Turn
from handlers.tickets.work import Work, of_turn
from storage import tickets
from storage.chats import Chat
from storage.tickets import Ticket

MOST, FEW = 5, 2


def row(work: Work, chat: Chat, ticket: Ticket) -> list[dict[str, Any]]:
    """Five buttons for a message; none if there are stars already, or nobody of staff has answered or settled it."""
    if ticket.rating is not None or ticket.kind not in ("question", "complaint"):
        return []
    if ticket.answered_at is None and ticket.status != tickets.RESOLVED:
        return []
    return [
        {
            "label": work.texts.label("tickets.button.stars", chat.language or "en", {"stars": number}),
            "do": "tickets.stars",
            "value": [ticket.token, number],
        }
        for number in range(1, MOST + 1)
    ]


def stars(turn: Turn, value: Any) -> Reply:
    """A star was pressed. Few of them: whoever is not content is one press away from a person."""
    token, given = value
    ticket = tickets.by_token(turn.session, str(token))
    if ticket is None or ticket.chat_id != turn.chat.id:
        raise Refusal("tickets.not_yours")
    ticket = tickets.lock(turn.session, ticket.id)
    if ticket.rating is not None:
        return Reply(turn.text("tickets.stars.already"))
    ticket.rating = int(given)
    of_turn(turn).event(ticket, "rated", stars=ticket.rating)
    if ticket.rating > FEW:
        return Reply(turn.text("tickets.stars.thanks"))
    again = [] if ticket.alive else [turn.button("tickets.button.not_solved", "tickets.reopen", ticket.token)]
    return Reply(turn.text("tickets.stars.sorry"), again)
