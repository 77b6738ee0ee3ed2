"""Chinese shapes of days: 下周三, 周六日, 12月5号, 5、6号, 明后天."""

import re
from itertools import pairwise

from handlers.dialogue.when import days, feasts
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.numerals import chinese, neighbours
from handlers.dialogue.when.shapes_common import AHEAD, WEEKDAYS, Shaped, as_day, as_token
from handlers.dialogue.when.tokens import Context, Token


def weekday(match: re.Match[str], context: Context) -> Shaped | None:
    prefix, weekday = match[1], WEEKDAYS[match[2]]
    if prefix is None:
        if match[0][0] in "个一" and match.string[match.start() - 1 : match.start()] not in ("前", "后"):
            return None
        return as_token("w", match, weekday)
    if prefix.startswith("上"):
        return as_token("Q", match, None)
    # 下周六 is the next week's to everybody, 下个周六 is not.
    return as_day(match, days.in_week(context, weekday, AHEAD[prefix], contested="下个周" in match[0]))


def weekday_in_brackets(match: re.Match[str], context: Context) -> Shaped | None:
    return as_token("w", match, WEEKDAYS[match[1]])


def two_weekdays(match: re.Match[str], context: Context) -> Shaped | None:
    """下周三四, 周六日, 周一三五: days to choose from."""
    prefix, middle = match[1], match.start(3)
    if prefix and prefix.startswith("上"):
        return as_token("Q", match, None)
    more = [(match.start(3) + at, WEEKDAYS[c]) for at, c in enumerate(match[3]) if c in WEEKDAYS]
    numbers = [WEEKDAYS[match[2]], *(number for _, number in more)]
    if any(later <= earlier for earlier, later in pairwise(numbers)) and numbers != [7, 1]:
        return None
    weeks = AHEAD[prefix] if prefix else None
    found = [Day("weekday", number=n) if weeks is None else days.in_week(context, n, weeks) for n in numbers]
    tokens = [Token("D", match.start(), middle, found[0])]
    for (place, _), day in zip(more, found[1:], strict=True):
        tokens += [Token("|", place, place), Token("D", place, place + 1, day)]
    return tokens


def october(match: re.Match[str], context: Context) -> Shaped | None:
    found = feasts.next_day_of("national", context.today, context.region)
    return as_day(match, Day("date", found, unit="national")) if found else None


def another_weekday(match: re.Match[str], context: Context) -> Shaped | None:
    """周二或三, 周一到五: the second weekday is only a numeral."""
    kind = "t" if match[1] in "到至-~" else "|"
    return [
        Token(kind, match.start(), match.end(1), "to"),
        Token("w", match.end(1), match.end(), WEEKDAYS[match[2]]),
    ]


def nth_weekday(match: re.Match[str], context: Context) -> Shaped | None:
    nth = (chinese(match[1]) or 0) if match[1] else -1
    return as_day(match, Day("nth", nth=nth, number=WEEKDAYS[match[3]]))


def weekend(match: re.Match[str], context: Context) -> Shaped | None:
    if match[1] and match[1].startswith("上"):
        return as_token("Q", match, None)
    return as_day(match, days.weekend(context, AHEAD[match[1]] if match[1] else 0))


def week(match: re.Match[str], context: Context) -> Shaped | None:
    if match[1].startswith("上"):
        return as_token("Q", match, None)
    return as_day(match, days.week(context, AHEAD[match[1]]))


def month_ahead(match: re.Match[str], context: Context) -> Shaped | None:
    if match[1].startswith("上"):
        return as_token("Q", match, "whole")
    return as_day(match, days.months_on(context, AHEAD[match[1]]))


def peace(match: re.Match[str], context: Context) -> Shaped | None:
    """228, Taiwan's Peace Memorial Day, is written in digits."""
    found = feasts.next_day_of("peace228", context.today, context.region) if context.region == "TW" else None
    return as_day(match, Day("date", found, unit="peace228")) if found else None


def last_of_month(match: re.Match[str], context: Context) -> Shaped | None:
    """这个月最后一天."""
    whole = days.months_on(context, AHEAD[match[1]] if match[1] else 0)
    return as_day(match, days.on(whole.last)) if whole.last else None


