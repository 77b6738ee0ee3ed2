"""What of the words that staff write in a chat of theirs is for the customer: everything but what begins with a slash.

Whoever wants to be unheard may slip: a blank before the slashes, slashes of another width, the sign that a Chinese keyboard
writes for a slash. So whatever begins with anything like a slash never leaves, and what looks like a note further down is not
sent either, but asked about.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum


class Aim(Enum):
    REPLY = "for the customer"
    NOTE = "for staff only"
    COMMAND = "neither: it begins with one slash and is no note"
    MIXED = "a reply with a note in a later line"


@dataclass(frozen=True, slots=True)
class Read:
    """`words`: without the mark of a note."""

    aim: Aim
    words: str


# Slashes of every kind, and the comma that the key of the slash gives on a Chinese keyboard: no sentence begins with it.
_SLASHES = frozenset("/／⁄∕⧸⟋╱﹨、")
# Letters that show nothing.
_FILLERS = frozenset("\u3164\u2800\u115f\u1160\uffa0\u034f")
_NOTE = re.compile(r"(?:notes?(?:@[a-z0-9_]+)?(?![a-z0-9_])|备注|備註|笔记|筆記)[:：]?", re.IGNORECASE)


def read(text: str) -> Read:
    """What this is, and its words."""
    mark = _mark(text)
    if mark is not None:
        return Read(Aim.NOTE, text[mark:].strip()) if mark else Read(Aim.COMMAND, text.strip())
    if any(_mark(line) for line in text.splitlines()[1:]):
        return Read(Aim.MIXED, text.strip())
    return Read(Aim.REPLY, text.strip())


def _mark(text: str) -> int | None:
    """Where the words after a note's mark begin; 0 for a slash that is no note; None where nothing begins with a slash."""
    first = _visible(text, 0)
    if first >= len(text) or text[first] not in _SLASHES:
        return None
    second = _visible(text, first + 1)
    if second < len(text) and text[second] in _SLASHES:
        while second < len(text) and text[second] in _SLASHES:
            second += 1
        return second
    # Character by character, so that places in the folded text are places in the text.
    folded = "".join(unicodedata.normalize("NFKC", character)[:1] or " " for character in text[second:])
    found = _NOTE.match(folded)
    return second + found.end() if found else 0


def _visible(text: str, at: int) -> int:
    """The next place from `at` on where something can be seen."""
    while at < len(text) and _blank(text[at]):
        at += 1
    return at


def _blank(character: str) -> bool:
    return character.isspace() or character in _FILLERS or unicodedata.category(character)[0] in "CZM"
