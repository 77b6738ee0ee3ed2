"""Vehicles and who brings them."""

from datetime import date

from sqlalchemy import Date, ForeignKey, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id


class Vehicle(Base):
    """A car. `code` is its key in the shop's own system; plate and VIN as the shop wrote them, trimmed."""

    __tablename__ = "vehicles"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("car_models.id"))
    plate: Mapped[str | None] = mapped_column(String(20), index=True)
    vin: Mapped[str | None] = mapped_column(String(20), index=True)
    year: Mapped[int | None] = mapped_column(Integer)
    colour: Mapped[str | None] = mapped_column(String(40))
    delivered_on: Mapped[date | None] = mapped_column(Date)


def of_customer(session: Session, customer_id: int) -> list[Vehicle]:
    return list(session.scalars(select(Vehicle).where(Vehicle.customer_id == customer_id).order_by(Vehicle.id)))
