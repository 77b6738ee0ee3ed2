"""Pieces of time anywhere in the text that no rule took: whoever wrote them meant something by them, so we ask."""

import re
from datetime import date
from itertools import pairwise

from handlers.dialogue.when.days import Day
from handlers.dialogue.when.items import Item, clause
from handlers.dialogue.when.result import Range, Reading, Reason
from handlers.dialogue.when.rules.bare import counted
from handlers.dialogue.when.tokens import Between, Context, Token

# Kinds of tokens that are about when wherever they stand: "half", "am", "5th", 4/5, 早 by itself.
_OF_TIME = frozenset("1GJKOabdhoqsy")
# A day so far ahead, of a year that nobody named, is more likely one that has been.
_FAR = 180
_MONTH = 27
_YEAR = re.compile(r"20\d\d|年|\byear|\bnext\b")


def left_unread(kept: list[Item], items: list[Item], tokens: list[Token], text: str) -> Reason:
    """Why we cannot be sure: a piece of a time stands somewhere that was not read."""
    taken = {item.place for item in kept}
    timed, dayed = (any(item.slot == slot for item in kept) for slot in ("time", "day"))
    if _told_behind(kept, items, tokens, text) or (not timed and any(_is_face(token) for token in tokens)):
        return "unsure"
    for place, token in enumerate(tokens):
        if place in taken:
            continue
        if token.kind == "Q" and place + 1 in taken and getattr(tokens[place + 1].value, "unit", "") == "until":
            # "The last Tuesday before the 25th."
            return "unsure"
        if (
            token.kind == "V"
            and token.value == "day or hour"
            and (place > max(taken, default=0) or not any(t.kind in "*>!" for t in tokens))
        ):
            # "First car Friday 9, second car Friday 11": nothing says which of them is read.
            return "unsure"
        if token.kind == "V" and token.value == "last" and all(item.slot != "day" for item in kept):
            # 最后一天上午: of what?
            return "unsure"
        if token.kind == "V" and (
            token.value in ("counted", "one after") or (token.value in ("after that", "before that") and not timed)
        ):
            # "Tomorrow I have a meeting till 12, after that I can come"; "we are away at Easter, so the week before".
            return "unsure"
        if token.kind == "-" and _is_a_date(tokens[max(0, place - 1) : place + 2]):
            # 3-19行吗
            return "unsure"
        if token.kind in _OF_TIME and not (token.kind == "1" and _ends_clause(place, tokens)):
            return "unsure"
        if token.kind == "n" and not timed and _may_be_hour(token) and not _counts(place, tokens):
            # "Tomorrow subah 10 baje": a bare number in words that we do not know.
            return "unsure"
        counted_on = token.kind == "T" and token.value.unit in ("day", "week", "month")
        if counted_on and (_counts_on(place, tokens) or (not dayed and _stands_beside(place, taken, tokens))):
            # 在过三天下午两点: the day is counted by words that we do not know.
            return "unsure"
    return ""


def _stands_beside(place: int, taken: set[int], tokens: list[Token]) -> bool:
    at = place + 1
    while at < len(tokens) and tokens[at].kind in "@jeli,":
        at += 1
    return at in taken


# A week, "before", "within" that nothing took: the answer may be another than what was read.
_WEEKS = ("week", "workweek", "fortnight", "month")


def loose_ends(kept: list[Item], tokens: list[Token]) -> bool:
    """Whether so much was said beside what was read that it is better asked than taken: "Friday, in the week before"."""
    taken = {item.place for item in kept}
    return any(
        (token.kind in "BU" or (token.kind == "u" and token.value in _WEEKS))
        and place not in taken
        and not (token.kind == "B" and _of_its_own(place, kept, tokens))
        for place, token in enumerate(tokens)
    )


def _of_its_own(place: int, kept: list[Item], tokens: list[Token]) -> bool:
    """ "Friday at 2, and call me before you start": what comes first is told in another clause, in words."""
    last = max((item.place for item in kept if item.place < place), default=place)
    after = [t.kind for t in tokens[place + 1 : place + 2]]
    return after == ["x"] and any(t.kind in ",.?&" for t in tokens[last:place])


# A day that is a number or a month is told of other things than visits more often than "tomorrow" and "Friday" are.
_NUMBERED = re.compile(r"\d|[月号]")
# So many letters beside the time in its own clause say nothing yet: "on the 5th plz", 5号哈.
_FEW, _FEW_CHINESE = 8, 1


def told_only(kept: list[Item], tokens: list[Token], context: Context, text: str) -> bool:
    """Whether the time stands among words of which none is a wish: "rates go up on the 5th", 9月上牌, 今天轮胎又没气了."""
    if not any(item.slot == "day" for item in kept) or not all(_may_be_told(item, context, text) for item in kept):
        return False
    ends = [-1, *(place for place, token in enumerate(tokens) if token.kind in ",.?"), len(tokens)]
    beside = 0
    for start, end in pairwise(ends):
        if any(start < item.place < end for item in kept):
            beside = max(beside, sum(t.end - t.start for t in tokens[start + 1 : end] if t.kind == "x"))
    if beside <= (_FEW_CHINESE if max(text) > "\u4e00" else _FEW):
        return False
    words = " ".join(text[t.start : t.end] if t.kind in "x4*^!=P" else "." for t in tokens)
    return not clause("wish", words).search(words) and not clause("wishes_too", words).search(words)


