"""Waiting for a time to come free: the window is named in a tap or in words; a freed time is taken or left by its buttons."""

import re
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.booking import actions, driving, hearing, mine, phrases, rules, waiting, wishes, words
from handlers.booking.slots_end import Phone
from handlers.booking.slots_when import doubt
from handlers.dialogue import Answers, Button, Choice, Form, Option, Refusal, Reply, Start, Turn, Unclear
from handlers.profile import actions as profile
from handlers.reminders import visits as reminders
from handlers.vehicles import actions as vehicles
from storage.appointments import HELD, Appointment
from storage.stores import Store
from storage.waitlist import Wait

# What the booking form knows and the wish takes along.
KNOWN = ("service", "car", "store", "transport", "phone", "note")
WINDOWS = {"day": ("00:00", "23:59"), "morning": ("00:00", "12:00"), "afternoon": ("12:00", "23:59")}

_NEVER_MIND = re.compile(
    r"^(?:(?:ok|oh|no|actually|well|hm+) ){0,2}(?:never ?mind|nvm|forget (?:it|that)|no|nah|scrap that|dont bother|i will take)\b"
    r"|^(?:那|咁|还是|哦|嗯)?(?:算了|算啦|不等了|唔等|不用等?了?|唔使等?)"
)


def ask(turn: Turn, day: Any) -> Start | Reply:
    """The button beside a full day, in the middle of booking."""
    answers = turn.chat.answers
    if turn.chat.form != "booking.book" or not {"service", "car", "store"} <= answers.keys():
        return mine.mine(turn)
    return Start("booking.wait", {**{name: answers[name] for name in KNOWN if name in answers}, "day": day})


def rather_books(turn: Turn) -> bool:
    """ "Never mind, 10:30", 算了约十点吧: asked when they could come if a time came free, they take one that is."""
    if turn.chat.form != "booking.wait" or turn.incoming.kind != "text":
        return False
    text = phrases.spaced(turn.words)
    rather = _NEVER_MIND.search(text) is not None or phrases.has("book", text)
    return rather and not hearing.when(turn, turn.words, turn.store).nothing


def _windows(turn: Turn, answers: Answers) -> list[Option]:
    day = date.fromisoformat(answers["day"])
    whole = {"first": answers["day"], "last": answers["day"]}
    return [
        Option({**whole, "early": early, "late": late}, words.label(turn, f"booking.wait.{name}", day=day))
        for name, (early, late) in WINDOWS.items()
    ]


class Window(Choice):
    """When the visit may begin: {"first", "last": days, "early", "late": times}."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        buttons = [Button(option.label, "answer", option.value) for option in self.options(turn, answers)]
        return Reply(turn.text("booking.wait.ask", day=date.fromisoformat(answers["day"])), [[button] for button in buttons])

    def read(self, turn: Turn, answers: Answers) -> Any:
        if turn.incoming.kind != "text" or rather_books(turn):
            raise Unclear("booking.when.unclear")
        store = turn.shop.store(answers["store"])
        said = hearing.when(turn, turn.words, store)
        if said.reading is None or said.contested:
            raise doubt(turn, said, answers["day"])
        wanted = hearing.wanted(said.reading, answers["day"])
        day = wanted.day or answers["day"]
        around = {"early": wanted.time, "late": wanted.time} if wanted.time else {}
        return {**_ends(turn, store, day, wanted.window), **wanted.window, **around}


def _ends(turn: Turn, store: Store | None, day: str, said: dict[str, str]) -> dict[str, str]:
    """First and last day where the words leave them open: "before Friday" begins today, "from Monday" is that day."""
    if "last" in said and "first" not in said and store:
        day = turn.now.astimezone(ZoneInfo(store.timezone)).date().isoformat()
    return {"first": day, "last": max(day, said.get("first", day))}


def submit(turn: Turn, answers: Answers) -> Reply:
    """In line, with car and person as for an appointment."""
    customer = profile.customer_of(turn.session, turn.chat, turn.now)
    car = None if driving.SHOPS in answers["car"] else vehicles.settle(turn, answers["car"])
    if car is not None:
        answers["car"] = {"id": car.id}
    visit, window = wishes.to_book(turn, answers), answers["window"]
    earliest = rules.instant(
        date.fromisoformat(window["first"]), time.fromisoformat(window.get("early", "00:00")), visit.plan.zone
    )
    last = date.fromisoformat(window["last"])
    latest = rules.instant(last, time.fromisoformat(window.get("late", "23:59")), visit.plan.zone) + timedelta(minutes=1)
    person = wishes.person(turn, answers.get("phone"))
    assert person.customer_id == customer.id
    row = actions.wait(
        turn.session, turn.shop, visit.plan.wish, earliest, latest, person, turn.now, note=answers.get("note", "")
    )  # fmt: skip
    offer = visit.plan.terms.offer
    return Reply(
        turn.text("booking.wait.done", services=words.services(turn, row.services), day=last, minutes=offer),
        [turn.button("booking.button.mine", "booking.mine")],
    )


def accept(turn: Turn, appointment_id: Any) -> Reply:
    """The freed time is taken; if that was too late, others are offered."""
    row = wishes.own(turn, appointment_id)
    if row is None:
        return mine.gone(turn)
    try:
        row = actions.confirm(turn.session, turn.shop, row, turn.now)
    except Refusal as no:
        return Reply(turn.text(no.key, **no.values), _others(turn, row.services, no, words.store_of(turn, row).code))
    done = mine.done(turn, row, "booking.done", reminded=reminders.promised(turn, row))
    before = next((one for one in mine.coming(turn) if one.id != row.id and alike(one, row)), None)
    if before is None:
        return done
    cancel = turn.button("booking.button.cancel", "booking.cancel", before.id)
    return replace(done, text=f"{done.text}\n\n{turn.text('booking.wait.still', **words.card(turn, before))}", buttons=[[cancel]])


def alike(one: Appointment | Wait, other: Appointment) -> bool:
    """The same work for the same car: one visit of these was meant."""
    return one.vehicle_id == other.vehicle_id and set(one.services) == set(other.services)


def _others(turn: Turn, services: list[str], no: Refusal, store: str) -> list[list[Button]]:
    place = turn.shop.store(store)
    assert place is not None
    rows = []
    for free in no.values.get("times", ()):
        there = free.starts_at.astimezone(words.zone_of(place))
        value = {"service": services, "store": store, "day": there.date().isoformat(), "time": f"{there:%H:%M}"}
        rows.append([Button(words.free(turn, place, free), "booking.book", value)])
    return [*rows, [turn.button("booking.button.mine", "booking.mine")]]


def decline(turn: Turn, appointment_id: Any) -> Reply:
    """Not this one; the wish keeps its place in the line."""
    row = wishes.own(turn, appointment_id)
    if row is not None and row.status == HELD:
        actions.cancel(turn.session, turn.shop, row, turn.now)
    return Reply(turn.text("booking.wait.next"), [turn.button("booking.button.mine", "booking.mine")])


def left(turn: Turn, wait_id: Any) -> Reply:
    """Not waiting any more; a time that was held for them goes to the next."""
    wait = next((one for one in mine.waits_of(turn) if one.id == wait_id), None)
    if wait is not None:
        held = wishes.own(turn, wait.appointment_id)
        waiting.leave(turn.session, wait)
        if held is not None and held.status == HELD:
            actions.cancel(turn.session, turn.shop, held, turn.now)
    return Reply(turn.text("booking.wait.left"), [turn.button("booking.button.mine", "booking.mine")])


WAIT = Form("wait", slots=[Window(name="window", options=_windows), Phone(name="phone")], submit=submit)
