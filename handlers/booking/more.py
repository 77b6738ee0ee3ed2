"""A visit that is booked gets more work, or its car comes another way, at the same time: asked about, and then done."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from handlers.booking import actions, exchanging, hearing, mine, naming, phrases, said_beside, shifting, suiting, wishes, words
from handlers.booking.slots_what import transports
from handlers.contact import merging
from handlers.dialogue import Answers, Choice, Form, Refusal, Reply, Start, Turn, assent, leaving
from handlers.dialogue.questions import ends_as_question
from handlers.prices import finding
from handlers.vehicles import cars
from storage.appointments import Appointment

# Who is back at five fetches the car then; and who else brings it changes nothing.
_BACK = re.compile(r"\b(?:come|be|am|get) back\b|\b(?:pick|collect|fetch)\b|[来去再]取|拿车|取车|攞车")
_OTHERS = re.compile(
    r"\b(?:my \w{1,12}|some(?:one|body) else|a friend) (?:(?:will|can|could|may|is going to) )?(?:drop|bring|leave|take)s?\b"
    r"|(?:老婆|老公|太太|先生|儿子|女儿|爸爸?|妈妈?|弟弟|哥哥|姐姐|妹妹|朋友|同事|司机|别人)(?:帮我|会|来|去|可以){0,2}(?:送|开|揸)"
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
        codes = naming.services(turn, turn.words).sure
        kept = [code for code in row.services if code not in codes]
        return _asked(turn, row, {"service": kept}) if kept and len(kept) < len(row.services) else None
    if phrases.has("over", text):
        return None
    known: Answers = {}
    priced = said_beside.just_priced(turn)
    if priced or phrases.has("also", text) or phrases.has("besides", text):
        codes = priced or naming.services(turn, turn.words, turn.shop.models_by_id.get(row.model_id or 0)).sure
        if any(turn.shop.services[code].category == "sales" for code in [*codes, *row.services]):
            return None
        if codes and exchanging.other_than(turn, exchanging.of_visit(turn, row), turn.words):
            return None  # work on another car is a visit of its own
        if codes and set(codes) <= set(row.services):
            return mine.card(turn, row)
        known = {"service": [*row.services, *(code for code in codes if code not in row.services)]} if codes else {}
    elif any(phrases.has(name, text) for name in ("instead", "rather", "to_other")) and not phrases.has("book", text):
        known = _other_work(turn, row)
    said = any(phrases.has(name, text) for name in ("instead", "rather", "change")) or not text.rstrip().endswith("?")
    if kind and kind != row.transport and said and kind in _possible(turn, row):
        known["transport"] = kind
    return _asked(turn, row, known) if known else None


def another_car(turn: Turn, row: Appointment) -> Reply | Start | None:
    """ "It's for my Model 3, not the A4", 车换成Q5: the same visit with another car, asked about."""
    found = exchanging.said(turn, exchanging.of_visit(turn, row))
    if "car+" in found:
        return Start("booking.alter", {**found, "id": row.id})
    return _asked(turn, row, found) if found else None


def work_beside(turn: Turn, row: Appointment) -> Answers:
    """Other work in words that move the visit: "move it to Friday and make it a minor service"; {} where it stays."""
    text = phrases.spaced(turn.words)
    if phrases.has("over", text) or ends_as_question(turn.words):
        return {}
    if any(phrases.has(name, text) for name in ("to_other", "rather")) and (other := _other_work(turn, row)):
        return other
    codes = [code for code in naming.services(turn, turn.words).sure if code not in row.services]
    sales = any(turn.shop.services[code].category == "sales" for code in codes)
    return {"service": [*row.services, *codes]} if codes and not sales and phrases.has("besides", text) else {}


def _other_work(turn: Turn, row: Appointment) -> Answers:
    """ "Change it to a minor service": in the place of work of the same kind, or of the only work there is."""
    named, services = naming.services(turn, turn.words).sure, turn.shop.services
    codes = [code for code in named if code not in row.services]
    if not codes or any(services[code].category == "sales" for code in [*codes, *row.services] if code in services):
        return {}
    kinds = {services[code].category for code in codes}
    kept = [code for code in row.services if code not in named and (code not in services or services[code].category not in kinds)]
    return {"service": [*(kept if len(row.services) > 1 else ()), *codes]}


def _asked(turn: Turn, row: Appointment, known: Answers) -> Reply | Start | None:
    if no := _unneeded(turn, row, known):
        return Reply(turn.text(no.key, **no.values), mine.buttons(turn, row))
    return Start("booking.alter", {**known, "id": row.id}) if _tried(turn, row, known) else None


def _unneeded(turn: Turn, row: Appointment, known: Answers) -> Refusal | None:
    """Of work that is new to the car, what such a car does without."""
    model = cars.look(turn, known["car"]).model if "car" in known else turn.shop.models_by_id.get(row.model_id or 0)
    before: Sequence[str] = () if "car" in known else row.services
    return suiting.refusal(turn, [code for code in known.get("service", row.services) if code not in before], model)


def _possible(turn: Turn, row: Appointment) -> list[str]:
    return [option.value for option in transports(turn, {"store": words.store_of(turn, row).code})]


def _tried(turn: Turn, row: Appointment, answers: Answers) -> dict[str, Any]:
    """What the visit would be, as values of texts; {} where it cannot be. Nothing is changed."""
    try:
        with _trial(turn, row):
            altered = _altered(turn, row, answers, exchanging.on_file(turn, answers))
            return words.card(turn, altered, **exchanging.label(turn, answers))
    except Refusal:
        return {}


@contextmanager
def _trial(turn: Turn, row: Appointment) -> Iterator[None]:
    """What is done to the appointment is taken back."""
    trial = turn.session.begin_nested()
    try:
        yield
    finally:
        trial.rollback()
        turn.session.refresh(row)


def _altered(
    turn: Turn, row: Appointment, answers: Answers, car: tuple[str | None, int | None] | None
) -> Appointment:  # fmt: skip
    return actions.alter(
        turn.session, turn.shop, row, turn.now, services=answers.get("service"), transport=answers.get("transport"), car=car
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Sure(Choice):
    """Yes or no to the visit as it would be."""

    def known(self, turn: Turn, answers: Answers) -> None:
        """Asked only when it can be had. Raises Refusal when it cannot: of the car, or one that ends the form."""
        row = wishes.own(turn, answers["id"])
        if row is None:
            raise Refusal("booking.refused.gone")
        if no := _unneeded(turn, row, answers):
            raise Refusal(no.key, again="car", **no.values)
        with _trial(turn, row):
            _altered(turn, row, answers, exchanging.on_file(turn, answers))

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        row = wishes.own(turn, answers["id"])
        assert row is not None, "checked before"
        return super().ask(turn, _tried(turn, row, answers) or words.card(turn, row))

    def read(self, turn: Turn, answers: Answers) -> Any:
        return assent.said(turn) or super().read(turn, answers)


def hear(turn: Turn, answers: Answers) -> str | None:
    """Another car or one thing more, before they have said yes."""
    more = naming.services(turn, turn.words).sure
    row = wishes.own(turn, answers["id"])
    text = phrases.spaced(turn.words)
    if row is not None and (other := exchanging.said(turn, answers.get("car") or exchanging.of_visit(turn, row))):
        answers.pop("car", None)
        answers.update(other)
        return ""
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
    altered = _altered(turn, row, answers, exchanging.settled(turn, answers))
    # What waits to be said of it is said of what it is now.
    merging.retract(turn.session, f"booking:{row.id}:", turn.now)
    return mine.done(turn, altered, "booking.altered", **exchanging.label(turn, answers))


ALTER = Form(
    "alter",
    slots=[
        exchanging.Car(name="car"),
        _Sure(name="altering", options=mine.yes_no("booking.altering.yes", "booking.altering.no")),
    ],
    submit=submit,
    hear=hear,
    left="booking.kept",
    drops=leaving.later,
)
