"""Rules about days: weeks, months, dates, and days counted from other days."""

from datetime import date
from typing import Any

from handlers.dialogue.when import days, feasts
from handlers.dialogue.when.days import DAY, Day
from handlers.dialogue.when.tokens import Context, Length, Token, joined, parts

_Made = list[Token] | None


def relative_unit(context: Context, tokens: list[Token]) -> _Made:
    """ "Next week", "this month", "the following week", "the week after next"."""
    head = next(t for t in tokens if t.kind in "NHC")
    unit = next(t for t in tokens if t.kind in "uW")
    steps = {"N": head.value or 1, "H": 0, "C": 1}[head.kind]
    if unit.kind == "W":
        return joined("D", tokens, days.weekend(context, 0 if head.kind == "C" else steps))
    if unit.value == "week":
        return joined("D", tokens, days.week(context, steps))
    if unit.value == "workweek":
        whole = days.week(context, steps)
        return joined("D", tokens, days.span(whole.first, whole.first + 4 * DAY) if whole.first else whole)
    if unit.value == "month":
        return joined("D", tokens, days.months_on(context, steps))
    return joined("V", tokens, None)


def relative_weekday(context: Context, tokens: list[Token]) -> _Made:
    """ "This Friday", "next Friday", "coming Friday", "this coming Friday"."""
    weekday = parts(tokens, "w")[0]
    kinds = [t.kind for t in tokens]
    if "C" in kinds:
        return joined("w", tokens, weekday)
    if "N" in kinds:
        steps = parts(tokens, "N")[0]
        if not steps:
            return joined("V", tokens, None)
        return joined("D", tokens, days.in_week(context, weekday, steps, contested=steps == 1))
    return joined("D", tokens, days.in_week(context, weekday, 0))


def weekday_of_past(context: Context, tokens: list[Token]) -> _Made:
    return joined("Q", tokens, None)


def this_part(context: Context, tokens: list[Token]) -> _Made:
    """ "This morning"."""
    if tokens[-1].value == "noon":
        # "This lunch" is a meal.
        return joined("x", tokens, None) if not context.chinese else None
    return [Token("D", tokens[0].start, tokens[0].end, days.on(context.today)), tokens[-1]]


def nth_weekday(context: Context, tokens: list[Token]) -> _Made:
    """ "First Monday" (of a month that is said elsewhere), "last Friday of"."""
    nth = -1 if tokens[0].kind == "L" else tokens[0].value
    weekday = parts(tokens, "w")[0]
    if not isinstance(nth, int) or nth > 5:
        return None
    return joined("D", tokens[:2], Day("nth", nth=nth, number=weekday)) + tokens[2:]


def of_the_month(context: Context, tokens: list[Token]) -> _Made:
    """ "The 5th of the month" is the 5th, "last Friday of the month" needs the month."""
    if tokens[-1].value != "month":
        return None
    if isinstance(tokens[0].value, Day):
        whole = days.months_on(context, 0)
        found = days.merge(context, whole, tokens[0].value)
        if found is None or found.kind != "date":
            found = days.merge(context, days.months_on(context, 1), tokens[0].value)
        return joined("D", tokens, found) if found else None
    return [tokens[0]]


# -- dates ------------------------------------------------------------------------------------------------------------------


def _year(value: Any) -> int | None:
    """A year that may follow a date: 2026, '26, or one that was read as such."""
    if isinstance(value, int) and 2000 <= value < 2100:
        return value
    return None


