"""Who is at work: pure rules on a week of spans, absences, and how managers write a week down."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from storage.shifts import Shifts

Week = Mapping[str, Sequence[Sequence[str]]]
_SPAN = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*[-–—~至到]\s*([01]?\d|2[0-3]):([0-5]\d)")


def on_shift(shifts: Shifts | None, zone: ZoneInfo, now: datetime) -> bool:
    """Without shifts somebody is always at work; who is away never is."""
    if shifts is None:
        return True
    if shifts.away_until is not None and shifts.away_until > now:
        return False
    return not any(shifts.week.values()) or in_week(shifts.week, now.astimezone(zone))


def in_week(week: Week, local: datetime) -> bool:
    """Whether the time on the wall lies in a span of today, or in one of yesterday that goes past midnight."""
    clock = local.time().replace(tzinfo=None)
    today = any(begin <= clock < end or (end <= begin <= clock) for begin, end in _spans(week, local.weekday()))
    yesterday = (local - timedelta(days=1)).weekday()
    return today or any(end <= begin and clock < end for begin, end in _spans(week, yesterday))


def read_day(text: str) -> list[list[str]]:
    """ "9:00-12:30, 14:00-18:00" → [["09:00", "12:30"], ["14:00", "18:00"]]. Raises Refusal for anything else."""
    found = []
    for part in filter(None, (one.strip() for one in re.split(r"[,;，；、]", text))):
        span = _SPAN.fullmatch(part)
        if span is None:
            raise Refusal("staff.shifts.unclear", words=part[:40])
        found.append([f"{int(span[1]):02}:{span[2]}", f"{int(span[3]):02}:{span[4]}"])
    return found


def written(spans: Sequence[Sequence[str]]) -> str:
    return ", ".join(f"{begin}-{end}" for begin, end in spans)


def _spans(week: Week, weekday: int) -> list[tuple[time, time]]:
    return [(time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in week.get(str(weekday), ())]


# What somebody may be good at, beside the languages; the words are those of the rules of tiers (`category`).
MATTERS = ("damage", "workmanship", "price", "waiting", "attitude", "safety", "legal")


def unfit(skills: Collection[str], language: str | None, category: str | None) -> int:
    """0 to 4, the less the better: whoever has named other languages or matters than these comes after those who have not,
    and they after whoever has named this one."""
    found = 0
    for wanted, all_of_them in ((language, LANGUAGES), (category, MATTERS)):
        named = [one for one in skills if one in all_of_them]
        if wanted in all_of_them:
            found += 0 if wanted in named else 2 if named else 1
    return found
