"""My appointments: seen, moved, cancelled; the way there, the calendar file and the code for the desk."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers.booking import (
    actions,
    calendar,
    exchanging,
    hearing,
    meant,
    phrases,
    rules,
    suiting,
    two_visits,
    wishes,
    words,
)
from handlers.booking.slots_what import heard, stores_doing
from handlers.booking.slots_when import MEANT, SAID, Day, Time, Which, clear, with_day
from handlers.contact import merging
from handlers.dialogue import Answers, Button, Choice, Form, Option, Refusal, Reply, Start, Turn, Unclear, assent, leaving
from handlers.prices import finding, lasting
from handlers.tickets import flow as tickets
from storage import contact, terms, waitlist
from storage.appointments import OPEN, REQUESTED, Appointment
from storage.contact import Person
from storage.stores import Store
from storage.waitlist import Wait

# What stands before it is where it was, what follows where it goes.
TO = re.compile(r"\bto\b|改到|改成|改去|改为|改做|改在|换到|换成|挪到|延到|推到|调到|改")
# A place where somebody lives.
_ADDRESS = re.compile(r"\b(?:address|road|street)\b|地址")
_IN_PLACE_OF = re.compile(r"\b(?:instead of|rather than)\b")


def coming(turn: Turn) -> list[Appointment]:
    return [row for row in wishes.of_person(turn) if row.status in OPEN and row.ends_at > turn.now]


def mine(turn: Turn, _: Any = None) -> Reply:
    rows = coming(turn)
    waits = waits_of(turn)
    book = turn.button("booking.button.book", "booking.book")
    if len(rows) == 1 and not waits:
        return card(turn, rows[0])
    buttons = [[Button(_short(turn, row), "booking.show", row.id)] for row in rows]
    for wait in waits:
        store = next(one for one in turn.shop.stores if one.id == wait.store_id)
        day = words.label(turn, "booking.moment", at=wait.earliest.astimezone(words.zone_of(store)))
        buttons.append([turn.button("booking.button.leave", "booking.leave", wait.id, when=day)])
    if not buttons and turn.chat.customer_id is None:
        return _none_here(turn, book)
    text = turn.text("booking.mine.some", n=len(rows), waits=len(waits)) if buttons else turn.text("booking.mine.none")
    return Reply(text, [*buttons, [book]], passing=True)


def _none_here(turn: Turn, book: Button) -> Reply:
    """Of somebody whom we do not know: what they booked by phone we cannot see, and do not deny."""
    share = turn.texts.label("profile.button.share", turn.language, {}) if turn.chat.channel == "telegram" else ""
    person = turn.button("dialogue.button.person", "person")
    return Reply(turn.text("booking.mine.none_here"), [[person], [book]], share=share, passing=True)


def waits_of(turn: Turn) -> list[Wait]:
    """What they wait for or have been offered."""
    return waitlist.of_person(turn.session, customer_id=turn.chat.customer_id, chat_id=turn.chat.id)


def _short(turn: Turn, row: Appointment) -> str:
    return f"{words.moment(turn, words.store_of(turn, row), row.starts_at)} · {words.services(turn, row.services)}"


def show(turn: Turn, appointment_id: Any) -> Reply:
    row = wishes.own(turn, appointment_id)
    return card(turn, row) if row else gone(turn)


def gone(turn: Turn) -> Reply:
    return Reply(turn.text("booking.refused.gone"), [turn.button("booking.button.mine", "booking.mine")])


def card(turn: Turn, row: Appointment) -> Reply:
    """One appointment, and what can be done with it."""
    advisor = wishes.name_of_advisor(turn.session, row)
    text = turn.text(
        "booking.card", **words.card(turn, row, advisor=advisor), status=words.label(turn, f"booking.status.{row.status}")
    )
    rows = buttons(turn, row) if row.status in OPEN else [[turn.button("booking.button.book", "booking.book")]]
    return Reply(text, rows)


def buttons(turn: words.Speaker, row: Appointment) -> list[list[Button]]:
    return [
        [
            turn.button("booking.button.move", "booking.move", row.id),
            turn.button("booking.button.cancel", "booking.cancel", row.id),
        ],
        [turn.button("booking.button.way", "booking.way", row.id), turn.button("booking.button.qr", "booking.qr", row.id)],
        [turn.button("booking.button.calendar", "booking.calendar", row.id)],
    ]


def done(turn: Turn, row: Appointment, key: str, **more: Any) -> Reply:
    """What was booked, moved or cancelled, with its calendar file."""
    advisor = wishes.name_of_advisor(turn.session, row)
    text = turn.text(key, **{**words.card(turn, row, advisor=advisor), "requested": row.status == REQUESTED, **more})
    rows = (
        buttons(turn, row)[:-1] if row.status in OPEN else [[turn.button("booking.button.book", "booking.book", same(turn, row))]]
    )
    return Reply(text, rows, document=calendar.document(turn, row))


def same(turn: words.Speaker, row: Appointment) -> Answers:
    """What was to be done, with which car and where: below what they cancelled "book me in for Friday instead" is about that."""
    car = {"car": {"id": row.vehicle_id}} if row.vehicle_id is not None else {}
    known = [code for code in row.services if code in turn.shop.services]
    return {"service": known, **car, "store": words.store_of(turn, row).code} if known else {}


def stays(turn: Turn, rows: Sequence[Appointment]) -> Reply:
    """ "Don't cancel it": nothing is changed, and the form that might have is left."""
    return Reply(turn.text("booking.kept"), buttons(turn, rows[0]) if len(rows) == 1 else (), leaves=True)


def dropped(turn: Turn) -> Reply:
    """The form for a visit is left; of visits that there are already it is said that they stay, with a button for each."""
    rows = coming(turn)
    listed = [[Button(_short(turn, row), "booking.show", row.id)] for row in rows]
    return Reply(turn.text("booking.dropped", n=len(rows)), listed)


def not_that(turn: Turn, rows: Sequence[Appointment]) -> Reply:
    """They speak of work that is in none of their appointments: what there is, and nothing done."""
    listed = [[Button(_short(turn, row), "booking.show", row.id)] for row in rows]
    return Reply(turn.text("booking.mine.not_that"), [*listed, [turn.button("dialogue.button.person", "person")]])


# -- moving -----------------------------------------------------------------------------------------------------------------


def move(turn: Turn, appointment_id: Any) -> Reply | Start:
    """Raises Refusal when it is too late for it; a person may still do it."""
    row = wishes.own(turn, appointment_id)
    if row is None or row.status not in OPEN:
        return gone(turn)
    if refused := too_late(turn, row):
        return refused
    known: Answers = {"id": row.id}
    if turn.incoming.kind == "text":
        store = words.store_of(turn, row)
        known |= elsewhere(turn, row)
        if new := _shifted(turn, row):
            return Start("booking.move", known | new)
        # "Move it to three": on its own day.
        day = row.starts_at.astimezone(words.zone_of(store)).date().isoformat()
        said = heard(turn, turn.words, store.code, day)
        known |= {name: said[name] for name in SAID if name in said}
        if known.keys() <= {"id", "day", "store", "store?"} and not hearing.when(turn, turn.words, store).span:
            known.pop("day", None)
            if known.keys() & {"store", "store?"}:  # there as it was here
                known |= hearing.at(row.starts_at.astimezone(words.zone_of(store))).answers
        reason = hearing.when(turn, turn.words, store).reason
        if reason in MEANT and "which" not in known:
            known["said"] = reason
    return Start("booking.move", known)


def elsewhere(turn: Turn, row: Appointment) -> Answers:
    """The other store that the words want for it: {"store": code}, or {"store?": True} where it is asked which; {} for none."""
    named = hearing.store(turn, turn.words)
    if named and (aim := _aim(turn)):
        return {"store": aim.code} if aim.id != row.store_id else {}
    if named or not phrases.has("other_store", phrases.spaced(turn.words)):
        return {}
    able = _others(turn, row)
    return {"store": able[0].code} if len(able) == 1 else {"store?": True} if able else {}


def aimed(turn: Turn, rows: Sequence[Appointment]) -> Answers:
    """Where and when one of several shall be, kept while it is asked which one: "move it to Pine Hill", "… to Friday at three".

    What comes behind "to", or a day on which they have none.
    """
    text = phrases.spaced(turn.words)
    ends = [found.end() for found in TO.finditer(text)]
    said = hearing.when(turn, text[ends[0] :] if ends else text, turn.store).reading
    known: Answers = {}
    days = {meant.day(turn, row) for row in rows}
    if said is not None and (ends or (said.date and said.date not in days)):
        known = hearing.wanted(said).answers
        if said.date is None and said.time is not None:
            del known["day"]  # on the day that the one has of which it is said
    named = _aim(turn) if ends and hearing.store(turn, turn.words) else None
    if named:
        known["store"] = named.code
    elif phrases.has("other_store", text):
        known["store?"] = True
    return known


def _aim(turn: Turn) -> Store | None:
    """The store where it shall be, not where it was: "from East Harbour to Pine Hill", "my Pine Hill visit to ten"."""
    text = phrases.spaced(turn.words)
    if _ADDRESS.search(text):
        return None
    ends = [found.end() for found in TO.finditer(text)]
    if not ends:
        return hearing.store(turn, _IN_PLACE_OF.split(text)[0])
    return next((aim for end in reversed(ends) if (aim := hearing.store(turn, text[end:]))), None)


def _others(turn: Turn, row: Appointment) -> list[Store]:
    """The other stores that do the same."""
    model = turn.shop.models_by_id.get(row.model_id or 0)
    return [one for one in stores_doing(turn.shop, row.services, model.code if model else None) if one.id != row.store_id]


def _places(turn: Turn, answers: Answers) -> list[Option]:
    row = wishes.own(turn, answers["id"])
    return [Option(one.code, one.names[turn.language]) for one in _others(turn, row)] if row else []


def _found_place(turn: Turn, answers: Answers) -> str | None:
    named = hearing.store(turn, turn.words)
    return named.code if named else None


def _shifted(turn: Turn, row: Appointment) -> Answers:
    """The new time of words that say it from the old one: "an hour later"."""
    store = words.store_of(turn, row)
    start = row.starts_at.astimezone(words.zone_of(store))
    new = hearing.shifted(turn, turn.words, store, start)
    return hearing.at(new).answers if new else {}


def too_late(turn: Turn, row: Appointment) -> Reply | None:
    """The kind refusal of a change within the notice of the store, before anybody has chosen another time."""
    store = words.store_of(turn, row)
    own = terms.read(store.booking)
    if rules.may_change(row.starts_at, turn.now, own):
        return None
    text = turn.text("booking.refused.notice", minutes=own.notice, phone=words.phone_of(store))
    if turn.incoming.kind != "text":
        return Reply(text, [turn.button("dialogue.button.person", "person")])
    kind = f"{turn.text('booking.get_well')} " if phrases.has("ill", phrases.spaced(turn.words)) else ""
    called = tickets.ask(turn, turn.words)
    return Reply(f"{kind}{text}\n\n{called.text}", called.buttons)


@dataclass(frozen=True, kw_only=True)
class _Whose(Choice):
    """Which of several appointments. Too late for a change is said here already."""

    def read(self, turn: Turn, answers: Answers) -> Any:
        rows = meant.meant(turn, coming(turn), phrases.spaced(turn.words).removesuffix(" one"))
        return self.accept(turn, rows[0].id if len(rows) == 1 else super().read(turn, answers), answers)

    def accept(self, turn: Turn, value: Any, answers: Answers) -> Any:
        row = wishes.own(turn, value)
        if row is None or row.status not in OPEN:
            raise Refusal("booking.refused.gone")
        store = words.store_of(turn, row)
        own = terms.read(store.booking)
        if not rules.may_change(row.starts_at, turn.now, own):
            raise Refusal("booking.refused.notice", minutes=own.notice, phone=words.phone_of(store))
        if answers.get("store") == store.code:
            del answers["store"]
        able = _others(turn, row) if "store?" in answers else []
        if "store?" in answers and len(able) < 2:
            del answers["store?"]
            answers |= {"store": able[0].code} if able else {}
        there = row.starts_at.astimezone(words.zone_of(store))
        if "day" not in answers and ("time" in answers or {"early", "late"} & answers.get("window", {}).keys()):
            answers["day"] = f"{there:%Y-%m-%d}"
        elif answers.keys() & {"store", "store?"} and not answers.keys() & set(SAID):
            answers |= hearing.at(there).answers  # there as it was here
        return value


def _whose(turn: Turn, answers: Answers) -> list[Option]:
    return [Option(row.id, _short(turn, row)) for row in coming(turn)]


class _Sure(Choice):
    """Yes or no to a change; the question says what would change."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        row = wishes.own(turn, answers["id"])
        assert row is not None, "checked before"
        with_car = exchanging.label(turn, answers).get("car", "")
        work = {"services": words.services(turn, answers["service"])} if "service" in answers else {}
        return super().ask(turn, {**words.card(turn, row), **work, "to": _to(turn, row, answers), "with_car": with_car})

    def read(self, turn: Turn, answers: Answers) -> Any:
        if said := assent.said(turn):
            return said
        if phrases.stays(phrases.spaced(turn.words)):
            return "no"
        return super().read(turn, answers)


