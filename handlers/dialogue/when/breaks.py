"""How long the official holidays around a feast are: "after National Day" begins when they end.

Announced breaks are in the table. For years to come that nobody has announced, the law's pattern is used where it is plain,
and None says that we do not know; the caller then asks.
"""

from datetime import date, timedelta

from handlers.dialogue.when import feasts

_DAY = timedelta(days=1)

# As announced: region, feast, first and last day.
_ANNOUNCED = """
CN new_year 2024-01-01 2024-01-01  CN spring 2024-02-10 2024-02-17  CN qingming 2024-04-04 2024-04-06
CN labour 2024-05-01 2024-05-05  CN dragon_boat 2024-06-10 2024-06-10  CN mid_autumn 2024-09-15 2024-09-17
CN national 2024-10-01 2024-10-07  CN new_year 2025-01-01 2025-01-01  CN spring 2025-01-28 2025-02-04
CN qingming 2025-04-04 2025-04-06  CN labour 2025-05-01 2025-05-05  CN dragon_boat 2025-05-31 2025-06-02
CN national 2025-10-01 2025-10-08  CN mid_autumn 2025-10-01 2025-10-08  CN new_year 2026-01-01 2026-01-03
CN spring 2026-02-15 2026-02-23  CN qingming 2026-04-04 2026-04-06  CN labour 2026-05-01 2026-05-05
CN dragon_boat 2026-06-19 2026-06-21  CN mid_autumn 2026-09-25 2026-09-27  CN national 2026-10-01 2026-10-07
TW spring 2026-02-14 2026-02-22  TW spring 2027-02-04 2027-02-10  TW qingming 2026-04-03 2026-04-06
TW qingming 2027-04-03 2027-04-06  TW national 2026-10-09 2026-10-11  TW national 2027-10-09 2027-10-11
TW peace228 2026-02-27 2026-03-01  TW peace228 2027-02-27 2027-03-01  TW mid_autumn 2026-09-25 2026-09-28
TW dragon_boat 2026-06-19 2026-06-21  HK spring 2026-02-17 2026-02-19  HK spring 2027-02-06 2027-02-09
HK easter 2026-04-03 2026-04-07  HK easter 2027-03-26 2027-03-29  HK christmas 2026-12-25 2026-12-27
HK christmas 2027-12-25 2027-12-27  MO spring 2026-02-17 2026-02-19  MO spring 2027-02-06 2027-02-10
GB christmas 2026-12-25 2026-12-28  GB christmas 2027-12-25 2027-12-28  AU christmas 2026-12-25 2026-12-28
AU christmas 2027-12-25 2027-12-28
"""
_FIELDS = _ANNOUNCED.split()
_TABLE = {
    (_FIELDS[i], _FIELDS[i + 1], int(_FIELDS[i + 2][:4])): (
        date.fromisoformat(_FIELDS[i + 2]),
        date.fromisoformat(_FIELDS[i + 3]),
    )
    for i in range(0, len(_FIELDS), 4)
}
# In mainland China the day before the feast belongs to its break, too: 除夕 to 春节.
_SAME_BREAK = {
    "spring_eve": "spring",
    "easter_monday": "easter",
    "good_friday": "easter",
    "easter_saturday": "easter",
    "boxing": "christmas",
    "double_ten": "national",
}


# Holidays of Hong Kong that are made up for on the Monday.
_HONG_KONG = ("new_year", "qingming", "labour", "buddha", "dragon_boat", "july_first", "national", "double_ninth")


_TAIWAN = ("new_year", "peace228", "labour", "dragon_boat", "mid_autumn", "national", "double_ten", "teacher", "restoration")
# The breaks that people mean by "the holidays" without a name.
_LONG = ("new_year", "spring", "qingming", "labour", "dragon_boat", "mid_autumn", "national")


def near(today: date, region: str, days: int) -> tuple[date, date] | None:
    """The break that is on, or begins within so many days; None if there is none or we do not know."""
    found = [
        both
        for feast in _LONG
        for year in (today.year, today.year + 1)
        if (both := break_of(feast, year, region)) and both[1] >= today and (both[0] - today).days <= days and both[1] > both[0]
    ]
    return min(found, default=None)


def break_of(feast: str, year: int, region: str) -> tuple[date, date] | None:
    """First and last day of the official break, or None if we do not know."""
    feast = _SAME_BREAK.get(feast, feast)
    day = feasts.day_of(feast, year, region)
    if day is None:
        return None
    if announced := _TABLE.get((region, feast, year)):
        return announced
    return _mainland(feast, day, year) if region == "CN" else _elsewhere(feast, day, region)


def _mainland(feast: str, day: date, year: int) -> tuple[date, date] | None:
    """The pattern of the rules in force since 2025."""
    if feast == "spring":
        return day - _DAY, day + 6 * _DAY
    if feast == "labour":
        return day, day + 4 * _DAY
    if feast == "national":
        moon = feasts.day_of("mid_autumn", year, "CN")
        return day, day + (7 if moon and day <= moon <= day + 7 * _DAY else 6) * _DAY
    if feast in ("new_year", "qingming", "dragon_boat", "mid_autumn"):
        weekday = day.isoweekday()
        if weekday in (1, 6, 7):
            saturday = day - (day.isoweekday() - 6) % 7 * _DAY
            return (saturday, saturday + 2 * _DAY)
        # A Thursday has been made a long weekend in some years and left alone in others.
        return None if weekday == 4 else (day, day + 2 * _DAY) if weekday == 5 else (day, day)
    return day, day


def _elsewhere(feast: str, day: date, region: str) -> tuple[date, date] | None:
    if feast == "spring":
        return None
    if feast == "easter" and region in ("GB", "AU", "NZ", "HK", "CA", "IE"):
        return day - 2 * _DAY, day + _DAY
    if feast == "christmas" and region in ("GB", "AU", "NZ", "HK", "IE"):
        # A holiday that falls on a weekend is made up for on the next working days.
        return day, day + (1 if day.isoweekday() < 5 else 3 if day.isoweekday() < 7 else 2) * _DAY
    if region == "HK" and feast in _HONG_KONG and day.isoweekday() == 7:
        return day, day + _DAY
    if region == "TW" and feast not in ("christmas", "valentine", "christmas_eve", "new_years_eve"):
        # Since 2025 what falls on a weekend is made up for on the Friday before or the Monday after.
        first, last = {1: (-2, 0), 5: (0, 2), 6: (-1, 1), 7: (-1, 1)}.get(day.isoweekday(), (0, 0))
        return (day + first * _DAY, day + last * _DAY) if feast in _TAIWAN and day.year > 2025 else None
    return day, day
