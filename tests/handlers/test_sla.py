"""Promises against the clock: a table of cases that people would argue about, and a minute-by-minute oracle."""

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from handlers.tickets import sla
from handlers.tickets.sla import Hours, Spans

DAY = ((time(8, 30), time(12)), (time(13, 30), time(18)))
WEEK = (*[DAY] * 5, ((time(9), time(12)),), ())
SHOP = Hours("Asia/Shanghai", WEEK, {date(2026, 11, 23): (), date(2026, 11, 24): ((time(10), time(11)),)})
BAR = Hours("Europe/Berlin", tuple(((time(18), time(2)),) for _ in range(7)))


def at(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("start", "minutes", "wanted"),
    [
        ("2026-11-18T09:00", 60, "2026-11-18T10:00"),
        ("2026-11-18T11:40", 60, "2026-11-18T14:10"),  # over lunch
        ("2026-11-18T11:00", 60, "2026-11-18T12:00"),  # the last minute before lunch counts
        ("2026-11-18T02:00", 60, "2026-11-18T09:30"),  # at night
        ("2026-11-20T17:59", 60, "2026-11-21T09:59"),  # Friday evening, open on Saturday
        ("2026-11-21T11:59", 60, "2026-11-24T10:59"),  # Sunday closed, a holiday, then a short day
        ("2026-11-21T11:59", 62, "2026-11-25T08:31"),
    ],
)
def test_an_answer_in_opening_hours(start: str, minutes: int, wanted: str) -> None:
    """TM11: weekends, holidays, breaks."""
    assert sla.due(SHOP, at(start), minutes) == at(wanted)


def test_around_the_clock_every_minute_counts() -> None:
    """Also where the clocks change in between: an hour is an hour."""
    assert sla.due(None, at("2026-11-20T17:59"), 60) == at("2026-11-20T18:59")
    start = at("2026-03-28T20:00", "Europe/Berlin")
    assert sla.due(None, start, 1440) == at("2026-03-29T21:00", "Europe/Berlin")


def test_a_pause_does_not_count_and_one_that_lasts_stops_the_clock() -> None:
    """TM11: waiting for the customer."""
    pause = (at("2026-11-18T09:30"), at("2026-11-18T11:30"))
    assert sla.due(SHOP, at("2026-11-18T09:00"), 60, [pause]) == at("2026-11-18T12:00")
    assert sla.due(SHOP, at("2026-11-18T09:00"), 60, [(at("2026-11-18T09:30"), None)]) is None


def test_spans_past_midnight_and_a_change_of_clocks() -> None:
    """TM1: the hour that comes twice counts twice; the hour that is skipped is not there."""
    berlin = "Europe/Berlin"
    assert sla.due(BAR, at("2026-11-18T23:30", berlin), 60) == at("2026-11-19T00:30", berlin)
    assert sla.due(BAR, at("2026-11-18T12:00", berlin), 481) == at("2026-11-19T18:01", berlin)
    till_four = Hours(berlin, tuple(((time(0), time(4)),) for _ in range(7)))
    autumn, spring = at("2026-10-25T00:00", berlin), at("2026-03-29T00:00", berlin)
    assert sla.due(till_four, autumn, 300) == at("2026-10-25T04:00", berlin)
    assert sla.due(till_four, spring, 180) == at("2026-03-29T04:00", berlin)


def test_a_store_that_never_opens_is_counted_around_the_clock() -> None:
    closed = Hours("Asia/Shanghai", ((),) * 7)
    assert sla.due(closed, at("2026-11-18T09:00"), 60) == at("2026-11-18T10:00")
    assert sla.next_open(closed, at("2026-11-18T09:00")) == at("2026-11-18T09:00")


def test_when_it_opens_next() -> None:
    assert sla.next_open(SHOP, at("2026-11-21T12:00")) == at("2026-11-24T10:00")
    assert sla.is_open(SHOP, at("2026-11-20T13:30"))
    assert not sla.is_open(SHOP, at("2026-11-20T12:00"))


