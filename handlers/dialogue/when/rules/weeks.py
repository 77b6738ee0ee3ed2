"""Rules about weeks and months beside this one: "next Friday", "this weekend", "the last Friday of the month"."""

from handlers.dialogue.when import days
from handlers.dialogue.when.days import DAY, Day
from handlers.dialogue.when.tokens import Context, Made, Token, joined, parts


def relative_unit(context: Context, tokens: list[Token]) -> Made:
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


def relative_weekday(context: Context, tokens: list[Token]) -> Made:
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


def feast_weekend(context: Context, tokens: list[Token]) -> Made:
    """ "Labor Day weekend": with the Monday or the Friday that is off; of another day of the week it is open."""
    day = tokens[0].value
    if day.kind != "date" or day.first is None or not day.unit or day.unit in ("later", "after tomorrow"):
        return None
    weekday = day.first.isoweekday()
    first, last = {1: (-2, 0), 5: (0, 2), 6: (0, 1), 7: (-1, 0)}.get(weekday, (0, 0))
    if day.unit == "easter":
        first, last = -2, 1
    if first == last:
        return joined("V", tokens, None)
    return joined("D", tokens, days.span(max(day.first + first * DAY, context.today), day.first + last * DAY, "weekend"))


def weekday_of_past(context: Context, tokens: list[Token]) -> Made:
    return joined("Q", tokens, None)


def this_part(context: Context, tokens: list[Token]) -> Made:
    """ "This morning"."""
    if tokens[-1].value == "noon":
        # "This lunch" is a meal.
        return joined("x", tokens, None) if not context.chinese else None
    return [Token("D", tokens[0].start, tokens[0].end, days.on(context.today)), tokens[-1]]


def nth_weekday(context: Context, tokens: list[Token]) -> Made:
    """ "First Monday" (of a month that is said elsewhere), "last Friday of"."""
    nth = -1 if tokens[0].kind == "L" else tokens[0].value
    weekday = parts(tokens, "w")[0]
    if not isinstance(nth, int) or nth > 5:
        return None
    return joined("D", tokens[:2], Day("nth", nth=nth, number=weekday)) + tokens[2:]


def of_the_month(context: Context, tokens: list[Token]) -> Made:
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


def first_of_month(context: Context, tokens: list[Token]) -> Made:
    """ "First of next month", "the third of June": without a weekday it is the day of the month."""
    month, number = tokens[-1].value, tokens[0].value
    if month.kind != "span" or month.unit != "month" or not isinstance(number, int):
        return None
    found = days.merge(context, month, Day("number", number=number))
    return joined("D", tokens, found) if found else None


def last_day(context: Context, tokens: list[Token]) -> Made:
    """ "The last day of November", "of the month"."""
    whole = tokens[-1]
    if tokens[1].value != "day":
        return None
    if whole.kind == "u":
        month = days.months_on(context, 0) if whole.value == "month" else None
    else:
        month = whole.value if whole.kind == "D" else days.named_month(context, whole.value)
    if month is None or month.unit != "month" or month.last is None:
        # "The last day of the Christmas break", "of next week": the shop's or the calendar's?
        return joined("V", tokens, "last")
    return joined("D", tokens, days.on(month.last))


def last_before(context: Context, tokens: list[Token]) -> Made:
    """ "The last Friday before Christmas"."""
    day, weekday = tokens[-1].value, parts(tokens, "w")[0]
    if day.kind != "date" or day.first is None:
        return None
    found = day.first - ((day.first.isoweekday() - weekday - 1) % 7 + 1) * days.DAY
    return joined("D", tokens, days.on(found) if found >= context.today else days.bad("past"))


def ends_of_span(context: Context, tokens: list[Token]) -> Made:
    """ "First three days of December", 下个月头三天, 这个月最后三天."""
    span = next(t for t in tokens if t.kind in "Dmu")
    if span.kind == "D":
        whole = span.value
    elif span.kind == "m" or span.value == "month":
        whole = days.named_month(context, span.value if span.kind == "m" else context.today.month)
    else:
        whole = days.bad("unsure")
    value = tokens[-1].value
    if tokens[0].kind in "fL":
        # "The first two weeks of December": whose weeks?
        counts = tokens[1].value.unit == "day" and tokens[0].value in (1, None)
        value = ("first days" if tokens[0].kind == "f" else "last days", tokens[1].value.amount if counts else 0)
    if value == "first" and whole.kind == "span" and whole.unit in ("week", "month") and whole.first:
        return joined("D", tokens, days.on(whole.first) if whole.first > context.today else days.bad("unsure"))
    if not isinstance(value, tuple) or value[0] not in ("first days", "last days"):
        return None
    count = int(value[1])
    if whole.kind != "span" or whole.unit not in ("week", "month") or whole.first is None or whole.last is None or count < 2:
        return joined("V", tokens, None)
    early = value[0] == "first days"
    first, last = (whole.first, whole.first + (count - 1) * DAY) if early else (whole.last - (count - 1) * DAY, whole.last)
    return joined("D", tokens, days.span(first, last) if last > context.today else days.bad("unsure"))


RULES = [
    ("(?<=[wDd])1|1(?=[cn])", lambda c, t: joined("p", t, t[0].value)),
    ("[NHC]+[uW]", relative_unit),
    ("[fL]Tje?[Dmu]|[Dm]j?V", ends_of_span),
    ("Lu[jI]e?[umD]", last_day),
    ("LwBe?D", last_before),
    ("L[u]", weekday_of_past),
    ("[uW]N", lambda c, t: relative_unit(c, t) if t[1].value == 2 else None),
    ("H?C+w|wC|H?Nw|Hw", relative_weekday),
    ("Dj?W", feast_weekend),
    ("W", lambda c, t: joined("D", t, days.weekend(c, t[0].value or 0))),
    ("wN(?![uWwm])", relative_weekday),
    ("[of]w(?=[cRpnat,@-]*[jI]|[mDHN])|Lw(?=[cRpnat,@-]*[jI])", nth_weekday),
    ("Lw|L[mpW]", weekday_of_past),
    ("H[p1]", this_part),
    ("[ofD][jI]e?u", of_the_month),
    ("fje?D", first_of_month),
]