def dated(context: Context, tokens: list[Token]) -> _Made:
    """Month and day in either order, with or without a year."""
    month = parts(tokens, "m")[0]
    numbers = [t for t in tokens if t.kind in "nodf"]
    year = None
    if tokens[-1].kind == "y" or tokens[0].kind == "y":
        year = parts(tokens, "y")[0]
    elif len(numbers) == 2:
        year = _year(numbers[-1].value)
        if year is None:
            return None
    number = numbers[0].value
    if len(numbers) == 1 and _year(number) is not None:
        return (
            joined("D", tokens, days.month(number, month))
            if 1 <= month <= 12 and number >= context.today.year
            else joined("Q", tokens, None)
        )
    if not isinstance(number, int) or number > 99:
        return None
    found = days.month_day(context, month, number, year)
    # A year that has been is when something happened: 2022年3月5日买的.
    return joined("Q", tokens, "whole") if year and found.problem == "past" else joined("D", tokens, found)


def dated_range(context: Context, tokens: list[Token]) -> _Made:
    """ "July 13-15", "13th to 15th July"; with "or" two days."""
    month = parts(tokens, "m")[0]
    one, two = (t for t in tokens if t.kind in "nodf")
    if not all(isinstance(t.value, int) and 1 <= t.value <= 31 for t in (one, two)):
        return None
    first, last = days.month_day(context, month, one.value), days.month_day(context, month, two.value)
    middle = next(t for t in tokens if t.kind in "-t&|/")
    if middle.kind in "&|/":
        return [Token("D", tokens[0].start, middle.start, first), middle, Token("D", middle.end, tokens[-1].end, last)]
    return joined("D", tokens, _span(first, last))


def _span(first: Day, last: Day) -> Day:
    if first.kind == "bad" or last.kind == "bad":
        return first if first.kind == "bad" else last
    if first.first is None or last.first is None or last.first < first.first:
        return days.bad("unsure")
    return days.span(first.first, last.first)


def year_of_feast(context: Context, tokens: list[Token]) -> _Made:
    """明年春节: the feast in that year."""
    year = tokens[0].value
    feast = next(t.value for t in tokens if t.kind == "D")
    if feast.kind == "date" and feast.unit not in ("", "later", "after tomorrow"):
        found = feasts.day_of(feast.unit, year, context.region)
        return joined("D", tokens, Day("date", found, unit=feast.unit) if found else days.bad("unsure"))
    # 今年12月5日, 今年下个月: a year that agrees adds nothing.
    if feast.first and feast.first.year == year:
        return joined("D", tokens, feast)
    return joined("D", tokens, days.bad("unsure")) if feast.kind != "weekday" else None


def month_of_year(context: Context, tokens: list[Token]) -> _Made:
    year, month = parts(tokens, "y")[0], parts(tokens, "m")[0]
    if not 1 <= month <= 12:
        return joined("X", tokens, "no_such_date")
    if (year, month) < (context.today.year, context.today.month):
        return joined("Q", tokens, "whole")
    return joined("D", tokens, days.month(year, month))


def number(context: Context, tokens: list[Token]) -> _Made:
    """The 5th, 5号."""
    token = tokens[-1]
    if not 1 <= token.value <= 31:
        return joined("X", tokens, "no_such_date")
    return [*tokens[:-1], Token("D", token.start, token.end, Day("number", number=token.value))]


def number_after_on(context: Context, tokens: list[Token]) -> _Made:
    """ "On the 5"."""
    return number(context, tokens) if isinstance(tokens[-1].value, int) and 1 <= tokens[-1].value <= 31 else None


def days_after_tomorrow(context: Context, tokens: list[Token]) -> _Made:
    """ "2 days after tomorrow", where the phrase "day after tomorrow" has been read first."""
    count, day = tokens[0].value, tokens[1].value
    if day.unit != "after tomorrow" or not isinstance(count, int) or count > 31:
        return None
    return joined("D", tokens, days.on(context.today + (1 + count) * DAY))


def slashed(context: Context, tokens: list[Token]) -> _Made:
    one, two = tokens[0].value
    return joined("D", tokens, days.slash(context, one, two))


def slashed_days(context: Context, tokens: list[Token]) -> _Made:
    """ "27/28 December"."""
    found = [days.month_day(context, tokens[1].value, day) for day in tokens[0].value]
    start, end = tokens[0].start, tokens[1].end
    return [Token("D", start, start + 1, found[0]), Token("|", start + 1, start + 1), Token("D", start + 1, end, found[1])]


