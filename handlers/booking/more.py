"""A visit that is booked gets more work, or its car comes another way, at the same time: asked about, and then done."""

import re
from dataclasses import dataclass
from typing import Any

from handlers.booking import actions, hearing, mine, phrases, said_beside, shifting, wishes, words
from handlers.booking.slots_what import transports
from handlers.contact import merging
from handlers.dialogue import Answers, Choice, Form, Refusal, Reply, Start, Turn, assent, leaving
from handlers.dialogue.questions import ends_as_question
from handlers.prices import finding
from handlers.vehicles import actions as vehicles
from handlers.vehicles import cars
from handlers.vehicles import slots as vehicle_slots
from storage.appointments import Appointment
from storage.stores import DEMO

# Who is back at five fetches the car then; and who else brings it changes nothing.
_BACK = re.compile(r"\b(?:come|be|am|get) back\b|\b(?:pick|collect|fetch)\b|[来去再]取|拿车|取车|攞车")
_OTHERS = re.compile(
    r"\b(?:my \w{1,12}|some(?:one|body) else|a friend) (?:(?:will|can|could|may|is going to) )?(?:drop|bring|leave|take)s?\b"
    r"|(?:老婆|老公|太太|先生|儿子|女儿|爸爸?|妈妈?|弟弟|哥哥|姐姐|妹妹|朋友|同事|司机|别人)(?:帮我|会|来|去|可以){0,2}(?:送|开|揸)"
)
# Where another car may be named than the one before: "my Model 3, not the A4", 不是A4，是Q5.
_CLAUSES = re.compile(
    r"[,.;!?，。；！？\n]+|\bnot\b|\binstead of\b|\brather than\b|\bto\b|不[是系]|唔[是系]|[换换改]成?|而?是|系", re.IGNORECASE
)


def asked_for(turn: Turn, row: Appointment) -> Reply | Start | None:
    """ "Could you check the brakes while it's there?", "I'll leave it with you after all": None where that cannot be then."""
    text = phrases.spaced(turn.words)
    found = hearing.when(turn, turn.words, words.store_of(turn, row))
    place = hearing.store(turn, turn.words)
    elsewhere = place is not None and place.id != row.store_id  # a visit of its own, like one at another time
    kind = None if _OTHERS.search(text) else hearing.transport(turn, turn.words)
    if (
        (found.span and not (kind and _BACK.search(text)))
        or elsewhere
        or shifting.shift(turn.words)
        or finding.asks_price(turn.words)
        or phrases.stays(text)
    ):
        return None
    if phrases.has("unwanted", text) or phrases.has("unneeded", text):
        codes = hearing.services(turn, turn.words).sure
        kept = [code for code in row.services if code not in codes]
        return _asked(turn, row, {"service": kept}) if kept and len(kept) < len(row.services) else None
    if phrases.has("over", text):
        return None
    known: Answers = {}
    priced = said_beside.just_priced(turn)
    if priced or phrases.has("also", text) or phrases.has("besides", text):
        codes = priced or hearing.services(turn, turn.words).sure
        if any(turn.shop.services[code].category == "sales" for code in [*codes, *row.services]):
            return None
        if codes and set(codes) <= set(row.services):
            return mine.card(turn, row)
        known = {"service": [*row.services, *(code for code in codes if code not in row.services)]} if codes else {}
    elif any(phrases.has(name, text) for name in ("instead", "rather", "to_other")) and not phrases.has("book", text):
        known = _other_work(turn, row)
    said = any(phrases.has(name, text) for name in ("instead", "rather", "change")) or not text.rstrip().endswith("?")
    if kind and kind != row.transport and said and kind in _possible(turn, row):
        known["transport"] = kind
    return _asked(turn, row, known) if known else None


def another_car(turn: Turn, row: Appointment) -> Start | None:
    """ "It's for my Model 3, not the A4", 车换成Q5: the same visit with another car, asked about."""
    text = phrases.spaced(turn.words)
    drives = any(turn.shop.services[code].bay_kind == DEMO for code in row.services if code in turn.shop.services)
    asks = ends_as_question(turn.words) and not phrases.has("polite", text) and not phrases.has("request", text)
    if drives or asks or not phrases.has("for_car", text):
        return None
    if any(phrases.has(name, text) for name in ("over", "fault", "besides", "same_for", "new")) or finding.asks_price(turn.words):
        return None
    if hearing.services(turn, turn.words).answers or hearing.when(turn, turn.words, words.store_of(turn, row)).reading:
        return None
    car = next((one for part in _CLAUSES.split(turn.words) if (one := _other_than(turn, row, part))), None)
    return _asked(turn, row, {"car": car}) if car else None


