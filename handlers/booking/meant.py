"""Which of their appointments some words mean: by what is done, and when they are."""

import re
from collections.abc import Sequence
from datetime import date, time

from handlers.booking import hearing, naming, phrases, words
from handlers.dialogue import Turn
from storage.appointments import Appointment

# Kinds of work by words that name no service, with the categories of the services that are meant.
_KINDS = (
    (re.compile(r"\b(?:detailing|detail|valet(?:ing)?)\b|美容"), ("wash", "detailing")),
    (re.compile(r"\b(?:wash|clean)(?:ing)?\b|洗车"), ("wash",)),
    (re.compile(r"\bty[ry]es?\b|换胎|轮胎|车胎|[车换条只隻][呔軚]"), ("tyres",)),
    (re.compile(r"\bbrak(?:es?|ing)\b|刹车|煞车|迫力"), ("brakes",)),
    (re.compile(r"\b(?:air ?con\w*|a/c)\b|冷气|空调"), ("climate",)),
)


def meant(turn: Turn, rows: Sequence[Appointment], of_day: str) -> Sequence[Appointment]:
    """Those that fit what is said of them; all of `rows` if nothing is. `of_day`: the words that say when they are."""
    if len(rows) < 2:
        return rows
    work = codes(turn)
    rows = [row for row in rows if work & set(row.services)] or rows
    reading = hearing.when(turn, phrases.without("thing", of_day), turn.store).reading
    if reading is None or reading.day is None:
        return rows
    that = [row for row in rows if day(turn, row) == reading.day]
    return that or [row for row in rows if day(turn, row).weekday() == reading.day.weekday()] or rows


def of_theirs(turn: Turn, rows: Sequence[Appointment]) -> bool | None:
    """Whether the work that is named is to be done in an appointment of theirs; None if none is named."""
    work = codes(turn)
    return any(work & set(row.services) for row in rows) if work else None


def codes(turn: Turn) -> set[str]:
    """The services that the words may mean; "the detailing" is any of that kind."""
    named = naming.services(turn, turn.words)
    found = {*named.sure, *named.one_of}
    if found:
        return found
    return kinds(turn)


def kinds(turn: Turn) -> set[str]:
    """The services of the kinds that the words name: "the brakes"."""
    return set(of_kinds(turn, turn.words))


def of_kinds(turn: Turn, words: str) -> list[str]:
    """The same of any words, as services are offered."""
    text = phrases.spaced(words)
    kinds = {kind for pattern, categories in _KINDS if pattern.search(text) for kind in categories}
    return [code for code, service in turn.shop.services.items() if service.category in kinds]


def without_kinds(text: str) -> str:
    for pattern, _ in _KINDS:
        text = pattern.sub(" ", text)
    return text


def day(turn: Turn, row: Appointment) -> date:
    return row.starts_at.astimezone(words.zone_of(words.store_of(turn, row))).date()


def clock(turn: Turn, row: Appointment) -> time:
    return row.starts_at.astimezone(words.zone_of(words.store_of(turn, row))).time()
