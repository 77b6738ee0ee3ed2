"""Persons as the rules look at them, read from the tables: a fixed number of queries for any number of customers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.dialogue.shop import Shop
from handlers.reminders import mileage
from handlers.reminders.facts import Answer, Car, Person, Work
from handlers.reminders.mileage import Point
from storage import appointments, campaigns, care, chats, contact, customers, odometer, pushes, segments, vehicles, visits
from storage.chats import Chat
from storage.customers import Customer
from storage.stores import Store
from storage.vehicles import Vehicle

LATELY = timedelta(days=90)


def persons(session: Session, shop: Shop, ids: Sequence[int], now: datetime, *, everybody: bool = False) -> list[Person]:
    """Those of these customers who can be written to, in the order of their chats; `everybody`: also those who cannot."""
    found = customers.by_ids(session, ids)
    theirs = _chats(session, ids)
    cars = _cars(session, shop, ids)
    been = {car_id: [work.day for work in car.works if work.here] for group in cars.values() for car_id, car in group}
    booked = appointments.cars_expected(session, ids, now)
    answers = _answers(session, ids)
    spoken = _spoken(session, ids, now)
    campaigned = campaigns.counted_among(session, ids, now)
    member: defaultdict[int, dict[str, tuple[datetime, datetime]]] = defaultdict(dict)
    for customer_id, code, since, ruled in segments.of_customers(session, ids):
        member[customer_id][code] = since, ruled
    made = []
    for customer_id, customer in found.items():
        chat = theirs.get(customer_id)
        if chat is None and not everybody:
            continue
        store = home(shop, customer.store_id)
        own = cars.get(customer_id, [])
        seen = chat.seen_at.astimezone(ZoneInfo(store.timezone)).date() if chat and chat.seen_at else None
        days = sorted({day for car_id, _ in own for day in been[car_id]})
        expected = {car_id: today_in(store, moment) for car_id, moment in booked.get(customer_id, {}).items()}
        made.append(
            Person(
                customer_id, chat.id if chat else 0,
                name_of(customer),
                customer.birthday, customer.lunar_birthday, store, tuple(car for _, car in own), tuple(days),
                max((day for day in (seen, days[-1] if days else None) if day), default=None),
                expected, answers.get(customer_id, {}),
                (chat.language if chat else None) or customer.language or "en",
                spoken.get(customer_id, {}),
                {code: _entered(store, *moments) for code, moments in member.get(customer_id, {}).items()},
                customer_id in campaigned,
            )
        )  # fmt: skip
    return sorted(made, key=lambda person: person.chat_id)


def name_of(customer: Customer) -> str:
    """ "" for somebody whose name nobody knows."""
    return "" if customer.provisional and customer.name.startswith("chat-") else customer.name


def home(shop: Shop, store_id: int | None) -> Store:
    """The customer's store; of somebody without one the first."""
    return next((store for store in shop.stores if store.id == store_id), shop.stores[0])


def car_of(session: Session, shop: Shop, vehicle: Vehicle) -> Car:
    """One car, for whoever speaks of it."""
    return dict(_with_history(session, shop, [vehicle]))[vehicle.id]


def _chats(session: Session, ids: Sequence[int]) -> dict[int, Chat]:
    """Where each wants to be written to, else the chat that they used last."""
    found: dict[int, Chat] = {}
    wanted = contact.preferred_of(session, ids)
    for chat in chats.of_customers(session, ids):
        if (
            chat.customer_id is not None
            and chat.reachable
            and (chat.customer_id not in found or wanted.get(chat.customer_id) == chat.id)
        ):
            found[chat.customer_id] = chat
    return found


def _cars(session: Session, shop: Shop, ids: Sequence[int]) -> Mapping[int, list[tuple[int, Car]]]:
    owned = vehicles.of_customers(session, ids)
    cars = dict(_with_history(session, shop, owned))
    by_owner: defaultdict[int, list[tuple[int, Car]]] = defaultdict(list)
    for vehicle in owned:
        by_owner[vehicle.customer_id].append((vehicle.id, cars[vehicle.id]))
    return by_owner


def _with_history(session: Session, shop: Shop, owned: Sequence[Vehicle]) -> list[tuple[int, Car]]:
    ids = [vehicle.id for vehicle in owned]
    works: defaultdict[int, list[Work]] = defaultdict(list)
    points: defaultdict[int, list[Point]] = defaultdict(list)
    for visit in visits.of_vehicles(session, ids):
        works[visit.vehicle_id].append(Work(visit.visited_on, frozenset(visit.services), visit.odometer_km))
    done = appointments.done_with(session, ids)
    ended = appointments.last_events(session, [row.id for _, row in done], [appointments.DONE])
    for day, row in done:
        # The diary and the work order may both tell of the same visit: that is one day, and not work done twice.
        work = Work(day, frozenset(row.services), ended_at=ended.get((row.id, appointments.DONE)))
        works[row.vehicle_id or 0].append(work)
    for note in care.notes_of(session, ids):
        works[note.vehicle_id].append(Work(note.done_on, frozenset(note.services), note.km, here=False))
    for reading in odometer.of_vehicles(session, ids):
        if reading.source != "estimated":
            points[reading.vehicle_id].append(Point(reading.read_on, reading.km))
    made = []
    for vehicle in owned:
        model = shop.models_by_id.get(vehicle.model_id or 0)
        names = model.names if model else {"en": vehicle.name} if vehicle.name else {}
        car = Car(
            vehicle.id, names, vehicle.plate or "", model.energy if model else "", vehicle.delivered_on, vehicle.insured_until,
            vehicle.inspection_due, vehicle.warranty_until, vehicle.parked, _in_order(works[vehicle.id]),
            mileage.estimate(points[vehicle.id], vehicle.delivered_on), tuple(points[vehicle.id]), model.code if model else "",
            vehicle.year,
        )  # fmt: skip
        made.append((vehicle.id, car))
    return made


def _spoken(session: Session, ids: Sequence[int], now: datetime) -> Mapping[int, Mapping[int, date]]:
    """When work on each car was last spoken of; the key of a push names the car."""
    found: defaultdict[int, dict[int, date]] = defaultdict(dict)
    for customer_id, key, at in pushes.said_lately(session, ids, "maintenance", now - LATELY):
        parts = key.split(":")
        if len(parts) > 4 and parts[3].isdecimal():
            found[customer_id][int(parts[3])] = at.date()
    return found


def _in_order(works: Sequence[Work]) -> tuple[Work, ...]:
    """By day; of one day the one with a mileage last, so that it is the one that counts."""
    return tuple(sorted(works, key=lambda work: (work.day, work.km is not None)))


def _answers(session: Session, ids: Sequence[int]) -> Mapping[int, Mapping[str, Answer]]:
    found: defaultdict[int, dict[str, Answer]] = defaultdict(dict)
    for row in care.answers_of(session, ids):
        before = found[row.customer_id].get(row.key)
        times = (before.times if before else 0) + (row.answer == care.LATER)
        found[row.customer_id][row.key] = Answer(row.answer, row.until, times)
    return found


def _entered(store: Store, since: datetime, ruled: datetime) -> date:
    """Who was in a segment on the day on which it was made or got another rule has not come into it: nobody knows when."""
    day = today_in(store, since)
    return day if day > today_in(store, ruled) else date.min


def today_in(store: Store, now: datetime) -> date:
    return now.astimezone(ZoneInfo(store.timezone)).date()
