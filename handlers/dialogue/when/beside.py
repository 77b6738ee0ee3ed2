"""What stands unread beside that which was read and may change it: 周五完再来, 加班到八点, an hour of another clause."""

from itertools import pairwise

from handlers.dialogue.when.items import Item, clause
from handlers.dialogue.when.tokens import Between, Token

# With these a clause that has an hour and no day says something of its own: 平日, "every", 下课, "the week", a length.
_OF_ITS_OWN = frozenset("VTNEKu")
# What ends a clause.
_APART = ",.?"


def changed_beside(kept: list[Item], items: list[Item], tokens: list[Token], text: str) -> bool:
    """Whether words right beside a day or a time, or what was dropped beside it, may say something else about it."""
    glued = _glued(kept, tokens, text) or _of_another_clause(kept, tokens)
    return glued or _half_dropped(kept, items) or _ends_later(kept, items, tokens)


def _glued(kept: list[Item], tokens: list[Token], text: str) -> bool:
    """完, 前, 到, 每, "since", "my" in words that no rule read, with nothing between them and what was read."""
    taken = {item.place for item in kept}
    after, before = clause("unread_after", text), clause("unread_before", text)
    for item in kept:
        if _words_at(item.place + 1, taken, tokens) and after.match(text, item.token.end):
            return True
        if (words := _words_at(item.place - 1, taken, tokens)) and before.search(text[: words.end].rstrip()):
            return True
    return False


def _words_at(place: int, taken: set[int], tokens: list[Token]) -> Token | None:
    found = tokens[place] if 0 <= place < len(tokens) and place not in taken else None
    return found if found and found.kind == "x" else None


def _of_another_clause(kept: list[Item], tokens: list[Token]) -> bool:
    """平日加班到八点，周末比较好: an hour whose own clause has no day, but says when in words that were not read."""
    taken = {item.place for item in kept}
    if all(item.slot != "day" for item in kept):
        return False
    ends = [-1, *(place for place, token in enumerate(tokens) if token.kind in _APART), len(tokens)]
    for start, end in pairwise(ends):
        slots = {item.slot for item in kept if start < item.place < end}
        unread = {token.kind for place, token in enumerate(tokens) if start < place < end and place not in taken}
        if slots and "day" not in slots and unread & _OF_ITS_OWN:
            return True
    return False


def _half_dropped(kept: list[Item], items: list[Item]) -> bool:
    """ "Next Friday 4pm for the annual service": a recurrence, or the past, took the hour and left its day."""
    days = {item.place for item in kept if item.slot == "day"}
    return all(item.slot == "day" for item in kept) and any(
        item.slot == "time" and (item.dropped == "past" or (item.dropped == "again" and {item.place - 1, item.place + 1} & days))
        for item in items
    )


def _ends_later(kept: list[Item], items: list[Item], tokens: list[Token]) -> bool:
    """ "After four but before I pick up the kids at five": what was told of ends the window."""
    windows = [item for item in kept if isinstance(item.value, Between) and None in (item.value.start, item.value.end)]
    return any(
        item.slot == "time"
        and item.dropped in ("aside", "engaged")
        and item.place > window.place
        and all(token.kind not in ".?" for token in tokens[window.place : item.place])
        for window in windows
        for item in items
    )