def _other_than(turn: Turn, row: Appointment, part: str) -> dict[str, Any] | None:
    """The car that this part of the words names; None for the one that comes already."""
    car = vehicle_slots.heard(turn, part)
    if car is None and len(theirs := cars.of_make(turn, vehicles.own(turn), part)) == 1:
        car = {"id": theirs[0].id}
    if car is None:
        return None
    known = cars.look(turn, car)
    same_model = known.model is not None and known.model.id == row.model_id
    told_apart = known.vehicle is not None or "plate" in car
    same = known.vehicle.id == row.vehicle_id if known.vehicle else same_model and not told_apart
    return None if same else car


def _other_work(turn: Turn, row: Appointment) -> Answers:
    """ "Change it to a minor service": in the place of work of the same kind, or of the only work there is."""
    named, services = hearing.services(turn, turn.words).sure, turn.shop.services
    codes = [code for code in named if code not in row.services]
    if not codes or any(services[code].category == "sales" for code in [*codes, *row.services] if code in services):
        return {}
    kinds = {services[code].category for code in codes}
    kept = [code for code in row.services if code not in named and (code not in services or services[code].category not in kinds)]
    return {"service": [*(kept if len(row.services) > 1 else ()), *codes]}


def _asked(turn: Turn, row: Appointment, known: Answers) -> Start | None:
    return Start("booking.alter", {**known, "id": row.id}) if _tried(turn, row, known) else None


def _possible(turn: Turn, row: Appointment) -> list[str]:
    return [option.value for option in transports(turn, {"store": words.store_of(turn, row).code})]


def _tried(turn: Turn, row: Appointment, answers: Answers) -> dict[str, Any]:
    """What the visit would be, as values of texts; {} where it cannot be. Nothing is changed."""
    trial = turn.session.begin_nested()
    try:
        altered = _altered(turn, row, answers, known_car(turn, answers))
        return words.card(turn, altered, **_named(turn, answers))
    except Refusal:
        return {}
    finally:
        trial.rollback()
        turn.session.refresh(row)


def known_car(turn: Turn, answers: Answers) -> tuple[str | None, int | None] | None:
    """The other car as far as it is on file, of which nothing is written before they have said yes."""
    if "car" not in answers:
        return None
    known = cars.look(turn, answers["car"])
    return known.model.code if known.model else None, known.vehicle.id if known.vehicle else None


def _named(turn: Turn, answers: Answers) -> dict[str, Any]:
    return {"car": cars.look(turn, answers["car"]).label} if "car" in answers else {}


def _altered(
    turn: Turn, row: Appointment, answers: Answers, car: tuple[str | None, int | None] | None
) -> Appointment:  # fmt: skip
    return actions.alter(
        turn.session, turn.shop, row, turn.now, services=answers.get("service"), transport=answers.get("transport"), car=car
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Sure(Choice):
    """Yes or no to the visit as it would be."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        row = wishes.own(turn, answers["id"])
        assert row is not None, "checked before"
        return super().ask(turn, _tried(turn, row, answers) or words.card(turn, row))

    def read(self, turn: Turn, answers: Answers) -> Any:
        return assent.said(turn) or super().read(turn, answers)


def hear(turn: Turn, answers: Answers) -> str | None:
    """One thing more, before they have said yes."""
    more = hearing.services(turn, turn.words).sure
    row = wishes.own(turn, answers["id"])
    text = phrases.spaced(turn.words)
    if (
        row is None
        or not more
        or finding.asks_price(turn.words)
        or not (phrases.has("also", text) or phrases.has("besides", text))
    ):
        return None
    before = answers.get("service", row.services)
    known = {**answers, "service": [*before, *(code for code in more if code not in before)]}
    if not _tried(turn, row, known):
        return None
    answers["service"] = known["service"]
    return ""


def submit(turn: Turn, answers: Answers) -> Reply:
    row = wishes.own(turn, answers["id"])
    if row is None:
        return mine.gone(turn)
    if answers["altering"] == "no":
        return Reply(turn.text("booking.kept"), mine.buttons(turn, row))
    car = known_car(turn, answers)
    if car and car[1] is None and (settled := vehicles.settle(turn, answers["car"])):
        car = car[0], settled.id
    altered = _altered(turn, row, answers, car)
    # What waits to be said of it is said of what it is now.
    merging.retract(turn.session, f"booking:{row.id}:", turn.now)
    return mine.done(turn, altered, "booking.altered", **_named(turn, answers))


ALTER = Form(
    "alter",
    slots=[_Sure(name="altering", options=mine.yes_no("booking.altering.yes", "booking.altering.no"))],
    submit=submit,
    hear=hear,
    left="booking.kept",
    drops=leaving.later,
)
