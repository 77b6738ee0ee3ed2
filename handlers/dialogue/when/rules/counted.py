"""Rules about days counted from other days, and from one day to another: "a week on Monday", 5号到7号."""

from datetime import date

from handlers.dialogue.when import breaks, days, feasts
from handlers.dialogue.when.days import DAY
from handlers.dialogue.when.tokens import Context, Length, Made, Token, joined, parts


def as_date(context: Context, token: Token) -> date | None:
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


def from_day(context: Context, tokens: list[Token]) -> Made:
    """ "Two weeks from Friday", "3 days after Easter", "a week on Monday", "a week today"; "before" counts back."""
    length = tokens[0].value if tokens[0].kind == "T" else Length(1, str(tokens[0].value))
    if len(tokens) == 2 and (context.chinese or length.unit not in ("week", "fortnight")):
        return None
    if tokens[0].kind == "u" and tokens[0].value == "week" and any(t.kind in "AB" for t in tokens):
        # "The week before Christmas" is a week, and which one is open.
        return joined("V", tokens, None)
    start = as_date(context, tokens[-1])
    back = any(t.kind == "B" for t in tokens)
    found = (
        shifted(context, start, length, -1 if back else 1) if start and length.unit not in ("hour", "minute", "year") else None
    )
    if found is None:
        return None
    return joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))


def today_in(context: Context, tokens: list[Token]) -> Made:
    """两周以后的今天: so long from today."""
    length, day = tokens[0].value, tokens[-1].value
    if day.kind != "date" or day.first is None or day.unit or (day.first - context.today).days > 2:
        return None
    found = shifted(context, day.first, length) if length.unit in ("week", "month", "year", "fortnight") else None
    return joined("D", tokens, days.on(found)) if found else None


def today_of(context: Context, tokens: list[Token]) -> Made:
    """下周的今天, 下个月今天: the same day of it."""
    whole, day = tokens[0].value, tokens[-1].value
    if whole.kind != "span" or whole.first is None or day.kind != "date" or day.first != context.today or day.unit:
        return None
    if whole.unit == "week":
        return joined("D", tokens, days.on(whole.first + (context.today.isoweekday() - 1) * DAY))
    found = days.make(whole.first.year, whole.first.month, context.today.day) if whole.unit == "month" else None
    return joined("D", tokens, days.on(found)) if found and found > context.today else None


def day_after(context: Context, tokens: list[Token]) -> Made:
    """ "Monday won't do, the day after?": of a day that was said before."""
    # In India who begins with "day after" means the one after tomorrow.
    if context.region == "IN" and tokens[0].start == 0 and tokens[0].value == "day":
        return joined("D", tokens, days.on(context.today + 2 * DAY))
    return joined("V", tokens, "next" if tokens[0].value == "day" else "counted") if tokens[0].value in ("day", "week") else None


def weekday_after(context: Context, tokens: list[Token]) -> Made:
    """ "Not this Friday, the Friday after": of a day that was said before. 周二最早三点 is none."""
    if context.chinese:
        return None
    return joined("V", tokens[:2], ("after", tokens[0].value))


def week_later(context: Context, tokens: list[Token]) -> Made:
    """ "Friday week", "tomorrow week", "Tuesday fortnight"."""
    if tokens[0].kind == "D" and tokens[0].value.kind == "date" and tokens[0].value.unit not in ("", "later", "after tomorrow"):
        # "Thanksgiving week" is that of the feast, or the days around it.
        return joined("V", tokens, None)
    start, unit = as_date(context, tokens[0]), tokens[-1].value
    if tokens[0].kind == "D" and start and (start - context.today).days > 2 and tokens[0].value.kind != "weekday":
        # "October 1st week" is the first week of it, or that of the first.
        return joined("V", tokens, None)
    length = unit if isinstance(unit, Length) else Length(1, unit)
    if start is None or length.unit not in ("week", "fortnight"):
        return None
    found = shifted(context, start, length)
    return joined("D", tokens, days.on(found)) if found else None


