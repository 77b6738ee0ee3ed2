"""What staff fill in to book or to move: read into the words of the actions, or refused with a sentence."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.booking import rules
from handlers.booking.actions import Person, Wish
from handlers.customers import rules as customer_rules
from handlers.desk import Desk
from handlers.dialogue import Refusal
from handlers.profile import phones
from storage import people, terms, vehicles
from storage.appointments import TRANSPORTS
from storage.customers import Customer
from storage.stores import Store

MOST_FOUND = 8
MOST_AHEAD = timedelta(days=3660)


def choices(desk: Desk) -> Mapping[str, Any]:
    """What the form offers, and what it holds already: from the address, or as it was filled in."""
    store = desk.store
    who = desk.field("pick") or _value(desk, "customer")
    customer: Customer | None = desk.find("customer", who) if who else None
    own = terms.read(store.booking) if store else terms.Terms()
    offered = [service for service in desk.shop.services.values() if store and _done_here(store, service.bay_kind)]
    return {
        "store": store,
        "customer": customer,
        "customer_token": who,
        "looked": desk.ticked("look"),
        "found": _found(desk) if desk.ticked("look") else [],
        "cars": vehicles.of_customer(desk.session, customer.id) if customer else [],
        "offered": offered,
        "chosen": set(desk.form.get("service", desk.query.get("service", ()))),
        "models": sorted(desk.shop.models.values(), key=lambda model: desk.named(model.names)),
        "transports": [one for one in TRANSPORTS if (one != "loaner" or own.loaners) and (one != "pickup" or own.pickups)],
        "value": lambda name: _value(desk, name),
    }


def _found(desk: Desk) -> list[tuple[Customer, str]]:
    """Customers by what stands in the fields for name and phone, each with what tells them apart."""
    wanted = customer_rules.wanted(desk.field("phone", 40) or desk.field("name", 60))
    if wanted is None:
        return []
    found = people.search(
        desk.session, words=wanted.words, digits=wanted.digits, plate=wanted.plate, stores=desk.wall, limit=MOST_FOUND
    )  # fmt: skip
    plates: dict[int, list[str]] = {}
    for car in vehicles.of_customers(desk.session, [customer.id for customer in found]):
        plates.setdefault(car.customer_id, []).append(car.plate or "")
    apart = [(customer_rules.mask_phone(one.phone), *plates.get(one.id, ())) for one in found]
    return [(one, " · ".join(part for part in parts if part)) for one, parts in zip(found, apart, strict=True)]


def wish(desk: Desk, store: Store) -> Wish:
    codes = tuple(code for code in desk.form.get("service", ()) if code in desk.shop.services)
    if not codes:
        raise Refusal("booking.desk.no_service")
    car = _car(desk)
    model = (
        desk.shop.models_by_id.get(car.model_id)
        if car and car.model_id is not None
        else desk.shop.models.get(desk.field("model"))
    )
    transport = desk.field("transport")
    return Wish(
        store.code,
        codes,
        model.code if model else None,
        car.id if car else None,
        transport if transport in TRANSPORTS else "wait",
        bay_id=bay(desk, store),
    )


def person(desk: Desk, store: Store) -> Person:
    """The customer who was looked up, else a name and a number."""
    if token := desk.field("customer"):
        found: Customer = desk.find("customer", token)
        return Person(found.id, name=found.name, phone=found.phone)
    name, phone = desk.field("name", 200), desk.field("phone", 40)
    if not name:
        raise Refusal("booking.desk.no_name")
    return Person(name=name, phone=_phone(phone, store.region) if phone else None)


def start(desk: Desk, store: Store) -> datetime:
    """The time that is asked for, UTC: one of the buttons with free times, else day and clock of the store."""
    try:
        if chosen := desk.field("at"):
            moment = datetime.fromisoformat(chosen)
            if moment.tzinfo is None:
                raise ValueError
            return plannable(desk, moment.astimezone(UTC))
        return local_moment(desk, store, desk.field("day"), desk.field("time"))
    except (ValueError, OverflowError):
        raise Refusal("booking.desk.no_time") from None


def local_moment(desk: Desk, store: Store, day: str, clock: str) -> datetime:
    """The day and the clock of the store as they come from a form, UTC. Raises ValueError and OverflowError."""
    at = rules.instant(date.fromisoformat(day), time.fromisoformat(clock).replace(tzinfo=None), ZoneInfo(store.timezone))
    return plannable(desk, at)


def plannable(desk: Desk, moment: datetime) -> datetime:
    """Raises ValueError for a moment that is years away: calendars end, and nobody plans there."""
    if abs(moment - desk.now) > MOST_AHEAD:
        raise ValueError
    return moment


def bay(desk: Desk, store: Store) -> int | None:
    """The bay that is asked for by its code; None for whichever is free."""
    code = desk.field("bay", 40)
    if not code:
        return None
    found = next((one.id for one in store.bays if one.active and one.code == code), None)
    if found is None:
        raise Refusal("booking.desk.wrong_bay")
    return found


def store_of(desk: Desk, store_id: int) -> Store:
    return next(store for store in desk.shop.stores if store.id == store_id)


def _car(desk: Desk) -> vehicles.Vehicle | None:
    """One of the customer's own cars, by its place in their list; a car of somebody else cannot be named."""
    token, place = desk.field("customer"), desk.field("car", 3)
    if not token or not (place.isascii() and place.isdigit()):
        return None
    customer: Customer = desk.find("customer", token)
    cars = vehicles.of_customer(desk.session, customer.id)
    return cars[int(place)] if int(place) < len(cars) else None


def _done_here(store: Store, bay_kind: str) -> bool:
    return bay_kind == "none" or any(one.active and one.kind == bay_kind for one in store.bays)


def _phone(text: str, region: str) -> str:
    """By the rules of the chat: no letters for digits, and no extension that would be lost."""
    found = phones.read(text, region)
    if found is None:
        raise Refusal("booking.desk.bad_phone")
    return found.e164


def _value(desk: Desk, name: str) -> str:
    return desk.field(name) if desk.form else desk.asked(name)
