"""Facts: what a customer's visits and cars add up to, one row a customer, computed by the database."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Dialect,
    ForeignKey,
    Integer,
    Select,
    String,
    and_,
    any_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.types import UserDefinedType

from storage.appointments import DONE, Appointment
from storage.customers import Customer
from storage.database import Base, Id, Json, Moment, dialect, insert, insert_for
from storage.odometer import Reading
from storage.vehicles import Vehicle
from storage.visits import Visit


class Facts(Base):
    """As of a day, and just so until `next_on`: the day on which a visit comes into a window or leaves it; None if none will.

    Money in minor units, over all visits up to that day; the windows end with it and have so many days. `last_on`: the last
    visit on file or the last appointment that was worked off, whichever is later. `delivered_on`, `year`: of the newest car they
    own; `km`: the highest reading of their cars.
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
    next_on: Mapped[date | None] = mapped_column(Date)


class FactsDue(Base):
    """Somebody whose facts have changed since they were computed, as often as they did.

    Each change is a row of its own: one that is there already, and is just being worked off, says nothing of a change that has
    not been committed yet.
    """

    __tablename__ = "facts_due"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))


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


# The windows of visits, in days: when one crosses the end of a window, its owner's facts are other ones.
WINDOWS = (30, 90, 180, 365)
# PostgreSQL's number of the lock of whoever computes.
_COMPUTING = 4_512_028
_TABLE = Facts.__table__
_NAMES = [column.name for column in _TABLE.columns]


class _Ids(UserDefinedType[Collection[int]]):
    """PostgreSQL's array of numbers, written as its text: the driver takes longer over a list than the server over its rows."""

    cache_ok, render_bind_cast = True, True

    def get_col_spec(self, **_how: Any) -> str:
        return "BIGINT[]"

    def bind_processor(self, _dialect: Dialect) -> Callable[[Collection[int] | None], str]:
        return lambda ids: "{" + ",".join(map(str, ids or ())) + "}"


# Customers: a span of ids (first, last), or these.
Who = tuple[int, int] | Collection[int]


@dataclass(frozen=True, slots=True)
class Some:
    """Whom a statement is about. The ids are parameters, so that a statement that took long to put together is kept."""

    listed: bool
    dialect: str

    def among(self, column: Any) -> ColumnElement[bool]:
        among: ColumnElement[bool]
        if not self.listed:
            among = column.between(bindparam("first_id", type_=Id), bindparam("last_id", type_=Id))
        elif self.dialect == "sqlite":
            given = func.json_each(bindparam("ids", type_=Json)).table_valued("value")
            among = column.in_(select(cast(given.c.value, Id)))
        else:
            # Looked up in one descent of the index after the other; a list that is a table is sorted out and joined each time.
            among = column == any_(bindparam("ids", type_=_Ids()))
        return among


def some(session: Session, who: Who) -> tuple[Some, dict[str, Any]]:
    """For a statement, and its parameters."""
    listed = not isinstance(who, tuple)
    known = {"ids": list(who)} if listed else {"first_id": who[0], "last_id": who[1]}  # type: ignore[index]
    return Some(listed, dialect(session)), known


def by_index(session: Session) -> None:
    """Until the transaction ends PostgreSQL plans once for whichever ids, and looks each of them up.

    With the ids before it, it plans each time, which takes longer than looking up a few, and would rather read whole tables.
    """
    if dialect(session) == "postgresql":
        session.connection().exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")


def alone(session: Session) -> None:
    """Nobody else computes until the transaction ends: what was read before a visit must not be written after it."""
    if dialect(session) == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_COMPUTING)))


def stale(session: Session, today: date, span: tuple[int, int]) -> list[int]:
    """Those of a span of customers whose facts are not what they were when they were computed, or never were."""
    old = or_(Facts.customer_id.is_(None), Facts.next_on <= today, Facts.as_of > today)
    # The span is said of both: PostgreSQL does not conclude it from the join, and reads everybody's facts for each part.
    theirs = (Facts.customer_id == Customer.id) & Facts.customer_id.between(*span)
    query = select(Customer.id).outerjoin(Facts, theirs)
    return list(session.scalars(query.where(Customer.id.between(*span), old)))


def refresh(session: Session, today: date, who: Who) -> None:
    """Makes the facts of these customers anew."""
    which, known = some(session, who)
    session.connection().execute(_refreshing(today, which), known)


@lru_cache(maxsize=4)
def _refreshing(today: date, who: Some) -> Any:
    row = insert_for(who.dialect, _TABLE).from_select(_NAMES, _computed(today, who))
    values = {name: row.excluded[name] for name in _NAMES if name != "customer_id"}
    return row.on_conflict_do_update(index_elements=["customer_id"], set_=values)


def made_anew(today: date, who: Some) -> CTE:
    """The facts of these customers, made anew by the statement that has this in the table's place; PostgreSQL only."""
    return _refreshing(today, who).returning(*_TABLE.columns).cte(Facts.__tablename__)  # type: ignore[no-any-return]


def to_be(day: date, who: Some) -> CTE:
    """What the facts of these customers will be on a day to come if nothing happens until then; a query with it has it in the
    table's place."""
    made = _computed(day, who).subquery()
    columns = [column.label(name) for name, column in zip(_NAMES, made.c, strict=True)]
    return select(*columns).cte(Facts.__tablename__)


def _day(value: date, name: str) -> ColumnElement[date]:
    """Written out: SQLite copies a parameter each time that it compares it, which for each of ten visits adds a quarter."""
    return literal_column(f"'{value}'" if name == "sqlite" else f"DATE '{value}'", Date)


