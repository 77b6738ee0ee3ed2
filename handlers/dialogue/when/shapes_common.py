"""What the makers of Chinese shapes share."""

import re
from collections.abc import Callable

from handlers.dialogue.when.days import Day
from handlers.dialogue.when.tokens import Context, Token

WEEKDAYS = {c: n for n, c in enumerate("一二三四五六日", 1)} | {"天": 7, "七": 7} | {str(n): n for n in range(1, 8)}


# Weeks from this one; None: it has been.
AHEAD = {"这": 0, "本": 0, "今": 0, "呢": 0, "当": 0, "这一": 0, "下": 1, "下下": 2, "大下": 2, "下下下": 3, "再下": 2}


Shaped = list[Token]


Maker = Callable[[re.Match[str], Context], Shaped | None]


def as_token(kind: str, match: re.Match[str], value: object) -> Shaped:
    return [Token(kind, match.start(), match.end(), value)]


def as_day(match: re.Match[str], day: Day) -> Shaped:
    return as_token("D", match, day)
