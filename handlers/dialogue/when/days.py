"""What a day expression means, and how two of them about one day are put together: "Saturday" and "the 5th"."""

import calendar
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta

from handlers.dialogue.when import breaks, feasts
from handlers.dialogue.when.result import Reason
from handlers.dialogue.when.tokens import Context

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, or a span of days, that may need a neighbour or the clock time to be settled.

    kind: `date` · `weekday` (bare; the nearest) · `number` (day of the month) · `span` (first to last) · `nth` (first Monday, of
    a month still to be named) · `either` (both orders of a slash date are valid) · `bad`.
    `others` are the days that some people mean by the same words; of a `bad` one that is past, what may be meant instead.
    """

    kind: str
    first: date | None = None
    last: date | None = None
    number: int = 0
    nth: int = 0
    unit: str = ""
    problem: Reason = ""
    others: tuple[date, ...] = field(default=())


def on(day: date, others: tuple[date, ...] = ()) -> Day:
    return Day("date", day, others=others)


def bad(problem: Reason, instead: date | None = None) -> Day:
    return Day("bad", problem=problem, others=(instead,) if instead else ())


def span(first: date, last: date, unit: str = "days") -> Day:
    return Day("span", first, last, unit=unit)


def monday(day: date) -> date:
    return day - (day.isoweekday() - 1) * DAY


def make(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def plus_months(day: date, months: int) -> date | None:
    """The same day so many months on, or the last of that month; None beyond the calendar."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not 1 <= year <= 9998:
        return None
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def week(context: Context, weeks: int) -> Day:
    first = monday(context.today) + 7 * weeks * DAY
    return span(first, first + 6 * DAY, "week")


def weekend(context: Context, weeks: int) -> Day:
    saturday = monday(context.today) + (7 * weeks + 5) * DAY
    return span(saturday, saturday + DAY, "weekend")


def month(year: int, number: int) -> Day:
    return span(date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1]), "month")


def months_on(context: Context, months: int) -> Day:
    first = plus_months(context.today.replace(day=1), months)
    return month(first.year, first.month) if first else bad("unsure")


def named_month(context: Context, number: int) -> Day:
    if not 1 <= number <= 12:
        return bad("no_such_date")
    return month(context.today.year + (number < context.today.month), number)


def in_week(context: Context, weekday: int, weeks: int, contested: bool = False) -> Day:
    """ "This" (0) or "next" (1) Friday. Not everybody agrees on "next" when the day is still ahead this week."""
    day = monday(context.today) + (7 * weeks + weekday - 1) * DAY
    if day < context.today:
        return bad("past", day + 7 * DAY)
    nearer = day - 7 * DAY
    return on(day, (nearer,) if contested and weeks == 1 and nearer > context.today else ())


def month_day(context: Context, number: int, day: int, year: int | None = None) -> Day:
    """A month and a day: the next such date, or that of the year that was said."""
    if not 1 <= number <= 12 or not 1 <= day <= 31:
        return bad("no_such_date")
    if year is not None:
        found = make(year, number, day)
        if found is None:
            return bad("no_such_date")
        return on(found) if found >= context.today else bad("past")
    for ahead in (0, 1):
        found = make(context.today.year + ahead, number, day)
        if found and found >= context.today:
            # 29 February a year and more ahead is more likely a slip.
            return on(found) if (found - context.today).days <= 366 else bad("no_such_date")
    # 29 February of a leap year that is far away is more likely a slip.
    return bad("no_such_date")


def slash(context: Context, one: int, two: int, year: int | None = None) -> Day:
    """12/5: Chinese (of the mainland and Taiwan) has the month first; elsewhere the one order that exists, else both."""
    month_first, day_first = month_day(context, one, two, year), month_day(context, two, one, year)
    if context.chinese and not context.cantonese:
        return month_first
    if one == two or day_first.problem == "no_such_date":
        return month_first
    if month_first.problem == "no_such_date":
        return day_first
    if day_first.kind == month_first.kind == "bad":
        return month_first
    return Day("either", others=tuple(d.first for d in (month_first, day_first) if d.first))


def next_number(context: Context, number: int, after_today: bool = False) -> date | None:
    """The next day of the month with this number; months that lack it are passed over."""
    for ahead in range(14):
        first = plus_months(context.today.replace(day=1), ahead)
        found = make(first.year, first.month, number) if first else None
        if found and (found > context.today or (found == context.today and not after_today)):
            return found
    return None


def next_weekday(context: Context, weekday: int, today_counts: bool = False) -> date:
    ahead = (weekday - context.today.isoweekday()) % 7
    return context.today + (ahead if ahead or today_counts else 7) * DAY


def settle(context: Context, day: Day, at: time | None, still_ahead: bool) -> Day:
    """A `date`, a `span`, `either` or `bad`. `still_ahead`: a clock time or part of day was said that has not gone by."""
    if day.kind == "weekday":
        return on(next_weekday(context, day.number, today_counts=still_ahead))
    if day.kind == "number":
        if not 1 <= day.number <= 31:
            return bad("no_such_date")
        found = next_number(context, day.number, after_today=at is not None and not still_ahead)
        return on(found) if found else bad("no_such_date")
    if day.kind == "nth":
        return bad("unsure")
    if day.kind == "span" and day.first and day.last:
        if day.last < context.today:
            return bad("past")
        return replace(day, first=max(day.first, context.today))
    if day.kind == "date" and day.first and day.first < context.today:
        return bad("past")
    return day


