"""What can be imported and exported, and what a row of each kind must look like."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from handlers.profile import actions as profile
from handlers.transfer import fields
from handlers.transfer.fields import LANGUAGES, Field
from handlers.transfer.report import Wrong
from handlers.vehicles import plates
from storage import customers, facts, odometer, vehicles
from storage.catalogue import CarModel, Price, Service
from storage.customers import Customer
from storage.database import Base
from storage.stores import Store
from storage.vehicles import Vehicle
from storage.visits import Visit

ENERGIES = ("petrol", "diesel", "hybrid", "electric")


@dataclass(frozen=True)
class Kind:
    """A table that is written as a flat file. `key`: the fields that make a row the same row.

    `rule` looks at a whole row; `born` adds what a new row has beyond its fields; `derived` names further columns, and from
    which field each is made. `before` is called with the rows that are about to be written and the fields they leave alone,
    `after` with the rows that were written. `revision`: the content that workers read anew after a change.
    """

    name: str
    table: Table
    fields: Sequence[Field]
    key: Sequence[str] = ("code",)
    revision: str | None = None
    rule: Callable[[Mapping[str, Any]], None] = lambda _row: None
    born: Callable[[datetime], Mapping[str, Any]] = lambda _now: {}
    derived: Mapping[str, tuple[str, Callable[[Any], Any]]] = field(default_factory=dict)
    before: Callable[[Session, Sequence[Mapping[str, Any]], Collection[str]], None] = lambda _session, _rows, _left_out: None
    after: Callable[[Session, Sequence[Mapping[str, Any]]], None] = lambda _session, _rows: None

    @property
    def columns(self) -> list[str]:
        return [column for one in self.fields for column in one.columns]


def _table(mapped: type[Base]) -> Table:
    table = mapped.__table__
    assert isinstance(table, Table)
    return table


def _ends_after_it_begins(price: Mapping[str, Any]) -> None:
    if price["valid_until"] and price["valid_until"] < price["valid_from"]:
        raise Wrong("The last day is before the first. Correct one of them, or leave valid_until empty.", "valid_until")


def _unverify(session: Session, rows: Sequence[Mapping[str, Any]], left_out: Collection[str]) -> None:
    """Whoever proved that the old number is theirs has not proved it for the new one."""
    if "phone" not in left_out:
        customers.forget_proofs_of_other_numbers(session, {row["code"]: row["phone"] for row in rows})


def _recognise(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Somebody whom we knew from a chat only, by a proved number, may be among them."""
    profile.recognise(session, {row["phone"] for row in rows if row["phone"]})
    facts.imported(session, Customer, [row["code"] for row in rows])


def _offer_again(session: Session, rows: Sequence[Mapping[str, Any]], left_out: Collection[str]) -> None:
    """A car that its owner has removed is offered to the next owner; whoever has it no more owns one less."""
    facts.imported(session, Vehicle, [row["code"] for row in rows])
    vehicles.offered_again(session, {row["code"]: row["customer_id"] for row in rows})


def _count_cars(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """What somebody owns is a fact about them."""
    facts.imported(session, Vehicle, [row["code"] for row in rows])


def _take_from(session: Session, rows: Sequence[Mapping[str, Any]], _left_out: Collection[str]) -> None:
    """A visit that turns out to have been somebody else's is theirs no more."""
    facts.visited(session, [row["code"] for row in rows])


def _note_odometer(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """What was read off at a visit is a reading of the car."""
    codes = [row["code"] for row in rows]
    odometer.follow_visits(session, codes)
    facts.visited(session, codes)


STORES, MODELS, SERVICES = _table(Store), _table(CarModel), _table(Service)
CUSTOMERS, VEHICLES = _table(Customer), _table(Vehicle)

FLAT = {
    kind.name: kind
    for kind in [
        Kind(
            "models",
            MODELS,
            [
                fields.code(40),
                fields.text("make", 60, required=True),
                fields.texts("name", "names", 120, required=True),
                fields.words("aliases", 80),
                fields.choice("energy", ENERGIES, required=True),
            ],
            revision="catalogue",
        ),
        Kind(
            "services",
            SERVICES,
            [
                fields.code(40),
                fields.text("category", 40, required=True),
                fields.texts("name", "names", 120, required=True),
                fields.texts("includes", "includes", 1000),
                fields.words("aliases", 80),
                fields.whole("minutes", 1, 20_160, required=True),
                fields.minutes_by_model(),
                fields.mileages("at_km"),
                fields.text("bay_kind", 20, default="general"),
                fields.text("skill", 40, default=""),
                fields.position(),
                fields.yes_or_no("active", default=True),
            ],
            revision="catalogue",
        ),
        Kind(
            "prices",
            _table(Price),
            [
                fields.reference("store", "store_id", STORES, required=True),
                fields.reference("service", "service_id", SERVICES, required=True),
                fields.reference("model", "model_id", MODELS),
                fields.amount("amount", required=True),
                fields.day("valid_from", required=True),
                fields.day("valid_until"),
                fields.amount("cost"),
            ],
            key=("store_id", "service_id", "model_id", "valid_from"),
            revision="catalogue",
            rule=_ends_after_it_begins,
        ),
        Kind(
            "customers",
            CUSTOMERS,
            [
                fields.code(60),
                fields.text("name", 200, required=True),
                fields.phone(),
                fields.choice("language", LANGUAGES),
                fields.reference("store", "store_id", STORES),
                fields.day("birthday"),
                fields.lunar_day("lunar_birthday"),
            ],
            born=lambda now: {"phone_verified_at": None, "created_at": now},
            before=_unverify,
            after=_recognise,
        ),
        Kind(
            "vehicles",
            VEHICLES,
            [
                fields.code(60),
                fields.reference("customer", "customer_id", CUSTOMERS, required=True),
                fields.reference("model", "model_id", MODELS),
                fields.text("plate", 20),
                fields.text("vin", 20),
                fields.whole("year", 1900, 2199),
                fields.text("colour", 40),
                fields.text("name", 80),
                fields.text("trim", 80),
                fields.day("delivered_on"),
                fields.day("insured_until"),
                fields.day("inspection_due"),
                fields.day("warranty_until"),
                fields.choice("parked", ("outdoors", "garage")),
            ],
            derived={"plate_key": ("plate", plates.key)},
            before=_offer_again,
            after=_count_cars,
        ),
        Kind(
            "visits",
            _table(Visit),
            [
                fields.code(60),
                fields.reference("vehicle", "vehicle_id", VEHICLES, required=True),
                fields.reference("store", "store_id", STORES, required=True),
                fields.day("visited_on", required=True),
                fields.references("services", SERVICES),
                fields.amount("amount"),
                fields.whole("odometer_km", 0, 5_000_000),
            ],
            before=_take_from,
            after=_note_odometer,
        ),
    ]
}
# Each kind may point at the ones before it, so a folder is imported in this order.
ORDER = ("stores", "models", "services", "prices", "customers", "vehicles", "visits", "kb")