def weekday_near(context: Context, tokens: list[Token]) -> Made:
    """ "The Monday after Easter", "the Friday before Christmas"."""
    weekday, start = tokens[0].value, as_date(context, tokens[-1])
    after = any(t.kind == "A" for t in tokens)
    if tokens[-1].value.kind == "span" and tokens[-1].value.unit == "weekend":
        start = tokens[-1].value.last if after else tokens[-1].value.first
    if start is None:
        return None
    if after:
        found = start + ((weekday - start.isoweekday() - 1) % 7 + 1) * DAY
    else:
        found = start - ((start.isoweekday() - weekday - 1) % 7 + 1) * DAY
    made = joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))
    return [*made, *(t for t in tokens if t.kind == "p")]


def weekday_beside_feast(context: Context, tokens: list[Token]) -> Made:
    """国庆后那个周三, 春节前的那个周六: beside the break, if we know it; of another day than a feast, beside that day."""
    day = tokens[0].value
    weekday = tokens[-1].value
    later = any(t.kind == "Y" for t in tokens)
    named = as_date(context, tokens[0])
    if not day.unit and not any(t.kind in "ej" for t in tokens):
        return None
    if named is None or day.unit in ("later", "after tomorrow"):
        return joined("V", tokens, None)
    first = last = named
    if day.unit or any(t.kind == "{" for t in tokens):
        known = breaks.break_of(day.unit, first.year, context.region) if day.unit else None
        if known is None:
            return joined("V", tokens, None)
        first, last = known
    found = (
        last + ((weekday - last.isoweekday() - 1) % 7 + 1) * DAY
        if later
        else (first - ((first.isoweekday() - weekday - 1) % 7 + 1) * DAY)
    )
    return joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))


def nth_beside_feast(context: Context, tokens: list[Token]) -> Made:
    """国庆前最后一个周六, 復活節後第一個禮拜六."""
    day, nth = tokens[0].value, tokens[-1].value
    later = any(t.kind == "Y" for t in tokens)
    if nth.kind != "nth" or not day.unit:
        return None
    if nth.nth != (1 if later else -1):
        return joined("V", tokens, None)
    weekday = tokens[-1]._replace(kind="w", value=nth.number)
    return weekday_beside_feast(context, [*tokens[:-1], weekday])


def feast_eve(context: Context, tokens: list[Token]) -> Made:
    """国庆前一天, 元旦后两天."""
    start = as_date(context, tokens[0])
    found = shifted(context, start, tokens[-1].value, -1 if tokens[1].kind == "Z" else 1) if start else None
    if tokens[1].kind == "Y" or found is None or tokens[0].value.unit in ("", "later", "after tomorrow"):
        # Counted from the day or from the end of the break? We do not know.
        return joined("V", tokens, None)
    return joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))


def break_eve(context: Context, tokens: list[Token]) -> Made:
    """五一放假前一天: before the break, whenever the feast itself is."""
    day = tokens[0].value
    known = breaks.break_of(day.unit, day.first.year, context.region) if day.unit in feasts.RULES and day.first else None
    if known is None:
        return joined("V", tokens, None)
    found = known[0] - DAY
    return joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))


def day_behind(context: Context, tokens: list[Token]) -> Made:
    """Easter Monday之后嗰日: the day after it."""
    start = as_date(context, tokens[0])
    if tokens[-1].value != "that" or start is None:
        return None
    return joined("D", tokens, days.on(start + DAY))


def week_commencing(context: Context, tokens: list[Token]) -> Made:
    """ "Week of the 7th", "w/c 7 Dec"."""
    start = as_date(context, tokens[-1])
    if start is None:
        return None
    first = days.monday(start)
    return joined("D", tokens, days.span(first, first + 6 * DAY, "week"))


def bank_holiday(context: Context, tokens: list[Token]) -> Made:
    """ "The day after the bank holiday", where these are Mondays."""
    off = feasts.next_monday_off(context.today, context.region)
    if tokens[-1].value != "holiday" or context.region != "GB" or off is None:
        return None
    return [*tokens[:-1], tokens[-1]._replace(kind="D", value=days.Day("date", off[1], unit=off[0]))]