def merge(context: Context, one: Day, two: Day) -> Day | None:
    """Two expressions about one day. None: they are about two days."""
    if one == two:
        return one
    if "bad" in (one.kind, two.kind):
        return one if one.kind == "bad" else two
    for a, b in ((one, two), (two, one)):
        if a.kind == "span" and a.first is None:
            # "Before the weekend, so Thursday": the day that is named lies in it, or is another one.
            named = settle(context, b, None, still_ahead=True)
            if not (named.kind == "date" and named.first and a.last and named.first <= a.last):
                return None
            later = settle(context, b, None, still_ahead=False)
            if b.kind == "weekday" and later.first and later.first > a.last:
                # Said on a Thursday: today, or the Thursday after?
                return None
            # "Before Easter, Thursday": the next one, or that of Holy Week?
            return b if b.kind != "weekday" or (a.last - context.today).days < 7 else None
        if a.kind == "span" and a.last is None:
            # "After Diwali, say the 11th": a day that lies in it.
            named = settle(context, b, None, still_ahead=True) if b.kind in ("number", "date") else b
            return named if named.kind == "date" and named.first and a.first and named.first >= a.first else None
        if a.kind == "weekday" and b.kind != "weekday":
            return _with_weekday(context, a.number, b)
    for a, b in ((one, two), (two, one)):
        if a.kind == "span" and b.kind != "span":
            return _within(context, a, b)
        if a.kind == "either" and b.kind == "date" and b.first in a.others:
            return b
    for whole, part in ((one, two), (two, one)):
        if whole.kind == part.kind == "span" and whole.unit == "week" and part.unit == "weekdays":
            return _weekdays_of(whole, part)
    if one.kind == "date" and two.kind == "date" and one.first == two.first:
        return one
    if {one.kind, two.kind} == {"number", "date"}:
        dated, numbered = (one, two) if one.kind == "date" else (two, one)
        if dated.first and dated.first.day == numbered.number:
            return dated
        return _of_break(context, dated, numbered.number)
    return None


def _of_break(context: Context, feast: Day, number: int) -> Day | None:
    """国庆3号: a day of the break."""
    found = breaks.break_of(feast.unit, feast.first.year, context.region) if feast.first and feast.unit in feasts.RULES else None
    day = next((d for d in _each(span(*found)) if d.day == number), None) if found else None
    return on(day) if day and day >= context.today else None


def _weekdays_of(whole: Day, part: Day) -> Day | None:
    """ "Monday to Wednesday" of "next week"."""
    assert whole.first
    assert part.first
    assert part.last
    first = whole.first + (part.first.isoweekday() - 1) * DAY
    last = first + (part.last - part.first)
    return span(first, last) if whole.last and last <= whole.last else None


def _with_weekday(context: Context, weekday: int, other: Day) -> Day | None:
    if other.kind == "span" and other.first and other.last:
        if other.unit not in ("week", "weekend"):
            return None
        found = [d for d in _each(other) if d.isoweekday() == weekday]
        if not found:
            return bad("disagree")
        return on(found[0]) if found[0] >= context.today else bad("past", found[0] + 7 * DAY)
    if other.kind == "either":
        found = [d for d in other.others if d.isoweekday() == weekday]
        return on(found[0]) if len(found) == 1 else bad("disagree") if not found else other
    if other.kind == "nth":
        return None
    settled = settle(context, other, None, still_ahead=True)
    if settled.kind != "date" or settled.first is None:
        return settled
    if settled.first.isoweekday() == weekday:
        return settled
    others = [d for d in other.others if d.isoweekday() == weekday]
    return on(others[0]) if others else bad("disagree")


def _within(context: Context, whole: Day, part: Day) -> Day | None:
    """ "The 5th" of "next month", "the first Monday" of December."""
    assert whole.first
    if part.kind == "nth":
        if whole.unit != "month":
            return None
        found = feasts.nth_weekday(whole.first.year, whole.first.month, part.nth, part.number)
        if (
            found
            and found < context.today
            and whole.first.year == context.today.year
            and whole.first.month == context.today.month
        ):
            return bad("past")
        return on(found) if found else bad("no_such_date")
    days = [d for d in _each(whole) if (d.day == part.number if part.kind == "number" else d in (part.first, *part.others))]
    if len(days) == 1:
        return on(days[0]) if days[0] >= context.today else bad("past")
    if part.kind == "number":
        return bad("no_such_date" if whole.unit == "month" else "disagree")
    return bad("disagree") if part.kind == "date" else None


def _each(whole: Day) -> list[date]:
    assert whole.first
    assert whole.last
    return [whole.first + n * DAY for n in range((whole.last - whole.first).days + 1)]
