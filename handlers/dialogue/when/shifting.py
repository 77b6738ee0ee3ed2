"""An appointment moved by a length: "push my 10 o'clock back an hour", 29号9点的往后推一天, "make it half an hour later"."""

import re
from datetime import datetime, timedelta

from handlers.dialogue.when import days
from handlers.dialogue.when.rules.counted import as_date, shifted
from handlers.dialogue.when.tokens import Clock, Context, Length, Token

_LATER = re.compile(
    r"(?:[往向]后|推后|延后|押后|推迟|延迟|延期|顺延|后移|挪后|再?晚|再?迟|延|推|挪)(?:推迟|推|挪|延|调|移|改)?(?:个|多)?\s*$"
    r"|\b(?:back|later|out|push(?: it| that)?(?: back)?|delay(?: it| that)?)(?: by| for)?(?: about| around)?\s*$",
    re.ASCII,
)
_SOONER = re.compile(
    r"(?:[往向]前|提前|提早|前移|挪前|再?早)(?:推|挪|延|调|移|改)?(?:个|多)?\s*$"
    r"|\b(?:up|earlier|ahead|forwards?|prepone(?: it)?)(?: by)?(?: about| around)?\s*$",
    re.ASCII,
)
_LATER_AFTER = re.compile(r"\s?(?:later|back)\b", re.ASCII)
_SOONER_AFTER = re.compile(r"\s?(?:earlier|sooner|forward|up)\b", re.ASCII)
# "Push it forward" is later to some and sooner to others.
_EITHER = re.compile(r"\b(?:push|shift|mov)\w*\b[^.,!?]{0,30}\bforwards?\b", re.ASCII)
_MOVES = re.compile(
    r"\b(?:my|the|our|move|push|shift|bring|delay|make|postpone|prepone|reschedule|put)\b|[推挪延移改调迟晚早提]|[往向][前后]",
    re.ASCII,
)
_BEFORE = 24
_SMALL = {"minute": 1, "quarter": 15, "hour": 60}


def with_shifts(tokens: list[Token], context: Context, text: str) -> list[Token]:
    """The day and the time that are moved give way to those that they are moved to, which stand where the length stood."""
    for place, token in enumerate(tokens):
        length = _length(tokens, place, context)
        sign = _sign(token, text) if length else 0
        if not length or not sign:
            continue
        begins = max((i for i in range(place) if tokens[i].kind in ".?"), default=0)
        old = [i for i in range(begins, place) if tokens[i].kind in "DwcpRW"]
        old = old or [i for i in range(place) if tokens[i].kind in "DwcpRW"]
        if not old or not _MOVES.search(text[: token.end]):
            continue
        kept = tokens[place + (2 if token.kind == "D" else 1) :]
        if any(t.kind in "DwcRW" for t in kept):
            if _told_apart(kept):
                # "Move my 3pm up an hour. I was in on Monday": what is said after it is not of the new time, but who knows.
                tokens = [*tokens]
                tokens[place] = token._replace(kind="V", value="shift")
                return tokens
            continue
        moved = _moved([tokens[i] for i in old], length, sign, context, token)
        if _EITHER.search(text) or not moved:
            moved = [token._replace(kind="V", value=None)]
        before = [t._replace(kind="x", value=None) if t.kind in "DwcpRWYZMGJ1" else t for t in tokens[:place]]
        return [*before, *moved, *(t._replace(kind="x", value=None) if t.kind in "GJYZ" else t for t in kept)]
    return tokens


def _told_apart(kept: list[Token]) -> bool:
    """Whether the next day or time stands in another sentence."""
    first = next(i for i, t in enumerate(kept) if t.kind in "DwcRW")
    return any(t.kind in ".?," for t in kept[:first])


def _length(tokens: list[Token], place: int, context: Context) -> Length | None:
    """The length itself, or that which was read as counted from now: "half an hour later"."""
    token = tokens[place]
    if token.kind == "T":
        return token.value if isinstance(token.value, Length) else None
    if token.kind != "D" or getattr(token.value, "unit", "") != "later" or token.value.first is None:
        return None
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    if after is not None and after.kind == "c" and after.start == after.end:
        then = datetime.combine(token.value.first, datetime.min.time()) + timedelta(
            hours=after.value.hour, minutes=after.value.minute
        )
        return Length((then - context.now.replace(second=0, microsecond=0)).total_seconds() // 60, "minute")
    return Length((token.value.first - context.today).days, "day")


def _sign(token: Token, text: str) -> int:
    before = text[max(0, token.start - _BEFORE) : token.start]
    said, after = text[token.start : token.end], text[token.end :]
    if _LATER.search(before) or _LATER_AFTER.match(after) or said.endswith((" later", " back")):
        return 1
    return -1 if _SOONER.search(before) or _SOONER_AFTER.match(after) else 0


def _moved(old: list[Token], length: Length, sign: int, context: Context, at: Token) -> list[Token]:
    """The new tokens; none if it cannot be told what is moved."""
    dated = [t for t in old if t.kind in "DwW"]
    times = [t for t in old if t.kind in "cR"]
    sides = [t for t in old if t.kind == "p"]
    if len(dated) > 1 or len(times) > 1 or len(sides) > 1 or any(t.kind in "RW" for t in old):
        return []
    if length.unit in _SMALL:
        if len(times) != 1:
            return []
        clock = _clock(times[0].value, sides, sign * int(length.amount * _SMALL[length.unit]))
        return [t._replace(start=at.start, end=at.end) for t in dated] + [Token("c", at.start, at.end, clock)] if clock else []
    start = as_date(context, dated[0]) if dated else None
    found = shifted(context, start, length, sign) if start else None
    if found is None or found < context.today:
        return []
    return [Token("D", at.start, at.end, days.on(found)), *(t._replace(start=at.start, end=at.end) for t in [*sides, *times])]


def _clock(clock: Clock, sides: list[Token], minutes: int) -> Clock | None:
    """The hour is read as on a shop's clock: 2 is two in the afternoon."""
    late = not clock.sure and (
        1 <= clock.hour <= 6 or bool(sides and sides[0].value in ("afternoon", "evening") and clock.hour < 12)
    )
    total = (clock.hour + (12 if late else 0)) * 60 + clock.minute + minutes
    return Clock(total // 60, total % 60, True) if 0 <= total < 24 * 60 else None
