"""What some words say about a visit: services, store, car, how the car comes, and when."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz
from sqlalchemy.orm import Session

from handlers.booking import naming, shifting
from handlers.dialogue import Turn
from handlers.dialogue.folding import fold
from handlers.dialogue.memo import changes_with
from handlers.dialogue.when import Reading, Understood, folding, understand
from handlers.prices import finding
from knowledge_base import Names
from knowledge_base.names import Found, tokens
from storage import stores
from storage.appointments import TRANSPORTS
from storage.stores import Store

PARTS = {
    "morning": (time(0), time(12)),
    "noon": (time(11, 30), time(13, 30)),
    "afternoon": (time(12), time(18)),
    "evening": (time(17), time(23, 59)),
}


_WEEKDAY_NUMBER = re.compile(
    r"(?:\b(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?"
    r"|(?P<han>(?:周|星期|礼拜|週|禮拜)[一二三四五六日天])) ?"
    r"(?P<number>1?\d)(?![\d:.点點号號月日/-]|\s?(?:[ap]m\b|o|st|nd|rd|th|to|or|-|[点點号號]))",
    re.IGNORECASE,
)
# The time that shall not be, beside the one that shall: "after four rather than two".
_INSTEAD_OF = re.compile(
    r"\b(?:rather than|instead of) (?:at |on )?(?:\d[\d:.]*(?:\s*[ap]m\b)?|today\b|tomorrow\b"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)",
    re.IGNORECASE,
)


# Why the day does not suit, and without a comma what is asked instead: 要加班 可以改下禮拜嗎.
_BUSY_THEN = re.compile(
    r"(?:加班|上班|返工|有事|有约|有約|没空|沒空|冇空|出差|开会|開會|值班)[了啦啊呀喔耶]?\s(?=可|能|想|改|换|換|要)"
)
# "Make it 9 instead" says it as well as "make it 9". And the size of an engine, which is no date: "the 1.5, naturally
# aspirated", 1.5的自吸; and the front of a car, which is no "before": 上午 前刹车片.
_NO_TIME = re.compile(
    # "That day I have to work, can it be next week?" is of the visit, and of no day that has been.
    r"(?:那|嗰|当|當)一?[天日](?=(?:我|刚好|剛好|又|都|也|临时|臨時|突然){0,3}(?:要|得)?(?:加班|上班|返工|有事|有约|有約|没空|沒空|冇空|没时间"
    r"|沒時間|冇时间|冇時間|唔得|不行|不方便|唔方便|出差|不在|开会|開會|值班|来不|來不|嚟唔))|"
    r"(?:跟|和|同|与|與|像)?上[次回](?=(?:的|嘅|做的)?[那嗰]?[个個]?(?:一[样樣]|[师師]傅|技[师師]|[顾顧][问問]|[项項]目))"
    rf"|{_INSTEAD_OF.pattern}|(?<=\d) instead\b(?! of)"
    r"|前(?=[后後]?(?:[刹煞剎轮輪轆胎呔挡擋杠槓盘盤碟窗]|制动|保险|雨[刮刷]"
    r"|避[震振]|[减減]震|大[灯燈]|来令|來令|悬|懸|机盖| ?brake))"
    r"|(?<![\d.])[0-6]\.\d(?= ?(?:升|l\b|t\b|(?:的 ?)?(?:自吸|排量|涡轮|渦輪|手动|手動|自动|自動)|turbo|tdi"
    r"|tsi|diesel|petrol|litre|liter))",
    re.IGNORECASE,
)
# Whoever works until then comes afterwards: "I finish work at 6", "I'm off at 5:30", 六点下班. Of our own it is a question.
_OFF_WORK = re.compile(
    r"\b(?:i|we)(?: am|'?m| are|'?re)?(?: only| usually| normally| don'?t| do not| can'?t| cannot){0,2}"
    r" (?:(?:(?:finish|(?:get|knock|clock) off|off)(?: work| the office| school)?"
    r"|(?:get out of|leave) (?:work|the office|school))(?: only| usually| normally)? (?:at|around|about|by)"
    r"|(?:work|working|at work)(?: only| usually| normally)? (?:till|til|until))"
    r" (?P<hour>1?\d)(?:[:.](?P<minute>[0-5]\d))?(?: ?(?P<half>[ap])m\b)?(?![\d:])"
    r"|(?P<morning>早上|上午|凌晨)?(?:下午|傍晚|晚上|夜晚)?(?P<stroke>1?\d|十[一二]?|[一二两兩三四五六七八九])"
    r"(?:[:：](?P<past>[0-5]\d)|[点點](?P<thirty>半)?[钟鐘]?)(?:才|先|至|就|左右)?(?:下班|放工|收工|放学|放學)(?:[之以]?[后後])?(?![吗嗎嘛呢?？]|之?前)",
    re.IGNORECASE,
)
_YOUR_WORK = re.compile(r"[你您店]|\byou\b", re.IGNORECASE)
_STROKES = {"十一": 11, "十二": 12} | {han: number for number, han in enumerate("零一二三四五六七八九十")} | {"两": 2, "兩": 2}
# "Could you collect my Audi": the car by its name.
_FETCHED = re.compile(
    r"\b(?:can|could|will|would|may|please|pls) (?:(?:you|u|ya|someone|somebody) )?(?:please |pls )?"
    r"(?:collect|pick up|fetch) (?:my|our|the) "
)
# Whoever fetches the car themselves, or asks by when or from when they may, chooses no way for it to come.
_WHEN = (
    r"(?:what(?:'?s| is)? (?:the |is the |be the )?(?:time|latest|earliest|soonest)|when(?:'?s)?|how (?:early|late|soon)"
    r"|until when|by when|the (?:latest|earliest|soonest))"
)
_COMES_AND_GOES = r"(?:pick|collect|fetch|drop|leave|bring|get|come)"
_THEMSELVES = re.compile(
    rf"\b{_WHEN}\b[^,.;!?]{{0,40}}\b{_COMES_AND_GOES}\b[^,.;!?]{{0,30}}"
    r"|\b(?:i|we|he|she|they|my \w{1,12}|somebody|someone)"
    r"(?:'ll| will| can| could| would| have to| need to| want to| may| might| should){0,2}"
    r" (?:come (?:and |to )|come back (?:and |to )|be able to )?(?:pick|collect|fetch|get)\b[^,.;!?]{0,30}"
    r"|(?<=\band )(?:pick|collect|fetch) (?:it|her|him|them|the car|my \w{1,12})(?: up)?(?! from\b)"
    r"(?= (?:at|by|on|after|before|later|tom\w*|in the|when)\b)"
    r"|(?:几点|什么时候|啥时候|几时|何时|多久|最晚|最迟|最早|最快)[^,，。?？]{0,8}(?:取|接|牵|提|拿|攞|领|放|留)[^,，。?？]{0,6}"
    r"|我(?:们|哋)?(?!家|公司)[^,，。?？你您]{0,6}(?:来|去|过来|过去|嚟)(?:取|接|牵|提|拿|攞|领)"
)
# Asks whether it has to be so, and wants nothing yet.
_MUST = re.compile(
    r"\b(?:do|must|should|would|will) (?:i|we|they) (?:need to |have to |need |must |should )?(?=(?:wait|leave|drop|stay)\b)"
    r"|(?:要不要|需不需要|用不用|使唔使|需唔需要|一定要|必须).{0,12}(?:车|等|留|放|开|揸)|(?:要|需要).{0,8}(?:等|留|放|留车).{0,6}(?:吗|么|嘛)\W*$"
)
_AT = re.compile(r"\b(?:at|to) (?:the |your )?([a-z]{4,20})\b")
# The score of a name that is written as it is.
_WRITTEN = 100
# A word of a store's name may be spelt another way; and so many words name one and hardly more.
_NEARLY, _SHORT = 85, 5


@changes_with("stores")
def store_names(session: Session) -> Names:
    """Stores by their names, and by what tells them apart: "East Harbour" of "Lanwan Auto East Harbour"."""
    known = stores.all_stores(session)
    names: list[tuple[str, str]] = []
    for language in {language for store in known for language in store.names}:
        written = [tokens(store.names.get(language, "")) for store in known]
        for store, parts in zip(known, written, strict=True):
            own = [part for part in parts if sum(part in others for others in written) == 1]
            said = {store.names.get(language, ""), _joined(own), "".join(own)}
            names += [(store.code, name) for name in said if len(name) > 1]
    return Names(names)


def _joined(parts: Iterable[str]) -> str:
    words = list(parts)
    return ("" if words and not words[0].isascii() else " ").join(words)


def store(turn: Turn, text: str) -> Store | None:
    found = turn.memoised(store_names).find(text)
    return turn.shop.store(found[0].key) if found else _by_one_word(turn, text)


def _by_one_word(turn: Turn, text: str) -> Store | None:
    """ "At the studio": by the last word of a store's name, where no other store's has it."""
    last = {store.code: tokens(store.names.get("en", ""))[-1:] for store in turn.shop.stores}
    at = {found[1] for found in _AT.finditer(fold(text))}
    named = [code for code, word in last.items() if at & set(word) and sum(word == other for other in last.values()) == 1]
    return turn.shop.store(named[0]) if len(named) == 1 else None


def by_any_word(turn: Turn, text: str) -> Store | None:
    """Asked which store: "harbor one", "the pine one", by a word that only one store's name has, spelt nearly so."""
    if naming.REFUSED.search(fold(text)):
        return None
    parts = {store.code: set(tokens(store.names.get("en", ""))) for store in turn.shop.stores}
    said = [word for word in tokens(text) if len(word) > 3]
    found = {
        code
        for code, own in parts.items()
        for word in own
        if len(word) > 3 and sum(word in others for others in parts.values()) == 1
        if any(fuzz.ratio(word, one) >= _NEARLY for one in said)
    }
    return turn.shop.store(found.pop()) if len(found) == 1 and len(tokens(text)) <= _SHORT else None


