"""The rules of booking, on values only: when work can start, how it runs past breaks and nights, prices, notice.

Times are counted in quarter hours since 1970, UTC (see `storage.slots`); what a store says in its own time is turned
into them day by day, so that a change of clocks makes a day longer or shorter and nothing else.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from storage.slots import DAY, MINUTES, quantum_at, quantum_from
from storage.terms import OffPeak, Terms

# For each part of the work: how many quarter hours after the start it begins, and how many it lasts, pauses included.
Shape = tuple[tuple[int, int], ...]
Clock = tuple[time, time]
# So many minutes people wait for their car.
LONGEST_WAIT = 180
# More than anybody books ahead; beyond that they are put together anew.
MANY_DAYS = 2000


@dataclass(frozen=True, slots=True)
class Span:
    """Open from the quarter hour `first` up to and without `end`; `clock`: the time of day at `first`, in quarters."""

    day: date
    first: int
    end: int
    clock: int


@dataclass(frozen=True, slots=True)
class Hours:
    """A store's week (Monday first) and the days that differ, in its own time zone."""

    zone: str
    week: tuple[tuple[Clock, ...], ...]
    special: tuple[tuple[date, tuple[Clock, ...]], ...] = ()


@lru_cache(1024)  # noons and midnights of the days that are looked at
def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """That time of that day, UTC: the first one after it if the clocks skip it, the first of the two if it comes twice."""
    there = datetime.combine(day, clock, zone)
    moment = there.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == there.replace(tzinfo=None):
        return moment
    # In the gap: the clocks change somewhere between the two readings of it.
    before, after = there.replace(fold=1).astimezone(UTC), moment
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


@lru_cache(64)
def spans(hours: Hours, first: date, days: int) -> tuple[Span, ...]:
    """When the store is open on these days. A closing time of 23:59 means midnight."""
    known = _days(hours)
    if len(known) > MANY_DAYS:
        known.clear()
    found: list[Span] = []
    for number in range(days):
        day = first + timedelta(days=number)
        if day not in known:
            known[day] = _spans_of(hours, day)
        found += known[day]
    return tuple(found)


@lru_cache(64)
def _days(_hours: Hours) -> dict[date, tuple[Span, ...]]:
    """The days of these hours that somebody has asked for."""
    return {}


