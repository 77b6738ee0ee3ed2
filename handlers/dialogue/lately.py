"""What was said in a chat a moment ago: a short word such as "yes" or "how much?" is about that."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from handlers.dialogue.turn import Turn
from storage import messages
from storage.messages import Message

# After that the talk is about something else.
FRESH = timedelta(minutes=30)
_BACK = 12


def answer(turn: Turn) -> Message | None:
    """The newest thing that the bot or a person of the shop said."""
    return next((one for one in _fresh(turn) if not one.incoming), None)


def answers(turn: Turn) -> Iterator[Message]:
    """What the bot or a person of the shop said, the newest first."""
    return (one for one in _fresh(turn) if not one.incoming)


def buttons(message: Message) -> list[dict[str, Any]]:
    """Those below it, as `messages.Message` keeps them."""
    return [button for row in message.data.get("buttons", ()) for button in row]


def heard(turn: Turn) -> Iterator[str]:
    """What the customer wrote before, the newest first."""
    return (one.text for one in _fresh(turn) if one.incoming and one.text != turn.words)


def everything(turn: Turn) -> Iterator[Message]:
    """Both sides, the newest first, but for the words of this turn."""
    return (one for one in _fresh(turn) if not one.incoming or one.text != turn.words)


def _fresh(turn: Turn) -> Iterator[Message]:
    if turn.before is None:
        turn.before = messages.latest(turn.session, turn.chat.id, _BACK)
    for one in reversed(turn.before):
        if one.created_at is None or turn.now - one.created_at > FRESH:
            return
        yield one