def without_store(turn: Turn, text: str) -> str:
    """The words of a text that name no store."""
    named = {place for found in turn.memoised(store_names).find(text) for place in range(found.start, found.end)}
    return " ".join(word for place, word in enumerate(tokens(text)) if place not in named) if named else text


def transport(turn: Turn, text: str) -> str | None:
    """How the car comes and goes, by the phrases of `booking.transport.words`; the longest that stands in the text."""
    if _MUST.search(fold(text)):
        return None
    said = _THEMSELVES.sub(" ", f" {fold(text)} ")
    found: list[tuple[int, str]] = []
    for kind in TRANSPORTS:
        for phrase in turn.texts.folded(f"booking.transport.words.{kind}"):
            if (f" {phrase} " if phrase.isascii() else phrase) in said:
                found.append((len(phrase) * (1 if phrase.isascii() else 3), kind))
    if not found and _FETCHED.search(said):
        return "pickup"
    return max(found)[1] if found else None


# -- when -------------------------------------------------------------------------------------------------------------------

# One turn looks at the same words more than once.
_understood = lru_cache(maxsize=16)(understand)


def when(turn: Turn, text: str, place: Store | None) -> Understood:
    """The words as the place's clock and customs read them."""
    zone = ZoneInfo(place.timezone) if place else ZoneInfo("UTC")
    # As naive time, which is all that counts: two zones' equal instants are not the same hour.
    now, region = turn.now.astimezone(zone).replace(tzinfo=None), place.region if place else "CN"
    text = _NO_TIME.sub(lambda found: " " * len(found[0]), text)
    text = _BUSY_THEN.sub(lambda found: found[0][:-1] + ",", text)
    names = turn.memoised(finding.load)
    if (found := _OFF_WORK.search(text)) and not _YOUR_WORK.search(text):
        rest = _understood(text.replace(found[0], " ", 1), now, region, turn.language).reading
        if rest is None or not (rest.time or rest.times or rest.part_of_day):
            text = f"{text[: found.start()]}{_from_then(found)}{text[found.end() :]}"
    said = _understood(text, now, region, turn.language)
    # 更换后刹车片 has an "after" in it, 透明膜 a "tomorrow", a 12 V battery an hour: what work and cars are called says no time.
    work = [one for one in names.services.find(text) if one.score == _WRITTEN] if said.nothing else []
    named = [one for one in names.models.find(text) if one.score == _WRITTEN] if said.nothing else []
    for bare in (_blanked(text, work), _blanked(text, [*work, *named])):
        if bare != text and ((again := _understood(bare, now, region, turn.language)).reading or again.options):
            return again
        if both := _day_or_hour(bare, now, region, turn.language):
            return both
    return said


