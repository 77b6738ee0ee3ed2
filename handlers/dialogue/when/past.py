"""What has been, what comes again and again, and the day on which something ends: no wish to come."""

import re

from handlers.dialogue.when.days import Day
from handlers.dialogue.when.items import Item, patterns
from handlers.dialogue.when.tokens import Token

# "Get my car serviced" is to come; "I have just replaced it" has been.
_CAUSED = re.compile(
    r"\b(?:get|getting|have|having)\s(?!(?:just|already|recently|been|had|not)\b)(?:[\w']{1,15}\s){1,4}$", re.ASCII
)


def drop_past(items: list[Item], tokens: list[Token], text: str) -> None:
    for place, token in enumerate(tokens):
        if token.kind == "Q":
            for item in _touching(items, tokens, place, whole=token.value == "whole"):
                item.dropped = "past" if token.value != "every" else "again"
    for item in items:
        if item.slot != "day" or item.dropped or not isinstance(item.value, Day):
            continue
        if item.value.kind == "date" and item.value.unit == "later":
            continue
        why = "past" if _has_been(item, tokens, text) else "about" if _is_an_end(item, text) else ""
        if why:
            item.dropped = why
            for other in _touching(items, tokens, item.place):
                other.dropped = why


def _touching(items: list[Item], tokens: list[Token], place: int, whole: bool = False) -> list[Item]:
    """Times and parts of day that belong to the token here: right beside it, small words between.

    With `whole` (last year, last month) a day right after it belongs to it, too.
    """
    found = []
    after = place + 1
    while whole and after < len(tokens) and tokens[after].kind in "j,":
        after += 1
    if whole and after < len(tokens) and tokens[after].kind == "D":
        found += [item for item in items if item.place == after]
        found += _touching(items, tokens, after)
    if whole and place and tokens[place - 1].kind in "Dw":
        found += [item for item in items if item.place == place - 1]
        found += _touching(items, tokens, place - 1)
    for step in (1, -1):
        at = place + step
        while 0 <= at < len(tokens) and tokens[at].kind in "cRp@lejIi4":
            if tokens[at].kind in "cRp":
                found += [item for item in items if item.place == at]
            at += step
    return found


def _has_been(item: Item, tokens: list[Token], text: str) -> bool:
    start, end = item.token.start, item.token.end
    following = [t for t in tokens if t.start >= end]
    for token in following:
        if token.kind in "cRp":
            end = max(end, token.end)
        elif token.kind != "j":
            break
    if patterns()["was_chinese"].match(text, end) and any("\u4e00" <= c <= "\u9fff" for c in text[end : end + 12]):
        return True
    clause = re.split(r"[.!?,;]|\b(?:but|so|and|can|could|please|need|want|like)\b", text[:start])[-1]
    found = [one for one in patterns()["was"].finditer(clause) if not _CAUSED.search(clause[: one.start()])]
    return bool(found) and len(clause) - found[-1].end() <= 24


def _is_an_end(item: Item, text: str) -> bool:
    """ "My MOT expires on 3 December", 保险12月5日到期: a day that nobody wants to come on."""
    start, end = item.token.start, item.token.end
    before = text[max(0, start - 40) : start]
    return bool(patterns()["expires_chinese"].match(text, end) or patterns()["expires"].search(before))
