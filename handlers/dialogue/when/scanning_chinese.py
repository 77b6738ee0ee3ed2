"""Chinese shapes that hold a number: 下周三, 十点半, 三点三个字, 12月5号, 农历八月十五, 两个半小时."""

import re
from collections.abc import Callable
from functools import cache

from handlers.dialogue.when import days, feasts, lunar
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.numerals import chinese, neighbours
from handlers.dialogue.when.tokens import Between, Clock, Context, Length, Token

_C = "零〇○一二两三四五六七八九十廿卅"
_N = rf"(?:\d{{1,2}}|[{_C}]{{1,4}})"
_WEEKDAYS = {c: n for n, c in enumerate("一二三四五六日", 1)} | {"天": 7, "七": 7} | {str(n): n for n in range(1, 8)}
_WEEK = "(?:周|星期|礼拜|拜)"
# Weeks from this one; None: it has been.
_AHEAD = {"这": 0, "本": 0, "今": 0, "呢": 0, "当": 0, "这一": 0, "下": 1, "下下": 2, "大下": 2, "下下下": 3, "再下": 2}
_PREFIX = r"(上上|上|再下|下下下|下下|下|大下|这|本|今|呢|当)"

_Made = list[Token]
_Maker = Callable[[re.Match[str], Context], _Made | None]


@cache
def _shapes() -> list[tuple[re.Pattern[str], _Maker]]:
    minute_end = rf"(?![点时号日月年个:/天台位块元万千{_C}\d]|周|星期)"
    return [
        (re.compile(
            rf"{_PREFIX}?(?:个|一个|一)?{_WEEK}(?:的?(?:周|星期|礼拜|拜))?\s?"
            rf"([一二三四五六日天七]|[1-7](?![\d点时:.月/号]))(?![年岁次回托])"), _weekday),
        (re.compile(
            rf"{_PREFIX}?(?:个)?{_WEEK}([一二三四五六日天])[、/]?([二三四五六日天])"
            rf"(?![点时:个月号日年\d.{_C}])"), _two_weekdays),
        (re.compile(
            rf"(?<=[周期拜][一二三四五六])(或者|或|和|跟|到|至|-|~|/|、)([二三四五六日天])"
            rf"(?![点时:个月号日年\d.{_C}])"), _another_weekday),
        (re.compile(rf"(?<=[个下本]月)({_N})(?![点时:.个天年月万千块元%\d{_C}])"), _number),
        (re.compile(rf"{_PREFIX}?(?:个|一个|一)?(?:周|星期|礼拜)末"), _weekend),
        (re.compile(r"(?<=[月周年])(?:[头底初尾末]|中(?!午|秋|饭|餐|间|心|部|国)|[上中下]旬)"), _vague),
        (re.compile(
            rf"(?<![{_C}\d月])十一"
            r"(?=期间|假期|长假|黄金周|放假|国庆|过后|之后|以后|后|之前|以前|前|当天|那天|去)"), _october),
        (re.compile(rf"{_PREFIX}(?:个|一个|一)?(?:周|星期|礼拜)(?!几|边)"), _week),
        (re.compile(r"\(([一二三四五六日])\)"), _weekday_in_brackets),
        (re.compile(r"(?<=[,.!?])\s?(?:啊|哦|喔|噢|唔|哎)?(?:不|唔系)(?=[,.!])"), _no),
        (re.compile(rf"(?:第([一二三四五1-5])|(最后一?|最尾一))个?{_WEEK}([一二三四五六日天])"), _nth_weekday),
        (re.compile(r"(下下|下|这|本|今|呢|当|上上|上)(?:一?个)?月(?:份)?"), _month_ahead),
        (re.compile(
            rf"(?:民国|公元|西元)?(\d{{2,4}}|[{_C}]{{2,5}})年"
            r"(?!质保|保修|保固|级|龄|以上|多|了|车|前|后|之|检|审|费|款|内|没|来)"), _year),
        (re.compile(
            rf"(?:农历|阴历|旧历|老历|古历)?\s?(闰)?(正|腊|冬|{_N})月"
            rf"(初[{_C}\d]{{1,2}}|廿[{_C}]?|三十|{_N})(?:[号日])?"), _lunar),
        (re.compile(rf"(?:大年|年|正月)(初[{_C}\d]{{1,2}}|廿[{_C}]|二十[{_C}]|三十)"), _new_year_days),
        (re.compile(r"初([一二三四五六七八九十])"), _early_days),
        (re.compile(rf"({_N})月份?的?({_N})(?:(?:[号日])(?!后天)|(?![点时:.个万千kw%块元{_C}\d]))"), _month_day),
        (re.compile(rf"({_N})[./-]({_N})[号日]"), _month_day),
        (re.compile(rf"({_N})月份?"), _month),
        (re.compile(rf"差({_N}|一刻)分?(?:钟)?(?:就)?(?:到|不到)?({_N})点(?:钟)?"), _short_of),
        (re.compile(rf"({_N})点(?:钟)?差({_N}|一刻)分?(?:钟)?"), _short_of_later),
        (re.compile(
            rf"({_N})(?:点|时(?![间候段代常刻装不尚速]))(?:钟|整|正)?(?:"
            rf"(?:踏|搭)?(半)(?!个?(?:小时|钟头|天|月|年))|踏(正)|([一两二三123])刻钟?|(?:踏|搭)([{_C}]{{1,2}}|\d{{1,2}})|([{_C}]{{1,3}}|\d{{1,2}})个字"
            rf"|(过|零|〇|0|○)?({_N})(?:分(?!钟)|{minute_end}))?(?:钟|整|正)?"), _clock),
        (re.compile(rf"({_N})[-~,、/到至]\s?({_N})点(半)?(?:钟)?(?![{_C}\d刻])"), _hours),
        (re.compile(rf"({_N})[-~,、到至]\s?({_N})[号日](?!后)"), _numbers),
        (re.compile(
            rf"([{_C}\d]{{1,4}}|半|\d{{1,2}}\.\d)(?:个)?(半)?"
            rf"(小时|钟头|钟(?=后|之后|以后|内)|分钟|刻钟|天|周|星期|礼拜|(?<=个)月|(?<=半)月|(?<=个半)月|年)(半)?"
            r"((?:之|以|过)?后(?![天日面头视备轮杠盖排座门]))?"), _length),
        (re.compile(r"(?<=[点分半钟整刻\d])前(?=[来往去])"), _before),
        (re.compile(r"(今|明|听|后)(明|后)(?:两|二)?[天日]"), _two_days),
        (re.compile(r"个半(?:钟头|钟|小时)"), _hour_and_half),
        (re.compile(rf"({_N})日(?=[之以]?[后内])"), _days_length),
        (re.compile(r"(?:几|数|若干|好几|十几)(?:个)?(?:小时|钟头|钟|分钟|天|日|周|星期|礼拜|月|年)"), _vague),
        (re.compile(rf"({_N})[号日](?![码]|后天)"), _number),
    ]  # fmt: skip