def last_day(context: Context, tokens: list[Token]) -> _Made:
    """ "The last day of November", "of the month"."""
    whole = tokens[-1]
    if tokens[1].value != "day":
        return None
    if whole.kind == "u":
        month = days.months_on(context, 0) if whole.value == "month" else None
    else:
        month = whole.value if whole.kind == "D" else days.named_month(context, whole.value)
    if month is None or month.unit != "month" or month.last is None:
        return None
    return joined("D", tokens, days.on(month.last))


def slashed_with_year(context: Context, tokens: list[Token]) -> _Made:
    year = _year(tokens[-1].value) if tokens[-1].kind == "n" else tokens[-1].value
    one, two = tokens[0].value
    return joined("D", tokens, days.slash(context, one, two, year)) if year else None


def dotted_chinese(context: Context, tokens: list[Token]) -> _Made:
    """12.5 is a date in Chinese, 10.30 after a day or part of day a time."""
    token = tokens[-1]
    if not context.chinese or not isinstance(token.value, tuple):
        return None
    month, day, width = token.value
    found = days.month_day(context, month, day)
    if found.kind == "bad" or (width == 2 and day % 5 == 0 and 8 <= month <= 12):
        return None
    return [*tokens[:-1], Token("D", token.start, token.end, found)]


def dotted_before_time(context: Context, tokens: list[Token]) -> _Made:
    """11.20下午 is a date, 10.30上午 may be a time."""
    value = tokens[0].value
    if not context.chinese or not isinstance(value, tuple):
        return None
    found = days.month_day(context, value[0], value[1])
    if found.kind == "bad" or value[0] in (8, 9, 10):
        return None
    return joined("D", tokens, found)


def dotted_english(context: Context, tokens: list[Token]) -> _Made:
    """30.11. can only be a date."""
    value = tokens[0].value
    if context.chinese or not isinstance(value, tuple) or not (value[0] > 24 and 1 <= value[1] <= 12):
        return None
    return joined("D", tokens, days.month_day(context, value[1], value[0]))


def chosen_weekday(context: Context, tokens: list[Token]) -> _Made:
    """ "Sat 5": the 5th if that is a Saturday; "Friday 10" with no such 10th is left to the clock."""
    weekday, token = tokens[0].value, tokens[-1]
    if not isinstance(token.value, int) or not 1 <= token.value <= 31:
        return None
    found = days.next_number(context, token.value)
    if found and found.isoweekday() == weekday:
        if token.value <= 12:
            return joined("V", tokens, "day or hour")
        return joined("D", tokens, days.on(found))
    return joined("D", tokens, days.bad("disagree")) if token.value > 23 else None


# -- counted from another day ---------------------------------------------------------------------------------------------


def _as_date(context: Context, token: Token) -> date | None:
    if token.kind == "w":
        return days.next_weekday(context, token.value)
    settled = days.settle(context, token.value, None, still_ahead=True)
    return settled.first if settled.kind == "date" else None


def shifted(context: Context, start: date, length: Length, sign: int = 1) -> date | None:
    """So many days, weeks, months from a day; None if the length is of hours."""
    if length.unit in ("month", "year"):
        months = length.amount * (12 if length.unit == "year" else 1)
        if months == int(months):
            return days.plus_months(start, sign * int(months)) if months < 1200 else None
        whole = days.plus_months(start, sign * int(months)) if months < 1200 else None
        return whole + sign * 15 * DAY if whole and months % 1 == 0.5 else None
    count = {"day": 1, "week": 7, "fortnight": 14}.get(length.unit)
    if count is None or not float(length.amount * count).is_integer() or length.amount * count > 3660:
        return None
    return start + sign * int(length.amount * count) * DAY


