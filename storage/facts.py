"""Facts: what a customer's visits and cars add up to, one row a customer, computed by the database."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    ForeignKey,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    delete,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.appointments import DONE, Appointment
from storage.customers import Customer
from storage.database import Base, Id, Moment, insert
from storage.odometer import Reading
from storage.vehicles import Vehicle
from storage.visits import Visit


class Facts(Base):
    """As of a day. Money in minor units, over all visits up to that day; the windows end with it and have so many days.

    `last_on`: the last visit on file or the last appointment that was worked off, whichever is later. `delivered_on`, `year`:
    of the newest car they own; `km`: the highest reading of their cars.
    """

    __tablename__ = "customer_facts"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    as_of: Mapped[date] = mapped_column(Date)
    visits: Mapped[int] = mapped_column(Integer)
    visits_30: Mapped[int] = mapped_column(Integer)
    visits_365: Mapped[int] = mapped_column(Integer)
    first_on: Mapped[date | None] = mapped_column(Date)
    last_on: Mapped[date | None] = mapped_column(Date)
    spent: Mapped[int] = mapped_column(Id)
    spent_365: Mapped[int] = mapped_column(Id)
    spent_90: Mapped[int] = mapped_column(Id)
    spent_90_before: Mapped[int] = mapped_column(Id)
    cars: Mapped[int] = mapped_column(Integer)
    delivered_on: Mapped[date | None] = mapped_column(Date)
    year: Mapped[int | None] = mapped_column(Integer)
    km: Mapped[int | None] = mapped_column(Integer)


class FactsDue(Base):
    """Customers whose facts have changed since they were computed."""

    __tablename__ = "facts_due"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True, autoincrement=False)


class FactsRun(Base):
    """A day's run over everybody: all customers up to `upto` (an id) are done."""

    __tablename__ = "facts_runs"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    upto: Mapped[int] = mapped_column(Id)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class Tag(Base):
    """A word that an advisor has put on a customer: attitude (bee …) or persona (family …)."""

    __tablename__ = "customer_tags"

    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(String(20), primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Moment)


_TABLE = Facts.__table__
_NAMES = [column.name for column in _TABLE.columns]


def among(column: Any, who: "tuple[int, int] | Collection[int]") -> ColumnElement[bool]:
    """A span of ids (first, last), or these ids."""
    found: ColumnElement[bool] = column.between(who[0], who[1]) if isinstance(who, tuple) else column.in_(who)
    return found


def refresh(session: Session, today: date, who: "tuple[int, int] | Collection[int]") -> None:
    """Makes the facts of these customers anew: a span of ids as a tuple (first, last), else these ids."""
    row = insert(session, _TABLE).from_select(_NAMES, _computed(today, who))
    values = {name: row.excluded[name] for name in _NAMES if name != "customer_id"}
    session.connection().execute(row.on_conflict_do_update(index_elements=["customer_id"], set_=values))


