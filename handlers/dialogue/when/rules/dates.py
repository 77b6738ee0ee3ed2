"""Rules about dates: "the 5th of December", 12月5号, 12/5, "July 13-15", "Sat 5"."""

from typing import Any

from handlers.dialogue.when import days, feasts
from handlers.dialogue.when.days import DAY, Day
from handlers.dialogue.when.rules.bare import counted
from handlers.dialogue.when.tokens import Context, Made, Token, joined, parts


def _year(value: Any) -> int | None:
    """A year that may follow a date: 2026, '26, or one that was read as such."""
    if isinstance(value, int) and 2000 <= value < 2100:
        return value
    return None


def dated(context: Context, tokens: list[Token]) -> Made:
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


def dated_range(context: Context, tokens: list[Token]) -> Made:
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


def year_of_feast(context: Context, tokens: list[Token]) -> Made:
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


def month_of_year(context: Context, tokens: list[Token]) -> Made:
    year, month = parts(tokens, "y")[0], parts(tokens, "m")[0]
    if not 1 <= month <= 12:
        return joined("X", tokens, "no_such_date")
    if (year, month) < (context.today.year, context.today.month):
        return joined("Q", tokens, "whole")
    return joined("D", tokens, days.month(year, month))


def number(context: Context, tokens: list[Token]) -> Made:
    """The 5th, 5号."""
    token = tokens[-1]
    if not 1 <= token.value <= 31:
        return joined("X", tokens, "no_such_date")
    return [*tokens[:-1], Token("D", token.start, token.end, Day("number", number=token.value))]


def number_after_on(context: Context, tokens: list[Token]) -> Made:
    """ "On the 5"."""
    return number(context, tokens) if isinstance(tokens[-1].value, int) and 1 <= tokens[-1].value <= 31 else None


def slashed(context: Context, tokens: list[Token]) -> Made:
    one, two = tokens[0].value
    return joined("D", tokens, days.slash(context, one, two))


def slashed_days(context: Context, tokens: list[Token]) -> Made:
    """ "27/28 December"."""
    found = [days.month_day(context, tokens[1].value, day) for day in tokens[0].value]
    start, end = tokens[0].start, tokens[1].end
    return [Token("D", start, start + 1, found[0]), Token("|", start + 1, start + 1), Token("D", start + 1, end, found[1])]


def slashed_with_year(context: Context, tokens: list[Token]) -> Made:
    year = _year(tokens[-1].value) if tokens[-1].kind == "n" else tokens[-1].value
    one, two = tokens[0].value
    return joined("D", tokens, days.slash(context, one, two, year)) if year else None


def dotted_chinese(context: Context, tokens: list[Token]) -> Made:
    """12.5 is a date in Chinese, 10.30 after a day or part of day a time."""
    token = tokens[-1]
    if not context.chinese or not isinstance(token.value, tuple):
        return None
    month, day, width = token.value
    found = days.month_day(context, month, day)
    if found.kind == "bad" or (width == 2 and day % 5 == 0 and 8 <= month <= 12):
        return None
    return [*tokens[:-1], Token("D", token.start, token.end, found)]


def dotted_before_time(context: Context, tokens: list[Token]) -> Made:
    """11.20下午 is a date, 10.30上午 may be a time."""
    value = tokens[0].value
    if not context.chinese or not isinstance(value, tuple):
        return None
    found = days.month_day(context, value[0], value[1])
    if found.kind == "bad" or value[0] in (8, 9, 10):
        return None
    return joined("D", tokens, found)


def dotted_english(context: Context, tokens: list[Token]) -> Made:
    """30.11. can only be a date."""
    value = tokens[0].value
    if context.chinese or not isinstance(value, tuple) or not (value[0] > 24 and 1 <= value[1] <= 12):
        return None
    return joined("D", tokens, days.month_day(context, value[1], value[0]))


def dotted_with_time(context: Context, tokens: list[Token]) -> Made:
    """ "24.11 at 3pm", "24.11 3pm": the time is said beside it, so this is the date."""
    value = tokens[0].value
    if context.chinese or context.region == "US" or not isinstance(value, tuple) or not (value[0] > 12 and 1 <= value[1] <= 12):
        return None
    return [Token("D", tokens[0].start, tokens[0].end, days.month_day(context, value[1], value[0])), *tokens[1:]]


def dashed_chinese(context: Context, tokens: list[Token]) -> Made:
    """11-25 10:00."""
    month, day = tokens[0].value, tokens[2].value
    if any(t.kind == "x" and t.end - t.start > 1 for t in tokens):
        return None
    if not context.chinese or context.cantonese or not (isinstance(month, int) and isinstance(day, int) and 12 < day <= 31):
        return None
    return joined("D", tokens[:3], days.month_day(context, month, day)) + tokens[3:] if 1 <= month <= 12 else None


def chosen_weekday(context: Context, tokens: list[Token]) -> Made:
    """ "Sat 5": the 5th if that is a Saturday; "Friday 10" with no such 10th is left to the clock."""
    after = [t for t in tokens if t.kind == "x"]
    said = tokens[: len(tokens) - len(after)]
    weekday, value = said[0].value, said[-1].value
    if not isinstance(value, int) or not 1 <= value <= 31 or (after and counted(after[0])):
        # "The slot on Wednesday, 2 tyres".
        return None
    found = days.next_number(context, value)
    if found and found.isoweekday() == weekday:
        if value <= 12:
            return [*joined("V", said, "day or hour"), *after]
        return [*joined("D", said, days.on(found)), *after]
    return [*joined("D", said, days.bad("disagree")), *after] if value > 23 else None


