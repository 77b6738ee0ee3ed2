"""What is asked, or told, about the visit booked just now: what it costs, who receives them, a yes, a second thought."""

import re
from collections.abc import Sequence
from datetime import timedelta

from handlers.booking import (
    farewell,
    history,
    mine,
    more,
    naming,
    noting,
    papers,
    phrases,
    said_beside,
    shifting,
    standby,
    theirs,
    wanting,
    wishes,
    words,
)
from handlers.booking import meant as of_theirs
from handlers.booking.slots_end import MOST_NOTE
from handlers.dialogue import Answers, Reply, Start, Turn, leaving
from handlers.dialogue.questions import ends_as_question, is_question
from handlers.faq import flow as faq
from handlers.prices import finding
from handlers.profile import phones
from handlers.vehicles import slots as vehicle_slots
from storage.appointments import Appointment

_DAY, _MINUTE = "%Y-%m-%d", timedelta(minutes=1)
# Who is late by more wants another time.
_MOST_LATE = timedelta(minutes=30)
# Their own number, and where they are to be called; folded.
_NUMBER = re.compile(
    r"\bmy (?:new |correct |right |mobile |phone |cell |contact ){0,3}(?:phone|number|mobile|cell|tel)(?: number)?"
    r" (?:is|has changed|changed|should be|to)\b"
    r"|\b(?:call|ring|phone|text|reach|contact) me (?:on|at)\b"
    r"|\b(?:wrong|mistyped|mistake in|typo in) (?:the |my )?(?:phone )?number\b|\b(?:phone|number|mobile) (?:is|was) wrong\b"
    r"|(?:电话|手机|号码)(?:号码?)?(?:我|刚才|头先)?(?:写|填|打|发|留|给|输|报|俾|讲|说)?(?:错|唔啱|不对)"
    r"|(?<!给)(?:我|本人)(?:的|嘅)?新?(?:电话|手机|号码)(?:号码?)?(?:是|系|改|换)"
    r"|(?:电话|手机|号码)(?:号码?)?(?:要|想|请|帮我)?(?:改|换|更新)(?:成|为|到|做|返)?|打我(?:的|嘅)?|打(?:这个|呢个)(?:电话|号码)?"
)
_DIGITS = re.compile(r"[\d\s()+.-]+")


def asked_for(turn: Turn) -> Reply | Start | None:
    """None for words about anything else, and while something is asked."""
    text = phrases.spaced(turn.words)
    if turn.chat.form == "booking.book" and phrases.whole("whereabouts", text):
        store = turn.shop.store(turn.chat.answers.get("store", "")) or turn.store
        return papers.way_to(turn, store) if store else None
    rows = mine.coming(turn)
    if turn.chat.form is None and phrases.has("line", text) and (rows or mine.waits_of(turn)):
        return mine.mine(turn)
    if turn.chat.form == "booking.cancel" and (row := next((row for row in rows if row.id == turn.chat.answers.get("id")), None)):
        return more.another_car(turn, row)  # whoever is asked whether it shall be cancelled has thought better of it
    if not rows or turn.chat.form is not None or turn.incoming.kind != "text":
        return None
    if goodbye := farewell.said(turn, rows):
        return goodbye
    shown = theirs.spoken_of(turn, rows)
    if phrases.waits(text):
        return _earlier(turn, (shown or rows)[0])
    booked = theirs.just_booked(turn)
    meant = shown[0] if shown else rows[0] if len(rows) == 1 else None
    if late := _late(turn, rows, text):
        return late
    if meant and (said := _another_hour(turn, meant, text) or _told(turn, meant, at_once=booked is not None)):
        return said
    if meant and (more_cars := _another_car(turn, meant) or more.another_car(turn, meant)):
        return more_cars
    if len(shown) != 1:
        # Of the only one "an alignment too, please" is said days later as well.
        adds = phrases.has("besides", text) and not _asks_what_there_is(turn, text)
        return more.asked_for(turn, rows[0]) if len(rows) == 1 and adds else None
    [row] = shown
    if booked and (said := _at_once(turn, row, text)):
        return said
    if not _asks_what_there_is(turn, text) and (changed := more.asked_for(turn, row)):
        return changed
    if (finding.asks_only_price(turn.words) or phrases.whole("in_all", text)) and row.price:
        return mine.card(turn, row)
    if phrases.whole("which_day", text):
        return mine.card(turn, row)
    if phrases.whole("whereabouts", text):
        return papers.way(turn, row.id)
    if phrases.whole("received_by", text):
        return Reply(turn.text("booking.received_by", **words.card(turn, row, advisor=wishes.name_of_advisor(turn.session, row))))
    if not ends_as_question(turn.words) and (told := said_beside.person_to_call(turn.words)):
        row.note = " · ".join(part for part in (row.note, told) if part)
        return Reply(turn.text("booking.written_down"))
    return None


def _asks_what_there_is(turn: Turn, text: str) -> bool:
    """ "Do you also do alignment?" adds nothing to a visit."""
    return wanting.OFFERED.search(text) is not None and is_question(turn.words) and not phrases.has("request", text)


