"""Segments: groups of customers defined as data, counted by the database, and who entered and left them when."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    extract,
    false,
    func,
    literal,
    or_,
    select,
    text,
    union,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.catalogue import CarModel
from storage.chats import CHATS
from storage.contact import Consent
from storage.customers import Customer
from storage.database import Base, Id, Json, Moment, dialect, insert
from storage.facts import Facts, Tag, among
from storage.people import seen_from
from storage.stores import Store
from storage.vehicles import Vehicle

# A span of ids (first, last), or these ids.
Who = tuple[int, int] | Collection[int]
NUMBER, MONEY, CHOICE, FLAG = "number", "money", "choice", "flag"
_NOW = text("left_at IS NULL")


class Segment(Base):
    """A group. `rule`: {"any": [[{"fact", "least", "most"} | {"fact", "in"} | {"fact", "is"}, …], …]}: all of one list, or all of
    the next. `family`: value | stage | tier | detailing | attitude | persona | own. `store_id` None: of the whole group.
    """

    __tablename__ = "segments"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    family: Mapped[str] = mapped_column(String(20))
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    active: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Member(Base):
    """Somebody in a segment from `entered_at` until `left_at`; who comes back has a new row."""

    __tablename__ = "segment_members"
    __table_args__ = (
        Index("ix_segment_members_now", "segment_id", "customer_id", unique=True, sqlite_where=_NOW, postgresql_where=_NOW),
        Index("ix_segment_members_entered", "segment_id", "entered_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    entered_at: Mapped[datetime] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a rule may ask. `value` gives the SQL for a number; `holds` that for choices (values) and flags (yes);
    `among` that of a flag for some customers, where that is cheaper."""

    kind: str
    value: "Callable[[date, str], ColumnElement[Any]] | None" = None
    holds: "Callable[[Any], ColumnElement[bool]] | None" = None
    among: "Callable[[Who], ColumnElement[bool]] | None" = None


def _days(column: Any) -> Callable[[date, str], ColumnElement[Any]]:
    """Whole days from that day to today; null where there was none."""

    def value(today: date, name: str) -> ColumnElement[Any]:
        if name == "sqlite":
            return cast(func.julianday(literal(today.isoformat())) - func.julianday(column), Integer)
        passed: ColumnElement[Any] = literal(today) - column
        return passed

    return value


def _plain(column: Any) -> Callable[[date, str], ColumnElement[Any]]:
    return lambda _today, _name: column


def _drop(_today: date, _name: str) -> ColumnElement[Any]:
    """By how many percent the last 90 days were below the 90 before; null where there was nothing before."""
    return case((Facts.spent_90_before > 0, 100 - 100 * Facts.spent_90 / Facts.spent_90_before))


def _average(_today: date, _name: str) -> ColumnElement[Any]:
    return case((Facts.visits > 0, Facts.spent / Facts.visits))


