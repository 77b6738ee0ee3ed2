"""The pieces that the grammar puts together: tokens of one-letter kinds, clock times, spans of time.

Kinds as the scanner gives them:
  x other words   , pause   . ? end of a sentence   n number   k 10.30   s 5/12   o 5th   f fifth   d 5号   c clock time
  a am, pm   O o'clock   h half   q quarter   P past   w weekday   m month   y year   D day or days   u unit
  T length of time   p part of day   1 早, 晚   H this   N next   C coming   L last   W weekend   e the   l on   j of, 的
  @ at, about   I in   4 for   i roughly   z a, an   _ parts of phrases   t to   - dash   F from   b between   } 之间
  & and   | or   / slash   A after   B before, by   Y 之后   Z 之前   G onwards   J or earlier   U within   { during
  ! not   ^ does not work   > moved to   M move   * a correction   S same time   $ now   Q past   E every   V vague
  K week of   X impossible
The grammar makes R, a range of clock times.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple


class Token(NamedTuple):
    kind: str
    start: int
    end: int
    value: Any = None


class Clock(NamedTuple):
    """A time on the clock's face. `sure`: the hour is one of 24, else one of twelve."""

    hour: int
    minute: int = 0
    sure: bool = False


class Between(NamedTuple):
    """From a time to a time; an open end is None. `end_said`: whether am or pm was said of the end."""

    start: Clock | None
    end: Clock | None


class Otherwise(Between):
    """What is left by a refusal: after five, for "can't before 5". A time said beside it is the one that is wished."""


class Length(NamedTuple):
    """A length of time: 2 hours, 1.5 weeks, half a year."""

    amount: float
    unit: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the words are read against. `now` is the shop's wall clock."""

    now: datetime
    region: str
    chinese: bool
    # Words that only Cantonese has: 聽日 is said so in a mainland shop, too.
    says_cantonese: bool = False

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def cantonese(self) -> bool:
        return self.region in ("HK", "MO")


def parts(tokens: list[Token], kinds: str) -> list[Any]:
    """The values of the tokens of these kinds, in order."""
    return [token.value for token in tokens if token.kind in kinds]


def joined(kind: str, tokens: list[Token], value: Any) -> list[Token]:
    """One token in the place of several."""
    return [Token(kind, tokens[0].start, tokens[-1].end, value)]


# What a rule makes of the tokens it matched: others in their place, or None to leave them as they are.
Made = list[Token] | None