def _to(turn: Turn, row: Appointment, answers: Answers) -> str:
    if "time" not in answers:
        return ""
    visit = wishes.to_move(turn, answers)
    store, at = visit.store, wishes.start_of(visit, answers)
    said = words.label(turn, "booking.in_zone", at=words.moment(turn, store, at), zone=words.zone_name(turn, store, at))
    if store.id == row.store_id and "cost" not in answers:
        return said
    price = answers.get("cost", visit.plan.free_at(at, at).price)
    cost = turn.money(price, store.currency) if price and price != row.price else ""
    return words.label(turn, "booking.moving.there", when=said, store=store.names[turn.language], price=cost)


class _SureToCancel(_Sure):
    """Words that name other work than this appointment's change nothing about it."""

    def read(self, turn: Turn, answers: Answers) -> Any:
        text = phrases.spaced(turn.words)
        row = wishes.own(turn, answers["id"])
        if row is not None and (work := meant.codes(turn)) and not work & set(row.services):
            if phrases.stays(text):
                raise Unclear("booking.sure.only", meant=True)
            raise Unclear("booking.sure.unclear")
        if phrases.has("cancel_surely", text) and not phrases.has("keep", text) and not text.rstrip().endswith("?"):
            return "yes"
        said = hearing.when(turn, turn.words, words.store_of(turn, row)) if row is not None else None
        if said is not None and said.reading and said.reading.day and row is not None:
            same = said.reading.day.weekday() == meant.day(turn, row).weekday()
            if same and assent.agrees(hearing.without(turn.words, said)):  # "yes, just Saturday"
                return "yes"
        return super().read(turn, answers)


