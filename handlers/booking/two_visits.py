"""Two visits or three in one message: cars with their work, or work on each of some days. One is booked after the other."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import pairwise

from handlers.booking import driving, hearing, meant, naming, phrases, words
from handlers.booking.naming import Services
from handlers.dialogue import Answers, Turn
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import is_question
from handlers.prices import finding
from handlers.prices import known as names
from handlers.vehicles import cars
from handlers.vehicles import slots as vehicle_slots

# Where the part about one car or one day ends.
_JOINTS = re.compile(
    r"[,.;!?，。；！？、\n]+|\band\b|\bplus\b|\bwhile\b|\bthen\b|(?<=\w) [n&+] (?=\w)|(?<=[㐀-鿿])\s+(?=[㐀-鿿])"
    r"|(?=一[台辆輛部架个個](?:系|是|係)?[a-zA-Z㐀-鿿])"
    r"|(?:还有|還有|另外|然后|然後|同埋|顺便|順便|以及|再加|而|和|跟|同(?![样樣时時事意一]))",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\b(?:both|each|the two)\b|两台|兩台|两辆|兩輛|两部|兩部|两架|兩架|都(?:要|做|换|換|想|需要)|各(?:做|换|換)", re.IGNORECASE
)
# One day or the other.
_OR = re.compile(r"\bor\b|\beither\b|还是|或者?|不行|不得|唔得|改", re.IGNORECASE)
_DAY = re.compile(
    r"\b(?:(?:this|next|on|coming) ){0,2}(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\b"
    r"|\b(?:today|tomorrow|tmrw?)\b|(?:下|这|這|本)?个?個?(?:周|週|星期|禮拜|礼拜)[一二三四五六日天]|[今明后後听聽](?:天|日)|\d{1,2}月\d{1,2}[号號日]?|\d{1,2}[号號日]",
    re.IGNORECASE,
)
# A name of a car may be an ordinary word as well: "the polo", and not "it does not fit".
_THE = re.compile(rf"\b(?:the|my|our|his|her)(?: {names.PERSON})? (?=[a-z0-9])")
_SOMEBODYS = re.compile(
    rf"\b(?:(?:my|our) {names.PERSON}|his|her) (?:other )?(?:car|suv|van|truck|one)\b"
    r"|(?:老婆|太太|老公|先生|爱人|媳妇|儿子|女儿|爸爸?|妈妈?|弟弟|哥哥|姐姐|妹妹|朋友|同事|老板)"
    r"(?:(?:的|嘅)?(?:那|嗰)?[部台辆架]?车(?!间)|.{0,6}[也都](?:要|想|来|嚟|需要))"
    rf"|\b(?:my|our) {names.PERSON} (?:also |too )?(?:needs|wants|would like|is coming for)\b"
)
# Who collects a car wants nothing done to it.
_COLLECTS = re.compile(
    r"\b(?:pick|picking|collect|collecting|fetch|fetching)\b|[来去再嚟]取|取(?:回|返)?(?:我|车|另)|拿车|攞(?:返|番)?(?:我|部|架|车)"
)
_MOST = 3
_TWO_CARS = re.compile(r"\b(?:two|2|both|three|3) (?:my )?cars\b|[两兩二三][台辆輛部架]车?", re.IGNORECASE)
# Work that is over is a tale.
_DONE = re.compile(r"\b(?:had|did|done|was|were|got|have|has)\b|[了过過咗]", re.IGNORECASE)
# One of which nothing is known, so that it is asked about.
_SOME_CAR: Answers = {"name": ""}


@dataclass(slots=True)
class _Visit:
    """`when`: a day, with what else is said of the time. `same`: a car that is only named, after the work for the one before."""

    car: Answers = field(default_factory=dict)
    same: bool = False
    named: Services = field(default_factory=lambda: Services([], []))
    when: Answers = field(default_factory=dict)
    store: Answers = field(default_factory=dict)

    @property
    def works(self) -> bool:
        return bool(self.named.sure or self.named.one_of)

    @property
    def answers(self) -> Answers:
        car: Answers = {"car+": {}} if self.car == _SOME_CAR else {"car": self.car} if self.car else {}
        return {**self.named.answers, **car, **self.when, **self.store}


def said(turn: Turn, known: Answers) -> tuple[Answers, Answers] | None:
    """What is to be booked first, and what after it, each by slot. None for one visit, and for more than three.

    What comes after the second is the `later` of that.
    """
    if phrases.has("over", phrases.without("their_cars", phrases.spaced(turn.words))):
        return None
    found = _visits(turn, _JOINTS.split(turn.words))
    if len(found) == 1 and (one := found[0]).works and not one.car and (more := _of_cars(turn.words) - 1) > 0:
        other = replace(one, car=dict(_SOME_CAR), when={name: value for name, value in one.when.items() if name != "time"})
        return one.answers, _chained([other] * more)
    if len(found) == 1 and not _OR.search(turn.words):
        found = next((cut for cut in _cut_at_days(turn) if len(cut) > 1), found)
    if not 1 < len(found) <= _MOST:
        return None
    first, *rest = found
    if not any(one.car for one in found) and _TWO_CARS.search(turn.words):
        rest[0].car = dict(_SOME_CAR)
    by_car = all(one.car for one in found)
    if not by_car and (_OR.search(turn.words) or not all(one.when for one in found)):
        return None
    for one in rest if by_car else ():
        if first.works != one.works and (one.same or _BOTH.search(turn.words)):
            first.named = one.named = first.named if first.works else one.named
    if by_car and not first.when and (dated := next((one for one in rest if one.when), None)):
        first.when, dated.when = dated.when, {}  # the others are asked about when it is their turn
    if not all(one.works for one in found):
        return None
    place = {name: known[name] for name in ("store",) if name in known}
    later: Answers = {}
    for one in reversed(rest):
        if not by_car and first.car:
            one.car = one.car or first.car
        later = place | one.answers | ({"later": later} if later else {})
    return first.answers, later


def _of_cars(text: str) -> int:
    """For how many cars it is, where that is said and nothing of how many they have."""
    found = _TWO_CARS.search(text)
    if found is None or phrases.has("their_cars", phrases.spaced(text)):
        return 1
    return 3 if found[0].lower().startswith(("three", "3", "三")) else 2


def only_cars(turn: Turn) -> list[Answers]:
    """ "Golf and A4", and nothing besides: two cars, with which the same is to be done; else []."""
    parts = [part for part in _JOINTS.split(turn.words) if part and part.strip()]
    found = [car for part in parts if (car := vehicle_slots.heard(turn, part))]
    if len(parts) != 2 or len(found) != 2 or _which(found[0]) == _which(found[1]) or is_question(turn.words):
        return []
    text = phrases.spaced(turn.words)
    return [] if phrases.has("instead", text) or phrases.has("rather", text) or _OR.search(text) else found


def _chained(visits: Sequence[_Visit]) -> Answers:
    later: Answers = {}
    for one in reversed(visits):
        later = one.answers | ({"later": later} if later else {})
    return later


def each(later: Answers) -> Iterator[Answers]:
    """Of what comes after the first visit, one visit after the other."""
    while later:
        yield later
        later = later.get("later", {})


def told(turn: Turn, key: str, later: Answers) -> str:
    """The text of this key (`booking.later`, `booking.then`) about the visit that comes after."""
    parts = [cars.look(turn, later["car"]).label] if "car" in later else []
    codes = [*later.get("service", ()), *later.get("with", ())]
    parts += [words.services(turn, codes)] if codes else []
    parts += [" / ".join(words.services(turn, [code]) for code in later["service+"])] if "service+" in later else []
    return turn.text(key, services=" · ".join(parts), day=date.fromisoformat(later["day"]) if "day" in later else None)


def _cut_at_days(turn: Turn) -> Iterator[list[_Visit]]:
    """Without a word between them: 周二换机油周五换轮胎, "oil change tue tyres fri"."""
    days = list(_DAY.finditer(turn.words))
    if 1 < len(days) <= _MOST:
        for cuts in ([day.start() for day in days[1:]], [day.end() for day in days[:-1]]):
            yield _visits(turn, [turn.words[start:end] for start, end in pairwise([0, *cuts, len(turn.words)])])


def _beside_a_car(part: str) -> Answers:
    """Of a car that no catalogue here has, beside one that is named: "the golf …, and the polo …", "… and my wife's car"."""
    text = fold(part)
    if (name := names.named(part, asked=True)) and _THE.search(text):
        return {"name": name}
    return dict(_SOME_CAR) if _SOMEBODYS.search(text) else {}


def _visits(turn: Turn, parts: list[str]) -> list[_Visit]:
    """A visit for each car that is named; else for each day that is named with work of its own."""
    found = [_Visit()]
    for part in parts:
        car = vehicle_slots.heard(turn, part) or driving.by_its_character(turn, part)
        car = car or (_beside_a_car(part) if found[-1].car or found[-1].works else {})
        named = naming.services(turn, part, cars.look(turn, car).model if car else None)
        reading = hearing.when(turn, part, turn.store).reading
        when = hearing.wanted(reading).answers if reading is not None and (reading.date or reading.dates) else {}
        if car and not named.answers:
            named = Services(naming.in_short(turn, part), [])
        if when and not named.answers and not phrases.has("trouble", phrases.spaced(part)):
            named = Services([], meant.of_kinds(turn, part))  # "and the brakes on Friday"
        at = found[-1]
        other_car = bool(car and at.car and _which(car) != _which(at.car))
        if other_car and (known := next((one for one in found if _which(one.car) == _which(car)), None)):
            at, other_car = known, False
        other_day = bool(when and at.when and when != at.when)
        if other_day and not other_car and not (named.sure or named.one_of):
            return []  # "Tuesday and Friday": it is asked which
        if other_car or other_day:
            rest = hearing.without_times(turn, part, turn.store)
            collects = _COLLECTS.search(fold(part)) is not None
            at = _Visit(same=found[0].works and not collects and turn.memoised(finding.load).nothing_else(rest))
            found.append(at)
        at.car = at.car or car or {}
        at.when = at.when or when
        place = hearing.store(turn, part)
        at.store = at.store or ({"store": place.code} if place else {})
        more = [code for code in named.sure if code not in at.named.sure]
        at.named = Services([*at.named.sure, *more], at.named.one_of or named.one_of)
    return found


def begun(turn: Turn) -> bool:
    """Whether the words are a list of cars with the work on each, which is a wish without another word."""
    if is_question(turn.words) or finding.asks_price(turn.words) or _DONE.search(turn.words):
        return False
    text = phrases.without("their_cars", phrases.spaced(turn.words))
    if any(phrases.has(name, text) for name in ("over", "about", "fault", "trouble", "unneeded", "unwanted")):
        return False
    found = _visits(turn, _JOINTS.split(turn.words))
    return 1 < len(found) <= _MOST and all(one.works and one.car for one in found)


def _which(car: Answers) -> object:
    return car.get("id") or car.get("model") or car.get("name")
