"""What has been, what comes again and again, and the day on which something ends: no wish to come."""

import re

from handlers.dialogue.when.days import Day
from handlers.dialogue.when.items import Item, clause
from handlers.dialogue.when.tokens import Token

# "Get my car serviced" is to come; "I have just replaced it" has been.
_CAUSED = re.compile(
    r"\b(?:get|getting|have|having)\s(?!(?:just|already|recently|been|had|not)\b)(?:[\w']{1,15}\s){1,4}$", re.ASCII
)
# 周五去补昨天刮的漆: what was yesterday is not of Friday.
_EARLIER = re.compile(r"昨|琴日|寻日|上[周次个回]|前[天日几]|之前|以前|去年")
# A day that says itself that it is to come: 明天三点换机油的.
_TO_COME = re.compile(r"明|大?后天|下下?个?[周星礼拜]|听日|后日")
_AGAIN = re.compile(r"\b(?:and|then) again(?: on| at| early)?\s$")
# Where a clause begins, and what is wanted done in it.
_BEGINS = re.compile(
    r"[.!?,;]|\b(?:but|so|and(?! again| then)|can|could|please|needs?|wants?|like)\b",
    re.ASCII,
)
_WANTED = re.compile(
    r"\s(?:(?:it|her|him|them|this|(?:my|the|our|a|an|some)\s\w{1,15}(?:\s\w{1,15})?)\s)?(?:to be\s)?[a-z]{2,12}ed\b", re.ASCII
)
# So much text before a day is looked at.
_CLAUSE = 120
# So far before it in its clause may stand what has been.
_FAR = 28


def drop_past(items: list[Item], tokens: list[Token], text: str) -> None:
    for place, token in enumerate(tokens):
        if token.kind == "Q" and token.value == "that" and any(i.slot == "day" and i.place < place for i in items):
            # 中秋那天下午: the day that was just said, and nothing that has been.
            continue
        if token.kind == "Q":
            found = _touching(items, tokens, place, whole=token.value == "whole")
            if token.value == "every" and place > 1 and tokens[place - 1].kind in "t-":
                # 周一到周五每天跑300公里
                found += [item for item in items if item.place == place - 2]
            for item in found:
                item.dropped = "past" if token.value != "every" else "again"
    for item in items:
        if item.slot != "day" or item.dropped or not isinstance(item.value, Day):
            continue
        if _AGAIN.search(text[: item.token.start]) and any(i.place < item.place and i.dropped == "past" for i in items):
            # "It came on Friday and again this morning."
            for other in [item, *_touching(items, tokens, item.place)]:
                other.dropped = "past"
            continue
        if item.value.kind == "date" and item.value.unit == "later":
            continue
        why = "past" if _has_been(item, tokens, text) else "about" if _is_an_end(item, text) else ""
        if why:
            item.dropped = why
            # "Closed on the 24th and 25th", "does it end Friday or Saturday": both are told of.
            both = [one for one in items if one.place == item.place + 2 and tokens[item.place + 1].kind in "&|"]
            numbers = [
                one
                for one in both
                if isinstance(one.value, Day)
                and (one.value.kind == "number" if tokens[item.place + 1].kind == "&" else why == "about")
            ]
            for other in [*numbers, *_touching(items, tokens, item.place)]:
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


def was_said_before(text: str, start: int) -> bool:
    """Whether the clause before tells an event of the past."""
    told = text[max(0, start - _CLAUSE) : start]
    begins = list(_BEGINS.finditer(told))
    before = told[begins[-1].end() :] if begins else told
    if begins and begins[-1][0].startswith(("need", "want", "like")) and _WANTED.match(before):
        # "I need it looked at on Friday" is to come.
        return False
    found = [one for one in clause("was", before).finditer(before) if not _CAUSED.search(before[: one.start()])]
    return bool(found) and len(before) - found[-1].end() <= _FAR


def _has_been(item: Item, tokens: list[Token], text: str) -> bool:
    start, end = item.token.start, item.token.end
    if _TO_COME.match(text, start):
        return False
    following = [t for t in tokens if t.start >= end]
    for token in following:
        if token.kind in "cRp":
            end = max(end, token.end)
        elif token.kind != "j":
            break
    was = clause("was_chinese", text).match(text, end)
    if was and any("\u4e00" <= c <= "\u9fff" for c in text[end : end + 12]) and not _EARLIER.search(was[0]):
        return True
    return was_said_before(text, start)


def _is_an_end(item: Item, text: str) -> bool:
    """ "My MOT expires on 3 December", 保险12月5日到期: a day that nobody wants to come on."""
    start, end = item.token.start, item.token.end
    before = text[max(0, start - 40) : start]
    return bool(clause("expires_chinese", text).match(text, end) or clause("expires", before).search(before))
