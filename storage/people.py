"""Finding people: which customers the staff of a store may see, and the search over name, phone, plate and VIN."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, false, func, or_, select
from sqlalchemy.orm import Session

from storage.appointments import Appointment
from storage.chats import CHATS
from storage.customers import Customer
from storage.database import dialect
from storage.vehicles import Vehicle
from storage.visits import Visit
from storage.words import contains


def seen_from(stores: Collection[int]) -> ColumnElement[bool]:
    """The store wall: theirs, been or booked there, written to it; and whoever has no store yet, lest they be overlooked."""
    visited = (
        select(Visit.id)
        .join(Vehicle, Vehicle.id == Visit.vehicle_id)
        .where(Vehicle.customer_id == Customer.id, Visit.store_id.in_(stores))
    )
    wrote = select(CHATS.c.id).where(CHATS.c.customer_id == Customer.id, CHATS.c.store_id.in_(stores))
    booked = select(Appointment.id).where(Appointment.customer_id == Customer.id, Appointment.store_id.in_(stores))
    theirs = (Customer.store_id.is_(None), Customer.store_id.in_(stores))
    return or_(*theirs, visited.exists(), wrote.exists(), booked.exists())


def may_see(session: Session, customer: Customer, stores: Collection[int]) -> bool:
    return bool(session.scalar(select(Customer.id).where(Customer.id == customer.id, seen_from(stores))))


def search(
    session: Session,
    *,
    words: Sequence[str],
    digits: Sequence[str],
    plate: str,
    stores: Collection[int] | None,
    limit: int,
) -> list[Customer]:
    """Customers by any of these, by name: `words` in the name, `digits` in the phone number, `plate` in the plate (see
    `Vehicle.plate_key`) or at the end of the VIN. Empty ones find nobody. `stores` None: everybody, else behind their wall.
    """
    wishes: list[ColumnElement[bool]] = [contains(Customer.name, word, dialect(session)) for word in words]
    wishes += [Customer.phone.contains(part, autoescape=True) for part in digits]
    if plate:
        car = or_(Vehicle.plate_key.contains(plate, autoescape=True), func.upper(Vehicle.vin).endswith(plate, autoescape=True))
        wishes.append(Customer.id.in_(select(Vehicle.customer_id).where(car)))
    query = select(Customer).where(or_(false(), *wishes))
    if stores is not None:
        query = query.where(seen_from(stores))
    return list(session.scalars(query.order_by(Customer.name, Customer.id).limit(limit)))
