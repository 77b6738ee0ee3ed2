"""Odometer readings: how far a car had come on a day, and who says so."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, String, delete, exists, insert, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id
from storage.visits import Visit

# Where a reading may come from; an estimate is never taken for a fact.
SOURCES = ("visit", "advisor", "customer", "estimated")


class Reading(Base):
    """A reading in kilometres on a day of the store. `visit_id`: the visit that it was written down at."""

    __tablename__ = "odometer_readings"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"), index=True)
    read_on: Mapped[date] = mapped_column(Date)
    km: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(10))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), unique=True)


def add(session: Session, vehicle_id: int, read_on: date, km: int, source: str) -> Reading:
    """Notes a reading; the same source on the same day corrects itself."""
    query = select(Reading).where(
        Reading.vehicle_id == vehicle_id, Reading.read_on == read_on, Reading.source == source, Reading.visit_id.is_(None)
    )
    reading = session.scalars(query.order_by(Reading.id.desc()).limit(1)).one_or_none()
    if reading is None:
        reading = Reading(vehicle_id=vehicle_id, read_on=read_on, source=source)
        session.add(reading)
    reading.km = km
    session.flush()
    return reading


def of_vehicle(session: Session, vehicle_id: int) -> list[Reading]:
    """All readings, the oldest first."""
    query = select(Reading).where(Reading.vehicle_id == vehicle_id)
    return list(session.scalars(query.order_by(Reading.read_on, Reading.id)))


def of_vehicles(session: Session, vehicle_ids: Collection[int]) -> list[Reading]:
    """All readings of these cars, the oldest first."""
    query = select(Reading).where(Reading.vehicle_id.in_(vehicle_ids))
    return list(session.scalars(query.order_by(Reading.read_on, Reading.id)))


def latest(session: Session, vehicle_id: int) -> Reading | None:
    """The newest reading that somebody has really read off."""
    query = select(Reading).where(Reading.vehicle_id == vehicle_id, Reading.source != "estimated")
    return session.scalars(query.order_by(Reading.read_on.desc(), Reading.id.desc()).limit(1)).one_or_none()


def follow_visits(session: Session, codes: Collection[str]) -> None:
    """Makes the readings of these visits (by code) what the visits say now."""
    among = select(Visit.id).where(Visit.code.in_(codes))
    as_written = exists().where(
        Visit.id == Reading.visit_id,
        Visit.vehicle_id == Reading.vehicle_id,
        Visit.visited_on == Reading.read_on,
        Visit.odometer_km == Reading.km,
    )
    connection = session.connection()
    connection.execute(delete(Reading).where(Reading.visit_id.in_(among), ~as_written))
    missing = select(Visit.vehicle_id, Visit.visited_on, Visit.odometer_km, literal("visit"), Visit.id).where(
        Visit.code.in_(codes), Visit.odometer_km.is_not(None), ~exists().where(Reading.visit_id == Visit.id)
    )
    connection.execute(insert(Reading).from_select(["vehicle_id", "read_on", "km", "source", "visit_id"], missing))