class _Possible(_Sure):
    """Asked only when the new time can be had: tried before, and taken back."""

    def known(self, turn: Turn, answers: Answers) -> None:
        visit = wishes.to_move(turn, answers)
        assert visit.moving is not None
        if wishes.start_of(visit, answers) == visit.moving.starts_at and visit.store.id == visit.moving.store_id:
            raise Refusal("booking.refused.same")
        answers["wished"] = answers["time"]
        trial = turn.session.begin_nested()
        try:
            row = _moved(turn, visit, answers, exchanging.on_file(turn, answers))
            if {"car", "service"} & answers.keys():
                answers["cost"] = row.price
        finally:
            trial.rollback()
            turn.session.refresh(visit.moving)


def yes_no(*keys: str) -> Any:
    return lambda turn, _: [Option(key.rsplit(".", 1)[1], words.label(turn, key)) for key in keys]


def _moved(turn: Turn, visit: wishes.Visit, answers: Answers, car: tuple[str | None, int | None] | None) -> Appointment:
    """Raises Refusal: of the time as `actions.move` does; of another car that does without the work."""
    assert visit.moving is not None
    row = actions.move(turn.session, turn.shop, visit.moving, wishes.start_of(visit, answers), turn.now, store=visit.store.code)
    model = turn.shop.models.get(car[0] or "") if car else turn.shop.models_by_id.get(row.model_id or 0)
    if (car or "service" in answers) and (no := suiting.refusal(turn, answers.get("service", row.services), model)):
        raise Refusal(no.key, again="car" if car else "", **no.values)
    return exchanging.exchange(turn, row, answers, car)


