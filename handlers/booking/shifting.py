"""Another time that is said from the one that there is: "an hour later", "same time next week", 推迟半小时; values only."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers.booking.phrases import has, spaced
from handlers.dialogue.when.numerals import CARDINALS, chinese
from knowledge_base.names import tokens

_NUMBER = r"\d{1,3}(?:\.5)?|an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|forty|forty five|ninety"
_UNIT = r"minutes?|mins?|hours?|hrs?|h|days?|weeks?|wks?"
_LATER = r"later|late|after (?:that|what|the|my)"
_EARLIER = r"earlier|sooner|early|before (?:that|what|the|my)"
_ENGLISH = re.compile(
    rf"\b(?:(?P<half>half) an? (?:hour|hr)|(?P<number>{_NUMBER}) ?(?P<unit>{_UNIT})(?P<more> and an? half)?"
    rf"|(?P<hours>{_NUMBER}) and an? half hours)\b(?: or so)?(?: (?:(?P<later>{_LATER})|(?P<earlier>{_EARLIER}))\b)?"
)
_PUSHED = re.compile(r"\b(?:push|postpone|delay|put off|go back|(?:move|shift|put|bump|knock|set) (?:\w{1,12} ){0,3}?back)\b")
# What the old time is called, beside how far it shall go from it.
_WAS = re.compile(
    r"\b(?:it |its |that |i |was |is |am |im |originally |currently |booked |in |down ){1,4}(?:for|on|at) [^,.?!]{1,20}"
    r"|\b(?:mine|my (?:booking|appointment|appt|slot)) (?:is |was |on |for |at |its )+[^,.?!]{1,20}"
    r"|我(?:的|那个|嗰个)?(?:是|系)[^,，。.?？!]{1,8}(?:的|嘅|那个|嗰个)|(?:本来|原来|原本|原先|之前)(?:是|系|约|定|订|在)*的?[^,，。.?？!]{1,8}|约(?:的|咗|了)(?:是|系)?[^,，。.?？!晚早推延迟提往]{1,8}"
)
_PULLED = re.compile(r"\b(?:bring|move|pull) (?:\w{1,12} ){0,3}?forward\b")

_HAN = r"[\d一二两俩仨三四五六七八九十]{1,3}"
# Two and three of something, in one character.
_PAIRS = str.maketrans("俩仨", "两三")
_CHINESE = re.compile(
    r"(?:(?P<later>推迟|延迟|延后|延期|顺延|往后(?:推|延|挪|移)?|推后|后推|押后|晚|迟)|(?P<earlier>提前|提早|往前(?:提|挪|移)?|早))"
    rf"(?:到|个|了|多|大概|大约|约|去)?\s*(?:(?P<half>半)|(?P<number>{_HAN}) ?(?P<and>个半)?)\s*"
    r"个?(?P<unit>小时|钟头|钟|粒钟|分钟|分|刻钟|字|天|日|星期|礼拜|周)(?P<tail>半)?"
)
_SIZES = {"分": 1, "分钟": 1, "刻钟": 15, "字": 5, "天": 24 * 60, "日": 24 * 60} | dict.fromkeys(
    ("星期", "礼拜", "周"), 7 * 24 * 60
)

_SAME = re.compile(
    r"\b(?:at )?(?:the )?same (?:time|hour)\b|\b(?:the )?same as (?:before|now|last time|it (?:is|was)|planned)\b"
    r"|(?:还是)?(?:同一|同样|相同|一样)的?个?(?:时间|时段|钟点|钟数|钟)点?|同个?(?:时间|钟点|钟数)|时间(?:不变|一样|照旧)"
    r"|(?:还是|照)(?:那|这|原来|原本|之前|老)的?个?(?:点|时间|时候|钟点|钟数)"
)
# The day after the one that there is, at the same time; "the day after tomorrow" is a day of its own.
_NEXT_DAY = re.compile(
    r"\b(?:on |for )?the (?:(?:day|next day|one) after(?: (?:that|it|this))?|next day|following day)\b"
    r"(?! (?:tomorrow|tmrw|[a-z]{3,6}day|christmas|new year))"
    r"|(?<!每)(?:隔天|隔日|第二[天日]|翌日|后一天)"
)
# Beside more words than these the day after is one of their own.
_FEW = 6
_SAME_DAY = re.compile(
    r"\b(?:on )?(?:the )?same (?:week ?)?day\b|(?:同一|同样|一样)的?(?:一?天|星期几?|礼拜几?)(?=.{0,6}(?:同|一样|时间))"
)
_WEEK = re.compile(r"\bnext week\b|\bthe week after\b|下个?(?:周|星期|礼拜)(?![一二三四五六日天末])")


@dataclass(frozen=True, slots=True)
class Shift:
    """How far from the time that there is (by the clock on the wall). `rest`: the other words, which may name a day.

    `same`: the time of day stays.
    """

    by: timedelta
    rest: str
    same: bool = False

    def applied(self, start: datetime, day: date | None) -> datetime | None:
        """The new time; `day`: the one that the rest names. None for "the same time" without any other day."""
        if self.same and not self.by and day is None:
            return None
        whole_days = abs(self.by) >= timedelta(days=1)
        new = start if day and whole_days else start + self.by
        return new.replace(year=day.year, month=day.month, day=day.day) if day else new


def shift(text: str) -> Shift | None:
    """None if the words say nothing of that kind."""
    said = spaced(text)
    if (next_day := _NEXT_DAY.search(said)) and not has("fetches", said):
        rest = _SAME.sub(" ", _without(said, next_day))
        if len(tokens(rest)) <= _FEW:
            return Shift(timedelta(days=1), rest, same=True)
    said = _SAME_DAY.sub(" ", said) if _SAME.search(said) or _WEEK.search(said) else said
    if same := _SAME.search(said):
        return Shift(timedelta(weeks=1 if _WEEK.search(said) else 0), _without(said, same), same=True)
    for found in _ENGLISH.finditer(said):
        if by := _english(found, said):
            return Shift(by, _without(said, found))
    if (found_han := _CHINESE.search(said)) and (by := _chinese(found_han)):
        return Shift(by, _without(said, found_han))
    return None


def _without(said: str, found: re.Match[str]) -> str:
    return _WAS.sub(" ", f"{said[: found.start()]} {said[found.end() :]}")


def _english(found: re.Match[str], said: str) -> timedelta:
    pulled = bool(_PULLED.search(said))
    if not (found["later"] or found["earlier"] or pulled or _PUSHED.search(said)):
        return timedelta()
    count = 0.5 if found["half"] else _count(found["number"] or found["hours"]) + (0.5 if found["more"] or found["hours"] else 0)
    unit = (found["unit"] or "h")[0]
    by = timedelta(minutes=count * {"m": 1, "h": 60, "d": 24 * 60, "w": 7 * 24 * 60}[unit])
    return -by if found["earlier"] or (pulled and not found["later"]) else by


def _count(words: str) -> float:
    if words[0].isdigit():
        return float(words)
    return 1 if words in ("a", "an") else sum(CARDINALS[word] for word in words.split())


def _chinese(found: re.Match[str]) -> timedelta:
    count = 0.5 if found["half"] else float(chinese(found["number"].translate(_PAIRS)) or 0)
    count += 0.5 if found["and"] or found["tail"] else 0
    by = timedelta(minutes=count * _SIZES.get(found["unit"], 60))
    return by if found["later"] else -by
