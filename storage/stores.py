"""Stores: where they are, when they are open, and their bays."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String, Time, UniqueConstraint, delete, select, text, true
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from storage import technicians
from storage.database import Base, Id, Json
from storage.technicians import Technician

# The kind of a bay that is a car.
DEMO = "demo"


class Store(Base):
    """A dealership or a detailing shop. `names`, `addresses`, `parking`: one text a language (`en`, `zh-Hans`, `zh-Hant`)."""

    __tablename__ = "stores"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[str] = mapped_column(String(20))  # dealership | detailing
    names: Mapped[dict[str, str]] = mapped_column(Json)
    addresses: Mapped[dict[str, str]] = mapped_column(Json)
    parking: Mapped[dict[str, str]] = mapped_column(Json)
    phone: Mapped[str] = mapped_column(String(40))
    timezone: Mapped[str] = mapped_column(String(60))
    region: Mapped[str] = mapped_column(String(4))  # ISO country of holidays, plates and phone numbers
    currency: Mapped[str] = mapped_column(String(3))
    position: Mapped[int] = mapped_column(Integer)  # the order in which stores are offered
    booking: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'"))  # see storage.terms
    feedback: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'"))  # see handlers.feedback.rules
    margin: Mapped[int | None] = mapped_column(Integer)  # percent of a bill, where the cost of the work is not on file

    hours: Mapped[list["OpeningHours"]] = relationship(order_by="OpeningHours.weekday, OpeningHours.opens")
    special_days: Mapped[list["SpecialDay"]] = relationship(order_by="SpecialDay.day")
    bays: Mapped[list["Bay"]] = relationship(
        order_by="Bay.code", primaryjoin="and_(Store.id == Bay.store_id, Bay.active)", viewonly=True
    )
    technicians: Mapped[list["Technician"]] = relationship(
        order_by="Technician.code", primaryjoin="and_(Store.id == Technician.store_id, Technician.active)", viewonly=True
    )


class OpeningHours(Base):
    """One span of a weekday (0 = Monday) in the store's own time; two spans leave a lunch break between them."""

    __tablename__ = "opening_hours"
    __table_args__ = (UniqueConstraint("store_id", "weekday", "opens"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    weekday: Mapped[int] = mapped_column(Integer)
    opens: Mapped[time] = mapped_column(Time)
    closes: Mapped[time] = mapped_column(Time)


class SpecialDay(Base):
    """A day that differs from its weekday: closed (`spans` empty) or open at other times ([["09:00", "12:00"], …])."""

    __tablename__ = "special_days"
    __table_args__ = (UniqueConstraint("store_id", "day"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    day: Mapped[date] = mapped_column(Date)
    spans: Mapped[list[Any]] = mapped_column(Json)
    names: Mapped[dict[str, str]] = mapped_column(Json)  # the reason, one text a language


class Bay(Base):
    """A place where one car is worked on, `kind`: lift | wash | paint | general …, or a demo car (`kind` demo, `model` its code).

    A bay that was given up is not active; its row stays, because appointments point at it.
    """

    __tablename__ = "bays"
    __table_args__ = (UniqueConstraint("store_id", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    code: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(20))
    model: Mapped[str | None] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(Boolean, server_default=true())


def all_stores(session: Session) -> list[Store]:
    """Every store with its hours, special days, bays and technicians."""
    everything = [selectinload(part) for part in (Store.hours, Store.special_days, Store.bays)]
    everything.append(selectinload(Store.technicians).selectinload(Technician.shifts))
    return list(session.scalars(select(Store).options(*everything).order_by(Store.position, Store.code)))


def listed(session: Session) -> list[Store]:
    """Every store in the order in which they are offered, without what belongs to it."""
    return list(session.scalars(select(Store).order_by(Store.position, Store.code)))


def by_code(session: Session, code: str) -> Store | None:
    return session.scalars(select(Store).where(Store.code == code)).one_or_none()


def put(session: Session, wish: Mapping[str, Any]) -> None:
    """Adds the store of this code, or makes it what `wish` says: columns by name, and

    `hours`: seven lists of (opens, closes), Monday first. `special_days`: {"day", "names", "hours"}. `bays`: kinds by code.
    `demo_cars`: models by code. `technicians`: see `storage.technicians`. `booking` and `feedback` as in the columns.
    """
    store = by_code(session, wish["code"])
    if store is None:
        store = Store(code=wish["code"])
        session.add(store)
    for name in ("kind", "position", "names", "addresses", "parking", "phone", "timezone", "region", "currency"):
        setattr(store, name, wish[name])
    store.booking, store.feedback, store.margin = wish["booking"], wish["feedback"], wish["margin"]
    session.flush()
    session.execute(delete(OpeningHours).where(OpeningHours.store_id == store.id))
    session.execute(delete(SpecialDay).where(SpecialDay.store_id == store.id))
    for weekday, spans in enumerate(wish["hours"]):
        session.add_all(OpeningHours(store_id=store.id, weekday=weekday, opens=opens, closes=closes) for opens, closes in spans)
    for special in wish["special_days"]:
        spans = [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in special["hours"]]
        session.add(SpecialDay(store_id=store.id, day=special["day"], names=special["names"], spans=spans))
    # A bay keeps its row as long as it exists: what was booked there points at it.
    bays = {bay.code: bay for bay in session.scalars(select(Bay).where(Bay.store_id == store.id))}
    wanted = [(code, kind, None) for code, kind in wish["bays"].items()]
    for code, kind, model in [*wanted, *((code, DEMO, model) for code, model in wish["demo_cars"].items())]:
        bay = bays.pop(code, None)
        if bay is None:
            bay = Bay(store_id=store.id, code=code)
            session.add(bay)
        bay.kind, bay.model, bay.active = kind, model, True
    for bay in bays.values():
        bay.active = False
    technicians.put(session, store.id, wish["technicians"])
    session.flush()
    session.expire(store)


_FIRST = select(Store).order_by(Store.position, Store.code).limit(1)


def first(session: Session) -> Store | None:
    """The one that is offered first."""
    return session.scalars(_FIRST).one_or_none()
