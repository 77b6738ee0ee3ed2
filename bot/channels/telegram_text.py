"""Long texts in Telegram's measure: it counts UTF-16 units, takes 4,096 of them, and wants formatting by offsets."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MAX_UNITS = 4096
MAX_ENTITIES = 100
_KINDS = {"bold": "bold", "italic": "italic", "link": "text_link"}
_JOINER = "\u200d"


@dataclass(frozen=True, slots=True)
class Part:
    """A message's worth of text with entities as the Bot API takes them."""

    text: str
    entities: list[dict[str, Any]]


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split(text: str, entities: Sequence[Sequence[Any]], limit: int = MAX_UNITS) -> list[Part]:
    """Parts of at most `limit` units that are not blank. `entities` are [kind, start, end, url?] in code points of `text`.

    A cut is made between paragraphs if there is one in the second half, else between lines, sentences, words or graphemes,
    outside of formatting where that can be; an entity that is longer than a part goes on in the next.
    """
    parts, start = [], 0
    while start < len(text):
        end = _cut(text, start, entities, limit)
        if part := _part(text, start, end, entities):
            parts.append(part)
        start = end
    return parts


def _cut(text: str, start: int, entities: Sequence[Sequence[Any]], limit: int) -> int:
    """Where the part that begins at `start` ends."""
    most = _fitting(text, start, limit)
    if most == len(text):
        return most
    least = start + (most - start) // 2
    borders = [at for at in range(most, least, -1) if is_border(text, at)]
    outside = [at for at in borders if not any(entity[1] < at < entity[2] for entity in entities)]
    for ends in (("\n\n",), ("\n",), ("。", "！", "？", ". ", "! ", "? ", "；"), (" ", "，", "、")):
        if good := next((at for at in outside if text[start:at].endswith(ends)), None):
            return good
    # A single grapheme that fills half a message is no writing, and may be cut anywhere.
    return next(iter(outside or borders), most)


def _fitting(text: str, start: int, limit: int) -> int:
    """The furthest index to which the text from `start` fits into `limit` units."""
    if len(text) - start <= limit // 2:
        return len(text)
    used = 0
    for index in range(start, len(text)):
        used += 2 if text[index] > "\uffff" else 1
        if used > limit:
            return index
    return len(text)


def is_border(text: str, at: int) -> bool:
    """Whether a cut before index `at` leaves every grapheme whole: marks, joined emoji, flags, skin tones, CR LF."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if before == _JOINER or after == _JOINER or (before == "\r" and after == "\n"):
        return False
    if (
        unicodedata.category(after) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= after <= "\U0001f3ff"
        or "\U000e0020" <= after <= "\U000e007f"
    ):
        return False
    if _is_flag(before) and _is_flag(after):
        # Flags are pairs: between them is a border only after an even number of halves.
        halves = 0
        while at - 1 - halves >= 0 and _is_flag(text[at - 1 - halves]):
            halves += 1
        return halves % 2 == 0
    return True


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _part(text: str, start: int, end: int, entities: Sequence[Sequence[Any]]) -> Part | None:
    """The text without the blanks around it, as Telegram would trim it, and the entities that touch it."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    piece = piece.strip()
    if not piece:
        return None
    end = start + len(piece)
    inside = []
    for kind, begins, ends, *url in entities:
        first, last = max(begins, start), min(ends, end)
        if first < last:
            entity = {"type": _KINDS[kind], "offset": units(text[start:first]), "length": units(text[first:last])}
            inside.append({**entity, "url": url[0]} if url else entity)
    return Part(piece, inside[:MAX_ENTITIES])