def days_after_tomorrow(context: Context, tokens: list[Token]) -> Made:
    """ "2 days after tomorrow", where the phrase "day after tomorrow" has been read first."""
    count, day = tokens[0].value, tokens[1].value
    if day.unit != "after tomorrow" or not isinstance(count, int) or count > 31:
        return None
    return joined("D", tokens, days.on(context.today + (1 + count) * DAY))


def eve(context: Context, tokens: list[Token]) -> Made:
    """ "CNY eve": the day before, and no evening."""
    feast, word = tokens[0].value, tokens[1]
    if context.chinese or word.end - word.start != 3 or feast.unit in ("", "later", "after tomorrow") or feast.first is None:
        return None
    return joined("D", tokens, days.on(feast.first - DAY) if feast.first > context.today else days.bad("unsure"))


def early(context: Context, tokens: list[Token]) -> Made:
    """ "Early Friday morning" is Friday morning."""
    return joined("x", tokens, None) if tokens[0].value in ("early", "late") else None


def early_on(context: Context, tokens: list[Token]) -> Made:
    """ "Saturday early", "early on Monday": its morning. "Early next week" is no day, and "late" is whatever is late for them."""
    word, day = (next(t for t in tokens if t.kind in kinds) for kinds in ("V", "Dw"))
    if word.value != "early" or (isinstance(day.value, days.Day) and day.value.kind == "span"):
        return None
    return (
        [day, Token("p", day.end, day.end, "morning")]
        if word is not tokens[-1]
        else [day, word._replace(kind="p", value="morning")]
    )


def head_of_month(context: Context, tokens: list[Token]) -> Made:
    """一月頭第一個禮拜六: the first Saturday says it better than the beginning of the month does."""
    return [tokens[0], tokens[-1]] if tokens[1].value == "rough" else None


def last_of_this_month(context: Context, tokens: list[Token]) -> Made:
    """月底最后一个礼拜五."""
    day = tokens[1].value
    if tokens[0].value not in ("month_end", "rough") or day.kind != "nth" or day.nth != -1:
        return None
    found = days.merge(context, days.months_on(context, 0), day)
    return joined("D", tokens, found) if found else None


def ten_days(context: Context, tokens: list[Token]) -> Made:
    """八月中旬, 下个月上旬: the 1st to the 10th, to the 20th, or the rest of the month."""
    said = str(tokens[-1].value)
    whole = days.named_month(context, tokens[0].value) if tokens[0].kind == "m" else tokens[0].value
    if not said.startswith("tens") or whole.unit != "month" or whole.first is None or whole.last is None:
        return None
    nth = int(said[-1])
    first = whole.first + 10 * (nth - 1) * DAY
    last = whole.last if nth == 3 else first + 9 * DAY
    return joined("D", tokens, days.span(first, last) if last >= context.today else days.bad("unsure"))


RULES = [
    ("[nod]e?[-t]e?[nod]j?m(?![nod])", dated_range),
    ("[no][|&/]e?[no]j?m(?![nod])", dated_range),
    ("(?<![nod])(?<![nod]j)me?[nod][-t|&/]e?[nod](?![aimu:Ot-])", dated_range),
    ("me?[ondf],?[ny]|[ondf][-/]?j?e?m[-/,]?[ny]|y,?me?[dno]", dated),
    ("[ondf][-/]?j?e?m(?!d)|me?[dof]|me?n(?![aOu])", lambda c, t: dated(c, t) if len(t) > 1 else None),
    # "Aug 22 PM".
    ("(?<![nod])(?<![nod]j)mn(?=a)", dated),
    # "Dec the 5 am": in the morning of the fifth, or at five?
    ("mec", lambda c, t: joined("V", t, None)),
    ("yj?D", year_of_feast),
    ("yj?m|m,?y", month_of_year),
    ("d|o(?!w)", number),
    ("[l4BAFtw],?ef", number),
    ("(?:^|[,.])ef(?=[@cp,.?]|$)", number),
    ("len(?![aOu:])|en(?=[.?,]|$)", number_after_on),
    ("(?<![@ABFt-])nD", days_after_tomorrow),
    ("sm", slashed_days),
    ("s,?[yn]", slashed_with_year),
    ("s(?!a)", slashed),
    ("(?<=w)s(?=a)", lambda c, t: slashed(c, t) if max(t[0].value) > 12 else None),
    ("w,?n(?![aOuPth|:&i/-])x?", chosen_weekday),
    ("(?:^|[^pDw@AB,])k(?=[^a]|$)", dotted_chinese),
    ("k(?=[pc])", dotted_before_time),
    ("k[,@l]*c", dotted_with_time),
    ("n-n(?:[,@ijx]?p?c|[,i]?p)", dashed_chinese),
    ("k", dotted_english),
    ("[mD]V(?!j?D)", ten_days),
    ("mVj?D", head_of_month),
    ("VD", last_of_this_month),
    ("V(?=[Dw]p)", early),
    ("(?<![!^])Vl?[Dw](?![p-])|[Dw]V(?![p-])", early_on),
    ("pjD", lambda c, t: eve(c, [t[2], t[0]])),
    ("Dp", eve),
    # 电瓶是2022年换的: a year alone that has been.
    ("y", lambda c, t: joined("x", t, None) if t[0].value < c.today.year else None),
]
