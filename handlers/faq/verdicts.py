"""Whether an answer helped: the buttons under it, each message counted once."""

from collections.abc import Mapping
from typing import Any

from handlers.dialogue import Button, Reply, Turn
from handlers.faq.base import SMALL_TALK
from knowledge_base import Entry
from storage import messages, verdicts

HELPED, PERSON = "faq.helped", "tickets.instead"


def wanted(turn: Turn, entry: Entry) -> bool:
    """Whether to ask: not after small talk, and not in the middle of a form, which has buttons of its own."""
    return entry.category not in SMALL_TALK and turn.chat.form is None


def row_below(turn: Turn, entry: Entry, follow_ups: list[Button]) -> list[list[Button]]:
    """The entry's own buttons and, in as few rows as may be, "that helped" and the way to a person."""
    helped = turn.button("faq.button.helped", HELPED, _about(entry))
    if "person" not in entry.buttons:
        return [*([follow_ups] if follow_ups else []), [helped, turn.button("faq.button.person", PERSON, _about(entry))]]
    return [[helped, *follow_ups]] if len(follow_ups) == 1 else [follow_ups, [helped]]


def person(turn: Turn, entry: Entry) -> Button:
    """The entry's own button for a person, which counts too."""
    return turn.button("dialogue.button.person", PERSON, _about(entry))


def helped(turn: Turn, about: Mapping[str, str]) -> Reply:
    count(turn, about, helped=True)
    return Reply(turn.text("faq.glad"))


def count(turn: Turn, about: Mapping[str, str], *, helped: bool) -> None:
    """Counts what a button under an answer says; the second press under the same answer says nothing new."""
    if first_press(turn, HELPED, PERSON):
        verdicts.count(turn.session, about["entry"], about["language"], helped=helped, now=turn.now)


def first_press(turn: Turn, *does: str) -> bool:
    """Whether no button of this message that does one of these was pressed before; without names, not this very button."""
    token = turn.incoming.press.partition(".")[0]
    message = messages.by_token(turn.session, turn.chat.id, token)
    assert message is not None, "the engine has found the button there"
    flat = [button for row in message.data["buttons"] for button in row]
    same = [f"{token}.{place}" for place, button in enumerate(flat) if button["do"] in does] or [turn.incoming.press]
    return messages.presses(turn.session, turn.chat.id, message.id, same) == 1


def _about(entry: Entry) -> dict[str, Any]:
    return {"entry": entry.id, "language": entry.language}
