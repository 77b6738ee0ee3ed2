"""Feedback by rule: when somebody is asked, what is a low rating, when the survey runs. Pure functions on values."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from handlers.dialogue.folding import fold

# Later than this nobody remembers well; the question is not asked any more.
LATEST = timedelta(days=3)
# How far back we look for visits to note that it was too late for them.
NOTED = timedelta(days=30)
# Nobody is asked twice within this time, however many cars they bring.
APART = timedelta(hours=20)
# Who gave few stars and then fell silent gets a person after this time.
SILENCE = timedelta(minutes=10)
MOST_STARS, LOW = 5, 2
# The survey goes out in the middle of a quarter, and not within a week of another question.
SURVEY_FROM, SURVEY_UNTIL = 40, 75
SURVEY_APART, SURVEY_LATELY = timedelta(days=7), timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a store wants beside the rules that ask (see `handlers.reminders`). `review`, `refer`: links that happy customers are
    shown, empty for none. `survey`: invites to the anonymous survey; its results are hidden below `fewest` answers.
    """

    review: str = ""
    refer: str = ""
    survey: bool = False
    fewest: int = 5


DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Terms)}


def terms(said: Mapping[str, Any]) -> Terms:
    """Terms from what the column of a store says."""
    return Terms(**{name: said[name] for name in DEFAULTS if name in said})


def is_late(ended_at: datetime, now: datetime) -> bool:
    return now - ended_at > LATEST


def is_low(work: int | None, people: int | None) -> bool:
    """Few stars for either; what was left out (0) or not answered says nothing."""
    return any(stars is not None and 0 < stars <= LOW for stars in (work, people))


def is_best(work: int | None, people: int | None) -> bool:
    """All stars for the work, and no fewer for the people if they got any."""
    return work == MOST_STARS and (people or MOST_STARS) == MOST_STARS


_NUMBERS = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5,
            "one": 1, "two": 2, "three": 3, "four": 4, "five": 5}  # fmt: skip
_STARS = re.compile(r"([1-5一二两三四五]|one|two|three|four|five) ?(?:stars?|颗?星|分|out of 5|of 5| 5)?")


def stars(words: str) -> int | None:
    """The rating that a message is, typed instead of tapped: "5", "4 stars", "五星", "3/5", "⭐⭐⭐⭐"."""
    bare = re.sub(r"[\s\ufe0f]", "", words)
    if bare and set(bare) in ({"⭐"}, {"★"}, {"🌟"}):
        return len(bare) if len(bare) <= MOST_STARS else None
    found = _STARS.fullmatch(fold(words)) if len(words) <= 20 else None
    return _NUMBERS[found[1]] if found else None


# -- the survey -------------------------------------------------------------------------------------------------------------


def quarter(day: date) -> str:
    """ "2026Q4"."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarter_before(day: date) -> str:
    return quarter(_first(day) - timedelta(days=1))


def surveys_on(day: date) -> bool:
    """Whether invitations may go out on this day."""
    return SURVEY_FROM <= (day - _first(day)).days < SURVEY_UNTIL


def may_show(counts: Mapping[int, int], fewest: Mapping[int, int]) -> tuple[frozenset[int], bool]:
    """Which groups have enough answers to be shown, and whether the sum of all may be.

    It may not where the groups that are hidden could be worked out from it by taking away those that are shown.
    """
    shown = frozenset(group for group, number in counts.items() if number >= fewest[group])
    most = max(fewest.values(), default=0)
    hidden = sum(number for group, number in counts.items() if group not in shown)
    return shown, sum(counts.values()) >= most and (hidden == 0 or hidden >= most)


def _first(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