def put(turn: Turn, answers: Answers) -> Reply:
    visit = wishes.to_move(turn, answers)
    assert visit.moving is not None
    if answers["moving"] == "no":
        return Reply(turn.text("booking.kept"), buttons(turn, visit.moving))
    row = _moved(turn, visit, answers, exchanging.settled(turn, answers))
    forget_reminders(turn, row)
    turn.chat.store_id = row.store_id
    return done(turn, row, "booking.moved", with_car=exchanging.label(turn, answers).get("car", ""))


def hear_time(turn: Turn, answers: Answers) -> str | None:
    """Another day or time than the one that is being confirmed, or another car."""
    if finding.asks_price(turn.words) or lasting.asks_of_visit(turn.words):
        return None
    row = wishes.own(turn, answers["id"]) if "id" in answers else None
    if row is not None and (car := exchanging.said(turn, answers.get("car") or exchanging.of_visit(turn, row))):
        answers.pop("car", None)
        answers.update(car)
        return ""
    if row is not None and (new := _shifted(turn, row)):
        clear(answers)
        answers.update(new)
        return ""
    other = elsewhere(turn, row) if row else {}
    if "store" in other and other["store"] != answers.get("store"):
        answers.update(other)
    else:
        other = {}
    said = heard(turn, turn.words, words.store_of(turn, row).code if row else None, answers.get("day"))
    found: Answers = {name: said[name] for name in SAID if name in said}
    if not found:
        return "" if other else None
    found = with_day(found, answers)
    clear(answers)
    answers.update(found)
    return ""


