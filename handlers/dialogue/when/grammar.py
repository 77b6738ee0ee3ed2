"""From tokens to days, clock times, spans of time and lengths: rules over the string of token kinds, tried in order.

A rule is a regular expression over the one-letter kinds (see tokens.py) and what to make of the tokens it matched; a maker that
answers None leaves them as they are.
"""

import re
from collections.abc import Callable
from functools import cache

from handlers.dialogue.when.rules import clock, counted, dates, lengths, weeks, windows
from handlers.dialogue.when.tokens import Context, Token

Maker = Callable[[Context, list[Token]], list[Token] | None]


def parse(tokens: list[Token], context: Context) -> list[Token]:
    """The tokens with everything that belongs together put together."""
    tokens = [token for token in tokens if token.kind not in "()"]
    kinds = "".join(token.kind for token in tokens)
    for pattern, make in _rules():
        place = 0
        while match := pattern.search(kinds, place):
            start, end = match.span()
            made = make(context, tokens[start:end])
            if made is None:
                place = start + 1
                continue
            tokens[start:end] = made
            kinds = kinds[:start] + "".join(token.kind for token in made) + kinds[end:]
            # Go on where the new token stands, so that it can be part of another match; every rule shortens or changes.
            place = start + (1 if made else 0)
    return tokens


@cache
def _rules() -> list[tuple[re.Pattern[str], Maker]]:
    written = [
        *lengths.RULES, *clock.EARLY, *weeks.RULES, *dates.RULES, *counted.RULES, *clock.RULES, *windows.RULES,
    ]  # fmt: skip
    return [(re.compile(pattern), make) for pattern, make in written]
