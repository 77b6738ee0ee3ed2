"""Vehicles and who brings them."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String, delete, select, union_all
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.customers import Customer
from storage.database import Base, Id, Moment


class Vehicle(Base):
    """A car. `code` is its key in the shop's own system; plate and VIN as the shop wrote them, trimmed.

    `customer_id`: the owner; further people who bring it are rows of `vehicle_people`. `plate_key`: the plate as it is looked
    up, without width, case and separators. `name`: the customer's words for a car that the catalogue does not have. `trim`:
    engine and trim in words. `removed_at`: its owner has it no more; history keeps it, nobody is offered it.
    `inspection_due`: the day by which it must be inspected. `parked`: outdoors | garage, None where nobody knows.
    """

    __tablename__ = "vehicles"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("car_models.id"))
    plate: Mapped[str | None] = mapped_column(String(20), index=True)
    plate_key: Mapped[str | None] = mapped_column(String(20), index=True)
    vin: Mapped[str | None] = mapped_column(String(20), index=True)
    year: Mapped[int | None] = mapped_column(Integer)
    colour: Mapped[str | None] = mapped_column(String(40))
    name: Mapped[str | None] = mapped_column(String(80))
    trim: Mapped[str | None] = mapped_column(String(80))
    delivered_on: Mapped[date | None] = mapped_column(Date)
    insured_until: Mapped[date | None] = mapped_column(Date)
    inspection_due: Mapped[date | None] = mapped_column(Date)
    warranty_until: Mapped[date | None] = mapped_column(Date)
    parked: Mapped[str | None] = mapped_column(String(10))
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class Person(Base):
    """Somebody besides the owner who brings a car. `role`: driver | owner (a second one). `removed_at`: not any more."""

    __tablename__ = "vehicle_people"

    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True, index=True)
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime] = mapped_column(Moment)
    removed_at: Mapped[datetime | None] = mapped_column(Moment)


class Invite(Base):
    """A one-time code with which somebody comes to drive a car, by its SHA-256; it goes when it is used or another is made."""

    __tablename__ = "vehicle_invites"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)


def of_customer(session: Session, customer_id: int) -> list[Vehicle]:
    """The cars that somebody owns or drives now, in the order in which we came to know them."""
    drives = select(Person.vehicle_id).where(Person.customer_id == customer_id, Person.removed_at.is_(None))
    # Two questions with an index each: joined by "or", PostgreSQL reads every car that there is.
    mine = union_all(select(Vehicle.id).where(Vehicle.customer_id == customer_id), drives)
    return list(session.scalars(select(Vehicle).where(Vehicle.id.in_(mine), Vehicle.removed_at.is_(None)).order_by(Vehicle.id)))


def of_customers(session: Session, customer_ids: Collection[int]) -> list[Vehicle]:
    """The cars that several people own now."""
    theirs = select(Vehicle).where(Vehicle.customer_id.in_(customer_ids), Vehicle.removed_at.is_(None))
    return list(session.scalars(theirs.order_by(Vehicle.id)))


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Vehicle]:
    return {vehicle.id: vehicle for vehicle in session.scalars(select(Vehicle).where(Vehicle.id.in_(ids)))}


def people_of(session: Session, vehicle: Vehicle) -> list[tuple[Customer, str]]:
    """Everybody who brings the car now, with their role; the owner first."""
    owner = session.get_one(Customer, vehicle.customer_id)
    others = (
        select(Customer, Person.role)
        .join(Person, Person.customer_id == Customer.id)
        .where(Person.vehicle_id == vehicle.id, Person.removed_at.is_(None))
        .order_by(Person.since)
    )
    return [(owner, "owner"), *((customer, role) for customer, role in session.execute(others))]


def let_drive(session: Session, vehicle: Vehicle, customer_id: int, role: str, now: datetime) -> None:
    """From now on this person brings the car too."""
    person = session.get(Person, (vehicle.id, customer_id))
    if person is None:
        session.add(Person(vehicle_id=vehicle.id, customer_id=customer_id, role=role, since=now))
    elif person.removed_at is not None or person.role != role:
        person.role, person.since, person.removed_at = role, now, None
    session.flush()


def no_longer_drives(session: Session, vehicle: Vehicle, customer_id: int, now: datetime) -> None:
    if person := session.get(Person, (vehicle.id, customer_id)):
        person.removed_at = person.removed_at or now
        session.flush()


def invite(session: Session, vehicle: Vehicle, digest: str, expires_at: datetime) -> None:
    """From now on this code, and no earlier one, lets somebody drive the car."""
    session.execute(delete(Invite).where(Invite.vehicle_id == vehicle.id))
    session.add(Invite(digest=digest, vehicle_id=vehicle.id, expires_at=expires_at))
    session.flush()


def invited(session: Session, digest: str, now: datetime) -> Vehicle | None:
    """The car of a good code, which is used up with this."""
    used = delete(Invite).where(Invite.digest == digest, Invite.expires_at > now).returning(Invite.vehicle_id)
    vehicle_id = session.execute(used).scalar_one_or_none()
    vehicle = session.get(Vehicle, vehicle_id) if vehicle_id is not None else None
    return vehicle if vehicle is not None and vehicle.removed_at is None else None


def with_plate(session: Session, plate_key: str) -> list[Vehicle]:
    """Every car with this plate (see `handlers.vehicles.plates.key`), also removed ones: a plate may have moved on."""
    return list(session.scalars(select(Vehicle).where(Vehicle.plate_key == plate_key).order_by(Vehicle.id)))


def offered_again(session: Session, owners: dict[str, int]) -> None:
    """Cars (by code) that are about to get another owner than now: what the last one removed, the next one has."""
    query = select(Vehicle).where(Vehicle.code.in_(owners), Vehicle.removed_at.is_not(None))
    for vehicle in session.scalars(query):
        if vehicle.customer_id != owners[vehicle.code]:
            vehicle.removed_at = None
    session.flush()