def _day_or_hour(text: str, now: datetime, region: str, language: str) -> Understood | None:
    """ "Thursday 10", when the tenth is a Thursday: it is asked which of the two is meant."""
    found = _WEEKDAY_NUMBER.search(text)
    if found is None:
        return None
    day, number = found.start("number"), found.end("number")
    hour, date_ = ("点", "号") if found["han"] else (":00", "th")
    both = [_understood(f"{text[:day]}{text[day:number]}{unit}{text[number:]}", now, region, language) for unit in (hour, date_)]
    readings = tuple(one.reading for one in both if one.reading is not None)
    return Understood(None, readings, both[0].span, both[0].reason) if len(readings) > 1 else None


def _blanked(text: str, names: Sequence[Found]) -> str:
    """The text with spaces for these names, as long as it was. What has been done to a car is no name: "serviced"."""
    folded, places = folding.fold(text)
    parts = tokens(text)
    for name in names:
        words = parts[name.start : name.end]
        if any(word.endswith("ed") for word in words):
            continue
        edges = [r"\b" if word.isascii() else "" for word in (words[0], words[-1])]
        for found in re.finditer(edges[0] + r"[\W_]{0,3}".join(map(re.escape, words)) + edges[1], folded, re.ASCII):
            start, end = places[found.start()], places[found.end()]
            text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _from_then(found: re.Match[str]) -> str:
    """ "From 18:00" in as many letters; a bare hour is the one of the evening."""
    said = found["hour"] or found["stroke"]
    hour = int(said) if said.isdecimal() else _STROKES[said]
    minute = int(found["minute"] or found["past"] or (30 if found["thirty"] else 0))
    if hour < 12 and found["half"] not in ("a", "A") and not found["morning"]:
        hour += 12
    if hour > 23:
        return found[0]
    start = f"from {hour:02}:{minute:02}" if found["hour"] else f"{hour:02}点{'半' if found['thirty'] else ''}后"
    start = f"{hour:02}:{minute:02}后" if found["past"] else start
    return start.ljust(len(found[0]))