def from_day(context: Context, tokens: list[Token]) -> _Made:
    """ "Two weeks from Friday", "3 days after Easter", "a week on Monday", "a week today"; "before" counts back."""
    length = tokens[0].value if tokens[0].kind == "T" else Length(1, str(tokens[0].value))
    if len(tokens) == 2 and (context.chinese or length.unit not in ("week", "fortnight")):
        return None
    if tokens[0].kind == "u" and tokens[0].value == "week" and any(t.kind in "AB" for t in tokens):
        # "The week before Christmas" is a week, and which one is open.
        return joined("V", tokens, None)
    start = _as_date(context, tokens[-1])
    back = any(t.kind == "B" for t in tokens)
    found = (
        shifted(context, start, length, -1 if back else 1) if start and length.unit not in ("hour", "minute", "year") else None
    )
    if found is None:
        return None
    return joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))


def week_later(context: Context, tokens: list[Token]) -> _Made:
    """ "Friday week", "tomorrow week", "Tuesday fortnight"."""
    start, unit = _as_date(context, tokens[0]), tokens[-1].value
    length = unit if isinstance(unit, Length) else Length(1, unit)
    if start is None or length.unit not in ("week", "fortnight"):
        return None
    found = shifted(context, start, length)
    return joined("D", tokens, days.on(found)) if found else None


def weekday_near(context: Context, tokens: list[Token]) -> _Made:
    """ "The Monday after Easter", "the Friday before Christmas"."""
    weekday, start = tokens[0].value, _as_date(context, tokens[-1])
    if start is None:
        return None
    if tokens[1].kind == "A":
        found = start + ((weekday - start.isoweekday() - 1) % 7 + 1) * DAY
    else:
        found = start - ((start.isoweekday() - weekday - 1) % 7 + 1) * DAY
    return joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))


def feast_eve(context: Context, tokens: list[Token]) -> _Made:
    """国庆前一天, 元旦后两天."""
    start = _as_date(context, tokens[0])
    found = shifted(context, start, tokens[-1].value, -1 if tokens[1].kind == "Z" else 1) if start else None
    if tokens[1].kind == "Y" or found is None or tokens[0].value.unit in ("", "later", "after tomorrow"):
        # Counted from the day or from the end of the break? We do not know.
        return joined("V", tokens, None)
    return joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))


def week_commencing(context: Context, tokens: list[Token]) -> _Made:
    """ "Week of the 7th", "w/c 7 Dec"."""
    start = _as_date(context, tokens[-1])
    if start is None:
        return None
    first = days.monday(start)
    return joined("D", tokens, days.span(first, first + 6 * DAY, "week"))


def weekday_in_weeks(context: Context, tokens: list[Token]) -> _Made:
    """ "Monday in two weeks": that of the week then. Leaves the length to the rule that follows."""
    weekday = parts(tokens, "w")[0]
    length = parts(tokens, "T")[0]
    if length.unit not in ("week", "fortnight", "month"):
        return None
    then = shifted(context, context.today, length)
    if then is None:
        return None
    if tokens[0].kind == "I" and any(t.kind == "l" for t in tokens) and length.unit != "month":
        # "In a week on Monday": seven days after Monday, or the Monday of that week?
        counted = shifted(context, days.next_weekday(context, weekday), length)
        if counted != days.monday(then) + (weekday - 1) * DAY:
            return joined("V", tokens, None)
    return joined("D", tokens, days.on(days.monday(then) + (weekday - 1) * DAY))


def day_range(context: Context, tokens: list[Token]) -> _Made:
    """ "Monday to Wednesday", "5号到7号", "12月5日到7日"."""
    ends = [t for t in tokens if t.kind in "Dw"]
    first = _as_date(context, ends[0])
    if first is None:
        return None
    last: date | None
    if ends[1].kind == "w" or ends[1].value.kind == "weekday":
        weekday = ends[1].value if ends[1].kind == "w" else ends[1].value.number
        last = first + ((weekday - first.isoweekday()) % 7) * DAY
    elif ends[1].value.kind == "number":
        last = next((d for d in (first + n * DAY for n in range(31)) if d.day == ends[1].value.number), None)
    else:
        last = _as_date(context, ends[1])
    if last is None or last <= first:
        return joined("D", tokens, days.bad("unsure"))
    bare = all(t.kind == "w" for t in ends)
    return joined("D", tokens, days.span(first, last, "weekdays" if bare else "days"))


