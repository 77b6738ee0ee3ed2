"""Chinese shapes of lunar days: 农历八月十五, 大年初三, 腊月廿八."""

import re

from handlers.dialogue.when import days, lunar
from handlers.dialogue.when.numerals import chinese
from handlers.dialogue.when.shapes_common import Shaped, as_day, as_token
from handlers.dialogue.when.tokens import Context

_UNTIL_NUMBERED = re.compile(r"[到至~-][廿卅一二三四五六七八九十\d]{1,4}[号日]")


def _moon_day(text: str) -> int | None:
    return chinese(text.removeprefix("初"))


def lunar_date(match: re.Match[str], context: Context) -> Shaped | None:
    said = match[0][0] in "农阴旧老古" or match[1] or match[2] in "正腊冬" or match[3][0] == "初"
    if not said:
        # 十一月廿五 is the moon's to some and the sun's to others; with 号, there or at the end of the range, it is the sun's.
        numbered = match[0][-1] in "号日" or _UNTIL_NUMBERED.match(match.string, match.end())
        if match[2] == "八" and match[3] == "十五" and not numbered:
            # 八月十五 is the Mid-Autumn feast to most, and a day in August to some.
            either = days.month_day(context, 8, 15).first, lunar.next_date(context.today, 8, 15)
            return as_day(match, days.Day("either", others=tuple(d for d in either if d)))
        return as_token("V", match, None) if match[3][0] == "廿" and not numbered else None
    month = {"正": 1, "冬": 11, "腊": 12}.get(match[2]) or chinese(match[2])
    day = _moon_day(match[3])
    if month is None or day is None or not (1 <= month <= 12 and 1 <= day <= 30):
        return as_token("X", match, "no_such_date")
    found = lunar.next_date(context.today, month, day, leap=bool(match[1]))
    return as_day(match, days.on(found) if found else days.bad("unsure"))


def new_year_days(match: re.Match[str], context: Context) -> Shaped | None:
    """大年初三; 年廿八 and 年三十 belong to the twelfth month."""
    day = _moon_day(match[1])
    if day is None:
        return None
    month = 1 if match[1].startswith("初") or match[0].startswith("正月") else 12
    found = lunar.next_date(context.today, month, day)
    return as_day(match, days.on(found) if found else days.bad("unsure"))


def early_days(match: re.Match[str], context: Context) -> Shaped | None:
    """初五 without a month is that of the New Year when this one is next, else we ask."""
    day = chinese(match[1])
    new_year = lunar.next_date(context.today, 1, day or 0)
    if new_year and (new_year - context.today).days < 29:
        return as_day(match, days.on(new_year))
    return as_token("V", match, None)
