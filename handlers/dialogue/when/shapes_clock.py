"""Chinese shapes of clock times and lengths: 十点半, 三点三个字, 差五分三点, 两个半小时."""

import re

from handlers.dialogue.when.numerals import chinese, neighbours
from handlers.dialogue.when.shapes_common import Shaped, as_token
from handlers.dialogue.when.tokens import Between, Clock, Context, Length, Token


def clock(match: re.Match[str], context: Context) -> Shaped | None:
    _, half, _, quarter, fives, characters, _, minutes = match.groups()
    hour = chinese(match[1])
    if hour is None:
        both = neighbours(match[1])
        if both is None or match.end() > match.end(1) + 2:
            return as_token("V", match, None)
        return as_token("R", match, Between(Clock(both[0]), Clock(both[1])))
    if match[1] == "九十" and match[0][2:] in ("点", "点钟"):
        return as_token("R", match, Between(Clock(9), Clock(10)))
    minute = 0
    if half:
        minute = 30
    elif quarter:
        minute = 15 * (chinese(quarter) or 0)
    elif fives or characters:
        minute = 5 * (chinese(fives or characters) or 0)
    elif minutes:
        said = chinese(minutes)
        if said is None:
            return as_token("V", match, None)
        minute = said
        bare = len(minutes) == 1 and not match[7] and not match[0].endswith("分")
        if bare:
            # 三点九 is 15:45 to a Cantonese speaker; others would not say it so.
            if not (context.cantonese or context.says_cantonese):
                return as_token("V", match, None)
            minute = 5 * said
        elif context.cantonese and said in (10, 11) and not minutes.isdigit() and not match[0].endswith("分") and not match[7]:
            return as_token("V", match, None)
    if hour > 24 or minute > 59:
        return as_token("X", match, "no_such_time")
    sure = hour > 12 or hour == 0 or (len(match[1]) == 2 and match[1][0] == "0")
    return as_token("c", match, Clock(hour, minute, sure))


def short_of(match: re.Match[str], context: Context) -> Shaped | None:
    return _minus(match, match[2], match[1])


def short_of_later(match: re.Match[str], context: Context) -> Shaped | None:
    return _minus(match, match[1], match[2])


def _minus(match: re.Match[str], hour: str, minutes: str) -> Shaped | None:
    at, less = chinese(hour), 15 if minutes == "一刻" else chinese(minutes)
    if at is None or less is None or not 1 <= at <= 24 or not 1 <= less <= 59:
        return None
    # 差五分一点 is 12:55.
    before = at - 1 if at > 1 else 12
    return as_token("c", match, Clock(before, 60 - less, at > 13))


def hours(match: re.Match[str], context: Context) -> Shaped | None:
    one, two = chinese(match[1]), chinese(match[2])
    if one is None or two is None or one > 24 or two > 24:
        return None
    return as_token("R", match, Between(Clock(one), Clock(two, 30 if match[3] else 0)))


_UNITS = {
    "个字": "minute", "小时": "hour", "钟头": "hour", "钟": "hour", "分钟": "minute", "刻钟": "quarter", "天": "day",
    "周": "week", "星期": "week", "礼拜": "week", "月": "month", "年": "year",
}  # fmt: skip


def length(match: re.Match[str], context: Context) -> Shaped | None:
    amount, half_before, unit, half_after, after = match.groups()
    number = 0.5 if amount == "半" else float(amount) if amount[0].isdigit() and "." in amount else chinese(amount)
    if number is None:
        return as_token("V", match, None) if neighbours(amount) else None
    number = number * 5 if unit == "个字" else number + (0.5 if half_before or half_after else 0)
    end = match.end() - len(after or "")
    tokens = [Token("T", match.start(), end, Length(number, _UNITS[unit]))]
    return [*tokens, Token("Y", end, match.end())] if after else tokens


def arriving(match: re.Match[str], context: Context) -> Shaped | None:
    """我40分钟到: so long from now."""
    amount, half, unit = match.groups()
    number = 0.5 if amount == "半" else chinese(amount)
    if number is None:
        return None
    if unit == "个字":
        number, unit = 5 * number, "分钟"
    made = Token("T", match.start(), match.end(), Length(number + (0.5 if half else 0), _UNITS[unit]))
    return [made, Token("Y", match.end(), match.end())]


def hour_and_half(match: re.Match[str], context: Context) -> Shaped | None:
    return as_token("T", match, Length(1.5, "hour"))


def days_length(match: re.Match[str], context: Context) -> Shaped | None:
    number = chinese(match[1] or match[2] or match[3])
    return as_token("T", match, Length(number, "day")) if number is not None else None


def vague(match: re.Match[str], context: Context) -> Shaped | None:
    return as_token("V", match, None)


def inside(match: re.Match[str], context: Context) -> Shaped | None:
    """过两个星期的周三: in two weeks."""
    return as_token("I", match, None)


def rough(match: re.Match[str], context: Context) -> Shaped | None:
    """月底, 月初: a day that is said beside it says it better. 八月中旬 is ten days of it."""
    if match[0].endswith("旬"):
        return as_token("V", match, {"上": "tens 1", "中": "tens 2", "下": "tens 3"}[match[0][0]])
    end = match[0] in ("底", "末", "尾") and match.string[match.start() - 1 :][:1] == "月"
    return as_token(
        "V", match, "month_end" if end and match.string[: match.start()].endswith(("本月", "这月", "这个月")) else "rough"
    )


def that(match: re.Match[str], context: Context) -> Shaped | None:
    """国庆后那个周三: the Wednesday that was spoken of."""
    return as_token("e", match, "that")


def that_evening(match: re.Match[str], context: Context) -> Shaped | None:
    """中秋节那晚."""
    return as_token("p", match, "evening")


def misspelt(match: re.Match[str], context: Context) -> Shaped | None:
    """下周而上午, 星期刘: a day of the week that was mistyped; better asked than read without it."""
    return as_token("V", match, None)


def before(match: re.Match[str], context: Context) -> Shaped | None:
    """11点前来 is "come before eleven"; elsewhere 前来 is only "come"."""
    return as_token("Z", match, "before")


def after(match: re.Match[str], context: Context) -> Shaped | None:
    """四点后我有空: after a time it is no 后我 of its own."""
    return as_token("Y", match, None)


def or_cantonese(match: re.Match[str], context: Context) -> Shaped | None:
    """听日定后日: or; elsewhere 定 is to fix."""
    return as_token("|", match, None) if context.cantonese or context.says_cantonese else None


def words(match: re.Match[str], context: Context) -> Shaped | None:
    """出差回来再去: who is away until then does not refuse the day."""
    return as_token("x", match, None)


def no(match: re.Match[str], context: Context) -> Shaped | None:
    """周五，不，周六: a slip of the tongue set right."""
    return as_token("*", match, None)


_VISIT = re.compile(r"[送嚟带取]|放(?!假|几|多)|(?<![本原])来(?![不唔])|约了|预约")


def so(match: re.Match[str], context: Context) -> Shaped | None:
    """周日周一都放假，就周一吧: the day that is settled on."""
    if _VISIT.search(match.string, 0, match.start()):
        # 周五送车，那就周六取: two visits.
        return None
    return as_token("*", match, "so")