def _computed(today: date, who: "tuple[int, int] | Collection[int]") -> Select[*tuple[Any, ...]]:
    def since(days: int) -> date:
        return today - timedelta(days=days)

    day, amount = Visit.visited_on, func.coalesce(Visit.amount, 0)

    def money(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return cast(func.coalesce(func.sum(case((condition, amount), else_=0)), 0), Id)

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), Integer)

    been = (
        select(
            Vehicle.customer_id,
            func.count().label("visits"),
            count(day > since(30)).label("visits_30"),
            count(day > since(365)).label("visits_365"),
            func.min(day).label("first_on"),
            func.max(day).label("last_on"),
            cast(func.coalesce(func.sum(amount), 0), Id).label("spent"),
            money(day > since(365)).label("spent_365"),
            money(day > since(90)).label("spent_90"),
            money(and_(day > since(180), day <= since(90))).label("spent_90_before"),
        )
        .join_from(Vehicle, Visit, Visit.vehicle_id == Vehicle.id)
        .where(among(Vehicle.customer_id, who), day <= today)
        .group_by(Vehicle.customer_id)
        .subquery()
    )
    done = (
        select(Appointment.customer_id, func.max(func.date(Appointment.starts_at, type_=Date)).label("day"))
        .where(Appointment.status == DONE, Appointment.customer_id.is_not(None), among(Appointment.customer_id, who))
        .group_by(Appointment.customer_id)
        .subquery()
    )
    owned = (
        select(
            Vehicle.customer_id,
            func.count().label("cars"),
            func.max(Vehicle.delivered_on).label("delivered_on"),
            func.max(Vehicle.year).label("year"),
        )
        .where(among(Vehicle.customer_id, who), Vehicle.removed_at.is_(None))
        .group_by(Vehicle.customer_id)
        .subquery()
    )
    read = (
        select(Vehicle.customer_id, func.max(Reading.km).label("km"))
        .join_from(Vehicle, Reading, Reading.vehicle_id == Vehicle.id)
        .where(among(Vehicle.customer_id, who), Vehicle.removed_at.is_(None), Reading.source != "estimated")
        .group_by(Vehicle.customer_id)
        .subquery()
    )
    last = case((or_(been.c.last_on.is_(None), done.c.day > been.c.last_on), done.c.day), else_=been.c.last_on)
    none = literal(0)
    sums = ("spent", "spent_365", "spent_90", "spent_90_before")
    return (
        select(
            Customer.id,
            literal(today, Date),
            *(func.coalesce(been.c[name], none) for name in ("visits", "visits_30", "visits_365")),
            been.c.first_on,
            last,
            *(func.coalesce(been.c[name], none) for name in sums),
            func.coalesce(owned.c.cars, none),
            owned.c.delivered_on,
            owned.c.year,
            read.c.km,
        )
        .outerjoin(been, been.c.customer_id == Customer.id)
        .outerjoin(done, done.c.customer_id == Customer.id)
        .outerjoin(owned, owned.c.customer_id == Customer.id)
        .outerjoin(read, read.c.customer_id == Customer.id)
        .where(among(Customer.id, who))
    )


# -- who is due ------------------------------------------------------------------------------------------------------------


def changed(session: Session, customer_ids: Collection[int]) -> None:
    """Something happened to these customers: they are computed anew at the next tick."""
    if rows := [{"customer_id": number} for number in set(customer_ids)]:
        session.connection().execute(insert(session, FactsDue.__table__).on_conflict_do_nothing(), rows)


def visited(session: Session, codes: Collection[str]) -> None:
    """These visits (by code) are new or were corrected."""
    owners = select(Vehicle.customer_id).join_from(Visit, Vehicle, Vehicle.id == Visit.vehicle_id).where(Visit.code.in_(codes))
    changed(session, set(session.scalars(owners)))


def imported(session: Session, mapped: "type[Customer] | type[Vehicle]", codes: Collection[str]) -> None:
    """These customers, or the owners of these vehicles (by code), are new or were changed."""
    column = Customer.id if mapped is Customer else Vehicle.customer_id
    changed(session, set(session.scalars(select(column).where(mapped.code.in_(codes)))))


def take_due(session: Session, limit: int) -> list[int]:
    """Some of those who are due, which they are no more."""
    due = select(FactsDue.customer_id).order_by(FactsDue.customer_id).limit(limit).with_for_update(skip_locked=True)
    found = list(session.scalars(due))
    session.connection().execute(delete(FactsDue).where(FactsDue.customer_id.in_(found)))
    return found


def any_due(session: Session) -> bool:
    return session.scalars(select(FactsDue.customer_id).limit(1)).first() is not None


def run_of(session: Session, day: date) -> FactsRun | None:
    return session.get(FactsRun, day)


def lock_run(session: Session, day: date) -> FactsRun:
    """The day's run, begun if it is new."""
    row = insert(session, FactsRun.__table__).values(day=day, upto=0)
    session.connection().execute(row.on_conflict_do_nothing())
    query = select(FactsRun).where(FactsRun.day == day).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def forget_runs(session: Session, before: date) -> None:
    session.connection().execute(delete(FactsRun).where(FactsRun.day < before))


def last_id(session: Session) -> int:
    return session.scalar(select(func.max(Customer.id))) or 0


def tags_of(session: Session, customer_id: int) -> set[str]:
    return set(session.scalars(select(Tag.tag).where(Tag.customer_id == customer_id)))


def set_tags(session: Session, customer_id: int, tags: Collection[str], staff_id: int | None, now: datetime) -> None:
    """These tags and no others."""
    session.execute(delete(Tag).where(Tag.customer_id == customer_id, Tag.tag.not_in(tags)))
    for tag in sorted(set(tags) - tags_of(session, customer_id)):
        session.add(Tag(customer_id=customer_id, tag=tag, staff_id=staff_id, at=now))
    session.flush()
    changed(session, [customer_id])
