"""Words about appointments that they have: whether one shall be seen, moved or cancelled, and which."""

import re
from collections.abc import Sequence
from datetime import date, time

from handlers.booking import hearing, mine, phrases, shifting, words
from handlers.booking.slots_when import MEANT
from handlers.dialogue import Answers, Reply, Start, Turn
from handlers.dialogue.folding import fold
from handlers.prices import finding
from knowledge_base.names import tokens
from storage.appointments import Appointment

# So few words speak of nothing else.
_SHORT = 5
# What stands before it is where it was, what follows where it goes.
_TO = re.compile(r"\bto\b|改到|改成|改去|改为|改做|改在|换到|换成|挪到|延到|推到|调到|改")


def asked_for(turn: Turn) -> Reply | Start | None:
    text = phrases.spaced(turn.words)
    if phrases.has("show", text) or fold(turn.words) in turn.texts.folded("booking.mine.words"):
        return _show(turn, mine.coming(turn))
    rows, bare = mine.coming(turn), _without_work(turn, text)
    if rows and phrases.has("seen", text):
        return _show(turn, rows)
    if phrases.has("how", text) or phrases.has("new", bare) or finding.asks_price(turn.words):
        return None
    if not rows:
        changes = phrases.has("cancel", bare) or phrases.has("move", bare)
        return mine.mine(turn) if changes and phrases.has("own", bare) else None
    if phrases.has("away", text):
        return _move(turn, rows) if _elsewhen(turn, rows, text) else _cancel(turn, rows)
    timed = _timed(turn, phrases.without("cancel_surely", text))
    if phrases.has("may", text) and not timed:
        return None
    if phrases.has("unwanted", text) and _of_theirs(turn, rows):
        return _cancel(turn, rows)
    their = phrases.has("theirs", bare)
    if phrases.has("cancel", bare) and (
        their or (phrases.has("cancel_surely", bare) and (timed or _of_theirs(turn, rows) or len(tokens(text)) <= _SHORT))
    ):
        return _cancel(turn, rows)
    if phrases.has("cancel_work", _with_work(turn, text)) and _of_theirs(turn, rows):
        return _cancel(turn, rows)
    return _move(turn, rows) if _shall_move(turn, rows, text, bare, their=their, timed=timed) else None


def already(turn: Turn, wish: Answers) -> Appointment | None:
    """The appointment in which what they wish is to be done on that day: they speak of it, and want no second one."""
    codes, car = set(wish.get("service", ())), wish.get("car", {})
    for row in mine.coming(turn) if codes else ():
        same_day = wish.get("day") == _day(turn, row).isoformat() and wish.get("time") in (None, f"{_time(turn, row):%H:%M}")
        if codes <= set(row.services) and same_day and (not car or car.get("id") == row.vehicle_id):
            return row
    return None


def _shall_move(turn: Turn, rows: Sequence[Appointment], text: str, bare: str, *, their: bool, timed: bool) -> bool:
    if (their and phrases.has("move", bare)) or (phrases.has("move_surely", bare) and _as_a_wish(text)):
        return True
    if not timed or phrases.has("over", text) or _of_theirs(turn, rows) is False:
        return False
    changes = phrases.has("move", bare) or phrases.has("change", bare)
    if changes or (_of_theirs(turn, rows) and phrases.has("from_to", text)):
        return True
    begged = any(phrases.has(name, text) for name in ("free", "request", "late", "may"))
    shift = shifting.shift(turn.words)
    if shift is None:
        return begged and phrases.has("sooner", text)
    return shift.same or their or begged or len(tokens(shift.rest)) <= _SHORT


def _as_a_wish(text: str) -> bool:
    """ "I need to reschedule", and no question how that goes."""
    return not phrases.has("about", text) and not phrases.has("over", text)


def _timed(turn: Turn, text: str) -> bool:
    said = hearing.when(turn, text, turn.store)
    return bool(said.span) or said.reason in MEANT or shifting.shift(turn.words) is not None


def _of_theirs(turn: Turn, rows: Sequence[Appointment]) -> bool | None:
    """Whether the services that are named are to be done in an appointment of theirs; None if none is named."""
    named = hearing.services(turn, turn.words)
    codes = {*named.sure, *named.one_of}
    return any(codes & set(row.services) for row in rows) if codes else None


def _elsewhen(turn: Turn, rows: Sequence[Appointment], text: str) -> bool:
    """Who cannot come, and says when instead."""
    if shifting.shift(turn.words):
        return True
    said = hearing.when(turn, turn.words, turn.store)
    if not any(phrases.has(name, text) for name in ("free", "move", "instead")):
        return False
    reading = said.reading
    if reading is None:
        return bool(said.options)
    return not any(reading.date == _day(turn, row) and reading.time in (None, _time(turn, row)) for row in rows)


def _without_work(turn: Turn, text: str) -> str:
    """The folded words without services and what is done with them: neither an oil change nor changing tyres moves a visit."""
    marked = _with_work(turn, text)
    return text if marked == text else phrases.DONE_TO.sub(" ", marked)


def _with_work(turn: Turn, text: str) -> str:
    """The folded words with a mark for each service."""
    named = turn.memoised(finding.load).services.find(turn.words)
    parts = [
        phrases.WORK if any(one.start <= index < one.end for one in named) else token
        for index, token in enumerate(tokens(turn.words))
    ]
    bare = "".join(part if ord(part[0]) > ord("〇") else f" {part} " for part in parts)
    return " ".join(bare.split()) if named else phrases.without("service", text, phrases.WORK)


def _show(turn: Turn, rows: Sequence[Appointment]) -> Reply:
    meant = _meant(turn, rows, phrases.without("show", phrases.spaced(turn.words)))
    return mine.card(turn, meant[0]) if len(meant) == 1 < len(rows) else mine.mine(turn)


def _move(turn: Turn, rows: Sequence[Appointment]) -> Reply | Start | None:
    found = _TO.search(phrases.spaced(turn.words))
    meant = _meant(turn, rows, phrases.spaced(turn.words)[: found.start()] if found else "")
    if len(meant) != 1:
        return mine.mine(turn)
    if phrases.has("late", phrases.spaced(turn.words)) and mine.too_late(turn, meant[0]):
        return None  # who is on the way wants to hear that their place is kept
    return mine.move(turn, meant[0].id)


def _cancel(turn: Turn, rows: Sequence[Appointment]) -> Reply | Start:
    # "Cancel Tuesday" says which, and no day to come on.
    meant = _meant(turn, rows, phrases.without("cancel", phrases.spaced(turn.words)))
    return mine.cancel(turn, meant[0].id) if len(meant) == 1 else mine.mine(turn)


def _meant(turn: Turn, rows: Sequence[Appointment], of_day: str) -> Sequence[Appointment]:
    """Those that fit what is said of them: what is done, and when they are (`of_day`: the words that say so)."""
    if len(rows) < 2:
        return rows
    named = hearing.services(turn, turn.words)
    codes = {*named.sure, *named.one_of}
    rows = [row for row in rows if codes & set(row.services)] or rows
    reading = hearing.when(turn, phrases.without("thing", of_day), turn.store).reading
    if reading is None or reading.day is None:
        return rows
    that = [row for row in rows if _day(turn, row) == reading.day]
    return that or [row for row in rows if _day(turn, row).weekday() == reading.day.weekday()] or rows


def _day(turn: Turn, row: Appointment) -> date:
    return row.starts_at.astimezone(words.zone_of(words.store_of(turn, row))).date()


def _time(turn: Turn, row: Appointment) -> time:
    return row.starts_at.astimezone(words.zone_of(words.store_of(turn, row))).time()