def _at_once(turn: Turn, row: Appointment, text: str) -> Reply | Start | None:
    """What means something below its card only."""
    if phrases.whole("said_yes", text):
        return mine.card(turn, row)
    if phrases.whole("not_that_day", text):
        return mine.move(turn, row.id)
    if leaving.at_all(turn.words) and not phrases.whole("leave_it", text) and not phrases.stays(text):
        return None if theirs.of_all(turn, mine.coming(turn)) else mine.cancel(turn, row.id)
    return None


def _another_hour(turn: Turn, row: Appointment, text: str) -> Reply | Start | None:
    """ "Can I come a bit earlier?", and nothing else."""
    for name, sooner in (("can_earlier", True), ("can_later", False)):
        if phrases.whole(name, text.strip(" .!?")):
            return mine.too_late(turn, row) or _on_its_day(turn, row, sooner=sooner)
    return None


def _another_car(turn: Turn, row: Appointment) -> Start | None:
    """ "My wife's A4 needs it too": the same work for another car, on the same day in the same store."""
    if not wanting.same_for_another(turn) or naming.services(turn, turn.words).answers:
        return None
    car = vehicle_slots.heard(turn)
    model = turn.shop.models_by_id.get(row.model_id or 0)
    if car is None or car.get("id") == row.vehicle_id or (model is not None and car.get("model") == model.code):
        return None
    store = words.store_of(turn, row)
    day = f"{row.starts_at.astimezone(words.zone_of(store)):{_DAY}}"
    codes = [code for code in row.services if code in turn.shop.services]
    return Start("booking.book", {"service": codes, "car": car, "store": store.code, "day": day}) if codes else None


def _told(turn: Turn, row: Appointment, *, at_once: bool) -> Reply | None:
    """A note for the workshop, or another number to call; a mere number only right below the card."""
    note = None if ends_as_question(turn.words) else noting.NOTE.match(turn.words.strip())
    if note and len(note[0]) <= MOST_NOTE and not is_question(note[1] or note[2]):
        row.note = " · ".join(part for part in (row.note, (note[1] or note[2]).strip()) if part)
        history.note(turn.session, row, turn.now, history.CUSTOMER, "noted")
        return Reply(turn.text("booking.written_down"))
    bare = at_once and _DIGITS.fullmatch(turn.words) is not None
    named = _NUMBER.search(phrases.spaced(turn.words)) is not None and not said_beside.person_to_call(turn.words)
    if (bare or named) and not is_question(turn.words) and (phone := phones.within(turn.words, words.store_of(turn, row).region)):
        row.phone = phone.e164
        history.note(turn.session, row, turn.now, history.CUSTOMER, "phone")
        return Reply(turn.text("booking.phone_noted", phone=phones.shown(phone.e164)))
    return None


def _late(turn: Turn, rows: Sequence[Appointment], text: str) -> Reply | None:
    """ "Running 20 min late" on the way to a visit of today: the advisor reads it, and they hear how long their place is kept."""
    said = shifting.shift(turn.words)
    if said is None or not timedelta() < said.by < _MOST_LATE or said.same or ends_as_question(turn.words):
        return None
    if not phrases.has("late", text) or any(phrases.has(name, text) for name in ("free", "request", "move_surely", "away")):
        return None
    today = [row for row in rows if of_theirs.day(turn, row) == turn.today(words.store_of(turn, row))]
    if len(today) != 1:
        return None
    [row] = today
    row.note = " · ".join(part for part in (row.note, turn.words.strip()[:MOST_NOTE]) if part)
    history.note(turn.session, row, turn.now, history.CUSTOMER, "noted")
    kept = faq.show(turn, "running_late")
    noted = turn.text("booking.late_noted", **words.card(turn, row))
    return Reply(f"{noted}\n\n{kept.text}" if kept else noted, mine.buttons(turn, row)[:2])


def _on_its_day(turn: Turn, row: Appointment, *, sooner: bool) -> Start:
    """Moving it within its day, to the times before or after it."""
    start = row.starts_at.astimezone(words.zone_of(words.store_of(turn, row)))
    window = {"late": f"{start - _MINUTE:%H:%M}"} if sooner else {"early": f"{start + _MINUTE:%H:%M}"}
    return Start("booking.move", {"id": row.id, "day": f"{start:{_DAY}}", "window": window})


def _earlier(turn: Turn, row: Appointment) -> Reply | Start:
    """Who would come before their visit if a time came free: they are in line until then."""
    if row.vehicle_id is None:
        return mine.card(turn, row)
    if any(standby.alike(wait, row) for wait in mine.waits_of(turn)):
        return mine.mine(turn)  # who asks twice stands in line once
    store = words.store_of(turn, row)
    zone = words.zone_of(store)
    start, now = row.starts_at.astimezone(zone), turn.now.astimezone(zone)
    known: Answers = {
        "service": list(row.services), "car": {"id": row.vehicle_id}, "store": store.code, "transport": row.transport,
        "day": f"{start:{_DAY}}",
        "window": {"first": f"{now:{_DAY}}", "last": f"{start:{_DAY}}", "late": f"{start - _MINUTE:%H:%M}"},
    }  # fmt: skip
    return Start("booking.wait", known | ({"phone": row.phone} if row.phone else {}))
