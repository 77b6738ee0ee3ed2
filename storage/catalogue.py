"""The catalogue: car models, services and what a service costs for a model, in a store, between two days."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, UniqueConstraint, func, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json


class CarModel(Base):
    """A car model. `aliases`: other words for it in any language ("A4L", "奥迪A4")."""

    __tablename__ = "car_models"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    make: Mapped[str] = mapped_column(String(60))
    names: Mapped[dict[str, str]] = mapped_column(Json)  # make and model, one text a language
    aliases: Mapped[list[str]] = mapped_column(Json)
    energy: Mapped[str] = mapped_column(String(20))  # petrol | diesel | hybrid | electric


class Service(Base):
    """Something the shop does.

    `includes`: what is part of it, one text a language. `aliases`: other words for it in any language.
    `minutes`: how long it takes, `model_minutes`: for models (codes) that take another time; from 1,440 on the car stays for
    so many hours, nights included. `at_km`: the mileages that it is for, "the 60,000 km service". `bay_kind`: where it is
    done, "none" if no bay is needed, "demo" for a demo car. `skill`: what a technician must be able to do, "" if none is needed.
    """

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    category: Mapped[str] = mapped_column(String(40))  # maintenance | tyres | brakes | … | detailing
    names: Mapped[dict[str, str]] = mapped_column(Json)
    includes: Mapped[dict[str, str]] = mapped_column(Json)
    aliases: Mapped[list[str]] = mapped_column(Json)
    minutes: Mapped[int] = mapped_column(Integer)
    model_minutes: Mapped[dict[str, int]] = mapped_column(Json, server_default=text("'{}'"))
    at_km: Mapped[list[int]] = mapped_column(Json, server_default=text("'[]'"))
    bay_kind: Mapped[str] = mapped_column(String(20))
    skill: Mapped[str] = mapped_column(String(40), server_default="")
    position: Mapped[int] = mapped_column(Integer)
    active: Mapped[bool] = mapped_column(Boolean)


class Price(Base):
    """What a service costs, in minor units of the store's currency, tax included, on the days from `valid_from` to `valid_until`.

    `model_id` None: the same for every model without a price of its own. `cost`: what parts and work of it cost the shop, of the
    same unit; None if nobody has said.
    """

    __tablename__ = "prices"
    __table_args__ = (UniqueConstraint("store_id", "service_id", "model_id", "valid_from"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("car_models.id"))
    amount: Mapped[int] = mapped_column(Integer)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    cost: Mapped[int | None] = mapped_column(Integer)


def models(session: Session) -> list[CarModel]:
    return list(session.scalars(select(CarModel).order_by(CarModel.make, CarModel.code)))


def services(session: Session) -> list[Service]:
    return list(session.scalars(select(Service).where(Service.active).order_by(Service.position, Service.code)))


def service(session: Session, code: str) -> Service | None:
    return session.scalars(select(Service).where(Service.active, Service.code == code)).one_or_none()


class PriceOnFile(NamedTuple):
    """A row of `prices` as it is kept in memory, where there may be many thousands."""

    store_id: int
    service_id: int
    model_id: int | None
    amount: int
    valid_from: date
    valid_until: date | None
    cost: int | None = None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def prices(session: Session) -> list[PriceOnFile]:
    """Every price, past and future ones too, the newest first."""
    columns = (Price.store_id, Price.service_id, Price.model_id, Price.amount, Price.valid_from, Price.valid_until, Price.cost)
    query = select(*columns).order_by(Price.valid_from.desc(), Price.id.desc())
    return [PriceOnFile(*row) for row in session.execute(query)]


def prices_of(session: Session, store_id: int, service_id: int, day: date) -> list[tuple[Price, CarModel | None]]:
    """Those of a service in a store that hold on that day or later."""
    query = select(Price, CarModel).outerjoin(CarModel, CarModel.id == Price.model_id)
    query = query.where(Price.store_id == store_id, Price.service_id == service_id)
    query = query.where(or_(Price.valid_until.is_(None), Price.valid_until >= day)).order_by(CarModel.code, Price.valid_from)
    return [(price, model) for price, model in session.execute(query)]


def has_price(session: Session, price: Price) -> bool:
    """Whether there is one of the same store, service and model that begins on the same day."""
    query = select(Price.id).where(
        Price.store_id == price.store_id, Price.service_id == price.service_id, Price.valid_from == price.valid_from,
        Price.model_id.is_(None) if price.model_id is None else Price.model_id == price.model_id,
    )  # fmt: skip
    return session.execute(query.limit(1)).first() is not None


def costs_known(session: Session, store_id: int, day: date) -> tuple[int, int]:
    """How many prices of a store that hold on that day or later have a cost, and how many there are."""
    query = select(func.count(Price.cost), func.count()).where(Price.store_id == store_id)
    known, every = session.execute(query.where(or_(Price.valid_until.is_(None), Price.valid_until >= day))).one()
    return known, every


def service_codes(session: Session) -> set[str]:
    """Of every service, also of those that are not offered any more."""
    return set(session.scalars(select(Service.code)))
