"""Cars and their people: who is offered a car, readings of the odometer, and two rows that become one."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import chats, customers, merging, odometer, vehicles
from storage.customers import Customer
from storage.database import Database
from storage.stores import Store
from storage.vehicles import Person, Vehicle
from storage.visits import Visit
from tests.world import START


def _customer(session: Session, code: str, *, provisional: bool = False) -> Customer:
    customer = Customer(code=code, name=code, provisional=provisional, created_at=START)
    session.add(customer)
    session.flush()
    return customer


def _car(session: Session, owner: Customer, code: str, **what: object) -> Vehicle:
    car = Vehicle(code=code, customer_id=owner.id, **what)
    session.add(car)
    session.flush()
    return car


def test_a_car_has_an_owner_and_drivers(database: Database) -> None:
    with database.transaction() as session:
        ann, bob = _customer(session, "ann"), _customer(session, "bob")
        car = _car(session, ann, "V-1")
        vehicles.let_drive(session, car, bob.id, "driver", START)
        vehicles.let_drive(session, car, bob.id, "driver", START)
        assert [(c.code, role) for c, role in vehicles.people_of(session, car)] == [("ann", "owner"), ("bob", "driver")]
        assert vehicles.of_customer(session, bob.id) == vehicles.of_customer(session, ann.id) == [car]
        car.removed_at = START
        session.flush()
        assert vehicles.of_customer(session, bob.id) == vehicles.of_customer(session, ann.id) == []


def test_readings_follow_the_visits(database: Database) -> None:
    with database.transaction() as session:
        what = {"kind": "dealership", "names": {}, "addresses": {}, "parking": {}, "phone": "", "position": 1}
        session.add(Store(code="s", region="CN", timezone="Asia/Shanghai", currency="CNY", **what))
        car = _car(session, _customer(session, "ann"), "V-1")
        store = session.scalars(select(Store)).one()
        visit = Visit(code="W", vehicle_id=car.id, store_id=store.id, visited_on=date(2026, 3, 1), services=[], odometer_km=5000)
        session.add(visit)
        session.flush()
        for _ in range(2):
            odometer.follow_visits(session, ["W"])
        [first] = odometer.of_vehicle(session, car.id)
        assert (first.km, first.read_on, first.source) == (5000, date(2026, 3, 1), "visit")
        visit.odometer_km = 5100
        session.flush()
        odometer.follow_visits(session, ["W"])
        session.expire_all()
        odometer.add(session, car.id, date(2026, 4, 1), 7000, "customer")
        odometer.add(session, car.id, date(2026, 4, 1), 7001, "customer")
        odometer.add(session, car.id, date(2026, 5, 1), 9000, "estimated")
        assert [r.km for r in odometer.of_vehicle(session, car.id)] == [5100, 7001, 9000]
        last = odometer.latest(session, car.id)
        assert last is not None
        assert last.km == 7001


def test_somebody_provisional_becomes_a_customer_of_the_shop(database: Database) -> None:
    with database.transaction() as session:
        chat = chats.arrive(session, "web", "a", pulls=True, now=START)
        shop, visitor = _customer(session, "C-1"), _customer(session, "chat-1", provisional=True)
        chat.customer_id = visitor.id
        chats.save(session, chat)
        car, shared = _car(session, visitor, "V-1"), _car(session, _customer(session, "C-2"), "V-2")
        for person in (shop, visitor):
            vehicles.let_drive(session, shared, person.id, "driver", START)
        merging.customers(session, visitor, shop)
        assert vehicles.of_customer(session, shop.id) == [car, shared]
        found = chats.find(session, "web", "a")
        assert found is not None
        assert found.customer_id == shop.id
        assert session.scalars(select(Customer.code).order_by(Customer.id)).all() == ["C-1", "C-2"]
        assert len(session.scalars(select(Person)).all()) == 1


def test_only_somebody_provisional_is_merged(database: Database) -> None:
    with database.transaction() as session:
        ann, bob = _customer(session, "C-1"), _customer(session, "C-2")
        with pytest.raises(AssertionError):
            merging.customers(session, ann, bob)
        assert customers.with_phone(session, "+1") == []


def test_two_rows_of_one_car_become_one(database: Database) -> None:
    with database.transaction() as session:
        ann = _customer(session, "C-1")
        stays, gone = _car(session, ann, "V-1", year=2019), _car(session, ann, "V-2", plate="粤B·12345", plate_key="粤B12345")
        odometer.add(session, gone.id, date(2026, 4, 1), 7000, "customer")
        merging.vehicles(session, gone, stays)
        assert [(v.code, v.year, v.plate_key) for v in vehicles.of_customer(session, ann.id)] == [("V-1", 2019, "粤B12345")]
        assert [r.km for r in odometer.of_vehicle(session, stays.id)] == [7000]