def early(context: Context, tokens: list[Token]) -> _Made:
    """ "Early Friday morning" is Friday morning."""
    return joined("x", tokens, None) if tokens[0].value == "early" else None


def lone_month(context: Context, tokens: list[Token]) -> _Made:
    return [*tokens[:-1], Token("D", tokens[-1].start, tokens[-1].end, days.named_month(context, tokens[-1].value))]


def no_month(context: Context, tokens: list[Token]) -> _Made:
    """ "May" and "March" alone are words like others."""
    return joined("x", tokens, None)


RULES = [
    ("(?<=[wDd])1|1(?=[cn])", lambda c, t: joined("p", t, t[0].value)),
    ("[NHC]+[uW]", relative_unit),
    ("Lu[jI]e?[umD]", last_day),
    ("L[u]", weekday_of_past),
    ("[uW]N", lambda c, t: relative_unit(c, t) if t[1].value == 2 else None),
    ("H?C+w|wC|H?Nw|Hw", relative_weekday),
    ("W", lambda c, t: joined("D", t, days.weekend(c, 0))),
    ("wN(?![uWwm])", relative_weekday),
    ("[of]w(?=[cRpnat,@-]*[jI]|[mDHN])|Lw(?=[cRpnat,@-]*[jI])", nth_weekday),
    ("Lw|L[mpW]", weekday_of_past),
    ("H[p1]", this_part),
    ("[ofD][jI]e?u", of_the_month),
    # dates
    ("[nod]e?[-t]e?[nod]j?m(?![nod])", dated_range),
    ("[no][|&/]e?[no]j?m(?![nod])", dated_range),
    ("me?[nod][-t|&/]e?[nod](?![amu:O])", dated_range),
    ("me?[ondf],?[ny]|[ondf][-/]?j?e?m[-/,]?[ny]|y,?me?[dno]", dated),
    ("[ondf][-/]?j?e?m(?!d)|me?[dof]|men?(?![aOu])|mn(?![aOu])", lambda c, t: dated(c, t) if len(t) > 1 else None),
    ("yj?D", year_of_feast),
    ("yj?m|m,?y", month_of_year),
    ("d|o(?!w)", number),
    ("[l4BAFtw],?ef", number),
    ("len(?![aOu:])|en(?=[.?,]|$)", number_after_on),
    ("nD", days_after_tomorrow),
    ("sm", slashed_days),
    ("s,?[yn]", slashed_with_year),
    ("s(?!a)", slashed),
    ("w,?n(?![aOuPth|:&i/-])", chosen_weekday),
    ("(?:^|[^pDw@AB,])k(?=[^a]|$)", dotted_chinese),
    ("k(?=[pc])", dotted_before_time),
    ("k", dotted_english),
    ("V(?=[Dw]p)", early),
    # counted from another day
    ("I?T[GY][jl,]*w|IT[jl,]+w|w,?I?TG|wIT", weekday_in_weeks),
    ("[Tu][FABl]e?[Dw]|T[Dw]", from_day),
    ("[wD][uT]", week_later),
    ("w[AB]D", weekday_near),
    ("DjZT|D[YZ]T", feast_eve),
    ("Ke?[Dw]", week_commencing),
    ("[wD][-t]l?e?[wD]}?|be?[wD]&e?[wD]", day_range),
    ("[IHjlFABt@4]m", lone_month),
    (
        "m",
        lambda c, t: (
            no_month(c, t) if t[0].value in (3, 5) and t[0].end - t[0].start >= 3 and not c.chinese else lone_month(c, t)
        ),
    ),
]
