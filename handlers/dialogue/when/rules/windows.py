"""Rules about windows with an open end, holidays as a whole, and times counted from now."""

from datetime import timedelta

from handlers.dialogue.when import breaks, days, feasts
from handlers.dialogue.when.days import DAY, Day
from handlers.dialogue.when.rules.counted import shifted
from handlers.dialogue.when.rules.spans import both_bound
from handlers.dialogue.when.tokens import Between, Clock, Context, Made, Otherwise, Token, joined

# A break that is so many days away is the one that "the holidays" without a name are.
_NEAR = 12
_SECONDS = {"minute": 60, "quarter": 900, "hour": 3600}


def from_now(context: Context, tokens: list[Token]) -> Made:
    """ "In 2 hours" is a time to the minute, "in three days" a date. The day's unit "later" marks it as counted from now."""
    token = next(t for t in tokens if t.kind == "T")
    length = token.value
    if length.unit in _SECONDS:
        seconds = length.amount * _SECONDS[length.unit]
        if not 0 <= seconds < 14 * 86400:
            return joined("V", tokens, None)
        then = context.now + timedelta(seconds=seconds)
        start, end = tokens[0].start, tokens[-1].end
        return [
            Token("D", start, end, Day("date", then.date(), unit="later")),
            Token("c", end, end, Clock(then.hour, then.minute, True)),
        ]
    then_day = shifted(context, context.today, length)
    return joined("D", tokens, Day("date", then_day, unit="later") if then_day else days.bad("unsure"))


def after(context: Context, tokens: list[Token]) -> Made:
    clock = next(t.value for t in tokens if t.kind == "c")
    return joined("R", tokens, Between(clock, None))


def before(context: Context, tokens: list[Token]) -> Made:
    clock = next(t.value for t in tokens if t.kind == "c")
    return joined("R", tokens, Between(None, clock))


def window_with_part(context: Context, tokens: list[Token]) -> Made:
    """最晚下午4点: the part of day stands inside the window."""
    if tokens[0].kind == "F" and tokens[-1].kind not in "YG":
        return None
    window = before(context, tokens) if tokens[0].kind == "B" else after(context, tokens)
    return [tokens[1], *(window or [])]


def turned_round(context: Context, tokens: list[Token]) -> Made:
    """ "Can't before 10", "busy until 3", 三点前不行: what is refused is one side, so the other is meant."""
    if any(t.value in ("told", "home") for t in tokens if t.kind == "^") or any(
        t.kind == "x" and t.end - t.start > 6 for t in tokens[2:]
    ):
        # 六点以后才有空 孩子补课
        return None
    edge = next(t for t in tokens if t.kind in "BAtZY")
    if edge.kind == "t" and edge.value != "until":
        return None
    clock = next(t.value for t in tokens if t.kind == "c")
    return joined("R", tokens, Otherwise(None, clock) if edge.kind in "AY" else Otherwise(clock, None))


def by_day_and_time(context: Context, tokens: list[Token]) -> Made:
    """ "By Friday 5pm" is on Friday, not after five."""
    return [tokens[1], *(before(context, tokens[2:]) or [])]


def within_span(context: Context, tokens: list[Token]) -> Made:
    """ "Within this week", 这周内: any day of it. "Within three days" is no span of ours, and asked."""
    whole = next(t.value for t in tokens if t.kind == "D")
    return (
        joined("D", tokens, whole) if whole.kind == "span" and whole.last and whole.unit in ("week", "month", "weekend") else None
    )


def from_part_to_part(context: Context, tokens: list[Token]) -> Made:
    """上午十一点以后下午三点以前: each end has its part of day."""
    one, two = (t.value for t in tokens if t.kind == "R")
    if one.start is None or one.end is not None or two.end is None or two.start is not None:
        return None
    ends = [Token("c", t.start, t.end, t.value.start or t.value.end) if t.kind == "R" else t for t in tokens if t.kind in "pR"]
    made = both_bound(context, ends)
    return made if made and made[0].kind == "R" else None


def until(context: Context, tokens: list[Token]) -> Made:
    return before(context, tokens) if tokens[0].value == "until" else None


def around_noon(context: Context, tokens: list[Token]) -> Made:
    """ "Before noon" is a window; before or after another part of day is too vague."""
    if not any(t.kind == "p" and t.value == "noon" for t in tokens):
        return joined("V", tokens, None)
    noon = Clock(12, 0, True)
    return joined("R", tokens, Between(None, noon) if any(t.kind in "ZB" for t in tokens) else Between(noon, None))


