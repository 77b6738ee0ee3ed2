"""What changes a car on file; the same for customer, advisor and every feature that learns something about a car."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue import Turn
from handlers.profile import actions as profile
from handlers.vehicles import plates
from handlers.vehicles.hearing import Facts
from storage import odometer, vehicles
from storage.customers import Customer
from storage.facts import changed
from storage.vehicles import Person, Vehicle


def settle(turn: Turn, value: Facts) -> Vehicle | None:
    """The car that a `slots.Car` value means, made if it is new, with what was told about it written down.

    None when it was theirs while they chose and is not any more.
    """
    if "id" in value:
        car = next((car for car in own(turn) if car.id == value["id"]), None)
        if car is not None:
            learn(turn, car, value)
        return car
    return add(turn, value)


def own(turn: Turn) -> list[Vehicle]:
    """The cars of the person in this chat."""
    return vehicles.of_customer(turn.session, turn.chat.customer_id) if turn.chat.customer_id is not None else []


def add(turn: Turn, facts: Facts) -> Vehicle:
    """A car of this chat's person; one that they have already (by plate or VIN) only learns what is new."""
    customer = profile.customer_of(turn.session, turn.chat, turn.now)
    key, vin = plates.key(facts.get("plate")), facts.get("vin")
    for car in vehicles.of_customer(turn.session, customer.id):
        if (key and car.plate_key == key) or (vin and car.vin == vin):
            learn(turn, car, facts)
            return car
    car = Vehicle(code=f"car-{secrets.token_hex(6)}", customer_id=customer.id)
    turn.session.add(car)
    learn(turn, car, facts)
    if car.model_id is not None:
        turn.chat.model_id = car.model_id
    return car


def learn(turn: Turn, car: Vehicle, facts: Facts) -> None:
    """Writes down what was told about a car. A fact that is None is emptied; one that is not there stays as it was."""
    if facts.get("model"):
        model = turn.shop.models.get(facts["model"])
        car.model_id, car.name = (model.id, None) if model else (car.model_id, car.name)
    elif facts.get("name"):
        car.model_id, car.name = None, facts["name"]
    if "plate" in facts:
        car.plate, car.plate_key = facts["plate"], plates.key(facts["plate"])
    for name in ("vin", "year", "colour", "trim"):
        if name in facts:
            setattr(car, name, facts[name])
    turn.session.flush()
    if facts.get("km") is not None:
        store = turn.store
        day = turn.today(store) if store else turn.now.date()
        odometer.add(turn.session, car.id, day, facts["km"], "customer")
    changed(turn.session, [car.customer_id])


def remove(session: Session, car: Vehicle, customer: Customer, now: datetime) -> None:
    """Not offered any more: to nobody if its owner says so, to a driver if they do. History keeps the car."""
    if car.customer_id == customer.id:
        car.removed_at = now
        changed(session, [customer.id])
    elif person := session.get(Person, (car.id, customer.id)):
        person.removed_at = now
    session.flush()