# Characters that a shape can begin with; all others are spared the trials.
_FIRST = re.compile(
    rf"[\d{_C}第最今明听后周星礼拜上下大这本呢当再民公西农阴旧老古闰正腊冬年初差半个几数若好多"
    r"头底尾末中前不啊哦喔噢唔哎或和跟到至~/、(\-]"
)


def composite(text: str, place: int, context: Context) -> list[Token]:
    """The tokens of the longest shape that begins here; none if there is no such."""
    if not _FIRST.match(text, place):
        return []
    best: list[Token] = []
    for pattern, make in _shapes():
        match = pattern.match(text, place)
        if match and (not best or match.end() > best[-1].end) and (made := make(match, context)):
            best = made
    return best


def _one(kind: str, match: re.Match[str], value: object) -> _Made:
    return [Token(kind, match.start(), match.end(), value)]


def _day(match: re.Match[str], day: Day) -> _Made:
    return _one("D", match, day)


# -- weeks ------------------------------------------------------------------------------------------------------------------


def _weekday(match: re.Match[str], context: Context) -> _Made | None:
    prefix, weekday = match[1], _WEEKDAYS[match[2]]
    if prefix is None:
        if match[0][0] in "个一":
            return None
        return _one("w", match, weekday)
    if prefix.startswith("上"):
        return _one("Q", match, None)
    # 下周六 is the next week's to everybody, 下个周六 is not.
    return _day(match, days.in_week(context, weekday, _AHEAD[prefix], contested="下个周" in match[0]))


def _weekday_in_brackets(match: re.Match[str], context: Context) -> _Made | None:
    return _one("w", match, _WEEKDAYS[match[1]])


def _two_weekdays(match: re.Match[str], context: Context) -> _Made | None:
    """下周三四, 周六日: two days to choose from."""
    prefix, middle = match[1], match.start(3)
    if prefix and prefix.startswith("上"):
        return _one("Q", match, None)
    first, second = (_WEEKDAYS[match[n]] for n in (2, 3))
    if second != first % 7 + 1:
        return None
    weeks = _AHEAD[prefix] if prefix else None
    found = [Day("weekday", number=n) if weeks is None else days.in_week(context, n, weeks) for n in (first, second)]
    return [
        Token("D", match.start(), middle, found[0]),
        Token("|", middle, middle),
        Token("D", middle, match.end(), found[1]),
    ]


