"""The day after one that was said: 14號領牌，隔天早上十點; "Monday won't work, how about the day after"."""

import re

from handlers.dialogue.when import days
from handlers.dialogue.when.days import DAY
from handlers.dialogue.when.items import Item
from handlers.dialogue.when.tokens import Context, Token

_UNIT = "following"
_WEEKDAY = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)", re.ASCII)
_NEAR = 28
# Who also comes on the first of the two days says two visits.
_VISIT = re.compile(r"[去来到嚟送放洗做]|\b(?:drop|bring|come|leave|book)")


def with_following_days(tokens: list[Token], context: Context, text: str) -> list[Token]:
    """ "The next day" as a day, when the day before it is clear and is not itself wanted."""
    for place, token in enumerate(tokens):
        weekday = token.value[1] if isinstance(token.value, tuple) and token.value[0] == "after" else 0
        one_after = token.value == "one after"
        if token.kind != "V" or (token.value != "next" and not weekday and not one_after):
            continue
        named = [t for t in tokens[:place] if t.kind == "D"]
        if not named or any(t.kind in "Dc" for t in tokens[:place] if t is not named[-1] and t.start >= named[-1].start):
            continue
        if any(t.kind == "|" for t in tokens[:place] if t.start >= named[-1].end):
            # "Tomorrow or the day after": both are offered.
            continue
        settled = days.settle(context, named[-1].value, None, still_ahead=False)
        refused = any(t.kind in "!^" for t in tokens[:place])
        if settled.kind != "date" or settled.first is None or (not refused and _VISIT.search(text[: token.start])):
            continue
        near = (settled.first - context.today).days <= _NEAR
        if one_after and not (refused and near and _WEEKDAY.search(text, named[-1].start, named[-1].end)):
            continue
        ahead = 7 if one_after else (weekday - settled.first.isoweekday() - 1) % 7 + 1 if weekday else 1
        tokens = [*tokens]
        tokens[place] = token._replace(kind="D", value=days.Day("date", settled.first + ahead * DAY, unit=_UNIT))
    return tokens


def drop_named_for_following(items: list[Item]) -> None:
    """The day that only said which day follows it does not count."""
    for item in items:
        if item.slot == "day" and getattr(item.value, "unit", "") == _UNIT:
            for earlier in items:
                if earlier.place < item.place and earlier.slot == "day":
                    earlier.dropped = earlier.dropped or "corrected"
