"""What a customer sees of a ticket: that it exists, and that somebody will come."""

from typing import Any

from handlers.dialogue import Reply, Turn
from handlers.faq import verdicts
from handlers.tickets import actions
from storage import messages

# How many of the last words go into the summary that staff read first.
WORDS = 3


def person(turn: Turn) -> Reply:
    actions.open_ticket(turn.session, turn.chat, "question", _last_words(turn), turn.now)
    return Reply(turn.text("tickets.person"))


def ask(turn: Turn, words: Any) -> Reply:
    """A button that hands over a certain matter, such as a price that is not on file."""
    actions.open_ticket(turn.session, turn.chat, "question", str(words), turn.now)
    return Reply(turn.text("tickets.person"))


def instead(turn: Turn, about: Any) -> Reply:
    """A person instead of the answer above this button; as the word does, it leaves an open form."""
    verdicts.count(turn, about, helped=False)
    turn.chat.form = None
    return person(turn)


def error(turn: Turn, number: str) -> Reply:
    actions.open_ticket(turn.session, turn.chat, "error", turn.words, turn.now, error=number)
    return Reply("")


def photo(turn: Turn) -> Reply:
    """Nobody had asked for a photo: keep it, and offer somebody who can look at it."""
    return Reply(turn.text("tickets.photo"), [turn.button("dialogue.button.person", "person")])


def _last_words(turn: Turn) -> str:
    """What the customer said before they asked for a person."""
    said = [m.text for m in messages.latest(turn.session, turn.chat.id, 20) if m.incoming and m.kind == "text" and m.text]
    return "\n".join(said[-WORDS:])
