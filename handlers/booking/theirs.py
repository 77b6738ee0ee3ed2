"""Words about appointments that they have: whether one shall be seen, moved or cancelled, and which."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from handlers.booking import deadlines, hearing, meant, mine, more, naming, papers, phrases, shifting
from handlers.booking.slots_when import MEANT
from handlers.dialogue import Answers, Reply, Start, Turn, assent, lately, leaving
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import ends_as_question, is_question
from handlers.prices import finding, lasting, spoken
from handlers.tickets import withdrawing
from knowledge_base.names import tokens
from storage.appointments import Appointment

# So few words speak of nothing else.
_SHORT = 5
# And a wish has so many.
_WISH = 14
# Who comes later by less comes late.
_NEXT_TIME = timedelta(minutes=30)
# Forms about one appointment, by its "id".
_ABOUT_ONE = ("booking.move", "booking.cancel")
# Where "when is it ready?" is told by the card.
_CARD_TELLS = (None, *_ABOUT_ONE)
_REMINDER = re.compile(
    r"\b(?:cancel|stop|drop|turn off|delete)(?: \w{1,10}){0,2} reminders?\b"
    r"|(?:取消|关掉|关闭|不要|别).{0,4}提醒|提醒.{0,4}(?:取消|关掉|不要)"
)
# Of several all, and no "at all", "all good", 整天都: what is said of the visits themselves.
_ALL = re.compile(
    r"\b(?:everything|both|the lot)\b|(?<!at )\ball\b"
    r"(?= (?:of|them|these|those|(?:(?:my|the|our) )?(?:appointments|bookings|visits))\b|\W*$)"
    r"|全部|所有|统统|(?:两|[二三四]|几)个(?:预约)?都|都(?:给我|帮我|要|想)?(?=取消|不要|唔要|不去|不来|唔去|退)"
)
_NOT_ALL = re.compile(
    r"\bnot (?:\w{1,6} )?(?:all|both|everything)\b|\b(?:except|apart from|other than|but)\b|不要?(?:全|都)|除了|除咗|唔好全"
)
_CLAUSES = re.compile(r"[,.;!?，。；！？]")
# What may stand beside work that is not wanted; with more it is something of the work: "I don't need to wait for the oil change".
_BESIDE_REFUSED = re.compile(
    r"an?|the|my|our|any(?:more)?|more|this|time|now|today|either|after|all|thanks|please|sorry|no|i|we|it|to|do|for|done|of|then"
    r"|just|really|actually|yet|until|till|with|bothering|also|again|ok|too|both|and"
    r"|[了啦喇吧的也先这次那个项呀啊就还今天住我你帮谢麻烦嘅和跟同都做换]"
)
_PARTS = re.compile(r"[,.;!?，。；！？]+|(?<=[㐀-鿿]) {1,3}(?=[㐀-鿿])")
# Who does not know yet when asks nothing.
_NOT_SURE_WHEN = re.compile(
    r"\b(?:not sure|unsure|dont know|do not know|no idea)(?: yet)?(?: (?:of|about))? (?:when|which|what)"
    r"(?: day| time)?(?: yet| exactly)?\b"
)
# What is said of another day than the one that was booked.
_OTHER_DAY = re.compile(
    r"\b(?:week|weekend|month|day) after\b|\b(?:another|different|other) (?:day|time|week|month)\b|\blater\b"
    r"|改天|改日|下次|另一?[天日]|隔"
)
# What begins a wish in a clause of its own.
_WISHES = ("book", "wish", "request", "free", "look")
# A question by its form, and a wish all the same.
_POLITE = re.compile(
    r"\b(?:can|could|would|will) (?:you|u|we)\b(?!.{0,40}\blater\b)|帮我|帮手|同我|[，, ](?:可以|好|行|得)(?:吗|嘛|么)\W*$"
)
_PLEASE = r"(?:(?:can|could|may) (?:i|you) )?(?:please )?(?:(?:show|send|get|give|have|need|where is|what is|resend)(?: me)? )?"
_CODE = re.compile(
    rf"(?:i )?{_PLEASE}(?:the |my |a )?(?:(?:check ?in|qr|arrival|desk|visit) (?:qr )?code|code for the (?:desk|visit|counter))"
    r"(?: for the (?:desk|visit|counter))?(?: please| pls| again)?"
    r"|(?:请|麻烦|唔该)?(?:给我|发我|发下?|再发|我的|我嘅|睇下|看下|看一下|要|想要){0,3}"
    r"(?:到店|报到|进厂|入厂|预约|二维|qr ?)(?:码|code)(?:呢|在哪里?|喺边|给我|发我|发一下|俾我){0,2}"
)
_FILE = re.compile(
    rf"(?:i )?{_PLEASE}(?:the |my |a )?(?:calendar (?:file|invite|entry)|ics(?: file)?)(?: please| pls| again)?"
    r"|(?:请|麻烦|唔该)?(?:给我|发我|发下?|再发|我的|我嘅|要|想要){0,3}(?:日历|行事历|日程|月历|ics ?)(?:文件|档案|档)"
    r"(?:呢|在哪里?|给我|发我|发一下|俾我){0,2}"
)


def asked_for(turn: Turn) -> Reply | Start | None:
    text = phrases.spaced(turn.words)
    if phrases.has("show", text) or fold(turn.words) in turn.texts.folded("booking.mine.words"):
        return _show(turn, mine.coming(turn))
    rows, bare = mine.coming(turn), _without_work(turn, text)
    if rows and (next_one := _another_too(turn, rows)):
        return next_one
    if rows and (papers := _papers(turn, rows)):
        return papers
    if rows and phrases.has("seen", text):
        return _show(turn, rows)
    if rows and turn.chat.form in _CARD_TELLS and lasting.asks_of_visit(turn.words):
        # With the time at which it is ready; how long some work takes is told of any, but below its card of this visit.
        named = turn.memoised(finding.load).services_in(turn.words)
        if not lasting.asks(turn.words):
            return _show(turn, rows)
        work = set(spoken.services(turn))
        if not named and (shown := [row for row in spoken_of(turn, rows) if work <= set(row.services)]):
            return mine.card(turn, shown[0])
    if rows and turn.chat.form is None and lasting.asks_ready_by(turn.words):
        return _show(turn, spoken_of(turn, rows) or rows)
    if phrases.has("how", text) or phrases.has("new", bare) or finding.asks_price(turn.words):
        return None
    if _REMINDER.search(text):
        return None
    if phrases.has("others_cancel", text) or deadlines.only_fetched(turn):
        return None  # it is not theirs that is cancelled; and when the car is fetched moves no visit
    if rows and phrases.stays(text) and not _elsewhen(turn, rows, text):
        return mine.stays(turn, meant.meant(turn, rows, text))
    if not rows:
        changes = phrases.has("cancel", bare) or phrases.has("move", bare)
        return mine.mine(turn) if (changes and phrases.has("own", bare)) or _calls_off_a_day(turn, text) else None
    if turn.chat.form == "booking.cancel" and "id" in turn.chat.answers and (row := _moved_instead(turn, rows, text)):
        return mine.move(turn, row.id)
    if _in_another_store(turn, rows, text):
        return _move(turn, rows)
    if phrases.has("rebooks", text):
        return _move(turn, rows)
    if phrases.has("away", text):
        return _move(turn, rows) if _elsewhen(turn, rows, text) else _cancel(turn, rows)
    timed = _timed(turn, phrases.without("cancel_surely", text))
    if phrases.has("may", text) and not timed:
        return None
    if phrases.has("elsewhere", text) or (phrases.has("unwanted", text) and meant.of_theirs(turn, rows)):
        return _cancel(turn, rows)
    their, shown = phrases.has("theirs", bare), spoken_of(turn, rows)
    if phrases.has("cancel", bare) and (
        their
        or (phrases.has("cancel_surely", bare) and (timed or meant.of_theirs(turn, rows) or shown or len(tokens(text)) <= _SHORT))
    ):
        return _cancel(turn, rows)
    if phrases.has("cancel_work", with_work(turn, text)) and not phrases.stays(text):
        return _cancel(turn, rows)
    return _move(turn, rows) if _shall_move(turn, rows, text, bare, their=their, timed=timed) else None


def _calls_off_a_day(turn: Turn, text: str) -> bool:
    """ "I can't make it tomorrow at 9" of somebody with no appointment here: they have one somewhere, and name no work."""
    if turn.chat.form is not None or not phrases.has("away", text) or meant.codes(turn):
        return False
    others = [
        part
        for part in map(phrases.spaced, _CLAUSES.split(turn.words))
        if not any(phrases.has(name, part) for name in ("away", "cancel"))
    ]
    if phrases.has("open", text) or any(phrases.has(name, part) for part in others for name in _WISHES):
        return False  # why another day is wanted, or when we are open
    parts = [hearing.when(turn, part, turn.store) for part in _CLAUSES.split(turn.words) if part.strip()]
    return any(part.reading or part.options for part in parts)


def _papers(turn: Turn, rows: Sequence[Appointment]) -> Reply | None:
    """The code for the desk or the calendar file, asked for in words: of the appointment that is spoken of, or the next one."""
    said = fold(turn.words)
    row = next((row for row in rows if row.id == turn.chat.answers.get("id")), rows[0])
    if _CODE.fullmatch(said):
        return papers.code(turn, row.id)
    return papers.calendar_file(turn, row.id) if _FILE.fullmatch(said) else None


def calls_off(turn: Turn) -> bool:
    """In the middle of a booking for that day, or with none at all: "I need to cancel Friday". Not what is booked already."""
    text = phrases.spaced(turn.words)
    if phrases.has("others_cancel", text):
        return False
    if phrases.has("cancel_work", with_work(turn, text)) and not phrases.stays(text) and not _asks_of_cancelling(turn, text):
        work, rows = meant.codes(turn), mine.coming(turn)
        here = work and work >= set(turn.chat.answers.get("service", ["?"]))
        return bool(here) and not any(work & set(row.services) for row in rows)
    if not phrases.has("cancel_surely", text) or phrases.stays(text) or _elsewhen(turn, mine.coming(turn), text):
        return False
    if _asks_of_cancelling(turn, text):
        return False
    reading, rows = hearing.when(turn, turn.words, turn.store).reading, mine.coming(turn)
    if reading is None or reading.date is None or any(meant.day(turn, row) == reading.date for row in rows):
        return not rows and reading is None
    return turn.chat.answers.get("day") == reading.date.isoformat() or not rows


def _asks_of_cancelling(turn: Turn, text: str) -> bool:
    """ "Do I pay if I cancel the oil change?" wants to know it, and cancels nothing."""
    if phrases.has("how", text) or phrases.has("asks", text) or finding.asks_price(turn.words):
        return True
    return (phrases.has("may", text) or is_question(turn.words)) and _POLITE.search(text) is None


def part_called_off(turn: Turn, codes: Sequence[str]) -> list[str] | None:
    """What is left of the work (codes) that is being booked when some of it is called off: "cancel the alignment", 不要换机油了.

    None where nothing is; all of it may be.
    """
    text = phrases.spaced(turn.words)
    if phrases.stays(text) or _asks_of_cancelling(turn, text):
        return None
    if len(codes) > 1 and phrases.has("cancel_work", with_work(turn, text)):
        gone = meant.codes(turn)
    else:
        gone = {code for part in _CLAUSES.split(turn.words) for code in _refused(turn, part)}
    left = [code for code in codes if code not in gone]
    return left if len(left) < len(codes) else None


def _refused(turn: Turn, clause: str) -> set[str]:
    """The work that the clause calls off, and not something of it: "just the oil change without the alignment"."""
    text = phrases.spaced(clause)
    if not phrases.unneeded(text):
        return set()
    before, _, after = phrases.without("unneeded", text, "|").partition("|")
    named, kept = (set(naming.services(turn, part).sure) for part in (clause, before))
    told = tokens(hearing.without_times(turn, after if named - kept else f"{before} {after}", turn.store))
    finder = turn.memoised(finding.load)
    covered = {word for one in finder.services.find(clause) for word in tokens(clause)[one.start : one.end]}
    more = any(word not in covered and not _BESIDE_REFUSED.fullmatch(word) for word in told)
    return set() if more else named - kept or named


def already(turn: Turn, wish: Answers) -> Appointment | None:
    """The appointment in which what they wish is to be done on that day: they speak of it, and want no second one."""
    codes, car = set(wish.get("service", ())), wish.get("car", {})
    for row in mine.coming(turn) if codes else ():
        same_day = wish.get("day") == meant.day(turn, row).isoformat() and wish.get("time") in (
            None,
            f"{meant.clock(turn, row):%H:%M}",
        )
        if codes <= set(row.services) and same_day and (not car or car.get("id") == row.vehicle_id):
            return row
    return None


def _shall_move(turn: Turn, rows: Sequence[Appointment], text: str, bare: str, *, their: bool, timed: bool) -> bool:
    if (their and phrases.has("move", bare)) or (phrases.has("move_surely", bare) and _as_a_wish(text)):
        return True
    if their and phrases.has("sooner", text) and phrases.has("free", text) and len(rows) == 1:
        return True
    if phrases.has("pushes", text) and len(rows) == 1 and timed:
        # Whoever has one appointment means it, whatever they call the work, and whatever was before.
        return True
    if not timed or phrases.has("over", text) or meant.of_theirs(turn, rows) is False:
        return False
    if phrases.has("free", text) and busy_then(turn, rows):
        return True
    changes = phrases.has("move", bare) or phrases.has("change", bare)
    if changes or (meant.of_theirs(turn, rows) and phrases.has("from_to", text)):
        return True
    begged = any(phrases.has(name, text) for name in ("free", "request", "late", "may"))
    shift = shifting.shift(turn.words)
    if shift is None:
        asks = phrases.has("open", text)  # and moves nothing
        if turn.chat.form is None and not asks and _shown_just_now(turn, rows) and not meant.codes(turn) and _hardly_more(turn):
            return True
        return begged and (phrases.has("sooner", text) or (phrases.has("late", text) and _not_today(turn, rows, text)))
    if phrases.has("late", text) and abs(shift.by) < _NEXT_TIME and not (shift.same or phrases.has("free", text)):
        return False  # a quarter of an hour is no other time: who is late wants to hear that their place is kept
    return shift.same or their or begged or len(tokens(shift.rest)) <= _SHORT


def _in_another_store(turn: Turn, rows: Sequence[Appointment], text: str) -> bool:
    """ "Can I do that at your other store instead?", "switch it to Pine Hill", of what is spoken of, or of the only one."""
    shown = spoken_of(turn, rows)
    found = meant.meant(turn, rows, "")
    found = shown if len(found) > 1 and len(shown) == 1 else found
    if any(phrases.has(name, text) for name in ("book", "new", "open")):
        return False
    if not any(mine.elsewhere(turn, row) for row in found):
        return False
    if len(found) > 1:
        return phrases.has("move", text)  # it is asked which
    if any(phrases.has(name, text) for name in ("instead", "rather", "move", "change", "pushes")):
        return True
    return phrases.has("other_store", text) and phrases.has("free", text) and bool(shown) and len(tokens(text)) <= _WISH


def _shown_just_now(turn: Turn, rows: Sequence[Appointment]) -> bool:
    said = lately.answer(turn)
    ids = {row.id for row in rows}
    return said is not None and any(
        button["do"] == "booking.move" and button.get("value") in ids for button in lately.buttons(said)
    )


def just_booked(turn: Turn) -> Appointment | None:
    """The appointment on whose card the last answer ended: a yes to it wants nothing new."""
    rows = mine.coming(turn)
    said = lately.answer(turn) if rows else None
    buttons = lately.buttons(said) if said else []
    if any(button["do"] == "booking.book" for button in buttons):
        return None  # it asks for the next visit
    shown = {button.get("value") for button in buttons if button["do"] == "booking.move"}
    return next((row for row in rows if row.id in shown), None)


def beside(turn: Turn, wish: Answers) -> Answers:
    """ "I also need a wash", below the card of a visit: on the day of that one, in its store."""
    dated = {"day", "which"} & wish.keys() or {"first", "last"} & wish.get("window", {}).keys()
    if dated or not phrases.has("also", phrases.spaced(turn.words)) or _OTHER_DAY.search(fold(turn.words)):
        return wish
    shown = spoken_of(turn, mine.coming(turn))
    row = just_booked(turn) or (shown[0] if len(shown) == 1 else None)
    if row is None:
        return wish
    store = next((one.code for one in turn.stores if one.id == row.store_id), None)
    return {**({"store": store} if store else {}), "day": meant.day(turn, row).isoformat(), **wish}


def busy_then(turn: Turn, rows: Sequence[Appointment]) -> Appointment | None:
    """周六加班 周日行不行: the one on whose day something has come up, when they speak of another day as well."""
    if not phrases.has("busy", phrases.spaced(turn.words)):
        return None
    reading = hearing.when(turn, turn.words, turn.store).reading
    if reading is None or reading.day is None or reading.day in {meant.day(turn, row) for row in rows}:
        return None
    for part in _PARTS.split(turn.words):
        text = phrases.spaced(part)
        told = hearing.when(turn, phrases.without("busy", text), turn.store).reading if phrases.has("busy", text) else None
        if told is not None and (found := next((row for row in rows if meant.day(turn, row) == told.date), None)):
            return found
    return None


def _hardly_more(turn: Turn) -> bool:
    """A time, and next to nothing beside it."""
    said = hearing.when(turn, turn.words, turn.store)
    rest = phrases.without("beside_when", phrases.spaced(hearing.without(turn.words, said)))
    return said.reading is not None and len(tokens(rest)) <= _SHORT - 1


def _not_today(turn: Turn, rows: Sequence[Appointment], text: str) -> bool:
    """ "Late on Thursday", said days before: no delay on the way, but another time."""
    reading = hearing.when(turn, text, turn.store).reading
    days = {meant.day(turn, row) for row in rows} - {turn.today(turn.store) if turn.store else turn.now.date()}
    return reading is not None and reading.day in days


def _as_a_wish(text: str) -> bool:
    """ "I need to reschedule", and no question how that goes."""
    text = _NOT_SURE_WHEN.sub(" ", text)
    return not phrases.has("about", text) and not phrases.has("over", text)


def _timed(turn: Turn, text: str) -> bool:
    said = hearing.when(turn, text, turn.store)
    return bool(said.span) or said.reason in MEANT or shifting.shift(turn.words) is not None


def _moved_instead(turn: Turn, rows: Sequence[Appointment], text: str) -> Appointment | None:
    """Asked whether it shall be cancelled, they name another time: "the day after, then"."""
    if phrases.has("cancel", text) or not _timed(turn, text) or meant.codes(turn):
        return None
    reading, [row, *_] = hearing.when(turn, turn.words, turn.store).reading, [*spoken_of(turn, rows), *rows]
    same = reading is not None and reading.day == meant.day(turn, row) and reading.time in (None, meant.clock(turn, row))
    return None if same else row


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
    return not any(reading.date == meant.day(turn, row) and reading.time in (None, meant.clock(turn, row)) for row in rows)


def _without_work(turn: Turn, text: str) -> str:
    """The folded words without services and what is done with them: neither an oil change nor changing tyres moves a visit."""
    marked = with_work(turn, text)
    return text if marked == text else phrases.DONE_TO.sub(" ", marked)


def with_work(turn: Turn, text: str) -> str:
    """The folded words with a mark for each service."""
    named = turn.memoised(finding.load).services.find(turn.words)
    parts = [
        phrases.WORK if any(one.start <= index < one.end for one in named) else token
        for index, token in enumerate(tokens(turn.words))
    ]
    bare = "".join(part if ord(part[0]) > ord("〇") else f" {part} " for part in parts)
    return " ".join(bare.split()) if named else phrases.without("service", text, phrases.WORK)


def _show(turn: Turn, rows: Sequence[Appointment]) -> Reply:
    found = meant.meant(turn, rows, phrases.without("show", phrases.spaced(turn.words)))
    return mine.card(turn, found[0]) if len(found) == 1 < len(rows) else mine.mine(turn)


def _move(turn: Turn, rows: Sequence[Appointment]) -> Reply | Start | None:
    to = mine.TO.search(phrases.spaced(turn.words))
    found = meant.meant(turn, rows, phrases.spaced(turn.words)[: to.start()] if to else "")
    if len(found) > 1 and len(before := spoken_of(turn, found)) == 1:
        found = before
    if len(found) != 1:
        return Start("booking.move", mine.aimed(turn, found))
    if phrases.has("late", phrases.spaced(turn.words)) and mine.too_late(turn, found[0]):
        return None  # who is on the way wants to hear that their place is kept
    moved = mine.move(turn, found[0].id)
    return replace(moved, answers={**moved.answers, **more.work_beside(turn, found[0])}) if isinstance(moved, Start) else moved


def _cancel(turn: Turn, rows: Sequence[Appointment]) -> Reply | Start:
    # "Cancel Tuesday" says which, and no day to come on.
    if meant.of_theirs(turn, rows) is False:
        return mine.not_that(turn, rows)
    named = meant.meant(turn, rows, phrases.without("cancel", phrases.spaced(turn.words)))
    but_some = _NOT_ALL.search(phrases.spaced(turn.words)) is not None or ends_as_question(turn.words)
    if of_all(turn, rows) and (but_some or len(named) == len(rows)):
        asked = mine.cancel(turn, rows[0].id)
        if but_some or isinstance(asked, Reply):
            return Start("booking.cancel", {})  # it is asked which
        return replace(asked, answers={**asked.answers, "all": True})  # one after the other
    before = spoken_of(turn, named)
    found = before if len(named) > 1 and len(before) == 1 else named
    return mine.cancel(turn, found[0].id) if len(found) == 1 else Start("booking.cancel", {})


def of_all(turn: Turn, rows: Sequence[Appointment]) -> bool:
    """Whether several are spoken of as all: "cancel everything", 全部取消."""
    text = phrases.spaced(turn.words)
    return len(rows) > 1 and phrases.has("cancel", text) and _ALL.search(text) is not None and not meant.codes(turn)


def _another_too(turn: Turn, rows: Sequence[Appointment]) -> Start | None:
    """A yes to the question whether the next one shall be cancelled as well."""
    said = lately.answer(turn) if turn.chat.form is None and assent.said(turn) == "yes" else None
    first = next(iter(lately.buttons(said)), None) if said is not None and said.text.rstrip().endswith(("?", "？")) else None
    row = next((row for row in rows if first and first["do"] == "booking.cancel" and first.get("value") == row.id), None)
    return Start("booking.cancel", {"id": row.id, "sure": "yes", "all": True}) if row else None


def one_of(turn: Turn, rows: Sequence[Appointment], said: str) -> Appointment | None:
    """The one that a part of the words means: by its work, its day, or because it was shown a moment ago; None for several."""
    named = naming.services(turn, said)
    work = {*named.sure, *named.one_of} or set(meant.of_kinds(turn, said))
    if work:
        rows = [row for row in rows if work & set(row.services)]
    reading = hearing.when(turn, phrases.without("cancel", phrases.without("thing", phrases.spaced(said))), turn.store).reading
    if reading is not None and reading.day is not None:
        rows = [row for row in rows if meant.day(turn, row) == reading.day]
    if len(rows) > 1 and len(before := spoken_of(turn, rows)) == 1:
        rows = before
    return rows[0] if len(rows) == 1 else None


def spoken_of(turn: Turn, rows: Sequence[Appointment]) -> list[Appointment]:
    """Those that a moment ago were shown, each on a card of its own."""
    if found := [row for row in rows if row.id == turn.chat.answers.get("id") and turn.chat.form in _ABOUT_ONE]:
        return found
    for said in lately.answers(turn):
        shown = {button.get("value") for button in lately.buttons(said) if button["do"] == "booking.cancel"}
        if found := [row for row in rows if row.id in shown]:
            return found
    return []


def nothing_open(turn: Turn) -> Reply | Start:
    """A bare "cancel" in the middle of nothing is about an appointment, if there is one; or about the person who was called."""
    rows = mine.coming(turn)
    shown = spoken_of(turn, rows)
    found = shown or rows
    if not shown and (not rows or leaving.later(turn.words)) and (called := withdrawing.awaited(turn)):
        return withdrawing.called_off(turn, called)
    if not rows:
        return withdrawing.left_as_it_is(turn) or Reply(turn.text("dialogue.nothing_to_cancel"))
    return mine.cancel(turn, found[0].id) if len(found) == 1 else Start("booking.cancel", {})