def _may_be_told(item: Item, context: Context, text: str) -> bool:
    """Of a numbered day everything is told, of today how the car is: 今天补胎 is a wish, 今天又漏了 is none."""
    if item.slot == "part":
        return not _NUMBERED.search(text)
    day = item.value
    if item.slot == "day" and _NUMBERED.search(text, item.token.start, item.token.end):
        return True
    today = isinstance(day, Day) and day.kind == "date" and day.first == context.today and not day.unit
    return today and bool(clause("how_it_is", text).search(text))


def of_the_past(kept: list[Item], tokens: list[Token], text: str) -> bool:
    """昨晚被刮了，大概11点多: a time alone, after something that has been, in a clause without a wish."""
    if any(item.slot not in ("time", "part") for item in kept) or any(token.kind in ">M" for token in tokens):
        return False
    first, last = min(item.place for item in kept), max(item.place for item in kept)
    if not any(token.kind == "Q" and not token.value for token in tokens[:first]):
        return False
    starts = max((place for place in range(first) if tokens[place].kind in ",.?"), default=-1) + 1
    ends = next((place for place in range(last, len(tokens)) if tokens[place].kind in ",.?"), len(tokens))
    if any(isinstance(item.value, Between) for item in kept) and any(token.kind == "?" for token in tokens[ends : ends + 1]):
        # "The light came on yesterday, after 11?" asks for it.
        return False
    words = " ".join(text[t.start : t.end] for t in tokens[starts:ends] if t.kind in "x4*^!")
    return not clause("wish", words).search(words)


def _told_behind(kept: list[Item], items: list[Item], tokens: list[Token], text: str) -> bool:
    """我周五要走，周四能弄好吗: of the day that is told last something else is asked, so the other may be none to come on."""
    days = [item.place for item in kept if item.slot == "day"]
    behind = bool(days) and any(i.slot == "day" and i.dropped == "aside" and i.place > max(days) for i in items)
    return behind and not _wished_for(max(days), tokens, text)


def _wished_for(place: int, tokens: list[Token], text: str) -> bool:
    """ "Could you fit me in on Monday? We fly to Spain on the 28th": asked for in a clause of its own."""
    apart = ",.?" if max(text) > "\u4e00" else ".?"
    starts = max((tokens[at].end for at in range(place) if tokens[at].kind in apart), default=0)
    ends = next((t.start for t in tokens[place:] if t.kind in apart), None)
    return ends is not None and bool(clause("asks_for", text).search(text, starts, ends))


def _is_a_date(around: list[Token]) -> bool:
    """Whether two numbers with a dash between them may be month and day."""
    month, day = around[0], around[-1]
    sized = len(around) == 3 and month.kind == day.kind == "n" and isinstance(month.value, int) and isinstance(day.value, int)
    return sized and month.value <= 12 < day.value <= 31 and day.end - month.start <= 5


def _is_face(token: Token) -> bool:
    """A time without its dots that no rule took: "1130 a tomorrow"."""
    value = token.value
    return token.kind == "n" and isinstance(value, int) and 600 <= value <= 2359 and value % 100 in (0, 15, 30, 45)


def _ends_clause(place: int, tokens: list[Token]) -> bool:
    """现在还早，下午过去: early, and no morning."""
    return tokens[place].value != "noon" and (tokens[place + 1 : place + 2] == [] or tokens[place + 1].kind in ",.?")


def _may_be_hour(token: Token) -> bool:
    """The word "one" is no hour here: "is one available"."""
    return isinstance(token.value, int | float) and 1 <= token.value <= 24 and (token.value, token.end - token.start) != (1, 3)


def _counts(place: int, tokens: list[Token]) -> bool:
    """Whether the number counts: "2 cars", "4 new tyres", "2 for 1", "my shift is 12 to 8"."""
    if any(tokens[at].kind in "t4" for at in (place - 1, place + 1) if 0 <= at < len(tokens)):
        return True
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if after is not None and after.kind == "j":
        # "2 of us".
        return True
    return after is not None and counted(after)


def _counts_on(place: int, tokens: list[Token]) -> bool:
    """周三那个往后挪一天, 清明要去拜山，前一日: a length that is counted from something."""
    return any(t.kind in "YZABMF" for t in tokens[max(0, place - 2) : place] + tokens[place + 1 : place + 2])


def _days(span: Range) -> int:
    return (span.end - span.start).days if isinstance(span.start, date) and isinstance(span.end, date) else 0


def too_far(found: Reading, tokens: list[Token], context: Context, text: str) -> bool:
    """ "Had it in on the 12th of Feb", in March: nearly a year ahead, and nobody wishes for it."""
    span = found.dates
    # A month that has been, as in "moved house in June"; a holiday far ahead is asked about as such.
    day = found.date or (span.start if span and span.start and span.end and _days(span) >= _MONTH else None)
    if not isinstance(day, date) or (day - context.today).days <= _FAR or _YEAR.search(text):
        return False
    told = any(token.kind == "x" for token in tokens)
    return told and not clause("wish", text).search(text) and "i'll" not in text