def _owns(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    car = select(Vehicle.id).join(CarModel, CarModel.id == Vehicle.model_id)
    return exists(car.where(Vehicle.customer_id == Customer.id, Vehicle.removed_at.is_(None), *conditions).correlate(Customer))


def _at_store(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(select(Store.id).where(Store.id == Customer.store_id, *conditions).correlate(Customer))


def agrees(who: Who | None = None) -> ColumnElement[bool]:
    """Whether their last word on offers, in whichever chat, was a yes.

    `who`: nobody else is asked about. Everybody's last word at once: looking each one up takes a large shop an hour.
    """
    said = (Consent.id, Consent.at, Consent.given)
    by_name = select(Consent.customer_id.label("owner"), *said).where(
        Consent.purpose == "marketing", Consent.customer_id.is_not(None)
    )
    by_chat = select(CHATS.c.customer_id.label("owner"), *said).join(CHATS, CHATS.c.id == Consent.chat_id)
    by_chat = by_chat.where(Consent.purpose == "marketing", CHATS.c.customer_id.is_not(None))
    if who is not None:
        by_name, by_chat = by_name.where(among(Consent.customer_id, who)), by_chat.where(among(CHATS.c.customer_id, who))
    spoke = union(by_name, by_chat).subquery()
    place = func.row_number().over(partition_by=spoke.c.owner, order_by=(spoke.c.at.desc(), spoke.c.id.desc())).label("place")
    last = select(spoke.c.owner, spoke.c.given, place).subquery()
    return Customer.id.in_(select(last.c.owner).where(last.c.place == 1, last.c.given))


def reachable() -> ColumnElement[bool]:
    return exists(
        select(CHATS.c.id).where(CHATS.c.customer_id == Customer.id, CHATS.c.customer_id.is_not(None), CHATS.c.reachable)
        .correlate(Customer)
    )  # fmt: skip


def _tagged(tags: Any) -> ColumnElement[bool]:
    return exists(select(Tag.tag).where(Tag.customer_id == Customer.id, Tag.tag.in_(tags)).correlate(Customer))


def _age(today: date, _name: str) -> ColumnElement[Any]:
    return today.year - Facts.year


FACTS: Mapping[str, Fact] = {
    "days_since_visit": Fact(NUMBER, _days(Facts.last_on)),
    "visits": Fact(NUMBER, _plain(Facts.visits)),
    "visits_30": Fact(NUMBER, _plain(Facts.visits_30)),
    "visits_365": Fact(NUMBER, _plain(Facts.visits_365)),
    "spent_365": Fact(MONEY, _plain(Facts.spent_365)),
    "average": Fact(MONEY, _average),
    "spend_drop": Fact(NUMBER, _drop),
    "days_since_delivery": Fact(NUMBER, _days(Facts.delivered_on)),
    "cars": Fact(NUMBER, _plain(Facts.cars)),
    "car_age": Fact(NUMBER, _age),
    "km": Fact(NUMBER, _plain(Facts.km)),
    "birth_month": Fact(NUMBER, lambda _today, _name: extract("month", Customer.birthday)),
    "store": Fact(CHOICE, holds=lambda codes: _at_store(Store.code.in_(codes))),
    "store_kind": Fact(CHOICE, holds=lambda kinds: _at_store(Store.kind.in_(kinds))),
    "model": Fact(CHOICE, holds=lambda codes: _owns(CarModel.code.in_(codes))),
    "energy": Fact(CHOICE, holds=lambda kinds: _owns(CarModel.energy.in_(kinds))),
    "language": Fact(CHOICE, holds=lambda names: func.coalesce(Customer.language.in_(names), false())),
    "tag": Fact(CHOICE, holds=_tagged),
    "agrees": Fact(FLAG, holds=lambda yes: agrees() if yes else ~agrees(), among=agrees),
    "reachable": Fact(FLAG, holds=lambda yes: reachable() if yes else ~reachable()),
    "known": Fact(FLAG, holds=lambda yes: Customer.provisional.is_not(bool(yes))),
}


def matching(
    session: Session, rule: Mapping[str, Any], today: date, stores: Collection[int] | None = None, who: Who | None = None
) -> Select[Any]:
    """The ids of the customers whom the rule means today; behind the wall of these stores, and among `who`, if given.

    An empty rule means nobody.
    """
    name = dialect(session)
    groups = [and_(*(_condition(one, today, name, who) for one in group)) for group in rule.get("any", ()) if group]
    query = select(Customer.id).join(Facts, Facts.customer_id == Customer.id).where(or_(false(), *groups))
    if who is not None:
        query = query.where(among(Customer.id, who))
    return query if stores is None else query.where(seen_from(stores))


def _condition(one: Mapping[str, Any], today: date, name: str, who: Who | None) -> ColumnElement[bool]:
    fact = FACTS[one["fact"]]
    if fact.value is not None:
        value = fact.value(today, name)
        bounds = [value >= one["least"]] if one.get("least") is not None else []
        return and_(*bounds, *([value <= one["most"]] if one.get("most") is not None else []))
    assert fact.holds is not None, "a fact is one or the other"
    if fact.among is not None and who is not None:
        return fact.among(who) if one["is"] else ~fact.among(who)
    return fact.holds(one["in"] if fact.kind == CHOICE else one["is"])


def count(session: Session, rule: Mapping[str, Any], today: date, stores: Collection[int] | None = None) -> tuple[int, int]:
    """(how many, how many of them can be reached and agree to offers)."""
    found = matching(session, rule, today, stores)
    everybody = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    open_ = session.scalar(select(func.count()).select_from(found.where(reachable(), agrees()).subquery())) or 0
    return everybody, open_


def everybody(session: Session, stores: Collection[int] | None = None) -> int:
    query = select(func.count()).select_from(Customer)
    return session.scalar(query if stores is None else query.where(seen_from(stores))) or 0


def follow(session: Session, segment: Segment, today: date, now: datetime, who: "tuple[int, int] | Collection[int]") -> None:
    """Who of these customers is in the segment now enters, who is not any more leaves."""
    mine = matching(session, segment.rule, today, who=who)
    inside = exists(
        select(Member.id).where(Member.segment_id == segment.id, Member.customer_id == Customer.id, Member.left_at.is_(None))
        .correlate(Customer)
    )  # fmt: skip
    new = mine.add_columns(literal(segment.id, Id), literal(now, Moment)).where(~inside)
    row = insert(session, Member.__table__).from_select(["customer_id", "segment_id", "entered_at"], new)
    connection = session.connection()
    connection.execute(row.on_conflict_do_nothing())
    standing = (Member.segment_id == segment.id, Member.left_at.is_(None), among(Member.__table__.c.customer_id, who))
    gone = update(Member).where(*standing, Member.customer_id.not_in(mine))
    connection.execute(gone.values(left_at=now))


def leave_all(session: Session, segment_id: int, now: datetime) -> None:
    session.connection().execute(
        update(Member).where(Member.segment_id == segment_id, Member.left_at.is_(None)).values(left_at=now)
    )  # fmt: skip


def all_segments(session: Session, *, active: bool = True) -> list[Segment]:
    query = select(Segment).order_by(Segment.family, Segment.id)
    return list(session.scalars(query.where(Segment.active) if active else query))


def by_code(session: Session, code: str) -> Segment | None:
    return session.scalars(select(Segment).where(Segment.code == code)).one_or_none()


def is_member(session: Session, code: str, customer_id: int) -> bool:
    """Whether somebody is in this segment now."""
    mine = select(Member.id).join(Segment, Segment.id == Member.segment_id)
    query = mine.where(Segment.code == code, Member.customer_id == customer_id, Member.left_at.is_(None))
    return session.scalars(query).first() is not None


def members(code: str) -> Select[Any]:
    """A query for the ids of the customers who are in this segment now; for `Customer.id.in_(…)`."""
    query = select(Member.customer_id).join(Segment, Segment.id == Member.segment_id)
    return query.where(Segment.code == code, Member.left_at.is_(None))


def entered(session: Session, code: str, since: datetime, until: datetime) -> Sequence[tuple[int, datetime]]:
    """(customer, when) of those who entered in this time and are still in it, by time."""
    query = select(Member.customer_id, Member.entered_at).join(Segment, Segment.id == Member.segment_id)
    theirs = (Segment.code == code, Member.left_at.is_(None), Member.entered_at > since, Member.entered_at <= until)
    return [(number, at) for number, at in session.execute(query.where(*theirs).order_by(Member.entered_at, Member.id))]


def of_customer(session: Session, customer_id: int) -> list[tuple[Segment, datetime]]:
    """The segments that somebody is in, with the time since when."""
    query = select(Segment, Member.entered_at).join(Member, Member.segment_id == Segment.id)
    mine = (Member.customer_id == customer_id, Member.left_at.is_(None), Segment.active)
    return [(segment, at) for segment, at in session.execute(query.where(*mine).order_by(Segment.family, Segment.id))]


def of_customers(session: Session, customer_ids: Collection[int]) -> list[tuple[int, str, datetime]]:
    """(customer, code of a segment that they are in, since when), of several people."""
    query = select(Member.customer_id, Segment.code, Member.entered_at).join(Segment, Segment.id == Member.segment_id)
    theirs = (Member.customer_id.in_(customer_ids), Member.left_at.is_(None), Segment.active)
    return [(number, code, at) for number, code, at in session.execute(query.where(*theirs))]


def sizes(session: Session) -> dict[int, int]:
    """How many are in each segment now."""
    query = select(Member.segment_id, func.count()).where(Member.left_at.is_(None)).group_by(Member.segment_id)
    return dict(session.execute(query).all())