def last_of_named_month(match: re.Match[str], context: Context) -> Shaped | None:
    """9月最后一天."""
    whole = days.named_month(context, chinese(match[1]) or 0)
    return as_day(match, days.on(whole.last)) if whole.last else None


def last_of_year(match: re.Match[str], context: Context) -> Shaped | None:
    return as_day(match, days.on(context.today.replace(month=12, day=31)))


def love_day(match: re.Match[str], context: Context) -> Shaped | None:
    """520, the twentieth of May, is written in digits."""
    found = feasts.next_day_of("love520", context.today, context.region)
    return as_day(match, Day("date", found, unit="love520")) if found else None


def year(match: re.Match[str], context: Context) -> Shaped | None:
    number = chinese(match[1]) if not match[1].isdigit() else int(match[1])
    if number is None:
        return None
    if match[0].startswith("民国"):
        number += 1911
    elif number < 1000:
        # 115年 is a year of the Republic where they count so; 26年 is short for 2026; 10年 is a length.
        if context.region == "TW" and 100 <= number <= 200:
            number += 1911
        elif 20 <= number < 100:
            number += 2000
        else:
            return None
    return as_token("y", match, number)


def month_day(match: re.Match[str], context: Context) -> Shaped | None:
    month, day = chinese(match[1]), chinese(match[2])
    if month is None:
        return None
    if day is None:
        both = neighbours(match[2])
        return as_token("V", match, None) if both else None
    return [Token("m", match.start(), match.start(2), month), Token("d", match.start(2), match.end(), day)]


def month(match: re.Match[str], context: Context) -> Shaped | None:
    number = chinese(match[1])
    return as_token("m", match, number) if number is not None else as_token("V", match, None)


def number(match: re.Match[str], context: Context) -> Shaped | None:
    if match[1] in ("两", "俩"):
        # 迟两日 is a length; the second of a month is 二.
        return as_token("V", match, None)
    number = chinese(match[1])
    return as_token("d", match, number) if number is not None else as_token("V", match, None)


def nth_day(match: re.Match[str], context: Context) -> Shaped | None:
    """国庆第三天."""
    return as_token("V", match, ("nth day", chinese(match[1]) or 0))


def ends_of_span(match: re.Match[str], context: Context) -> Shaped | None:
    """下个月头三天, 下周前两天, 这个月最后三天; one day is the first or the last."""
    count = chinese(match[2]) or 0
    return as_token("V", match, ("last days" if match[1] else "first days", count)) if count > 1 else None


def saturday_and_sunday(match: re.Match[str], context: Context) -> Shaped | None:
    """星期三四五都要上班，六日才有空: after other days of the week it is the weekend, and no sixth."""
    before = match.string[: match.start()]
    if re.search(r"(?:周|星期|礼拜)[一二三四五]", before):
        return as_day(match, days.weekend(context, 0))
    # 六日有营业吗: of whom the shop's hours are asked; the sixth, or the weekend?
    return as_token("V", match, None) if re.match(r"[都有也会]{0,2}(?:营业|开|休)", match.string[match.end() :]) else None


def numbers(match: re.Match[str], context: Context) -> Shaped | None:
    """5到7号; 5、6号 are two days to choose from."""
    one, two = chinese(match[1]), chinese(match[2])
    if one is None or two is None:
        return None
    sign = match[0][len(match[1])]
    middle = Token("&" if sign in ",、" else "t", match.end(1), match.start(2))
    return [Token("d", match.start(), match.end(1), one), middle, Token("d", match.start(2), match.end(), two)]


def two_days(match: re.Match[str], context: Context) -> Shaped | None:
    """明后天: tomorrow or the day after."""
    offsets = {"今": 0, "明": 1, "听": 1, "后": 2}
    first, last = (days.on(context.today + offsets[match[n]] * days.DAY) for n in (1, 2))
    if first == last:
        return None
    start, end = match.span()
    return [Token("D", start, start + 1, first), Token("|", start + 1, start + 1), Token("D", start + 1, end, last)]
