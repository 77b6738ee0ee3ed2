"""A button that was pressed: found by the token of its message, in the presser's own chat, or not at all."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.incoming import Incoming
from storage import messages
from storage.chats import Chat

_PRESS = re.compile(r"([\w-]{8,20})\.(\d{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """What the button says and does. `ask`: run and slot that it answers. `replaceable`: its message may be replaced."""

    message_id: int
    label: str
    do: str
    value: Any
    ask: list[str] | None
    replaceable: bool


def find_press(session: Session, chat: Chat, incoming: Incoming) -> Press | None:
    """None for anything that this chat was never shown: a forged, foreign or mangled button."""
    if incoming.kind != "press" or not (found := _PRESS.fullmatch(incoming.press)):
        return None
    message = messages.by_token(session, chat.id, found[1])
    if message is None:
        return None
    buttons = [button for row in message.data.get("buttons", []) for button in row]
    index = int(found[2])
    if index >= len(buttons):
        return None
    button = buttons[index]
    # Only the newest message may be replaced: further up, an edit would pass unseen.
    newest = messages.last_id(session, chat.id) == message.id
    return Press(
        message.id,
        button["label"],
        button["do"],
        button.get("value"),
        message.data.get("ask"),
        newest and bool(message.data.get("passing")),
    )