def _later(day: Any, days: int, name: str) -> ColumnElement[date]:
    if name == "sqlite":
        return func.date(day, literal_column(f"'+{days} days'"), type_=Date)
    later: ColumnElement[date] = day + literal_column(str(days), Integer)
    return later


def _computed(today: date, who: Some) -> Select[*tuple[Any, ...]]:
    def since(days: int) -> ColumnElement[date]:
        return _day(today - timedelta(days=days), who.dialect)

    day, one, now = Visit.visited_on, literal_column("1", Integer), since(0)
    # Most visits are older than every window: of two conditions the one that sends those away comes first, here and below.
    over = (day <= since(WINDOWS[-1]), null())
    # The first window that a visit is still in is the next that it leaves; one to come enters all of them on its day.
    ends = ((day > since(days), _later(day, days, who.dialect)) for days in WINDOWS)
    leaves = case(over, (day > now, day), *ends)
    past = day <= now

    def money(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return cast(func.coalesce(func.sum(case((condition, Visit.amount))), literal_column("0")), Id)

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((condition, one)))

    theirs = select(Vehicle.id, Vehicle.customer_id, Vehicle.delivered_on, Vehicle.year, Vehicle.removed_at)
    # The cars lead to the visits, and are counted themselves. Reading them twice is dearer on PostgreSQL, keeping them on SQLite.
    once = "NOT MATERIALIZED" if who.dialect == "sqlite" else "MATERIALIZED"
    car = theirs.where(who.among(Vehicle.customer_id)).cte("car").prefix_with(once).c
    been = (
        select(
            car.customer_id,
            count(past).label("visits"),
            count(and_(day > since(30), past)).label("visits_30"),
            count(and_(day > since(365), past)).label("visits_365"),
            func.min(case((past, day))).label("first_on"),
            func.max(case((past, day))).label("last_on"),
            money(past).label("spent"),
            money(and_(day > since(365), past)).label("spent_365"),
            money(and_(day > since(90), past)).label("spent_90"),
            money(and_(day > since(180), day <= since(90))).label("spent_90_before"),
            func.min(leaves).label("next_on"),
        )
        .where(Visit.vehicle_id == car.id)
        .group_by(car.customer_id)
        .subquery()
    )
    owned = (
        select(
            car.customer_id,
            func.count().label("cars"),
            func.max(car.delivered_on).label("delivered_on"),
            func.max(car.year).label("year"),
        )
        .where(car.removed_at.is_(None))
        .group_by(car.customer_id)
        .subquery()
    )
    # Joined and not looked up for each car, which takes PostgreSQL a sixth of the whole.
    read = (
        select(car.customer_id, func.max(Reading.km).label("km"))
        .where(Reading.vehicle_id == car.id, Reading.source != "estimated", car.removed_at.is_(None))
        .group_by(car.customer_id)
        .subquery()
    )
    worked_off = (
        select(Appointment.customer_id, func.date(func.max(Appointment.starts_at), type_=Date).label("day"))
        .where(Appointment.status == DONE, who.among(Appointment.customer_id))
        .group_by(Appointment.customer_id)
        .subquery()
    )
    done = worked_off.c.day
    last = case((done > been.c.last_on, done), else_=func.coalesce(been.c.last_on, done))
    none = literal_column("0", Integer)
    sums = ("spent", "spent_365", "spent_90", "spent_90_before")
    return (
        select(
            Customer.id,
            now.label("as_of"),
            *(func.coalesce(been.c[name], none) for name in ("visits", "visits_30", "visits_365")),
            been.c.first_on,
            last,
            *(func.coalesce(been.c[name], none) for name in sums),
            func.coalesce(owned.c.cars, none),
            owned.c.delivered_on,
            owned.c.year,
            read.c.km,
            been.c.next_on,
        )
        .outerjoin(been, been.c.customer_id == Customer.id)
        .outerjoin(owned, owned.c.customer_id == Customer.id)
        .outerjoin(read, read.c.customer_id == Customer.id)
        .outerjoin(worked_off, worked_off.c.customer_id == Customer.id)
        .where(who.among(Customer.id))
    )


# -- who is due ------------------------------------------------------------------------------------------------------------


def changed(session: Session, customer_ids: Collection[int]) -> None:
    """Something happened to these customers: they are computed anew at the next tick."""
    if rows := [{"customer_id": number} for number in sorted(set(customer_ids))]:
        session.connection().execute(insert(session, FactsDue.__table__), rows)


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
    due = select(FactsDue.id, FactsDue.customer_id).order_by(FactsDue.id).limit(limit).with_for_update(skip_locked=True)
    found = session.execute(due).all()
    session.connection().execute(delete(FactsDue).where(FactsDue.id.in_([row.id for row in found])))
    return sorted({row.customer_id for row in found})


# Each round of the clockwork asks these, so they are put together once.
_ANY_DUE, _LAST_ID = select(FactsDue.id).limit(1), select(func.max(Customer.id))


def any_due(session: Session) -> bool:
    return session.scalars(_ANY_DUE).first() is not None


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
    return session.scalar(_LAST_ID) or 0


def tags_of(session: Session, customer_id: int) -> set[str]:
    return set(session.scalars(select(Tag.tag).where(Tag.customer_id == customer_id)))


def set_tags(session: Session, customer_id: int, tags: Collection[str], staff_id: int | None, now: datetime) -> None:
    """These tags and no others."""
    session.execute(delete(Tag).where(Tag.customer_id == customer_id, Tag.tag.not_in(tags)))
    for tag in sorted(set(tags) - tags_of(session, customer_id)):
        session.add(Tag(customer_id=customer_id, tag=tag, staff_id=staff_id, at=now))
    session.flush()
    changed(session, [customer_id])
