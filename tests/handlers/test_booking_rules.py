"""The rules of booking on values: opening hours and changes of clocks, breaks and nights, prices, notice."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.booking import phrases, rules
from handlers.booking.rules import Hours, Span
from storage.slots import moment_of
from storage.terms import OffPeak, Terms

DAY = date(2026, 11, 24)
MORNING, AFTERNOON = (time(8, 30), time(12)), (time(13, 30), time(18))
WEEK = ((MORNING, AFTERNOON),) * 7


def _there(quantum: int, zone: str = "Asia/Shanghai") -> str:
    return f"{moment_of(quantum).astimezone(ZoneInfo(zone)):%d %H:%M}"


def _at(clock: str, day: date = DAY, zone: str = "Asia/Shanghai") -> int:
    return rules.quantum_at(rules.instant(day, time.fromisoformat(clock), ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("zone", "day", "clock", "utc"),
    [
        ("Asia/Shanghai", "2026-11-24", "10:00", "2026-11-24T02:00"),
        # TM1: in the gap the first time after it, in the fold the first of the two.
        ("Europe/Berlin", "2026-03-29", "02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-03-29", "02:00", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25", "02:30", "2026-10-25T00:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:10", "2026-10-03T15:30"),
        ("America/New_York", "2026-03-08", "02:59", "2026-03-08T07:00"),
    ],
)
def test_a_time_of_the_store_is_an_instant(zone: str, day: str, clock: str, utc: str) -> None:
    """TM1, TM9."""
    found = rules.instant(date.fromisoformat(day), time.fromisoformat(clock), ZoneInfo(zone))
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@given(
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Africa/Cairo", "Asia/Kathmandu"]
    ),
    st.dates(date(2020, 1, 1), date(2037, 12, 30)),
    st.times(),
)
def test_what_the_clock_shows_then_is_never_earlier(zone: str, day: date, clock: time) -> None:
    """TM1, TM2: a time that exists is met exactly, one that does not is the moment when the clocks are changed."""
    clock = clock.replace(microsecond=0)
    found = rules.instant(day, clock, ZoneInfo(zone)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    assert found >= datetime.combine(day, clock)
    assert found - datetime.combine(day, clock) <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("zone", "day", "quarters"),
    [
        ("Europe/Berlin", "2026-03-28", 16),
        ("Europe/Berlin", "2026-03-29", 12),  # an hour is missing between midnight and four
        ("Europe/Berlin", "2026-10-25", 20),
        ("Asia/Kathmandu", "2026-10-25", 16),
    ],
)
def test_a_day_of_clock_change_is_longer_or_shorter(zone: str, day: str, quarters: int) -> None:
    """TM1, TM2."""
    [span] = rules.spans(Hours(zone, (((time(0), time(4)),),) * 7), date.fromisoformat(day), 1)
    assert span.end - span.first == quarters


@given(st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai"]), st.dates(date(2025, 1, 1), date(2030, 1, 1)))
def test_by_day_the_hours_do_not_move_with_the_clocks(zone: str, day: date) -> None:
    [span] = rules.spans(Hours(zone, (((time(9), time(17)),),) * 7), day, 1)
    assert (_there(span.first, zone), _there(span.end, zone)) == (f"{day:%d} 09:00", f"{day:%d} 17:00")


def test_special_days_win_and_midnight_is_a_minute_to() -> None:
    hours = Hours("Asia/Shanghai", WEEK, ((DAY, ()), (DAY + timedelta(days=1), ((time(20), time(23, 59)),))))
    found = rules.spans(hours, DAY, 2)
    assert [(_there(span.first), _there(span.end)) for span in found] == [("25 20:00", "26 00:00")]


def test_hours_off_the_quarter_are_rounded_inwards() -> None:
    [span] = rules.spans(Hours("Asia/Shanghai", (((time(8, 40), time(12, 10)),),) * 7), DAY, 1)
    assert (_there(span.first), _there(span.end), span.clock) == ("24 08:45", "24 12:00", 35)


@pytest.mark.parametrize(
    ("start", "minutes", "shape"),
    [
        ("08:30", [60], [("24 08:30", "24 09:30")]),
        ("11:00", [60], [("24 11:00", "24 12:00")]),
        ("11:15", [60], None),  # short work does not wait through lunch
        ("08:15", [60], None),
        ("12:30", [60], None),
        ("17:15", [60], None),
        ("10:30", [150], [("24 10:30", "24 14:30")]),  # long work does
        ("11:45", [120], [("24 11:45", "24 15:15")]),
        ("11:00", [60, 60], [("24 11:00", "24 12:00"), ("24 13:30", "24 14:30")]),
        ("11:30", [60, 60], [("24 11:30", "24 14:00"), ("24 14:00", "24 15:00")]),
        ("16:15", [120], None),  # not over night, if a day could hold it
        ("08:30", [600], [("24 08:30", "25 10:30")]),  # longer than any day
        ("10:00", [1440], [("24 10:00", "25 10:00")]),
        ("13:30", [60, 1440], [("24 13:30", "24 14:30"), ("24 14:30", "25 14:30")]),
        ("11:30", [30, 1440], [("24 11:30", "24 12:00"), ("24 12:00", "25 12:00")]),
        ("11:45", [30, 1440], [("24 11:45", "24 12:15"), ("24 12:15", "25 13:30")]),  # ready when it is open
    ],
)
def test_how_work_runs(start: str, minutes: list[int], shape: list[tuple[str, str]] | None) -> None:
    hours = Hours("Asia/Shanghai", WEEK)
    open_ = rules.spans(hours, DAY, 7)
    lengths = [rules.quarters(one) for one in minutes]
    found = rules.place(_at(start), lengths, open_, 8, rules.longest_day(hours))
    begin = _at(start)
    said = None if found is None else [(_there(begin + offset), _there(begin + offset + length)) for offset, length in found]
    assert said == shape


@given(
    st.lists(
        st.sampled_from([WEEK[0], (), ((time(9), time(16)),), ((time(7, 15), time(11, 45)), (time(12), time(20)))]),
        min_size=7,
        max_size=7,
    ),
    st.lists(st.integers(1, 30), min_size=1, max_size=3),
    st.integers(1, 4),
    st.sampled_from(["Asia/Shanghai", "Europe/Berlin"]),
)
def test_the_starts_in_bits_are_those_found_one_by_one(
    week: list[tuple[tuple[time, time], ...]], lengths: list[int], step: int, zone: str
) -> None:
    hours = Hours(zone, tuple(week))
    open_: tuple[Span, ...] = rules.spans(hours, date(2026, 3, 25), 9)
    base = rules.quantum_at(datetime(2026, 3, 24, tzinfo=UTC))
    offered = rules.starts(open_, tuple(lengths), step, 8, rules.longest_day(hours), base)
    found = {base + place: shape for shape, bits in offered.items() for place in rules.places(bits)}
    expected = {}
    for span in open_:
        for start in range(span.first, span.end):
            if (span.clock + start - span.first) % step == 0:
                shape = rules.place(start, lengths, open_, 8, rules.longest_day(hours))
                if shape is not None:
                    expected[start] = shape
    assert found == expected


@given(st.integers(0, 2**80), st.integers(1, 20))
def test_runs_of_bits(bits: int, length: int) -> None:
    row = f"{bits:0100b}"[::-1]
    assert rules.places(rules.runs(bits, length)) == [at for at in range(100) if row[at : at + length] == "1" * length]


@pytest.mark.parametrize(
    ("there", "percent"),
    [
        ("2026-11-25T13:59", 0),
        ("2026-11-25T14:00", 20),
        ("2026-11-25T15:59", 20),
        ("2026-11-25T16:00", 0),
        ("2026-11-26T15:00", 30),
    ],
)
def test_off_peak_by_the_start(there: str, percent: int) -> None:
    quiet = (*Terms().off_peak, OffPeak(3, time(14), time(16), 10), OffPeak(3, time(15), time(16), 30))
    assert rules.discount(quiet, datetime.fromisoformat(there).replace(tzinfo=ZoneInfo("Asia/Shanghai"))) == percent


@pytest.mark.parametrize(
    ("amount", "percent", "left"), [(89900, 20, 71920), (101, 20, 81), (3, 50, 1), (100, 0, 100), (0, 20, 0), (99, 99, 1)]
)
def test_a_discount_is_rounded_for_the_customer(amount: int, percent: int, left: int) -> None:
    assert rules.reduced(amount, percent) == left


@pytest.mark.parametrize(("minutes", "may"), [(121, True), (120, True), (119, False), (-5, False)])
def test_who_may_still_change(minutes: int, may: bool) -> None:
    now = datetime(2026, 11, 24, tzinfo=UTC)
    assert rules.may_change(now + timedelta(minutes=minutes), now, Terms()) is may


def test_every_list_of_phrases_is_a_pattern() -> None:
    """They are compiled when they are first needed, which may be late."""
    for name in phrases._lists():
        phrases._pattern(name)
