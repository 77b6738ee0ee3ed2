"""When the car must be ready: "by 12/4", "back by 5 on Thursday", 周五之前要拿车. It bounds the visit."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from handlers.booking import hearing, phrases
from handlers.dialogue import Turn
from handlers.dialogue.when import Reading
from storage.stores import Store

_DONE = (
    r"(?:ready|done|finished|completed|sorted|fixed|repaired|replaced|changed|serviced|returned|(?:car|it|her|him|\w{2,12}) back"
    r"(?: on the road)?|back on the road|collect(?:ed)?|pick(?:ed)? (?:it |her |him |my car )?up)"
)
_WHEN = r"(?P<when>[^,.;!?\n]{1,30})"
_MUST = r"(?:(?:and |but )?(?:it |she |he |(?:the |my )?car )?(?:must|has to|have to|needs? to|should|gotta) be )?"
# Who comes by on Saturday, or is there by ten, speaks of coming.
_COMING = r"(?<!come )(?<!comes )(?<!drop )(?<!swing )(?<!stop )(?<!pop )(?<!there )(?<!pass )(?<!in )(?<!arrive )(?<!with you )"
_ENGLISH = (
    re.compile(rf"\b{_MUST}{_DONE} (?:it )?(?:\w{{1,8}} )?(?P<kind>by|before|no later than|b4) {_WHEN}", re.IGNORECASE),
    re.compile(
        rf"\b(?:collect(?:ing)?|pick(?:ing)? (?:it |her |him |my car )?up)(?: (?:it|her|him|my car))?(?P<kind>) (?:on )?{_WHEN}",
        re.IGNORECASE,
    ),
    # A mere hour is when they come.
    re.compile(
        rf"{_COMING}\b(?P<kind>by|no later than) (?P<when>(?!\d{{1,2}}(?:[:.]\d\d)? ?(?:[ap]m\b|o'?clock)?\W*$)"
        r"[^,.;!?\n]{3,30})",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?P<kind>before) (?P<when>the weekend)", re.IGNORECASE),
)
_TAKEN = (
    r"(?:就|必须|必須|一定|得|要|需要|能|想|可以|可唔可以|帮我|幫我|給我|给我|车|車|都|全部|把){0,4}"
    r"(?:拿|取|提|攞|牵|牽|交|用|还|還|开走|開走|搞掂|搞定|搞好|做完|做好|做妥|弄好|修好|整好|换好|換好|完成|完工)"
    r"(?:到|返|回|番)?(?:我|架|部|台|辆|輛|的|个|個|嗰)?[车車]?(?:了|出发|出發)?"
)
_HAN = re.compile(rf"(?P<when>[^,，。；;！!？?、\s]{{1,12}}?)(?P<kind>之前|以前|前){_TAKEN}")
# Without a word for "before", the day itself will do: 最迟周五要拿车.
_HAN_LATEST = re.compile(rf"最[迟遲晚](?:是|要|得)?(?P<when>[^,，。；;！!？?、\s]{{1,10}}?)(?P<kind>){_TAKEN}")
# The work stands between: 周四前把机油换了.
_HAN_WORK = re.compile(
    r"(?P<when>[^,，。；;！!？?、\s]{1,10}?)(?P<kind>之前|以前|前)(?=(?:就|要|得|想|必须|必須|帮我|幫我|先){0,2}把[^,，。；;！!？?]{1,14}?"
    r"[换換做弄修洗贴貼打补補整](?:了|好|掉|完|妥|掂))"
)
# Who comes for the car at five comes when it is done: 我下午五点来取车.
_HAN_FETCHED = re.compile(
    r"(?P<when>[^,，。；;！!？?、\s]{1,12}?)(?P<kind>)(?:我|再|才|会|會|就){0,2}(?:回|返|过|過)?(?:来|來|去|嚟)(?:再)?"
    r"(?:取|提|拿|攞|牵|牽|领|領)(?:回|返|番|走)?(?:我的?|架|台|部|辆|輛)?[车車]"
)
# Beside the time at which it is brought: 周五早上送过去，下午来取可以吗.
_HAN_BROUGHT = re.compile(
    r"(?:送|开|開|放|揸)(?:过|過|到)?(?:去|来|來|嚟|店里?|店裡?)[,， ]?"
    r"(?P<when>[^,，。；;！!？?、\s]{1,8}?)(?P<kind>)(?:我|再|才|会|會|就){0,2}"
    r"(?:回|返|过|過)?(?:来|來|去|嚟)(?:再)?(?:取|提|拿|攞|牵|牽)(?:回|返)?(?=可以|行|得|好|吧|吗|嗎|[,，。；;！!？?]|\s|$)"
)
_ENDS_WITH_WORK = (_HAN, _HAN_LATEST, _HAN_WORK, _HAN_FETCHED, _HAN_BROUGHT)
_FETCH = re.compile(r"collect|pick", re.IGNORECASE)
_FETCHED = re.compile(
    r"\b(?:you|u|ya|someone|somebody|anyone|to|please|pls|kindly)(?: (?:guys|also|come|over|round|by|and|to|drive|swing)){0,4} $",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """`said`: the words; `rest`: the text without them; `last`: the last day on which a visit helps, None for the same day.

    `ready`: the moment by which the work must be over, store time: "2026-11-27 17:00", "17:00" of the day of the visit, or "".
    """

    said: str
    rest: str
    last: date | None
    window: dict[str, str]
    ready: str


def find(turn: Turn, text: str, place: Store | None) -> Deadline | None:
    """The deadline in these words; None without one that can be read."""
    for pattern in (*_ENGLISH, _HAN_BROUGHT, _HAN_LATEST, _HAN, _HAN_WORK, _HAN_FETCHED):
        for found in pattern.finditer(text[:300]):
            if deadline := _read(turn, text, found, place):
                return deadline
    return None


def _read(turn: Turn, text: str, found: re.Match[str], place: Store | None) -> Deadline | None:
    if _FETCHED.search(text[: found.start()]) and _FETCH.match(found[0]):
        return None  # it is we who shall collect it
    said = hearing.when(turn, found["when"], place)
    reading = said.reading or _first_to_come(turn, said.options, place)
    if reading is None or not said.span:
        return None
    # Words of the clause that go on after the time ("by thursday can you do the pads") are not part of it.
    end = found.end() if found.re in _ENDS_WITH_WORK else found.start("when") + said.span[1]
    before = found["kind"].lower() in ("before", "b4", "之前", "以前", "前")
    last, window, ready = _bound(reading, before)
    if last is None and not window:
        return None
    words = text[found.start() : end]
    return Deadline(" ".join(words.split()), f"{text[: found.start()]} {text[end:]}", last, window, ready)


def _first_to_come(turn: Turn, options: Sequence[Reading], place: Store | None) -> Reading | None:
    """Of two days that may be meant the earlier one that is still to come: what is ready then is ready for both."""
    today = turn.today(place) if place else turn.now.date()
    days = sorted((one.date, number) for number, one in enumerate(options) if one.date)
    after = [number for day, number in days if day > today] or [number for _, number in days]
    return options[after[0]] if after else None


def _bound(reading: Reading, before: bool) -> tuple[date | None, dict[str, str], str]:
    ends: list[date | time | None] = [reading.date, reading.time]
    for span in (reading.dates, reading.times):
        ends += [span.start or span.end] if span else []
    day = next((one for one in ends if isinstance(one, date)), None)
    clock = next((one for one in ends if isinstance(one, time)), None)
    if clock is None and reading.part_of_day:
        clock = time(12) if reading.part_of_day == "noon" else hearing.PARTS[reading.part_of_day][0 if before else 1]
    if day is None:
        return (None, {"late": f"{clock:%H:%M}"}, f"{clock:%H:%M}") if clock else (None, {}, "")
    if clock is None or clock == time(0):
        return (day - timedelta(days=1) if before else day), {}, ""
    return day, {}, f"{day} {clock:%H:%M}"


def only_fetched(turn: Turn) -> bool:
    """Whether the only day or time is the one at which the car is fetched: "can my wife collect it tomorrow?"."""
    if not phrases.has("fetches", phrases.spaced(turn.words)):
        return False
    rest, deadline = taken(turn, turn.words, turn.store)
    return deadline is not None and hearing.when(turn, rest, turn.store).nothing


def in_time(start: datetime, end: datetime, ready: str) -> bool:
    """Whether a visit is over when the car must be ready. `start`, `end`: store time; `ready`: see `Deadline`."""
    if not ready:
        return True
    by = ready if " " in ready else f"{start.date()} {ready}"
    return f"{end:%Y-%m-%d %H:%M}" <= by


def taken(turn: Turn, text: str, place: Store | None) -> tuple[str, Deadline | None]:
    """The text without the deadline, and the deadline; of an early bound that is over nothing is kept but the words."""
    found = find(turn, text, place)
    if found is None:
        return text, None
    if found.last and place and found.last < turn.today(place):
        found = replace(found, last=None, ready="")
    return found.rest, found
