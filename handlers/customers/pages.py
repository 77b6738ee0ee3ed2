"""Console pages on customers: search, card, and the whole phone number for whoever needs it and answers for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from handlers.customers import rules
from handlers.desk import EVERYBODY, Desk, Page, Thing
from handlers.vehicles import colours
from storage import appointments, chats, messages, people, vehicles, visits
from storage.customers import Customer
from storage.messages import Message
from storage.vehicles import Vehicle

MOST_FOUND, VISITS_SHOWN, MESSAGES_SHOWN = 30, 10, 6
TODAY = timedelta(hours=18)


def search(desk: Desk) -> Mapping[str, Any]:
    wanted = rules.wanted(desk.asked("q", 60))
    found: list[Customer] = []
    if wanted:
        found = people.search(
            desk.session, words=wanted.words, digits=wanted.digits, plate=wanted.plate, stores=desk.wall, limit=MOST_FOUND + 1
        )  # fmt: skip
    coming = appointments.search(
        desk.session, token=wanted.code, words=wanted.words, digits=wanted.digits, stores=desk.wall, since=desk.now - TODAY,
        limit=VISITS_SHOWN,
    ) if wanted else []  # fmt: skip
    cars: defaultdict[int, list[Vehicle]] = defaultdict(list)
    for car in vehicles.of_customers(desk.session, [customer.id for customer in found]):
        cars[car.customer_id].append(car)
    return {
        "found": found[:MOST_FOUND],
        "coming": [(row, _services(desk, row.services), desk.store_of(row.store_id), _who(desk, row)) for row in coming],
        # Whoever stands at the desk with the code is there with one press.
        "here_now": lambda row: row.status == appointments.CONFIRMED and abs(row.starts_at - desk.now) < TODAY,
        "more": len(found) > MOST_FOUND,
        "cars": cars,
        "model": _model(desk),
        "looked": wanted is not None,
        "mask": rules.mask_phone,
    }


def card(desk: Desk) -> Mapping[str, Any]:
    return {"card": card_of(desk, desk.things["customer"])}


def show_phone(desk: Desk) -> Mapping[str, Any]:
    """The whole number, for this once; who looked is written down."""
    customer: Customer = desk.things["customer"]
    desk.audit("customer.phone_shown", f"customer:{customer.id}")
    return {"card": {**card_of(desk, customer), "phone": rules.whole_phone(customer.phone), "whole": True}}


def card_of(desk: Desk, customer: Customer, known: Mapping[int, Sequence[Message]] | None = None) -> dict[str, Any]:
    """What the template customers/card_parts.html shows, here and beside whatever else is about this customer.

    `known`: the newest messages of chats that have been read already, by chat.
    """
    said = known or {}
    cars = vehicles.of_customer(desk.session, customer.id)
    theirs = chats.of_customer(desk.session, customer.id)
    return {
        "customer": customer,
        "phone": rules.mask_phone(customer.phone),
        "whole": False,
        "cars": cars,
        "plates": {car.id: car.plate or rules.vin_tail(car.vin) for car in cars},
        "model": _model(desk),
        "tail": rules.vin_tail,
        "colour": lambda car: colours.name(desk.house.texts, desk.language, car.colour) if car.colour else "",
        "visits": [(visit, _services(desk, visit.services)) for visit in _visits(desk, cars)],
        "panels": desk.panels(customer),
        "said": [
            (chat, said[chat.id][-MESSAGES_SHOWN:] if chat.id in said else messages.latest(desk.session, chat.id, MESSAGES_SHOWN))
            for chat in theirs[:3]
        ],
    }


def _visits(desk: Desk, cars: list[Vehicle]) -> list[visits.Visit]:
    return visits.latest(desk.session, [car.id for car in cars], VISITS_SHOWN)


def _who(desk: Desk, row: appointments.Appointment) -> str:
    customer = desk.session.get(Customer, row.customer_id) if row.customer_id else None
    return (customer.name if customer else row.name) or ""


def _services(desk: Desk, codes: list[str]) -> str:
    known = desk.shop.services
    return ", ".join(desk.named(known[code].names) if code in known else code for code in codes)


def _model(desk: Desk) -> Any:
    def name(car: Vehicle) -> str:
        model = desk.shop.models_by_id.get(car.model_id) if car.model_id is not None else None
        return desk.named(model.names) if model else ""

    return name


CUSTOMER = Thing("customer", lambda session, number: session.get(Customer, number), people.may_see)
PAGES = [
    Page(path="/search", roles=EVERYBODY, get=search, template="customers/search.html"),
    Page(path="/customers/{customer}", roles=EVERYBODY, get=card, template="customers/card.html"),
    Page(path="/customers/{customer}/phone", roles=EVERYBODY, post=show_phone, template="customers/card.html"),
]