def _october(match: re.Match[str], context: Context) -> _Made | None:
    found = feasts.next_day_of("national", context.today, context.region)
    return _day(match, Day("date", found, unit="national")) if found else None


def _another_weekday(match: re.Match[str], context: Context) -> _Made | None:
    """周二或三, 周一到五: the second weekday is only a numeral."""
    kind = "t" if match[1] in "到至-~" else "|"
    return [
        Token(kind, match.start(), match.end(1), "to"),
        Token("w", match.end(1), match.end(), _WEEKDAYS[match[2]]),
    ]


def _before(match: re.Match[str], context: Context) -> _Made | None:
    """11点前来 is "come before eleven"; elsewhere 前来 is only "come"."""
    return _one("Z", match, None)


def _no(match: re.Match[str], context: Context) -> _Made | None:
    """周五，不，周六: a slip of the tongue set right."""
    return _one("*", match, None)


def _nth_weekday(match: re.Match[str], context: Context) -> _Made | None:
    nth = (chinese(match[1]) or 0) if match[1] else -1
    return _day(match, Day("nth", nth=nth, number=_WEEKDAYS[match[3]]))


def _weekend(match: re.Match[str], context: Context) -> _Made | None:
    if match[1] and match[1].startswith("上"):
        return _one("Q", match, None)
    return _day(match, days.weekend(context, _AHEAD[match[1]] if match[1] else 0))


def _week(match: re.Match[str], context: Context) -> _Made | None:
    if match[1].startswith("上"):
        return _one("Q", match, None)
    return _day(match, days.week(context, _AHEAD[match[1]]))


# -- months and their days --------------------------------------------------------------------------------------------------


def _month_ahead(match: re.Match[str], context: Context) -> _Made | None:
    if match[1].startswith("上"):
        return _one("Q", match, "whole")
    return _day(match, days.months_on(context, _AHEAD[match[1]]))


def _year(match: re.Match[str], context: Context) -> _Made | None:
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
    return _one("y", match, number)


def _month_day(match: re.Match[str], context: Context) -> _Made | None:
    month, day = chinese(match[1]), chinese(match[2])
    if month is None:
        return None
    if day is None:
        both = neighbours(match[2])
        return _one("V", match, None) if both else None
    return [Token("m", match.start(), match.start(2), month), Token("d", match.start(2), match.end(), day)]


def _month(match: re.Match[str], context: Context) -> _Made | None:
    number = chinese(match[1])
    return _one("m", match, number) if number is not None else _one("V", match, None)


def _number(match: re.Match[str], context: Context) -> _Made | None:
    number = chinese(match[1])
    return _one("d", match, number) if number is not None else _one("V", match, None)


def _numbers(match: re.Match[str], context: Context) -> _Made | None:
    """5到7号; 5、6号 are two days to choose from."""
    one, two = chinese(match[1]), chinese(match[2])
    if one is None or two is None:
        return None
    sign = match[0][len(match[1])]
    middle = Token("&" if sign in ",、" else "t", match.end(1), match.start(2))
    return [Token("d", match.start(), match.end(1), one), middle, Token("d", match.start(2), match.end(), two)]


def _two_days(match: re.Match[str], context: Context) -> _Made | None:
    """明后天: tomorrow or the day after."""
    offsets = {"今": 0, "明": 1, "听": 1, "后": 2}
    first, last = (days.on(context.today + offsets[match[n]] * days.DAY) for n in (1, 2))
    if first == last:
        return None
    start, end = match.span()
    return [Token("D", start, start + 1, first), Token("|", start + 1, start + 1), Token("D", start + 1, end, last)]


# -- the moon ---------------------------------------------------------------------------------------------------------------


def _moon_day(text: str) -> int | None:
    return chinese(text.removeprefix("初"))


def _lunar(match: re.Match[str], context: Context) -> _Made | None:
    said = match[0][0] in "农阴旧老古" or match[1] or match[2] in "正腊冬" or match[3][0] == "初"
    if not said:
        # 十一月廿五 is the moon's to some and the sun's to others; with 号 it is the sun's.
        return _one("V", match, None) if match[3][0] == "廿" and match[0][-1] not in "号日" else None
    month = {"正": 1, "冬": 11, "腊": 12}.get(match[2]) or chinese(match[2])
    day = _moon_day(match[3])
    if month is None or day is None or not (1 <= month <= 12 and 1 <= day <= 30):
        return _one("X", match, "no_such_date")
    found = lunar.next_date(context.today, month, day, leap=bool(match[1]))
    return _day(match, days.on(found) if found else days.bad("unsure"))