def weekday_in_weeks(context: Context, tokens: list[Token]) -> Made:
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


def day_range(context: Context, tokens: list[Token]) -> Made:
    """ "Monday to Wednesday", "5号到7号", "12月5日到7日"."""
    ends = [t for t in tokens if t.kind in "Dw"]
    first = as_date(context, ends[0])
    if first is None:
        return None
    last: date | None
    if ends[1].kind == "w" or ends[1].value.kind == "weekday":
        weekday = ends[1].value if ends[1].kind == "w" else ends[1].value.number
        last = first + ((weekday - first.isoweekday()) % 7) * DAY
    elif ends[1].value.kind == "number":
        last = next((d for d in (first + n * DAY for n in range(31)) if d.day == ends[1].value.number), None)
    else:
        last = as_date(context, ends[1])
    if last is None or last <= first:
        return joined("D", tokens, days.bad("unsure"))
    bare = all(t.kind == "w" for t in ends)
    return joined("D", tokens, days.span(first, last, "weekdays" if bare else "days"))


def range_in_month(context: Context, tokens: list[Token]) -> Made:
    """下个月18号到20号, "next month the 18th to the 20th"."""
    month, *ends = parts(tokens, "D")
    if month.kind != "span" or month.unit != "month" or any(day.kind != "number" for day in ends):
        return None
    first, last = (days.merge(context, month, day) for day in ends)
    if first is None or last is None or first.first is None or last.first is None or last.first <= first.first:
        return joined("D", tokens, days.bad("unsure"))
    return joined("D", tokens, days.span(first.first, last.first, "days"))


def lone_month(context: Context, tokens: list[Token]) -> Made:
    found = no_season(context, days.named_month(context, tokens[-1].value))
    return [*tokens[:-1], Token("D", tokens[-1].start, tokens[-1].end, found)]


def no_season(context: Context, found: days.Day) -> days.Day:
    """A month so far away has been, and is told of: "oil changed in October", in November."""
    return days.bad("unsure") if found.first and (found.first - context.today).days > 240 else found


def no_month(context: Context, tokens: list[Token]) -> Made:
    """ "May" and "March" alone are words like others."""
    return joined("x", tokens, None)


RULES = [
    ("[uw][AB]e?V", bank_holiday),
    ("I?T[GY][jl,]*w|IT[jl,]+w|w,?I?TG|wIT", weekday_in_weeks),
    ("TYj?D", today_in),
    ("Dj?D", today_of),
    ("[Tu][FABl]e?[Dw]|T[Dw]", from_day),
    ("uA(?=[@p.,?x]|$)", day_after),
    # "Not this weekend, the one after": the weekend after which one?
    ("DA(?=[@.,?4]|$)", lambda c, t: joined("V", t, None) if t[0].value.unit == "weekend" else None),
    ("uB(?=[.,?]|$)", lambda c, t: joined("V", t, "counted") if t[0].value in ("day", "week") else None),
    ("[wD][uT]", week_later),
    ("wp?[AB]e?D", weekday_near),
    ("wA(?=[@p.,?4]|$)", weekday_after),
    ("D[{}]?[YZ]j?e?w", weekday_beside_feast),
    ("D[{}]?[YZ]j?D", nth_beside_feast),
    ("D[{}]?YQ", day_behind),
    ("DjZT|D[YZ]T", feast_eve),
    ("DV", lambda c, t: break_eve(c, t) if t[-1].value == "eve" else None),
    ("[Dw]j?Q", lambda c, t: joined("V", t, None) if t[-1].value == "few" else None),
    ("Ke?[Dw]", week_commencing),
    ("D[j,l]*[Fb]?e?D[-t]l?e?D}?", range_in_month),
    ("[wD][-t]l?e?[wD]}?|be?[wD]&e?[wD]", day_range),
    ("[IHjlFABt@4]m", lone_month),
    (
        "m",
        lambda c, t: (
            no_month(c, t) if t[0].value in (3, 5) and t[0].end - t[0].start >= 3 and not c.chinese else lone_month(c, t)
        ),
    ),
]
