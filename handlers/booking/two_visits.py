"""Two visits in one message: two cars with their work, or work on each of two days. One is booked after the other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from handlers.booking import driving, hearing, phrases, words
from handlers.booking.hearing import Services
from handlers.dialogue import Answers, Turn
from handlers.dialogue.folding import fold
from handlers.prices import finding
from handlers.prices import known as names
from handlers.vehicles import cars
from handlers.vehicles import slots as vehicle_slots

# Where the part about one car or one day ends.
_JOINTS = re.compile(
    r"[,.;!?，。；！？、\n]+|\band\b|\bplus\b|\bwhile\b|\bthen\b|(?<=\w) [n&+] (?=\w)|(?<=[㐀-鿿])\s+(?=[㐀-鿿])"
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
    r"|(?:老婆|太太|老公|先生|爱人|媳妇|儿子|女儿|爸爸?|妈妈?|弟弟|哥哥|姐姐|妹妹|朋友|同事|老板)(?:的|嘅)?(?:那|嗰)?[部台辆架]?车(?!间)"
)
# One of which nothing is known, so that it is asked about.
_SOME_CAR: Answers = {"name": ""}


@dataclass(slots=True)
class _Visit:
    """`when`: a day, with what else is said of the time. `same`: a car that is only named, after the work for the one before."""

    car: Answers = field(default_factory=dict)
    same: bool = False
    named: Services = field(default_factory=lambda: Services([], []))
    when: Answers = field(default_factory=dict)

    @property
    def works(self) -> bool:
        return bool(self.named.sure or self.named.one_of)

    @property
    def answers(self) -> Answers:
        car: Answers = {"car+": {}} if self.car == _SOME_CAR else {"car": self.car} if self.car else {}
        return {**self.named.answers, **car, **self.when}


def said(turn: Turn, known: Answers) -> tuple[Answers, Answers] | None:
    """What is to be booked first, and what after it, each by slot. None for one visit, and for more than two."""
    if phrases.has("over", phrases.spaced(turn.words)):
        return None
    found = _visits(turn, _JOINTS.split(turn.words))
    if len(found) == 1 and not _OR.search(turn.words):
        found = next((cut for cut in _cut_at_days(turn) if len(cut) == 2), found)
    if len(found) != 2:
        return None
    first, second = found
    by_car = bool(first.car and second.car)
    if not by_car and (_OR.search(turn.words) or not (first.when and second.when)):
        return None
    if by_car and first.works != second.works and (second.same or _BOTH.search(turn.words)):
        first.named = second.named = first.named if first.works else second.named
    if by_car and not first.when:
        first.when, second.when = second.when, {}  # the second is asked about when it is its turn
    if not first.works or not second.works:
        return None
    place = {name: known[name] for name in ("store",) if name in known}
    if not by_car and first.car:
        second.car = first.car
    return first.answers, second.answers | place


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
    if len(days) == 2:
        for cut in (days[1].start(), days[0].end()):
            yield _visits(turn, [turn.words[:cut], turn.words[cut:]])


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
        car = car or (_beside_a_car(part) if found[-1].car else {})
        named = hearing.services(turn, part, cars.look(turn, car).model if car else None)
        reading = hearing.when(turn, part, turn.store).reading
        when = hearing.wanted(reading).answers if reading is not None and (reading.date or reading.dates) else {}
        at = found[-1]
        other_car = bool(car and at.car and _which(car) != _which(at.car))
        if other_car and (known := next((one for one in found if _which(one.car) == _which(car)), None)):
            at, other_car = known, False
        other_day = bool(when and at.when and when != at.when)
        if other_day and not other_car and not (named.sure or named.one_of):
            return []  # "Tuesday and Friday": it is asked which
        if other_car or other_day:
            rest = hearing.without_times(turn, part, turn.store)
            at = _Visit(same=found[0].works and turn.memoised(finding.load).nothing_else(rest))
            found.append(at)
        at.car = at.car or car or {}
        at.when = at.when or when
        more = [code for code in named.sure if code not in at.named.sure]
        at.named = Services([*at.named.sure, *more], at.named.one_of or named.one_of)
    return found


def _which(car: Answers) -> object:
    return car.get("id") or car.get("model") or car.get("name")