def _new_year_days(match: re.Match[str], context: Context) -> _Made | None:
    """大年初三; 年廿八 and 年三十 belong to the twelfth month."""
    day = _moon_day(match[1])
    if day is None:
        return None
    month = 1 if match[1].startswith("初") or match[0].startswith("正月") else 12
    found = lunar.next_date(context.today, month, day)
    return _day(match, days.on(found) if found else days.bad("unsure"))


def _early_days(match: re.Match[str], context: Context) -> _Made | None:
    """初五 without a month is that of the New Year when this one is next, else we ask."""
    day = chinese(match[1])
    new_year = lunar.next_date(context.today, 1, day or 0)
    if new_year and (new_year - context.today).days < 29:
        return _day(match, days.on(new_year))
    return _one("V", match, None)


# -- the clock --------------------------------------------------------------------------------------------------------------


def _clock(match: re.Match[str], context: Context) -> _Made | None:
    _, half, _, quarter, fives, characters, _, minutes = match.groups()
    hour = chinese(match[1])
    if hour is None:
        both = neighbours(match[1])
        if both is None or match.end() > match.end(1) + 2:
            return _one("V", match, None)
        return _one("R", match, Between(Clock(both[0]), Clock(both[1])))
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
            return _one("V", match, None)
        minute = said
        bare = len(minutes) == 1 and not match[7] and not match[0].endswith("分")
        if bare:
            # 三点九 is 15:45 to a Cantonese speaker; others would not say it so.
            if not context.cantonese:
                return _one("V", match, None)
            minute = 5 * said
        elif context.cantonese and said in (10, 11) and not minutes.isdigit() and not match[0].endswith("分") and not match[7]:
            return _one("V", match, None)
    if hour > 24 or minute > 59:
        return _one("X", match, "no_such_time")
    sure = hour > 12 or hour == 0 or (len(match[1]) == 2 and match[1][0] == "0")
    return _one("c", match, Clock(hour, minute, sure))


def _short_of(match: re.Match[str], context: Context) -> _Made | None:
    return _minus(match, match[2], match[1])


def _short_of_later(match: re.Match[str], context: Context) -> _Made | None:
    return _minus(match, match[1], match[2])


def _minus(match: re.Match[str], hour: str, minutes: str) -> _Made | None:
    at, less = chinese(hour), 15 if minutes == "一刻" else chinese(minutes)
    if at is None or less is None or not 1 <= at <= 24 or not 1 <= less <= 59:
        return None
    # 差五分一点 is 12:55.
    before = at - 1 if at > 1 else 12
    return _one("c", match, Clock(before, 60 - less, at > 13))


def _hours(match: re.Match[str], context: Context) -> _Made | None:
    one, two = chinese(match[1]), chinese(match[2])
    if one is None or two is None or one > 24 or two > 24:
        return None
    return _one("R", match, Between(Clock(one), Clock(two, 30 if match[3] else 0)))


# -- lengths ----------------------------------------------------------------------------------------------------------------

_UNITS = {
    "小时": "hour", "钟头": "hour", "钟": "hour", "分钟": "minute", "刻钟": "quarter", "天": "day", "周": "week",
    "星期": "week", "礼拜": "week", "月": "month", "年": "year",
}  # fmt: skip


def _length(match: re.Match[str], context: Context) -> _Made | None:
    amount, half_before, unit, half_after, after = match.groups()
    number = 0.5 if amount == "半" else float(amount) if amount[0].isdigit() and "." in amount else chinese(amount)
    if number is None:
        return _one("V", match, None) if neighbours(amount) else None
    number += 0.5 if half_before or half_after else 0
    end = match.end() - len(after or "")
    tokens = [Token("T", match.start(), end, Length(number, _UNITS[unit]))]
    return [*tokens, Token("Y", end, match.end())] if after else tokens


def _hour_and_half(match: re.Match[str], context: Context) -> _Made | None:
    return _one("T", match, Length(1.5, "hour"))


def _days_length(match: re.Match[str], context: Context) -> _Made | None:
    number = chinese(match[1])
    return _one("T", match, Length(number, "day")) if number is not None else None


def _vague(match: re.Match[str], context: Context) -> _Made | None:
    return _one("V", match, None)
