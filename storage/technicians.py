"""Technicians: what they can do, when they work; and closures, when a store, a bay or a technician is out at short notice."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, Time, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.database import Base, Id, Json, Moment


class Technician(Base):
    """Somebody who does the work. `skills`: words such as "mechanic" or "high_voltage" that services ask for."""

    __tablename__ = "technicians"
    __table_args__ = (UniqueConstraint("store_id", "code"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    skills: Mapped[list[str]] = mapped_column(Json)
    active: Mapped[bool] = mapped_column(Boolean)

    shifts: Mapped[list["Shift"]] = relationship(order_by="Shift.weekday, Shift.starts")


class Shift(Base):
    """When a technician works on a weekday (0 = Monday), in the store's own time. Without any they work whenever it is open."""

    __tablename__ = "shifts"
    __table_args__ = (UniqueConstraint("technician_id", "weekday", "starts"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    technician_id: Mapped[int] = mapped_column(ForeignKey("technicians.id"))
    weekday: Mapped[int] = mapped_column(Integer)
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)


class Closure(Base):
    """Out from `starts_at` to `ends_at`: a bay, a technician, or with neither the whole store."""

    __tablename__ = "closures"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), index=True)
    bay_id: Mapped[int | None] = mapped_column(ForeignKey("bays.id"))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(200))


def closures(session: Session) -> list[Closure]:
    return list(session.scalars(select(Closure).order_by(Closure.starts_at, Closure.id)))


def put(session: Session, store_id: int, wishes: Sequence[Mapping[str, Any]]) -> None:
    """Makes the technicians of a store what `wishes` say: {"code", "name", "skills", "shifts": seven lists of (starts, ends)}.

    Whoever is not among them is not active any more; their row stays, because appointments point at it.
    """
    known = {person.code: person for person in session.scalars(select(Technician).where(Technician.store_id == store_id))}
    for wish in wishes:
        person = known.pop(wish["code"], None)
        if person is None:
            person = Technician(store_id=store_id, code=wish["code"])
            session.add(person)
        person.name, person.skills, person.active = wish["name"], list(wish["skills"]), True
        session.flush()
        session.execute(delete(Shift).where(Shift.technician_id == person.id))
        for weekday, spans in enumerate(wish["shifts"]):
            session.add_all(Shift(technician_id=person.id, weekday=weekday, starts=starts, ends=ends) for starts, ends in spans)
        session.flush()
        session.expire(person)
    for person in known.values():
        person.active = False
    session.flush()


def name(session: Session, technician_id: int) -> str:
    """Also of somebody who is not active any more."""
    return session.scalars(select(Technician.name).where(Technician.id == technician_id)).one()


def names(session: Session, technician_ids: Collection[int]) -> dict[int, str]:
    return {person.id: person.name for person in session.scalars(select(Technician).where(Technician.id.in_(technician_ids)))}