def _spans_of(hours: Hours, day: date) -> tuple[Span, ...]:
    zone = ZoneInfo(hours.zone)
    clocks = next((spans for special, spans in hours.special if special == day), hours.week[day.weekday()])
    if not clocks:
        return ()
    found: list[Span] = []
    noon = instant(day, time(12), zone)
    plain = _offset(zone, noon - timedelta(hours=14)) == _offset(zone, noon + timedelta(hours=14))
    midnight = quantum_at(noon - timedelta(hours=12))
    for opens, closes in clocks:
        first_clock = -(-(opens.hour * 60 + opens.minute) // MINUTES)
        if plain:
            begin, end = midnight + first_clock, midnight + (closes.hour * 60 + closes.minute) // MINUTES
            end = midnight + DAY if closes >= time(23, 59) else end
        else:
            begin = quantum_from(instant(day, opens, zone))
            next_midnight = instant(day + timedelta(days=1), time(0), zone)
            end = quantum_at(next_midnight if closes >= time(23, 59) else instant(day, closes, zone))
        if begin < end:
            found.append(Span(day, begin, end, first_clock))
    return tuple(found)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta | None:
    return moment.astimezone(zone).utcoffset()


def place(start: int, lengths: Sequence[int], open_: Sequence[Span], pause_from: int, longest_day: int) -> Shape | None:
    """How work of these lengths, one after the other, runs when it starts at `start`; None when it cannot start then.

    It stays within one span of opening hours. Work of `pause_from` quarter hours and more may pause over a break; only work
    that is longer than any day (`longest_day`) goes on the next day. From 24 hours on the car stays for so long, nights
    included, and is ready when the store is open.
    """
    index = bisect_right(open_, start, key=lambda span: span.first) - 1
    if index < 0 or start >= open_[index].end:
        return None
    total = sum(lengths)
    if total >= DAY:
        return _stay(start, lengths, open_)
    if start + total <= open_[index].end:
        return _in_a_row(lengths)
    if total < pause_from:
        return None
    shape: list[tuple[int, int]] = []
    today, cursor = open_[index].day, start
    for length in lengths:
        begin, left = cursor, length
        while cursor + left > open_[index].end:
            left -= open_[index].end - cursor
            worked = begin != cursor or open_[index].end > cursor
            index += 1
            if index == len(open_) or (open_[index].day != today and total <= longest_day):
                return None
            cursor = open_[index].first
            begin = begin if worked else cursor
        cursor += left
        shape.append((begin - start, cursor - begin))
    return tuple(shape)


def _in_a_row(lengths: Iterable[int]) -> Shape:
    shape, offset = [], 0
    for length in lengths:
        shape.append((offset, length))
        offset += length
    return tuple(shape)


def _stay(start: int, lengths: Sequence[int], open_: Sequence[Span]) -> Shape | None:
    end = start + sum(lengths)
    index = bisect_right(open_, end, key=lambda span: span.first) - 1
    if end > open_[index].end:
        if index + 1 == len(open_):
            return None
        end = open_[index + 1].first
    *shape, (offset, _) = _in_a_row(lengths)
    return (*shape, (offset, end - start - offset))


@lru_cache(64)
def starts(
    open_: tuple[Span, ...], lengths: tuple[int, ...], step: int, pause_from: int, longest_day: int, base: int
) -> Mapping[Shape, int]:
    """Every start that opening hours allow: for each shape a number whose bit n is the quarter hour `base` + n.

    `step` and `pause_from` in quarter hours; starts stand at whole steps of the store's clock.
    """
    overnight = sum(lengths) >= DAY or sum(lengths) > longest_day
    found: dict[Shape, int] = {}
    # Most days look like others: each kind of day is thought through once.
    patterns: dict[tuple[tuple[int, int, int], ...], list[tuple[Shape, int]]] = {}
    index = 0
    while index < len(open_):
        last = index
        while last < len(open_) and open_[last].day == open_[index].day:
            last += 1
        today, first = open_[index:last], open_[index].first
        key = tuple((span.first - first, span.end - first, span.clock) for span in today)
        shapes = None if overnight else patterns.get(key)
        if shapes is None:
            around = open_[index:] if overnight else today
            masks: dict[Shape, int] = {}
            for span in today:
                for start in range(span.first, span.end):
                    if (span.clock + start - span.first) % step:
                        continue
                    shape = place(start, lengths, around, pause_from, longest_day)
                    if shape is not None:
                        masks[shape] = masks.get(shape, 0) | 1 << (start - first)
            shapes = patterns[key] = list(masks.items())
        for shape, mask in shapes:
            found[shape] = found.get(shape, 0) | mask << (first - base)
        index = last
    return found


@lru_cache(64)
def longest_day(hours: Hours) -> int:
    """Quarter hours of the longest day of the week."""
    return max(sum(_length(*clock) for clock in clocks) for clocks in hours.week)


def _length(opens: time, closes: time) -> int:
    return (closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute) // MINUTES


def runs(free: int, length: int) -> int:
    """The places in a row of bits from which `length` bits in a row are set."""
    have = 1
    while have < length:
        more = min(have, length - have)
        free &= free >> more
        have += more
    return free


def places(bits: int) -> list[int]:
    """The numbers of the bits that are set, rising."""
    written = f"{bits:b}"[::-1]
    found, at = [], written.find("1")
    while at >= 0:
        found.append(at)
        at = written.find("1", at + 1)
    return found


def quarters(minutes: int) -> int:
    return -(-minutes // MINUTES)


def discount(off_peak: Iterable[OffPeak], there: datetime) -> int:
    """Percent off for a visit that starts at this time of the store."""
    fitting = [
        quiet.percent for quiet in off_peak if there.weekday() == quiet.weekday and quiet.starts <= there.time() < quiet.ends
    ]
    return max(fitting, default=0)


def reduced(amount: int, percent: int) -> int:
    """The amount with so many percent off, half a minor unit rounded in favour of the customer."""
    return -(-(amount * (100 - percent) * 2 - 100) // 200)


def may_change(starts_at: datetime, now: datetime, terms: Terms) -> bool:
    """Whether the customer may still move or cancel by themselves."""
    return starts_at - now >= terms.minutes("notice")


def usual_transport(minutes: int) -> str:
    """How people come who have not said it, by how long the work takes."""
    return "wait" if minutes <= LONGEST_WAIT else "leave"