def shifted(turn: Turn, text: str, place: Store, start: datetime, day: str | None = None) -> datetime | None:
    """The time that the words say from the one that there is (`start`, the place's time): "an hour later, on Friday".

    `day`: the one spoken of before, for "the same time".
    """
    said = shifting.shift(text)
    if said is None:
        return None
    reading = when(turn, said.rest, place).reading
    spoken_of = date.fromisoformat(day) if day and said.same and not said.by else None
    new = said.applied(start, reading.date if reading and reading.date else spoken_of)
    if new is not None and reading is not None and reading.time and (said.same or abs(said.by) >= timedelta(days=1)):
        return new.replace(hour=reading.time.hour, minute=reading.time.minute)  # "the next day at nine"
    return new


@dataclass(frozen=True, slots=True)
class Wanted:
    """A reading as the booking form keeps it: a day (ISO), a time ("10:00"), or the window in which times are looked for.

    `window`: "first" and "last" day, "early" and "late" time; "not": days that do not suit, with a space between them.
    """

    day: str | None
    time: str | None
    window: dict[str, str]

    @property
    def answers(self) -> dict[str, object]:
        known = {"day": self.day, "time": self.time, "window": self.window}
        return {name: value for name, value in known.items() if value}


def at(there: datetime) -> Wanted:
    """A time of the place."""
    return Wanted(there.date().isoformat(), f"{there:%H:%M}", {})


def wanted(reading: Reading, base: str | None = None) -> Wanted:
    """`base`: the day that was spoken of before, for words that name only a time."""
    day = reading.date.isoformat() if reading.date else base
    window: dict[str, str] = {}
    if reading.dates:
        day = None
        window |= _ends("first", "last", reading.dates.start, reading.dates.end)
    if reading.times:
        window |= _ends("early", "late", reading.times.start, reading.times.end)
    elif reading.part_of_day and reading.time is None:
        early, late = PARTS[reading.part_of_day]
        window |= _ends("early", "late", early, late)
    if reading.time is not None:
        implied = reading.implied_date.isoformat() if reading.implied_date else None
        return Wanted(day or implied, f"{reading.time:%H:%M}", {})
    return Wanted(day, None, window)


