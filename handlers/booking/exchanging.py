"""Another car for a visit: "it's for my Model 3, not the A4", 车换成Q5; "change the car to my Honda", of which there are two."""

import re
from typing import Any

from handlers.booking import actions, driving, hearing, naming, phrases
from handlers.dialogue import Answers, Turn
from handlers.dialogue.questions import ends_as_question
from handlers.prices import finding, known
from handlers.vehicles import actions as vehicles
from handlers.vehicles import cars
from handlers.vehicles import slots as vehicle_slots
from handlers.vehicles.hearing import Facts
from storage.appointments import Appointment

# Where another car may be named than the one before: "my Model 3, not the A4", 不是A4，是Q5.
_CLAUSES = re.compile(
    r"[,.;!?，。；！？\n]+|\bnot\b|\binstead of\b|\brather than\b|\bto\b|不[是系]|唔[是系]|[换换改]成?|而?是|系", re.IGNORECASE
)


class Car(vehicle_slots.Car):
    """Which car shall come instead; asked only of those who have said that another one shall, and not which."""

    def wanted(self, turn: Turn, answers: Answers) -> bool:
        return f"{self.name}+" in answers and self.name not in answers


def said(turn: Turn, before: Facts) -> Answers:
    """What a form takes of words that exchange the car of a visit: {"car": …}, {"car+": {}} where it is asked which.

    {} of all other words. `before`: the car that comes as it is, a value of `vehicles.slots.Car`.
    """
    text = phrases.spaced(turn.words)
    asks = ends_as_question(turn.words) and not phrases.has("polite", text) and not phrases.has("request", text)
    if driving.SHOPS in before or asks or not phrases.has("for_car", text) or finding.asks_price(turn.words):
        return {}
    if phrases.stays(text) or any(phrases.has(name, text) for name in ("over", "fault", "besides", "same_for", "new")):
        return {}
    if naming.services(turn, turn.words).answers or hearing.when(turn, turn.words, turn.store).reading:
        return {}
    parts = _CLAUSES.split(turn.words)
    if car := next((one for part in parts if (one := other_than(turn, before, part))), None):
        return {"car": car}
    make = known.makes(turn.words)
    return {"car+": {}} if make and not known.is_of(_called(turn, before), make) else {}


def of_visit(turn: Turn, row: Appointment) -> Facts:
    """Its car as a value of `vehicles.slots.Car`; of a drive the shop's."""
    model = turn.shop.models_by_id.get(row.model_id or 0)
    if driving.wanted(turn, {"service": row.services}):
        return driving.car(model.code if model else "")
    if row.vehicle_id is not None and any(car.id == row.vehicle_id for car in vehicles.own(turn)):
        return {"id": row.vehicle_id}
    return {"model": model.code} if model else {}


def other_than(turn: Turn, before: Facts, part: str) -> Facts | None:
    """The car that this part of the words names; None for the one that comes already."""
    car = vehicle_slots.heard(turn, part)
    if car is None and len(theirs := cars.of_make(turn, vehicles.own(turn), part)) == 1:
        car = {"id": theirs[0].id}
    if car is None:
        return None
    new, old = cars.look(turn, car), cars.look(turn, before)
    same_model = new.model is not None and old.model is not None and new.model.id == old.model.id
    told_apart = new.vehicle is not None or "plate" in car
    same = new.vehicle == old.vehicle if new.vehicle else same_model and not told_apart
    return None if same else car


def _called(turn: Turn, before: Facts) -> list[str]:
    """What the car is called, beginning with its make."""
    car = cars.look(turn, before)
    return cars.names(turn, car.vehicle) if car.vehicle else cars.named_by(car.model) if car.model else [car.label]


def label(turn: Turn, answers: Answers) -> dict[str, Any]:
    """The other car, as it is told of a visit; {} where it stays."""
    return {"car": cars.look(turn, answers["car"]).label} if "car" in answers else {}


def on_file(turn: Turn, answers: Answers) -> tuple[str | None, int | None] | None:
    """The other car as far as it is on file (its model, the vehicle), of which nothing is written before they have said yes."""
    if "car" not in answers:
        return None
    car = cars.look(turn, answers["car"])
    return car.model.code if car.model else None, car.vehicle.id if car.vehicle else None


def settled(turn: Turn, answers: Answers) -> tuple[str | None, int | None] | None:
    """The same, once it is written down if it is new."""
    car = on_file(turn, answers)
    if car and car[1] is None and (new := vehicles.settle(turn, answers["car"])):
        return car[0], new.id
    return car


def exchange(turn: Turn, row: Appointment, answers: Answers, car: tuple[str | None, int | None] | None) -> Appointment:
    """The visit with the other car or the other work (`service`), if there is any. Raises Refusal as `actions.alter` does."""
    work = answers.get("service")
    return actions.alter(turn.session, turn.shop, row, turn.now, services=work, car=car) if car or work else row
