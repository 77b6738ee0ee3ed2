"""Visits: when a car was here and what was done."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Date, ForeignKey, Index, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json
from storage.vehicles import Vehicle


class Visit(Base):
    """A visit in the past. `code`: key of the work order; `amount`: minor units; `services`: codes of the catalogue."""

    __tablename__ = "visits"
    # What a customer's visits add up to is read off the index: the rows themselves are scattered over the years.
    __table_args__ = (Index("ix_visits_of_vehicle", "vehicle_id", "visited_on", "amount"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    vehicle_id: Mapped[int] = mapped_column(ForeignKey("vehicles.id"))
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    visited_on: Mapped[date] = mapped_column(Date)
    services: Mapped[list[str]] = mapped_column(Json)
    amount: Mapped[int | None] = mapped_column(Integer)
    odometer_km: Mapped[int | None] = mapped_column(Integer)


def latest(session: Session, vehicle_ids: Collection[int], limit: int) -> list[Visit]:
    """The newest visits of these cars, newest first."""
    query = select(Visit).where(Visit.vehicle_id.in_(vehicle_ids))
    return list(session.scalars(query.order_by(Visit.visited_on.desc(), Visit.id.desc()).limit(limit)))


def recent(session: Session, customer_id: int, limit: int) -> list[Visit]:
    """The last visits with any of the customer's cars, newest first."""
    query = select(Visit).join(Vehicle, Vehicle.id == Visit.vehicle_id).where(Vehicle.customer_id == customer_id)
    return list(session.scalars(query.order_by(Visit.visited_on.desc(), Visit.id.desc()).limit(limit)))


def of_vehicles(session: Session, vehicle_ids: Collection[int]) -> list[Visit]:
    """All visits of these cars, the oldest first."""
    query = select(Visit).where(Visit.vehicle_id.in_(vehicle_ids))
    return list(session.scalars(query.order_by(Visit.visited_on, Visit.id)))