# -- cancelling -------------------------------------------------------------------------------------------------------------


def cancel(turn: Turn, appointment_id: Any) -> Reply | Start:
    row = wishes.own(turn, appointment_id)
    if row is None or row.status not in OPEN:
        return gone(turn)
    return too_late(turn, row) or Start("booking.cancel", {"id": row.id})


def drop(turn: Turn, answers: Answers) -> Reply:
    row = wishes.own(turn, answers["id"])
    if row is None:
        return gone(turn)
    if answers["sure"] == "no":
        return Reply(turn.text("booking.kept"), buttons(turn, row))
    before = waits_of(turn)
    row = actions.cancel(turn.session, turn.shop, row, turn.now)
    forget_reminders(turn, row)
    said = done(turn, row, "booking.cancelled")
    if len(waits_of(turn)) < len(before):  # with the visit they leave the line for a time before it
        said = replace(said, text=f"{said.text}\n\n{turn.text('booking.wait.ended')}")
    rest = coming(turn) if "all" in answers else []
    if rest:
        also = turn.text("booking.this_too", **words.card(turn, rest[0]))
        cancel_it = turn.button("booking.button.cancel", "booking.cancel", rest[0].id)
        said = replace(said, text=f"{said.text}\n\n{also}", buttons=[[cancel_it]])
    if later := answers.get("later"):
        book = turn.button("booking.button.book", "booking.book", later)
        said = replace(said, text=f"{said.text}\n\n{two_visits.told(turn, 'booking.then', later)}", buttons=[[book]])
    return said


def forget_reminders(turn: Turn, row: Appointment) -> None:
    """What waits to be sent about the times that it had."""
    merging.withdraw(turn.session, contact.decided_like(turn.session, Person.of(turn.chat), f"booking:{row.id}:"))


MOVE = Form(
    "move",
    slots=[
        _Whose(name="id", options=_whose, columns=1),
        Choice(name="store", options=_places, find=_found_place, unless=lambda _, answers: "store?" not in answers, columns=1),
        Which(name="which?"),
        Day(name="day", visit=wishes.to_move),
        Time(name="time", visit=wishes.to_move),
        exchanging.Car(name="car"),
        _Possible(name="moving", options=yes_no("booking.moving.yes", "booking.moving.no")),
    ],
    submit=put,
    hear=hear_time,
    left="booking.kept",
    drops=leaving.later,
)
CANCEL = Form(
    "cancel",
    slots=[
        _Whose(name="id", options=_whose, columns=1),
        _SureToCancel(name="sure", options=yes_no("booking.sure.yes", "booking.sure.no")),
    ],
    submit=drop,
    left="booking.kept",
    drops=leaving.later,
)