def after_day(context: Context, tokens: list[Token]) -> Made:
    """After a holiday: from the end of the official break. After another day: with or without it? We ask."""
    token = next(t for t in tokens if t.kind in "Dw")
    feast = token.value
    if (
        token.kind == "w"
        or feast.kind != "date"
        or not feast.unit
        or feast.unit in ("later", "after tomorrow")
        or feast.first is None
    ):
        return joined("V", tokens, None)
    found = breaks.break_of(feast.unit, feast.first.year, context.region) or breaks.break_of(
        feast.unit, feast.first.year + 1, context.region
    )
    if found is None:
        return joined("V", tokens, None)
    return joined("D", tokens, Day("span", max(found[1] + DAY, context.today), None))


def first_day_after(context: Context, tokens: list[Token]) -> Made:
    """国庆后第一天, 劳动节后第三天: counted from the first day after the break."""
    value = tokens[-1].value
    nth = value[1] if isinstance(value, tuple) and value[0] == "nth day" else 1 if value in ("first", "first workday") else 0
    if value == "next" and any(t.kind == "Y" for t in tokens):
        # 五一收假后第二天
        nth = 2
    if not nth:
        return None
    found = after_day(context, tokens[:-1])
    span = found[0].value if found else None
    if value == "first workday" and isinstance(span, Day) and span.first and span.first.isoweekday() > 5:
        return joined("D", tokens, days.on(days.monday(span.first) + 7 * DAY))
    return (
        joined("D", tokens, days.on(span.first + (nth - 1) * DAY))
        if isinstance(span, Day) and span.first
        else joined("V", tokens, None)
    )


def first_workday_of(context: Context, tokens: list[Token]) -> Made:
    """节后上班第一天."""
    span = tokens[0].value
    if tokens[-1].value != "first workday" or span.kind != "span" or span.first is None or span.last is not None:
        return None
    return joined("D", tokens, days.on(span.first if span.first.isoweekday() < 6 else days.monday(span.first) + 7 * DAY))


def day_after_break(context: Context, tokens: list[Token]) -> Made:
    """国庆长假后一天: the first day after it, and not all days from it on."""
    found = after_day(context, tokens[:-1])
    span, length = found[0].value if found else None, tokens[-1].value
    if isinstance(span, Day) and span.first and (length.amount, length.unit) == (1, "day"):
        return joined("D", tokens, days.on(span.first))
    return joined("V", tokens, None)


def whole_break(context: Context, tokens: list[Token]) -> Made:
    """国庆期间, "over the Easter holidays": the break. Today may be in the middle of it."""
    feast = next(t.value for t in tokens if t.kind == "D")
    if feast.kind == "span" and feast.unit == "weekend" and tokens[0].kind == "{":
        return [t for t in tokens if t.kind == "D"]
    if feast.kind != "date" or feast.first is None or not feast.unit or feast.unit in ("later", "after tomorrow"):
        # 我听日放假: a day off is no feast.
        return [t for t in tokens if t.kind == "D"] if context.chinese and feast.kind != "span" else None
    for year in (context.today.year, feast.first.year):
        day = feasts.day_of(feast.unit, year, context.region)
        found = breaks.break_of(feast.unit, year, context.region)
        if day and found and found[1] >= context.today:
            return joined("D", tokens, days.span(*found))
    return joined("V", tokens, None)


def from_day_on(context: Context, tokens: list[Token]) -> Made:
    """ "From Monday", 周一开始."""
    token = next(t for t in tokens if t.kind in "Dw")
    if token.kind == "D" and token.value.kind == "span" and tokens[0].kind == "F":
        return [t for t in tokens[1:] if t.kind != "e"]
    day = Day("weekday", number=token.value) if token.kind == "w" else token.value
    settled = days.settle(context, day, None, still_ahead=True)
    if settled.kind != "date":
        return joined("V", tokens, None)
    if settled.first == context.today:
        return joined("V", tokens, None)
    return joined("D", tokens, Day("span", settled.first, None))


def nth_day_of_break(context: Context, tokens: list[Token]) -> Made:
    """国庆第三天, when the break is known to begin with the feast."""
    day, value = tokens[0].value, tokens[-1].value
    if value != "last" and not (isinstance(value, tuple) and value[0] == "nth day"):
        return None
    found = breaks.break_of(day.unit, day.first.year, context.region) if day.kind == "date" and day.first and day.unit else None
    if value == "last":
        return joined("D", tokens, days.on(found[1])) if found and found[1] > found[0] else joined("V", tokens, None)
    if found is None or found[0] != day.first or found[0] + (value[1] - 1) * DAY > found[1]:
        return joined("V", tokens, None)
    return joined("D", tokens, days.on(found[0] + (value[1] - 1) * DAY))


def last_of_break(context: Context, tokens: list[Token]) -> Made:
    """假期最后一天, when a break is on or near."""
    found = breaks.near(context.today, context.region, _NEAR) if tokens[-1].value == "last" else None
    return joined("D", tokens, days.on(found[1])) if found else None


