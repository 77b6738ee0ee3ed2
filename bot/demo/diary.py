"""The sample shop's diary: some customers have appointments in the coming days, made as a customer or an advisor makes them."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.booking import actions
from handlers.booking.actions import By, Free, Person, Wish
from handlers.dialogue import shop as shops
from storage.customers import Customer
from storage.vehicles import Vehicle

Visit = tuple[str, str, str, tuple[str, ...], int, time, str]
# Customer, their car, store, services, how many days from now at least, from which time of the store's day on, transport.
_VISITS: Sequence[Visit] = (
    ("C-0001", "V-0001", "east", ("minor_service",), 1, time(10), "wait"),
    ("C-0004", "V-0004", "east", ("ev_check", "cabin_filter"), 1, time(14), "leave"),
    ("C-0006", "V-0006", "east", ("major_service",), 2, time(9), "loaner"),
    ("C-0007", "V-0007", "east", ("tyre_rotation",), 2, time(15), "wait"),
    ("C-0002", "V-0002", "west", ("minor_service", "hand_wash"), 1, time(9, 30), "wait"),
    ("C-0005", "V-0005", "west", ("brake_inspection",), 3, time(11), "pickup"),
    ("C-0003", "V-0003", "studio", ("premium_wash",), 1, time(10, 30), "wait"),
    ("C-0009", "V-0009", "studio", ("ceramic_coating",), 4, time(11), "leave"),
)


def write(session: Session, now: datetime, visits: Sequence[Visit] = _VISITS) -> int:
    """Makes the appointments; how many there was room for."""
    shop = shops.load(session)
    desk = By("Lin", "console", staff=True)
    customers = {row.code: row for row in session.scalars(select(Customer))}
    cars = {row.code: row for row in session.scalars(select(Vehicle))}
    models = {model.id: model.code for model in shop.models.values()}
    made = 0
    for customer, car, store, services, days, clock, transport in visits:
        vehicle = cars[car]
        wish = Wish(store, services, models.get(vehicle.model_id or 0), vehicle.id, transport)
        zone = next(ZoneInfo(one.timezone) for one in shop.stores if one.code == store)
        after = datetime.combine(now.astimezone(zone).date() + timedelta(days=days), clock, zone)
        if free := _first(actions.next_free(session, shop, wish, now, count=1, after=after, by=desk)):
            actions.book(session, shop, wish, free.starts_at, Person(customers[customer].id), now, by=desk)
            made += 1
    return made


def _first(found: list[Free]) -> Free | None:
    return found[0] if found else None
