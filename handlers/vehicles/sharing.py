"""Who brings a car besides its owner: the owner hands on a one-time code, and whoever writes it to us may book for that car."""

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Any

from handlers.dialogue import Refusal, Reply, Turn
from handlers.profile import actions as profile
from handlers.vehicles import actions, cars
from storage import vehicles
from storage.customers import Customer
from storage.vehicles import Vehicle

GOOD_FOR = timedelta(days=1)
MOST_DRIVERS = 8
# Without what is taken for something else; twelve of them are 60 bits.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE = re.compile(r"^\W*car((?:\s?-\s?[0-9A-Z]{4}){3})\W*$", re.ASCII | re.IGNORECASE)


def people(turn: Turn, vehicle_id: Any) -> Reply:
    """Everybody who brings the car, for its owner."""
    car = _owned(turn, vehicle_id)
    if car is None:
        return _gone(turn)
    drivers = _drivers(turn, car)
    rows = [
        [turn.button("vehicles.drivers.remove", "vehicles.no_driver", [car.id, person.id], name=_name(turn, person))]
        for person in drivers
    ]
    rows.append([turn.button("vehicles.drivers.add", "vehicles.let_drive", car.id)])
    names = ", ".join(_name(turn, person) for person in drivers)
    return Reply(turn.text("vehicles.drivers.list", car=cars.label(turn, car), names=names), rows, passing=True)


def let_drive(turn: Turn, vehicle_id: Any) -> Reply:
    """A new code for the car; one that was made before is void."""
    car = _owned(turn, vehicle_id)
    if car is None:
        return _gone(turn)
    if len(_drivers(turn, car)) >= MOST_DRIVERS:
        raise Refusal("vehicles.drivers.too_many")
    code = "".join(secrets.choice(_LETTERS) for _ in range(12))
    vehicles.invite(turn.session, car, _digest(code), turn.now + GOOD_FOR)
    shown = "-".join(["CAR", code[:4], code[4:8], code[8:]])
    return Reply(turn.text("vehicles.drivers.code", car=cars.label(turn, car), code=shown))


def joined(turn: Turn) -> Reply | None:
    """Words that are a code: whoever writes a good one drives the car from now on. None for other words."""
    found = _CODE.match(turn.words[:60])
    if found is None:
        return None
    car = vehicles.invited(turn.session, _digest(re.sub(r"[\s-]", "", found[1]).upper()), turn.now)
    if car is None:
        return Reply(turn.text("vehicles.drivers.bad_code"))
    person = profile.customer_of(turn.session, turn.chat, turn.now)
    if person.id != car.customer_id:
        vehicles.let_drive(turn.session, car, person.id, "driver", turn.now)
    return Reply(
        turn.text("vehicles.drivers.joined", car=cars.label(turn, car)),
        [turn.button("vehicles.button.mine", "vehicles.mine")],
    )  # fmt: skip


def no_driver(turn: Turn, value: Any) -> Reply:
    """Somebody does not bring the car any more; what they have booked stays."""
    vehicle_id, person_id = value
    car = _owned(turn, vehicle_id)
    if car is None:
        return _gone(turn)
    vehicles.no_longer_drives(turn.session, car, person_id, turn.now)
    return people(turn, car.id)


def _drivers(turn: Turn, car: Vehicle) -> list[Customer]:
    return [person for person, _ in vehicles.people_of(turn.session, car)[1:]]


def _name(turn: Turn, person: Customer) -> str:
    unnamed = person.provisional and person.name == person.code
    return turn.texts.label("vehicles.drivers.unnamed", turn.language, {}) if unnamed else person.name


def _owned(turn: Turn, vehicle_id: Any) -> Vehicle | None:
    return next((car for car in actions.own(turn) if car.id == vehicle_id and car.customer_id == turn.chat.customer_id), None)


def _gone(turn: Turn) -> Reply:
    return Reply(turn.text("vehicles.gone"), [turn.button("vehicles.button.mine", "vehicles.mine")])


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
