"""Doubts: an answer that is probably meant otherwise is offered as buttons, and a plain "yes" takes the first of them."""

from collections.abc import Sequence
from typing import Any

from handlers.dialogue.folding import fold
from handlers.dialogue.form import Option, Slot
from handlers.dialogue.reply import Button
from handlers.dialogue.turn import Turn
from storage.chats import Chat

# Kept among the answers until the next word is spoken; no slot has such a name.
_KEY = "?"


def keep(turn: Turn, slot: Slot, options: Sequence[Option]) -> list[list[Button]]:
    """Remembers what may be meant, for those who type; the buttons for those who press, one below the other."""
    if options:
        turn.chat.answers[_KEY] = [slot.name, [[option.label, option.value] for option in options]]
    return [[Button(option.label, "answer", option.value)] for option in options]


def settled(turn: Turn, slot: Slot) -> Any:
    """The value that typed words have chosen from the doubt about this slot; None if they say something else."""
    name, options = turn.chat.answers.get(_KEY, ("", ()))
    if name != slot.name or turn.incoming.kind != "text":
        return None
    typed = fold(turn.words)
    for label, value in options:
        if fold(label) == typed:
            return value
    return options[0][1] if typed in turn.texts.folded("dialogue.yes") else None


def values(turn: Turn, slot: Slot) -> list[Any]:
    """What this slot was last asked to choose from; [] when nothing was in doubt."""
    name, options = turn.chat.answers.get(_KEY, ("", ()))
    return [value for _, value in options] if name == slot.name else []


def forget(chat: Chat) -> None:
    chat.answers.pop(_KEY, None)