def in_lieu(context: Context, tokens: list[Token]) -> Made:
    """重陽節補假: in Hong Kong the next day that is none of rest; elsewhere the rules differ from year to year."""
    day = tokens[0].value
    if tokens[-1].value != "lieu":
        return None
    if day.kind == "date" and day.unit and day.first and context.cantonese and day.first.isoweekday() == 7:
        return joined("D", tokens, days.on(day.first + DAY))
    if day.kind == "weekday" or (day.kind == "date" and not day.unit):
        # 听日补假，十点嚟: what the day is for, which changes nothing.
        return [tokens[0], Token("x", tokens[1].start, tokens[-1].end)]
    return joined("V", tokens, None)


def by_day(context: Context, tokens: list[Token]) -> Made:
    """ "By Friday" ends with it, "before Friday" on the day before; the beginning is open."""
    named = next(t for t in tokens if t.kind in "Dw")
    word = next((t.value for t in tokens if t.kind in "BZJ"), None)
    day = Day("weekday", number=named.value) if named.kind == "w" else named.value
    if any(t.kind == "t" for t in tokens) or (day.kind == "span" and day.unit not in ("week", "weekend")):
        # "Until Friday" may be how long something lasts, "before December" a season.
        return joined("V", tokens, None)
    settled = days.settle(context, day, None, still_ahead=False)
    first = settled.first if settled.kind in ("date", "span") else None
    if first is None or settled.others or day.unit == "after tomorrow" or (word != "before" and settled.kind == "span"):
        # "By next week", "by next Friday": which day is the last is not sure.
        return joined("V", tokens, None)
    last = first - DAY if word == "before" else first
    if last <= context.today:
        return joined("D", tokens, days.on(last) if last == context.today else days.bad("past"))
    return joined("D", tokens, Day("span", None, last, unit="until"))


def until_day(context: Context, tokens: list[Token]) -> Made:
    """ "Until Friday"; 活动到11/30 is how long something lasts, and no day to come on."""
    if context.chinese and tokens[0].value == "to":
        return [tokens[0]._replace(value="lasting"), tokens[1]]
    return by_day(context, tokens) if tokens[0].value == "until" else None


def by_end(context: Context, tokens: list[Token]) -> Made:
    """ "By the end of the month", 月底之前, "before the end of next week": to the last day of it."""
    value = next(t.value for t in tokens if t.kind == "V")
    if value == "month_end":
        last = days.months_on(context, 0).last
    elif value == "year_end":
        last = context.today.replace(month=12, day=31)
    else:
        return None
    return joined("D", tokens, Day("span", None, last, unit="until")) if last and last > context.today else None


RULES = [
    ("^G(?=@?c)", lambda c, t: joined("x", t, None) if t[0].value is None else None),
    ("Be?V[ZJ]?|V[ZJ]", by_end),
    (r"[!^]{1,2}[xI]{0,2}[BAt]@?c|c[ZY][ix]?\^|[BA]@?c\^", turned_round),
    ("I@?T[GY]?|T[GY]", from_now),
    ("AT", lambda c, t: from_now(c, t) if c.region in ("IN", "SG", "MY") else None),
    ("D[{}]?j?V", nth_day_of_break),
    ("{j?V", last_of_break),
    ("Dj?V", first_workday_of),
    ("D[{}(]?j?V(?!D)", in_lieu),
    ("D[{}]?Yj?V", first_day_after),
    ("D[{}]YT", day_after_break),
    ("D[{}]Y|Ae?D}", after_day),
    ("D[{}]|{e?D}?", whole_break),
    # 我星期三放假: a day off.
    ("w{(?=[x.,?]|$)", lambda c, t: t[:1] if c.chinese else None),
    ("[AF]@?c[GY]?|F?cG|F?c[Y]", after),
    ("[BAF]pc[ZYG]?", window_with_part),
    ("B[Dw],?@?c", by_day_and_time),
    ("B@?cZ?|cZ|cJ|Jc", before),
    ("t@?c", until),
    ("pZ|Be?p|pY|Ae?p", around_noon),
    ("![GJ]", lambda c, t: joined("x", t, None)),
    ("DU|UD", within_span),
    ("R}", lambda c, t: [t[0]]),
    ("pR[,&]*pR", from_part_to_part),
    ("[Dw]G", from_day_on),
    ("Fe?[Dw][GY]?", from_day_on),
    ("A[Dw]|[Dw]Y", lambda c, t: from_day_on(c, t) if t[-1].kind == "Y" and t[-1].value == "from" else after_day(c, t)),
    ("Be?[Dw][ZJ]?|[Dw][ZJ]", by_day),
    # "In Vegas until Friday" is told of something else; see the clauses.
    ("(?<!x)t[Dw]", until_day),
    ("t[Dw]", lambda c, t: until_day(c, t) if c.chinese else None),
    # "Tuesday - before 11".
    ("(?<=[Dw])-(?=[Rpc])", lambda c, t: []),
    # 12/8晚, 两周后早.
    ("(?<=D)1(?=[x.,?]|$)", lambda c, t: [t[0]._replace(kind="p")]),
]
