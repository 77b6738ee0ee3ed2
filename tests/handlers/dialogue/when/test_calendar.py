"""The calendars behind the words: the moon's, the holidays', and years that nobody has announced."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.dialogue.when import breaks, feasts, lunar, understand


@pytest.mark.parametrize(
    ("lunar_date", "day"),
    [
        ((2026, 1, 1), date(2026, 2, 17)), ((2027, 1, 1), date(2027, 2, 6)), ((2026, 8, 15), date(2026, 9, 25)),
        ((2025, 6, 30), date(2025, 7, 24)), ((2025, 6, 1, True), date(2025, 7, 25)), ((2033, 11, 1, True), date(2033, 12, 22)),
    ],
)  # fmt: skip
def test_known_days_of_the_moon(lunar_date, day):
    assert lunar.to_date(*lunar_date) == day


def test_the_thirtieth_of_a_short_month_is_its_last_day():
    """TM6: the twelfth month has 29 days in these years."""
    for year in (2026, 2027):
        assert lunar.to_date(year, 12, 30) == lunar.to_date(year, 12, 29) == feasts.day_of("spring_eve", year + 1, "CN")


@given(st.integers(1900, 2200), st.integers(1, 12), st.integers(1, 30))
def test_the_moon_never_raises(year, month, day):
    found = lunar.to_date(year, month, day)
    assert found is None or found.year in (year, year + 1)


@pytest.mark.parametrize(
    ("year", "day"), [(2024, date(2024, 3, 31)), (2026, date(2026, 4, 5)), (2027, date(2027, 3, 28)), (2038, date(2038, 4, 25))]
)
def test_easter(year, day):
    assert feasts.easter(year) == day


def test_solar_terms():
    assert [feasts.day_of("qingming", year, "CN") for year in (2026, 2027, 2028)] == [
        date(2026, 4, 5),
        date(2027, 4, 5),
        date(2028, 4, 4),
    ]
    assert [feasts.day_of("solstice", year, "CN") for year in (2021, 2026, 2027)] == [
        date(2021, 12, 21),
        date(2026, 12, 22),
        date(2027, 12, 22),
    ]


@settings(max_examples=200)
@given(st.integers(1950, 2150), st.sampled_from(["CN", "HK", "TW", "US", "GB", "XX"]), st.sampled_from(sorted(feasts.RULES)))
def test_no_year_is_missing_badly(year, region, feast):
    """TM7: a year that no table holds is unknown, or follows the pattern; it never raises."""
    feast = feast.split("@")[0]
    found = breaks.break_of(feast, year, region)
    assert found is None or found[0] <= found[1]


def test_after_a_holiday_nobody_has_announced():
    """TM7: the break of 2027 was not announced when this was written; the pattern of the law is used."""
    found = understand("国庆后第一个周一下午", datetime(2027, 9, 1, 9, 0), "CN")  # noqa: DTZ001
    assert found.date == date(2027, 10, 11)
    assert not understand("国庆后第二个周一", datetime(2027, 9, 1, 9, 0), "CN").understood  # noqa: DTZ001
    opened = understand("国庆后", datetime(2027, 9, 1, 9, 0), "CN")  # noqa: DTZ001
    assert opened.range
    assert opened.range.start == date(2027, 10, 8)


def test_new_year_of_the_moon_after_the_table_ends():
    assert understand("春节", datetime(2060, 3, 1, 9, 0), "CN").nothing  # noqa: DTZ001