# A week, or a date, that is said beside the day.
_WHICH_WEEK = re.compile(r"\d|\b(?:this|next|coming)\b|[这這本下上]")


def inside(said: Wanted, window: Mapping[str, str], text: str) -> Wanted:
    """ "Sunday", below the times of next weekend, is the one of that weekend."""
    first, last = window.get("first"), window.get("last")
    if not (said.day and first and last) or first <= said.day <= last or _WHICH_WEEK.search(text):
        return said
    day = date.fromisoformat(said.day)
    moved = date.fromisoformat(first) + timedelta(days=(day - date.fromisoformat(first)).days % 7)
    return replace(said, day=moved.isoformat()) if moved.isoformat() <= last else said


def on_these_days(said: Wanted, window: Mapping[str, str]) -> Wanted:
    """ "In the afternoon", below the times of next week, is on these days; a new day or other days are what they say."""
    if said.day or said.time or {"first", "last"} & said.window.keys() or not said.window:
        return said
    days = {name: value for name, value in window.items() if name in ("first", "last", "not")}
    return replace(said, window={**days, **said.window})


# The hours beside days: "any day this week after 5pm", 下周哪天都行，五点以后.
_HOURS = re.compile(
    r"\b(?:any ?time |always |ideally |preferably )?(?:after|from|before|past|until|till|by) (?:about |around )?"
    r"(?:\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m\b\.?|o'?clock\b)?|noon\b|lunch\b)(?! ?(?:kms?|miles|days?|weeks?|months?|minutes?|%))"
    r"|(?:早上|上午|中午|下午|傍晚|晚上|下晝|晏晝|夜晚)?(?:\d{1,2}|[一二两兩三四五六七八九十]{1,3})[点點](?:半|\d{1,2}分?)?[钟鐘]?(?:以|之)?[前后後]",
    re.IGNORECASE,
)


def days_and_hours(turn: Turn, text: str, place: Store | None) -> Wanted | None:
    """Several days, and the hours of each that suit, which are no single reading; None where the words say no such thing."""
    if (found := _HOURS.search(text)) is None:
        return None
    hours = when(turn, found[0], place).reading
    days = when(turn, f"{text[: found.start()]} {text[found.end() :]}", place).reading
    if hours is None or days is None or not hours.times or not days.dates or days.time is not None or days.times:
        return None
    return Wanted(None, None, wanted(days).window | wanted(hours).window)


def _ends(first: str, last: str, start: date | time | None, end: date | time | None) -> dict[str, str]:
    said = {first: start, last: end}
    return {name: f"{value:%H:%M}" if isinstance(value, time) else value.isoformat() for name, value in said.items() if value}


def fits(there: datetime, window: dict[str, str]) -> bool:
    """Whether a time of the store lies in the window."""
    day, clock = there.date().isoformat(), f"{there:%H:%M}"
    return (
        day not in window.get("not", "")
        and window.get("first", "") <= day <= window.get("last", "9999")
        and window.get("early", "") <= clock <= window.get("late", "99")
    )


_NUMBER = re.compile(r"\d")


def without(text: str, said: Understood) -> str:
    """The text without the words that said when."""
    return text.replace(said.words(text), " ", 1) if said.span else text


_DAYS_AND_TIMES = re.compile(
    r"\b(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)(?:day|nesday|sday|rsday|urday)?s?\b|\b(?:today|tomorrow|tmrw?|tonight)\b"
    r"|\b(?:morning|afternoon|evening|arvo|weekend|week|next|this|xmas|christmas|new year|easter|am|pm)\b"
    r"|\d{1,2}(?:[:.]\d\d)?(?:st|nd|rd|th|[ap]m)?"
    r"|(?:下|这|這|今)?个?(?:周|週|星期|禮拜|礼拜)[一二三四五六日天末]|[今明后後聽听]天|[今明后後聽听]日|大后天"
    r"|上午|下午|早上|晚上|中午|朝早|下晝|晏晝|夜晚"
    r"|[一二三四五六七八九十]{1,3}[点點号號]半?",
    re.IGNORECASE,
)


def without_times(turn: Turn, text: str, place: Store | None) -> str:
    """The text without any words that say when, those that were refused among them."""
    said = when(turn, text, place)
    return " ".join(_DAYS_AND_TIMES.sub(" ", without(text, said)).split())
