"""When a promise is due: minutes counted in opening hours or around the clock, with pauses left out. Pure functions on values.

Opening hours are wall-clock times of the store. An instant is open when its wall-clock time lies in a span: in the hour that a
change of clocks repeats, that is twice; in the hour that it skips, never.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

from storage.stores import Store

Spans = tuple[tuple[time, time], ...]
# From when to when in UTC, and the same for a pause that has not ended yet.
Interval = tuple[datetime, datetime]
Pause = tuple[datetime, datetime | None]

# A store that is closed for longer than this has no opening hours as far as promises go.
LONGEST_CLOSURE = timedelta(days=60)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Hours:
    """When a store is open. `week`: spans of Monday to Sunday; one that ends no later than it begins goes on past midnight.

    `special` days differ from their weekday, also in what they carry past midnight.
    """

    timezone: str
    week: tuple[Spans, ...]
    special: Mapping[date, Spans] = field(default_factory=dict)

    def spans_on(self, day: date) -> Spans:
        special = self.special.get(day)
        return self.week[day.weekday()] if special is None else special


def of_store(store: Store) -> Hours:
    week = tuple(tuple((span.opens, span.closes) for span in store.hours if span.weekday == weekday) for weekday in range(7))
    special = {
        special.day: tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in special.spans)
        for special in store.special_days
    }
    return Hours(store.timezone, week, special)


def due(hours: Hours | None, start: datetime, minutes: float, pauses: Sequence[Pause] = ()) -> datetime | None:
    """The instant at which `minutes` have been counted since `start`. Without `hours` every minute counts.

    None while a pause lasts that has not ended: nobody knows yet. A store that never opens is counted around the clock.
    """
    if any(ended is None for _, ended in pauses):
        return None
    left = timedelta(minutes=minutes)
    for begin, end in _counted(hours, start, pauses):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    return due(None, start, minutes, pauses)


def warn_at(
    hours: Hours | None, start: datetime, minutes: int, pauses: Sequence[Pause] = (), percent: int = 75
) -> datetime | None:  # fmt: skip
    """When so much of the time is gone."""
    return due(hours, start, minutes * percent / 100, pauses)


def is_open(hours: Hours | None, moment: datetime) -> bool:
    return next_open(hours, moment) == moment


def next_open(hours: Hours | None, moment: datetime) -> datetime:
    """`moment` itself if that is in opening hours, else when the store opens next; `moment` for one that never does."""
    if hours is None:
        return moment
    return next((begin for begin, _ in _open_intervals(hours, moment)), moment)


def _counted(hours: Hours | None, start: datetime, pauses: Iterable[Pause]) -> Iterator[Interval]:
    """The intervals that count, oldest first, none overlapping."""
    start = start.astimezone(UTC)
    closed = merged([(began, ended) for began, ended in pauses if ended is not None and ended > began])
    always = [(start, start + timedelta(days=36_500))]
    for begin, end in always if hours is None else _open_intervals(hours, start):
        at = begin
        for stopped, gone_on in closed:
            if gone_on <= at or stopped >= end:
                continue
            if stopped > at:
                yield at, stopped
            at = max(at, gone_on)
        if at < end:
            yield at, end


def _open_intervals(hours: Hours, start: datetime) -> Iterator[Interval]:
    """Opening hours from `start` on, each as long as possible; ends when the store stays closed for too long."""
    start = start.astimezone(UTC)
    zone = ZoneInfo(hours.timezone)
    # What began the day before may still be open after midnight.
    day = start.astimezone(zone).date() - _DAY
    last_seen, held = start, None
    while True:
        for begin, end in _of_day(hours, day):
            if end <= start:
                continue
            begin = max(begin, start)
            if held and begin <= held[1]:
                held = (held[0], max(held[1], end))
            else:
                if held:
                    yield held
                held = (begin, end)
            last_seen = end
        day += _DAY
        midnight = datetime.combine(day, time(), zone).astimezone(UTC)
        # Nothing of a later day can touch it any more: a clock goes back by two hours at the most.
        if held and held[1] + timedelta(hours=3) < midnight:
            yield held
            held = None
        if midnight - last_seen > LONGEST_CLOSURE:
            return


def _of_day(hours: Hours, day: date) -> list[Interval]:
    return merged(chain.from_iterable(_in_utc(hours.timezone, day, opens, closes) for opens, closes in hours.spans_on(day)))


@lru_cache(maxsize=4096)
def _in_utc(timezone: str, day: date, opens: time, closes: time) -> tuple[Interval, ...]:
    """The instants whose wall-clock time lies in the span that begins on this day."""
    zone = ZoneInfo(timezone)
    begin = datetime.combine(day, opens, UTC)
    end = datetime.combine(day if closes > opens else day + _DAY, closes, UTC)
    before, after = _offset(zone, begin - _DAY), _offset(zone, end + _DAY)
    if before == after:
        return ((begin - before, end - before),)
    change = _change(zone, begin - _DAY, end + _DAY)
    pieces = ((begin - before, min(end - before, change)), (max(begin - after, change), end - after))
    return tuple((a, b) for a, b in pieces if a < b)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None, "a ZoneInfo has an offset at every instant"
    return offset


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The instant of the only change of clocks in between, to the second."""
    first = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        middle = middle.replace(microsecond=0)
        if _offset(zone, middle) == first:
            low = middle
        else:
            high = middle
    return high


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as intervals that do not touch each other."""
    whole: list[Interval] = []
    for begin, end in sorted(intervals):
        if whole and begin <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((begin, end))
    return whole