# -- the oracle -------------------------------------------------------------------------------------------------------------

ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
WINDOW = 24  # days
MINUTES = WINDOW * 1440


def _some_spans(chance: random.Random) -> Spans:
    """None, one, or several spans of a day; the last may go past midnight. None overlap."""
    marks = sorted(chance.sample(range(0, 1440, 5), 2 * chance.choice((0, 1, 1, 2, 2, 3))))
    spans = [(time(*divmod(a, 60)), time(*divmod(b, 60))) for a, b in zip(marks[::2], marks[1::2], strict=True)]
    if spans and chance.random() < 0.3:
        spans[-1] = (spans[-1][0], time(chance.choice((0, 1, 2, 3)), chance.choice((0, 30))))
        if spans[-1][1] > spans[-1][0]:
            spans[-1] = (spans[-1][0], time(23, 59))
    return tuple(spans)


def _minute_by_minute(hours: Hours, begin: datetime) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """For each minute from `begin` on: look at the clock on the wall, and at what is written on the door."""
    zone = ZoneInfo(hours.timezone)
    # No zone has ever changed its clocks at another time than a full quarter of an hour.
    offsets = [
        int((begin + timedelta(minutes=quarter)).astimezone(zone).utcoffset().total_seconds()) // 60  # type: ignore[union-attr]
        for quarter in range(0, MINUTES, 15)
    ]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    wall = (begin - epoch) // timedelta(minutes=1) + np.arange(MINUTES) + np.repeat(offsets, 15)
    days, clock = wall // 1440, wall % 1440
    is_open = np.zeros(MINUTES, dtype=bool)
    for number in range(int(days.min()) - 1, int(days.max()) + 1):
        day = date(1970, 1, 1) + timedelta(days=number)
        for opens, closes in hours.spans_on(day):
            a, b = opens.hour * 60 + opens.minute, closes.hour * 60 + closes.minute
            if a < b:
                is_open |= (days == number) & (a <= clock) & (clock < b)
            else:
                is_open |= (days == number) & (a <= clock) | (days == number + 1) & (clock < b)
    return is_open


def test_ten_thousand_due_times_equal_counting_minute_by_minute() -> None:
    """TM11: calendars with breaks, nights, special days and changes of clocks; pauses; both kinds of counting."""
    chance = random.Random(20261120)
    checked = beyond = 0
    for _ in range(100):
        zone = chance.choice(ZONES)
        middle = chance.choice((date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1), date(2026, 4, 5)))
        begin = datetime.combine(middle, time(chance.randrange(24)), UTC) - timedelta(days=chance.randrange(1, 12))
        hours = Hours(zone, tuple(_some_spans(chance) for _ in range(7)), {
            begin.date() + timedelta(days=chance.randrange(WINDOW)): _some_spans(chance) for _ in range(chance.randrange(4))
        })  # fmt: skip
        by_hours, always = _minute_by_minute(hours, begin), np.ones(MINUTES, dtype=bool)
        for _ in range(100):
            counted = by_hours if chance.random() < 0.8 else always
            start, minutes = chance.randrange(6 * 1440), chance.choice((1, 15, 60, 60, 240, 480, 1440, chance.randrange(1, 3000)))
            pauses, left = [], counted
            for _ in range(chance.choice((0, 0, 1, 2, 3))):
                a = chance.randrange(10 * 1440)
                b = a + chance.randrange(3000)
                pauses.append((begin + timedelta(minutes=a), begin + timedelta(minutes=b)))
                left = left.copy()
                left[a:b] = False
            ticks = np.flatnonzero(left[start:])
            said = sla.due(None if counted is always else hours, begin + timedelta(minutes=start), minutes, pauses)
            if len(ticks) < minutes:  # further away than the oracle looks
                beyond += 1
                continue
            checked += 1
            assert said == begin + timedelta(minutes=start + int(ticks[minutes - 1]) + 1), (hours, begin, start, minutes, pauses)
    assert checked + beyond == 10_000
    assert checked > 8500, checked
