"""What was said about when, in order: days, times, parts of day, each of which may fall away."""

import re
from dataclasses import dataclass
from functools import cache

from handlers.dialogue.when import days, lexicon
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.tokens import Context, Token

# Slots: a day, a time (clock or range of times), a part of day.
_SLOTS = {"D": "day", "w": "day", "W": "day", "c": "time", "R": "time", "p": "part", "$": "now"}


@dataclass(slots=True)
class Item:
    """A token that says when. `dropped` tells why it does not count."""

    token: Token
    place: int
    slot: str
    dropped: str = ""

    @property
    def kind(self) -> str:
        return self.token.kind

    @property
    def value(self) -> object:
        return self.token.value


def with_days_joined(tokens: list[Token], context: Context) -> list[Token]:
    """Two expressions of one day side by side as one token: 11月27号 周五, "Tuesday" "next week", 下个月 5号."""
    found: list[Token] = []
    for place, token in enumerate(tokens):
        if token.kind == "w":
            token = token._replace(kind="D", value=Day("weekday", number=token.value))
        at = len(found) - 1
        while at >= 0 and found[at].kind in "elj":
            at -= 1
        if (
            token.kind == "D"
            and at >= 0
            and found[at].kind == "D"
            and (both := days.merge(context, found[at].value, token.value))
            # "Thursday, tomorrow I'm flat out": two days, of which one is refused.
            and not (both.kind == "bad" and place + 1 < len(tokens) and tokens[place + 1].kind == "^")
        ):
            found[at:] = [Token("D", found[at].start, token.end, both)]
        else:
            found.append(token)
    return found


def items_of(tokens: list[Token]) -> list[Item]:
    found = []
    for place, token in enumerate(tokens):
        if slot := _SLOTS.get(token.kind):
            found.append(Item(token, place, slot))
    return found


def alive(items: list[Item]) -> list[Item]:
    return [item for item in items if not item.dropped]


def clause(name: str, text: str) -> re.Pattern[str]:
    """What tells this of a clause. The patterns for Chinese are spared when the text has none."""
    return _clause(name, text.isascii())


@cache
def _clause(name: str, english: bool) -> re.Pattern[str]:
    return re.compile("|".join(line for line in lexicon.clauses()[name] if line.isascii() or not english) or r"(?!)", re.ASCII)
