"""Segments: groups of customers defined as data, counted by the database, and who entered and left them when."""

import operator
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache, reduce
from typing import Any

import orjson
from sqlalchemy import (
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    exists,
    extract,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    type_coerce,
    union,
    update,
)
from sqlalchemy import insert as core_insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import facts
from storage.catalogue import CarModel
from storage.chats import CHATS
from storage.consents import holds_since
from storage.contact import Consent
from storage.customers import Customer
from storage.database import Base, Id, Json, Moment, dialect
from storage.facts import Facts, Some, Tag, Who, some
from storage.people import seen_from
from storage.stores import Store
from storage.vehicles import Vehicle

# So many segments fit into one whole number of the database.
_BITS = 60
NUMBER, MONEY, CHOICE, FLAG = "number", "money", "choice", "flag"
_NOW = text("left_at IS NULL")
_NO_BIT: ColumnElement[int] = literal_column("0", Id)


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
        # In the order of the customers, for comparing what they are in with what they should be in.
        Index("ix_segment_members_customer", "customer_id", "segment_id", "left_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))
    entered_at: Mapped[datetime] = mapped_column(Moment)
    left_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Fact:
    """What a rule may ask. `value` gives the SQL for a number, `since` the day from which days are counted; `holds` that for
    choices (values) and flags (yes), asked of nobody but these customers."""

    kind: str
    value: "Callable[[date], ColumnElement[Any]] | None" = None
    since: Any = None
    holds: "Callable[[Any, Some | None], ColumnElement[bool]] | None" = None


def _plain(column: Any) -> Callable[[date], ColumnElement[Any]]:
    return lambda _today: column


def _drop(_today: date) -> ColumnElement[Any]:
    """By how many percent the last 90 days were below the 90 before; null where there was nothing before."""
    hundred = _written(100)
    return case((Facts.spent_90_before > _written(0), hundred - hundred * Facts.spent_90 / Facts.spent_90_before))


def _average(_today: date) -> ColumnElement[Any]:
    return case((Facts.visits > _written(0), Facts.spent / Facts.visits))


def _one_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Without IN, whose values are written into the statement anew each time that it is asked."""
    return or_(false(), *(column == value for value in values))


def _written(number: int) -> ColumnElement[int]:
    """Written out: of a statement with fewer parameters the driver remembers how to pass them."""
    return literal_column(str(int(number)), Id)


def _owns(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    car = select(Vehicle.id).join(CarModel, CarModel.id == Vehicle.model_id)
    return exists(car.where(Vehicle.customer_id == Customer.id, Vehicle.removed_at.is_(None), *conditions).correlate(Customer))


def _at_store(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return func.coalesce(Customer.store_id.in_(select(Store.id).where(condition)), false())


def agrees(who: Some | None = None) -> ColumnElement[bool]:
    """Whether their last word on offers, in whichever chat, was a yes that still holds.

    `who`: nobody else is asked about. Everybody's last word at once: looking each one up takes a large shop an hour.
    """
    said = (Consent.id, Consent.at, Consent.given)
    by_name = select(Consent.customer_id.label("owner"), *said).where(
        Consent.purpose == "marketing", Consent.customer_id.is_not(None)
    )
    by_chat = select(CHATS.c.customer_id.label("owner"), *said).join(CHATS, CHATS.c.id == Consent.chat_id)
    by_chat = by_chat.where(Consent.purpose == "marketing", CHATS.c.customer_id.is_not(None))
    if who is not None:
        by_name, by_chat = by_name.where(who.among(Consent.customer_id)), by_chat.where(who.among(CHATS.c.customer_id))
    spoke = union(by_name, by_chat).subquery()
    place = func.row_number().over(partition_by=spoke.c.owner, order_by=(spoke.c.at.desc(), spoke.c.id.desc())).label("place")
    last = select(spoke.c.owner, spoke.c.given, spoke.c.at, place).subquery()
    since = holds_since()
    return Customer.id.in_(select(last.c.owner).where(last.c.place == 1, last.c.given, or_(since.is_(None), last.c.at >= since)))


def reachable() -> ColumnElement[bool]:
    return exists(
        select(CHATS.c.id).where(CHATS.c.customer_id == Customer.id, CHATS.c.customer_id.is_not(None), CHATS.c.reachable)
        .correlate(Customer)
    )  # fmt: skip


def _tagged(tags: Any, who: Some | None) -> ColumnElement[bool]:
    tagged = select(Tag.customer_id).where(_one_of(Tag.tag, tags))
    return Customer.id.in_(tagged if who is None else tagged.where(who.among(Tag.customer_id)))


def _age(today: date) -> ColumnElement[Any]:
    return today.year - Facts.year


FACTS: Mapping[str, Fact] = {
    "days_since_visit": Fact(NUMBER, since=Facts.last_on),
    "visits": Fact(NUMBER, _plain(Facts.visits)),
    "visits_30": Fact(NUMBER, _plain(Facts.visits_30)),
    "visits_365": Fact(NUMBER, _plain(Facts.visits_365)),
    "spent_365": Fact(MONEY, _plain(Facts.spent_365)),
    "average": Fact(MONEY, _average),
    "spend_drop": Fact(NUMBER, _drop),
    "days_since_delivery": Fact(NUMBER, since=Facts.delivered_on),
    "cars": Fact(NUMBER, _plain(Facts.cars)),
    "car_age": Fact(NUMBER, _age),
    "km": Fact(NUMBER, _plain(Facts.km)),
    "birth_month": Fact(NUMBER, lambda _today: extract("month", Customer.birthday)),
    "store": Fact(CHOICE, holds=lambda codes, _who: _at_store(_one_of(Store.code, codes))),
    "store_kind": Fact(CHOICE, holds=lambda kinds, _who: _at_store(_one_of(Store.kind, kinds))),
    "model": Fact(CHOICE, holds=lambda codes, _who: _owns(_one_of(CarModel.code, codes))),
    "energy": Fact(CHOICE, holds=lambda kinds, _who: _owns(_one_of(CarModel.energy, kinds))),
    "language": Fact(CHOICE, holds=lambda names, _who: func.coalesce(_one_of(Customer.language, names), false())),
    "tag": Fact(CHOICE, holds=_tagged),
    "agrees": Fact(FLAG, holds=lambda yes, who: agrees(who) if yes else ~agrees(who)),
    "reachable": Fact(FLAG, holds=lambda yes, _who: reachable() if yes else ~reachable()),
    "known": Fact(FLAG, holds=lambda yes, _who: Customer.provisional.is_not(bool(yes))),
}


def matching(rule: Mapping[str, Any], today: date, stores: Collection[int] | None = None) -> Select[Any]:
    """The ids of the customers whom the rule means today; behind the wall of these stores, if given.

    An empty rule means nobody.
    """
    query = select(Customer.id).join(Facts, Facts.customer_id == Customer.id).where(_meant(rule, today, None))
    return query if stores is None else query.where(seen_from(stores))


def _meant(rule: Mapping[str, Any], today: date, who: Some | None) -> ColumnElement[bool]:
    groups = [and_(*(_condition(one, today, who) for one in group)) for group in rule.get("any", ()) if group]
    return or_(false(), *groups)


def _condition(one: Mapping[str, Any], today: date, who: Some | None) -> ColumnElement[bool]:
    fact = FACTS[one["fact"]]
    least, most = one.get("least"), one.get("most")
    if fact.since is not None:
        # Days are compared, which an index and a plain comparison of values can; so many days ago or more is that day or before.
        bounds = [fact.since <= _ago(today, least)] if least is not None else []
        return and_(*bounds, *([fact.since >= _ago(today, most)] if most is not None else []))
    if fact.value is not None:
        value = fact.value(today)
        bounds = [value >= _written(least)] if least is not None else []
        return and_(*bounds, *([value <= _written(most)] if most is not None else []))
    assert fact.holds is not None, "a fact is one or the other"
    return fact.holds(one["in"] if fact.kind == CHOICE else one["is"], who)


def _ago(today: date, days: int) -> date:
    """That many days before today, or the first or last day that there is."""
    return date.fromordinal(min(max(today.toordinal() - days, 1), date.max.toordinal()))


def foreseen(session: Session, which: Sequence[Segment], day: date, ids: Collection[int]) -> set[tuple[int, str]]:
    """(customer, code) of those of these customers who will be in one of these segments on a day to come, if nothing happens
    until then. Reads only."""
    still = or_(Facts.next_on.is_(None), Facts.next_on > day)
    known = select(Facts.customer_id, still).where(Facts.customer_id.in_(ids))
    found, kept = set(), dict(session.execute(known).all())
    # What the passing of days changes is worked out for those who have something to change by then.
    for new in (False, True):
        who, values = some(session, [number for number in ids if kept.get(number, False) is not new])
        if not values["ids"]:
            continue
        for one in which:
            meant = select(Customer.id).join(Facts, Facts.customer_id == Customer.id)
            meant = meant.where(who.among(Customer.id), _meant(one.rule, day, who))
            query = meant.add_cte(facts.to_be(day, who)) if new else meant
            found |= {(number, one.code) for number in session.scalars(query, values)}
    return found


def count(session: Session, rule: Mapping[str, Any], today: date, stores: Collection[int] | None = None) -> tuple[int, int]:
    """(how many, how many of them can be reached and agree to offers)."""
    found = matching(rule, today, stores)
    everybody = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    open_ = session.scalar(select(func.count()).select_from(found.where(reachable(), agrees()).subquery())) or 0
    return everybody, open_


def everybody(session: Session, stores: Collection[int] | None = None) -> int:
    query = select(func.count()).select_from(Customer)
    return session.scalar(query if stores is None else query.where(seen_from(stores))) or 0


def follow(
    session: Session, which: Sequence[Segment], today: date, now: datetime, who: Who, *, refreshing: bool = False
) -> None:  # fmt: skip
    """Who of these customers is in one of these segments now enters it, who is not any more leaves.

    One look at each customer for all segments together, and nothing is written where nothing changed. `refreshing`: their facts
    are made anew before.
    """
    among, ids = some(session, who)
    # In one statement the new facts are at hand, which are looked up one by one in another; SQLite has no such statements.
    together = refreshing and bool(which) and among.dialect == "postgresql"
    if refreshing and not together:
        facts.refresh(session, today, who)
    for start in range(0, len(which), _BITS):
        group = which[start : start + _BITS]
        enters: list[tuple[int, int]] = []
        leaves: list[tuple[int, int]] = []
        rules = orjson.dumps([(one.id, one.rule) for one in group])
        differences = _differences(rules, today, among, together and start == 0)
        for number, should, was in session.connection().execute(differences, ids):
            for place, one in enumerate(group):
                if (should ^ was) >> place & 1:
                    (enters if should >> place & 1 else leaves).append((number, one.id))
        _enter(session, enters, now)
        _leave(session, leaves, now)


@lru_cache(maxsize=8)
def _differences(rules: bytes, today: date, who: Some, refreshing: bool) -> Select[Any]:
    """(customer, segments that they should be in, those that they are in), a bit for each segment, where the two differ.

    `rules`: JSON of (segment, rule). `refreshing`: see `follow`.
    """
    which = orjson.loads(rules)
    should = _bits((_meant(rule, today, who), place) for place, (_, rule) in enumerate(which))
    places = {literal_column(str(number), Id): _bit(place) for place, (number, _) in enumerate(which)}
    inside = case(places, value=Member.segment_id, else_=_NO_BIT)
    # Not asked for by their segments, of which each would be looked up by itself: in the order of the customers they stand in
    # an index, and what is not of these segments counts nothing.
    bits = cast(func.sum(inside), Id)
    theirs = select(Customer.id, should.label("should")).join(Facts, Facts.customer_id == Customer.id)
    if who.listed:
        standing = select(bits).where(Member.customer_id == Customer.id, Member.left_at.is_(None))
        theirs = theirs.add_columns(func.coalesce(standing.correlate(Customer).scalar_subquery(), _NO_BIT).label("was"))
    else:
        span = select(Member.customer_id, bits.label("bits")).where(Member.left_at.is_(None), who.among(Member.customer_id))
        all_of_them = span.group_by(Member.customer_id).subquery()
        theirs = theirs.add_columns(func.coalesce(all_of_them.c.bits, _NO_BIT).label("was"))
        theirs = theirs.outerjoin(all_of_them, all_of_them.c.customer_id == Customer.id)
        # PostgreSQL does not conclude it from the join, and reads everybody's facts for each part of a night.
        theirs = theirs.where(who.among(Facts.customer_id))
    if refreshing:
        theirs = theirs.add_cte(facts.made_anew(today, who))
    # Otherwise SQLite works the bits out twice, to compare them and to give them.
    found = theirs.where(who.among(Customer.id)).cte("found").prefix_with("MATERIALIZED")
    return select(found.c.id, found.c.should, found.c.was).where(found.c.should != found.c.was)


def _bits(conditions: Iterable[tuple[ColumnElement[bool], int]]) -> ColumnElement[int]:
    return reduce(operator.add, [case((condition, _bit(place)), else_=_NO_BIT) for condition, place in conditions], _NO_BIT)


def _bit(place: int) -> ColumnElement[int]:
    return _written(1 << place)


def _enter(session: Session, rows: Sequence[tuple[int, int]], now: datetime) -> None:
    if rows:
        customer, segment = _pairs(session)
        new = select(customer, segment, literal(now, Moment))
        row = core_insert(Member).from_select(["customer_id", "segment_id", "entered_at"], new)
        session.connection().execute(row, {"pairs": rows})


def _leave(session: Session, rows: Sequence[tuple[int, int]], now: datetime) -> None:
    if rows:
        customer, segment = _pairs(session)
        theirs = tuple_(Member.customer_id, Member.segment_id).in_(select(customer, segment))
        gone = update(Member).where(theirs, Member.left_at.is_(None)).values(left_at=now)
        session.connection().execute(gone, {"pairs": rows})


def _pairs(session: Session) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """(customer, segment) of the parameter `pairs`: one parameter, however many rows."""
    members = func.json_each if dialect(session) == "sqlite" else func.jsonb_array_elements
    pair = type_coerce(members(bindparam("pairs", type_=Json)).table_valued("value").c.value, Json)
    return pair[0].as_integer(), pair[1].as_integer()


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


def of_customers(session: Session, customer_ids: Collection[int]) -> list[tuple[int, str, datetime, datetime]]:
    """(customer, code of a segment that they are in, since when, since when it has its rule), of several people."""
    query = select(Member.customer_id, Segment.code, Member.entered_at, Segment.changed_at).join(
        Segment, Segment.id == Member.segment_id
    )
    theirs = (Member.customer_id.in_(customer_ids), Member.left_at.is_(None), Segment.active)
    return [(number, code, at, changed) for number, code, at, changed in session.execute(query.where(*theirs))]


def sizes(session: Session) -> dict[int, int]:
    """How many are in each segment now."""
    query = select(Member.segment_id, func.count()).where(Member.left_at.is_(None)).group_by(Member.segment_id)
    return dict(session.execute(query).all())
