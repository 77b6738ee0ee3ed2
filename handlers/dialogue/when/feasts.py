"""On which day of a year each holiday and feast day falls, by region. Their names are in data/feasts.txt."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

from handlers.dialogue.when import lunar

_Rule = Callable[[int], date | None]


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date | None:
    """The nth Monday (1) to Sunday (7) of a month; -1 is the last one. None if there are fewer."""
    if nth == -1:
        after = date(year + month // 12, month % 12 + 1, 1)
        return after - timedelta(days=(after.isoweekday() - weekday - 1) % 7 + 1)
    first = date(year, month, 1)
    found = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))
    return found if found.month == month else None


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    l = (32 + 2 * e + 2 * i - h - k) % 7  # noqa: E741 - the letters of the algorithm
    m = (a + 11 * h + 19 * l) // 433
    month, _ = divmod(h + l - 7 * m + 90, 25)
    return date(year, month, (h + l - 7 * m + 33 * month + 19) % 32)


def _fixed(month: int, day: int) -> _Rule:
    return lambda year: date(year, month, day)


def _lunar(month: int, day: int) -> _Rule:
    return lambda year: lunar.to_date(year, month, day)


def _easter(days: int) -> _Rule:
    return lambda year: easter(year) + timedelta(days=days)


def _weekday(month: int, nth: int, weekday: int) -> _Rule:
    return partial(nth_weekday, month=month, nth=nth, weekday=weekday)


def _new_years_eve_of_the_moon(year: int) -> date | None:
    first = lunar.to_date(year, 1, 1)
    return first - timedelta(days=1) if first else None


def _days_before(rule: _Rule, count: int) -> _Rule:
    def day(year: int) -> date | None:
        found = rule(year)
        return found - timedelta(days=count) if found else None

    return day


def _term(constant: float) -> Callable[[int], int]:
    # Day of the month of a solar term in this century; it holds for the years of the lunar table but one (see below).
    return lambda year: int(year % 100 * 0.2422 + constant) - year % 100 // 4


def _qingming(year: int) -> date:
    return date(year, 4, _term(4.81)(year))


def _solstice(year: int) -> date:
    return date(year, 12, 21 if year == 2021 else _term(21.94)(year))


# Years without an entry are unknown.
_DIWALI = {2024: (10, 31), 2025: (10, 20), 2026: (11, 8), 2027: (10, 29), 2028: (10, 17)}
# As Singapore announced them.
_DIWALI_SG = _DIWALI | {2027: (10, 28)}
_VESAK = {2025: (5, 12), 2026: (5, 31), 2027: (5, 20)}
_HARI_RAYA = {2025: (3, 31), 2026: (3, 21), 2027: (3, 10)}


def _listed(days: dict[int, tuple[int, int]]) -> _Rule:
    return lambda year: date(year, *days[year]) if year in days else None


def _thanksgiving_friday(year: int) -> date | None:
    thursday = nth_weekday(year, 11, 4, 4)
    return thursday + timedelta(days=1) if thursday else None


# A feast, or "feast@REGION" where a region has its own day.
RULES: dict[str, _Rule] = {
    "new_year": _fixed(1, 1), "new_years_eve": _fixed(12, 31), "valentine": _fixed(2, 14), "women": _fixed(3, 8),
    "arbor": _fixed(3, 12), "patrick": _fixed(3, 17), "fools": _fixed(4, 1), "labour": _fixed(5, 1), "youth": _fixed(5, 4),
    "love520": _fixed(5, 20), "children": _fixed(6, 1), "sale618": _fixed(6, 18), "july_first": _fixed(7, 1),
    "independence": _fixed(7, 4), "independence@IN": _fixed(8, 15), "army": _fixed(8, 1), "teacher": _fixed(9, 10),
    "teacher@TW": _fixed(9, 28), "children@TW": _fixed(4, 4), "children@HK": _fixed(4, 4), "national": _fixed(10, 1),
    "national@TW": _fixed(10, 10), "national@SG": _fixed(8, 9), "national@MY": _fixed(8, 31), "double_ten": _fixed(10, 10),
    "halloween": _fixed(10, 31), "guy_fawkes": _fixed(11, 5), "double11": _fixed(11, 11), "veterans": _fixed(11, 11),
    "white_day": _fixed(3, 14), "groundhog": _fixed(2, 2),
    "double12": _fixed(12, 12), "macau": _fixed(12, 20), "christmas_eve": _fixed(12, 24), "christmas": _fixed(12, 25),
    "boxing": _fixed(12, 26), "peace228": _fixed(2, 28), "juneteenth": _fixed(6, 19), "canada": _fixed(7, 1),
    "australia": _fixed(1, 26), "anzac": _fixed(4, 25), "waitangi": _fixed(2, 6), "republic": _fixed(1, 26),
    "gandhi": _fixed(10, 2), "spring": _lunar(1, 1), "spring_eve": _new_years_eve_of_the_moon,
    "before_eve": _days_before(_new_years_eve_of_the_moon, 1), "lantern": _lunar(1, 15),
    "buddha": _lunar(4, 8), "dragon_boat": _lunar(5, 5), "qixi": _lunar(7, 7), "ghost": _lunar(7, 15),
    "mid_autumn": _lunar(8, 15), "double_ninth": _lunar(9, 9), "laba": _lunar(12, 8), "qingming": _qingming,
    "solstice": _solstice, "diwali": _listed(_DIWALI), "diwali@SG": _listed(_DIWALI_SG), "vesak": _listed(_VESAK),
    "hari_raya": _listed(_HARI_RAYA), "cinco": _fixed(5, 5), "restoration": _fixed(10, 25),
    "year_end_feast": _lunar(12, 16),
    "easter": _easter(0), "good_friday": _easter(-2), "easter_monday": _easter(1),
    "easter_saturday": _easter(-1), "shrove": _easter(-47), "ash": _easter(-46), "palm": _easter(-7), "whit": _easter(49),
    "whit_monday": _easter(50), "thanksgiving": _weekday(11, 4, 4), "thanksgiving@CA": _weekday(10, 2, 1),
    "black_friday": _thanksgiving_friday, "cyber_monday": _days_before(_thanksgiving_friday, -3),
    "mother": _weekday(5, 2, 7), "mother@GB": _easter(-21), "mother@IE": _easter(-21),
    "father": _weekday(6, 3, 7), "father@TW": _fixed(8, 8), "father@AU": _weekday(9, 1, 7), "father@NZ": _weekday(9, 1, 7),
    "labour@US": _weekday(9, 1, 1), "labour@CA": _weekday(9, 1, 1), "labour@GB": _weekday(5, 1, 1),
    "labour@NZ": _weekday(10, 4, 1), "memorial": _weekday(5, -1, 1), "mlk": _weekday(1, 3, 1), "presidents": _weekday(2, 3, 1),
    "columbus": _weekday(10, 2, 1), "summer_bank": _weekday(8, -1, 1), "spring_bank": _weekday(5, -1, 1),
    "may_bank": _weekday(5, 1, 1), "victoria": lambda year: date(year, 5, 24 - date(year, 5, 24).weekday()),
    "maundy": _easter(-3), "civic": _weekday(8, 1, 1), "family": _weekday(2, 3, 1), "melbourne_cup": _weekday(11, 1, 2),
}  # fmt: skip


# Holidays that are always beside a weekend, where the whole country has them.
_LONG_WEEKENDS = {
    "GB": ("easter_monday", "may_bank", "spring_bank", "summer_bank"),
    "US": ("mlk", "presidents", "memorial", "labour"),
    "CA": ("good_friday", "victoria", "labour", "thanksgiving"),
}
# Who speaks of "the long weekend" means one that is near.
_NEAR = 60


def next_monday_off(today: date, region: str) -> tuple[str, date] | None:
    """The next holiday beside a weekend, if it is near and known."""
    found = [(day, feast) for feast in _LONG_WEEKENDS.get(region, ()) if (day := next_day_of(feast, today, region))]
    day, feast = min(found, default=(date.max, ""))
    return (feast, day) if (day - today).days <= _NEAR else None


def day_of(feast: str, year: int, region: str) -> date | None:
    """The day of a feast in a year, or None where it is unknown."""
    rule = RULES.get(f"{feast}@{region}") or RULES[feast]
    return rule(year) if 1900 < year < 2100 else None


def next_day_of(feast: str, today: date, region: str) -> date | None:
    """The next time that a feast comes, today counting; the last month of a moon's year is early in the next year of ours."""
    for year in range(today.year - 1, today.year + 3):
        found = day_of(feast, year, region)
        if found and found >= today:
            return found
    return None
