"""Which hour is meant: shop hours settle a bare one, a part of day settles it better, and some stay open."""

from datetime import time

from handlers.dialogue.when.tokens import Between, Clock

# A time, and how many days later it falls: "tonight at 12" is tomorrow's 00:00.
Hour = tuple[time, int]


def hours(clock: Clock, part: str = "") -> list[Hour]:
    """All sensible readings; none if the hour does not go with the part of day."""
    hour, minute = clock.hour, clock.minute
    if hour == 24:
        return [(time(0, minute), 1), (time(0, minute), 0)]
    if clock.sure or hour == 0 or hour > 12:
        fits = {"morning": hour < 13, "noon": 10 <= hour < 16, "afternoon": hour >= 12, "evening": hour >= 16, "dawn": hour < 7}
        return [(time(hour, minute), 0)] if fits.get(part, True) else []
    return [(time(h % 24, minute), h // 24) for h in _TABLES.get(part, _bare)(hour)]


def _bare(hour: int) -> list[int]:
    # Shops open between eight and six; seven may be either end of the day.
    return [7, 19] if hour == 7 else [hour] if hour >= 8 else [hour + 12]


def _morning(hour: int) -> list[int]:
    return [hour] if hour < 12 else []


def _noon(hour: int) -> list[int]:
    return [hour] if hour >= 10 else [hour + 12] if hour <= 3 else []


def _afternoon(hour: int) -> list[int]:
    return [12] if hour == 12 else [hour + 12]


def _evening(hour: int) -> list[int]:
    if hour == 12:
        return [24, 0]
    return [hour + 12] if hour >= 5 else [hour + 24, hour] if hour < 4 else []


def _dawn(hour: int) -> list[int]:
    return [0] if hour == 12 else [hour] if hour < 7 else []


_TABLES = {"morning": _morning, "noon": _noon, "afternoon": _afternoon, "evening": _evening, "dawn": _dawn}


def between(times: Between, part: str = "") -> list[tuple[time | None, time | None]]:
    """All sensible readings of a range; the end comes after the start, and an am or pm of the end may be meant for both."""
    if times.start is None or times.end is None:
        ends = hours(times.start or times.end or Clock(0), part)
        return [(t, None) if times.start else (None, t) for t, days in ends if not days]
    start, end = times.start, times.end
    if not _exact(start) and _exact(end) and not part:
        return [(_latest_before(start, end), time(end.hour % 24, end.minute))] if _latest_before(start, end) else []
    found: list[tuple[time | None, time | None]] = []
    for first, days in hours(start, part):
        last = _first_after(first, end)
        if last and not days:
            found.append((first, last))
    # "7 to 10" may be the morning or the evening; "7 to 12" is a morning.
    return found


def _exact(clock: Clock) -> bool:
    return clock.sure or clock.hour == 0 or clock.hour > 12


def _latest_before(start: Clock, end: Clock) -> time | None:
    limit = time(end.hour % 24, end.minute)
    choices = [time(h, start.minute) for h in (start.hour % 12, start.hour % 12 + 12)]
    return max((t for t in choices if t < limit), default=None)


def _first_after(first: time, end: Clock) -> time | None:
    if end.hour == 24:
        return None
    choices = [end.hour] if _exact(end) else [end.hour % 12, end.hour % 12 + 12]
    return min((t for t in (time(h, end.minute) for h in choices) if t > first), default=None)
