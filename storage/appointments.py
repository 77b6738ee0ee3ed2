"""Appointments: who comes when with which car and for what, and everything that happened to it."""

import secrets
import zlib
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    text,
)  # fmt: skip
from sqlalchemy.orm import Mapped, Session, make_transient_to_detached, mapped_column
from sqlalchemy.orm.attributes import instance_dict, set_committed_value
from sqlalchemy.orm.util import identity_key

from storage.contact import ContactDecision
from storage.database import Base, Id, Json, Moment, dialect, insert_for
from storage.prepared import Prepared
from storage.slots import QUANTA
from storage.stores import Store

HELD, REQUESTED, CONFIRMED = "held", "requested", "confirmed"
ARRIVED, IN_SERVICE, DONE = "arrived", "in_service", "done"
NO_SHOW, CANCELLED, EXPIRED = "no_show", "cancelled", "expired"
# Those that will come, and those that have their place in the plan.
OPEN = (REQUESTED, CONFIRMED)
LIVE = (HELD, REQUESTED, CONFIRMED, ARRIVED, IN_SERVICE)
TRANSPORTS = ("wait", "leave", "pickup", "loaner")
# Written out, in the index and in the queries that are to find it: a value that is bound proves nothing to a partial index.
_HELD = text("status = 'held'")
# The first of the two numbers of the locks on persons.
_PERSON = 4_512_027

_LATELY = timedelta(days=60)

_THEIRS = ("customer_id", "chat_id", "vehicle_id", "phone")


class Appointment(Base):
    """A visit to come, or one that was to come; a row is never deleted.

    `token`: 128 random bits, for addresses, QR codes and the UID of the calendar file. `sequence`: raised with each change
    that a calendar must hear of. `services`: codes, in the order of the work. `starts_at`, `ends_at`: when the customer is
    expected, and when the car is ready. `legs`: the parts of the work, each in one bay: {"bay", "technician": ids or null,
    "starts", "ends": ISO, UTC, "services"}; `bay_id` and `technician_id` are those of the first. `advisor_id`: who receives
    the customer, in the end whoever did. `transport`: wait | leave |
    pickup | loaner. `price`: minor units as promised, off-peak discount (`discount`, percent) taken off; null when not all
    of it is on file. `source`: chat | advisor | walk-in | import | api | waitlist.
    `status`: held → requested → confirmed → arrived → in_service → done, or no_show, cancelled, expired (a hold).
    `name`, `phone`: as given for this visit, where there is no customer. `hold_until`: only while held.
    """

    __tablename__ = "appointments"
    __table_args__ = (
        Index("ix_appointments_store", "store_id", "starts_at"),
        # Most rows have some of these only; each index that a row is not in makes booking cheaper.
        *(
            Index(f"ix_appointments_{name}", name, sqlite_where=known, postgresql_where=known)
            for name, known in ((name, text(f"{name} IS NOT NULL")) for name in _THEIRS)
        ),
        Index("ix_appointments_held", "store_id", "hold_until", sqlite_where=_HELD, postgresql_where=_HELD),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"))
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("car_models.id"))
    name: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    services: Mapped[list[str]] = mapped_column(Json)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    legs: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    bay_id: Mapped[int | None] = mapped_column(ForeignKey("bays.id"))
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    advisor_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    transport: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
    price: Mapped[int | None] = mapped_column(Integer)
    discount: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(12))
    hold_until: Mapped[datetime | None] = mapped_column(Moment)
    sequence: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Event(Base):
    """Something that happened to an appointment. `who`: customer | system | the name of the member of staff.

    `origin`: chat | console | api | import | sweep | command. `what`: the status it came to, or moved, changed.
    `details`: what was before and is now.
    """

    __tablename__ = "appointment_events"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(80))
    origin: Mapped[str] = mapped_column(String(10))
    what: Mapped[str] = mapped_column(String(12))
    details: Mapped[dict[str, Any]] = mapped_column(Json)


_LONGEST_STAY = timedelta(days=14)
TABLE, EVENTS = Base.metadata.tables["appointments"], Base.metadata.tables["appointment_events"]
COLUMNS = [column.name for column in TABLE.columns if column.name != "id"]
EVENT_COLUMNS = [column.name for column in EVENTS.columns if column.name != "id"]
# What every booking costs; the ORM's unit of work would double it.
_ADD = Prepared(
    lambda name: insert_for(name, TABLE).values({column: bindparam(column) for column in COLUMNS}).returning(TABLE.c.id),
    takes=COLUMNS,
    returns=[TABLE.c.id],
)
# Made once: to put it together took longer than to run it.
_LOCK = (
    select(Appointment)
    .where(Appointment.id == bindparam("number"))
    .with_for_update()
    .execution_options(populate_existing=True)
)  # fmt: skip
_GONE = select(TABLE.c.id).where(
    TABLE.c.store_id == bindparam("store"), _HELD, TABLE.c.hold_until <= bindparam("now")
)  # fmt: skip
_TOUCHES = (TABLE.c.starts_at < bindparam("end")) & (TABLE.c.ends_at > bindparam("start"))
_HOLDS_GONE = Prepared(lambda _: _GONE, takes=["store", "now"], returns=[TABLE.c.id])
_HOLDS_GONE_LOCKED = Prepared(
    lambda _: _GONE.order_by(TABLE.c.id).with_for_update(skip_locked=True), takes=["store", "now"], returns=[TABLE.c.id]
)
_HOLDS_GONE_BETWEEN = Prepared(
    lambda _: _GONE.where(_TOUCHES).order_by(TABLE.c.id).with_for_update(skip_locked=True),
    takes=["store", "now", "start", "end"],
    returns=[TABLE.c.id],
)
_NOTE = Prepared(
    lambda name: insert_for(name, EVENTS).values({column: bindparam(column) for column in EVENT_COLUMNS}), takes=EVENT_COLUMNS
)


_ANY_OF_CHAT = Prepared(lambda _: select(TABLE.c.id).where(TABLE.c.chat_id == bindparam("chat")).limit(1), takes=["chat"])
_LOCK_PERSON = Prepared(
    lambda _: select(func.pg_advisory_xact_lock(_PERSON, bindparam("person", type_=Integer))), takes=["person"]
)


def _counting(ways: Collection[str]) -> Prepared:
    table, now = TABLE.c, bindparam("now", type_=Moment())
    to_come = func.count().filter((table.status == REQUESTED) | (table.status == CONFIRMED), table.starts_at > now)
    # What is offered to somebody who waits is none that they have taken for themselves.
    holds = func.count().filter(table.status == HELD, table.hold_until > now, table.source != "waitlist")
    missed = func.count().filter(table.status == NO_SHOW, table.starts_at >= bindparam("since"))
    theirs = or_(false(), *(table[name] == bindparam(name) for name in ways))
    return Prepared(lambda _: select(to_come, holds, missed).where(theirs), takes=[*ways, "now", "since"])


_WHO = ("customer_id", "chat_id", "phone")
_COUNTS = {ways: _counting(ways) for number in range(4) for ways in combinations(_WHO, number)}


def write(session: Session, values: Mapping[str, Any]) -> int:
    """Writes a new appointment down, all its columns but the id, which it gives back; `written` makes it one of the session's."""
    found = _ADD.row(session, values)
    assert found is not None, "it inserts"
    number: int = found[0]
    return number


def written(session: Session, values: Mapping[str, Any]) -> Appointment:
    """The appointment whose columns, all of them, have just been written past the session; the one that it has, if any."""
    row = session.identity_map.get(identity_key(Appointment, values["id"]))
    if row is not None:
        known = instance_dict(row)
        for name, value in values.items():
            if name not in known or known[name] != value:  # to set all of them again took longer than to write them
                set_committed_value(row, name, value)
        return row
    row = Appointment()
    # As a row is loaded: to set them one by one takes as long as to write them.
    instance_dict(row).update(values)
    make_transient_to_detached(row)
    session.add(row)
    return row


def withdraw(session: Session, number: int) -> None:
    """Takes back what `write` wrote in this transaction, its quarter hours and its history: it never was."""
    for table, column in (
        (QUANTA, QUANTA.c.appointment_id), (EVENTS, EVENTS.c.appointment_id), (TABLE, TABLE.c.id),
    ):  # fmt: skip
        session.connection().execute(delete(table).where(column == number))


def note(session: Session, appointment_id: int, at: datetime, who: str, origin: str, what: str, details: dict[str, Any]) -> None:
    """One more line of its history."""
    _NOTE.run(
        session,
        [{"appointment_id": appointment_id, "at": at, "who": who, "origin": origin, "what": what, "details": details}],
    )


def new_token() -> str:
    return secrets.token_urlsafe(16)


def get(session: Session, appointment_id: int) -> Appointment | None:
    return session.get(Appointment, appointment_id)


def by_token(session: Session, token: str) -> Appointment | None:
    return session.scalars(select(Appointment).where(Appointment.token == token)).one_or_none()


def lock(session: Session, appointment_id: int) -> Appointment:
    """The appointment as it is now, and nobody else changes it before the transaction ends."""
    return session.scalars(_LOCK, {"number": appointment_id}).one()


def lock_holds_gone(
    session: Session, store_id: int, now: datetime, start: datetime | None = None, end: datetime | None = None
) -> list[Appointment]:
    """Holds of a store that nobody confirmed in time, all or those that touch a span, but not those that somebody works on."""
    values: dict[str, Any] = {"store": store_id, "now": now}
    if start is None or end is None:
        found = _HOLDS_GONE_LOCKED.rows(session, values)
    else:
        found = _HOLDS_GONE_BETWEEN.rows(session, {**values, "start": start, "end": end})
    if not found:
        return []
    query = select(Appointment).where(Appointment.id.in_(row[0] for row in found)).execution_options(populate_existing=True)
    return list(session.scalars(query.order_by(Appointment.id)))


def holds_alive(session: Session, now: datetime) -> int:
    """How many times are kept at this moment for people who have not said yes."""
    alive = case((Appointment.hold_until > now, 1))
    return session.execute(select(func.count(alive)).where(_HELD)).scalar_one()


def by_status(session: Session, store_ids: Collection[int], start: datetime, end: datetime) -> dict[str, int]:
    """How many begin there from `start` to before `end`."""
    there = (Appointment.store_id.in_(store_ids), Appointment.starts_at >= start, Appointment.starts_at < end)
    query = select(Appointment.status, func.count()).where(*there).group_by(Appointment.status)
    return {status: int(number) for status, number in session.execute(query)}


def holds_gone(session: Session, store_id: int, now: datetime) -> list[int]:
    """The ids of all holds of the store that are over and not yet put away."""
    return [row[0] for row in _HOLDS_GONE.rows(session, {"store": store_id, "now": now})]


def of_person(
    session: Session, *, customer_id: int | None = None, chat_id: int | None = None, proved_phone: str | None = None
) -> list[Appointment]:
    """Everything of this customer or this chat, the next first.

    `proved_phone`: also what staff have booked for this number and for nobody whom we know. A number that somebody merely
    typed shows them nothing.
    """
    if customer_id is None and proved_phone is None and chat_id is not None:
        # Most of those who write something have no appointment, and nearly every message asks.
        session.flush()
        if _ANY_OF_CHAT.row(session, {"chat": chat_id}) is None:
            return []
    for_a_number = and_(Appointment.phone == proved_phone, Appointment.customer_id.is_(None), Appointment.chat_id.is_(None))
    theirs = _theirs(customer_id, chat_id)
    query = select(Appointment).where(or_(theirs, for_a_number) if proved_phone else theirs)
    return list(session.scalars(query.order_by(Appointment.starts_at, Appointment.id)))


def lock_person(session: Session, customer_id: int | None, phone: str | None) -> None:
    """Whoever books for the same customer or number at the same moment waits, so that counting their visits means something."""
    if dialect(session) == "postgresql":
        names = [f"{kind}:{value}" for kind, value in (("customer", customer_id), ("phone", phone)) if value is not None]
        for number in sorted(zlib.crc32(name.encode()) for name in names):
            _LOCK_PERSON.row(session, {"person": number - 2**31})


def counts_of_person(
    session: Session, *, customer_id: int | None, chat_id: int | None, phone: str | None, now: datetime, since: datetime
) -> tuple[int, int, int]:
    """(open visits to come, holds that still hold, visits since `since` to which they did not come)."""
    values = {"customer_id": customer_id, "chat_id": chat_id, "phone": phone, "now": now, "since": since}
    row = _COUNTS[tuple(name for name in _WHO if values[name] is not None)].row(session, values)
    assert row is not None, "it counts"
    return row[0], row[1], row[2]


def _theirs(customer_id: int | None, chat_id: int | None) -> Any:
    ways = [
        column == value
        for column, value in ((Appointment.customer_id, customer_id), (Appointment.chat_id, chat_id))
        if value is not None
    ]  # fmt: skip
    return or_(false(), *ways)


def between(
    session: Session, store_id: int, start: datetime, end: datetime, statuses: Collection[str] = (*LIVE, DONE, NO_SHOW)
) -> list[Appointment]:
    """Whatever touches this span in the store, by its start: the plan of a day or a week."""
    query = select(Appointment).where(
        Appointment.store_id == store_id, Appointment.starts_at < end, Appointment.ends_at > start,
        Appointment.status.in_(statuses),
    )  # fmt: skip
    return list(session.scalars(query.order_by(Appointment.starts_at, Appointment.id)))


def rides_between(
    session: Session, store_id: int, transport: str, start: datetime, end: datetime, now: datetime, without: Collection[int] = ()
) -> list[tuple[datetime, datetime]]:
    """(start, end) of the visits in this span for which this ride is promised; what is done has given its car back."""
    row = Appointment
    until = case((row.status == DONE, row.starts_at), else_=row.ends_at)
    query = select(row.starts_at, until).where(
        row.store_id == store_id, row.starts_at >= start - _LONGEST_STAY, row.starts_at < end, until >= start,
        row.transport == transport,
        or_(row.status.in_((*LIVE[1:], DONE)), (row.status == HELD) & (row.hold_until > now)),
        row.id.not_in(without),
    )  # fmt: skip
    return [(starts_at, ends_at) for starts_at, ends_at in session.execute(query)]


def search(
    session: Session, *, token: str, words: Collection[str], digits: Collection[str], stores: Collection[int] | None,
    since: datetime, limit: int,
) -> list[Appointment]:  # fmt: skip
    """The appointment with this token; and from `since` on those for a name or number of nobody whom we know, the next first.

    `stores`: only theirs; None for all. Empty wishes find nothing.
    """
    nobodys = [Appointment.name.icontains(word, autoescape=True) for word in words]
    nobodys += [Appointment.phone.contains(part, autoescape=True) for part in digits]
    coming = and_(
        Appointment.customer_id.is_(None), Appointment.starts_at >= since, Appointment.status.in_(LIVE), or_(false(), *nobodys)
    )
    query = select(Appointment).where(or_(Appointment.token == token, coming) if nobodys else Appointment.token == token)
    if stores is not None:
        query = query.where(Appointment.store_id.in_(stores))
    return list(session.scalars(query.order_by(Appointment.starts_at, Appointment.id).limit(limit)))


def events_of(session: Session, appointment_id: int) -> list[Event]:
    """Its history, the oldest first."""
    return list(session.scalars(select(Event).where(Event.appointment_id == appointment_id).order_by(Event.id)))


def starting_between(session: Session, stores: Collection[int], start: datetime, end: datetime) -> list[Appointment]:
    """Open appointments of these stores by their start."""
    query = select(Appointment).where(
        Appointment.store_id.in_(stores), Appointment.starts_at >= start, Appointment.starts_at < end,
        Appointment.status.in_(OPEN),
    )  # fmt: skip
    return list(session.scalars(query.order_by(Appointment.starts_at, Appointment.id)))


def cars_expected(session: Session, customer_ids: Collection[int], now: datetime) -> dict[int, dict[int, datetime]]:
    """Cars that come soon, are here, or should have come lately (nobody has said whether), with the end of that visit, by the
    customer who booked."""
    query = select(Appointment.customer_id, Appointment.vehicle_id, Appointment.ends_at).where(
        Appointment.customer_id.in_(customer_ids), Appointment.vehicle_id.is_not(None),
        or_(
            Appointment.status.in_(OPEN) & (Appointment.starts_at > now - _LATELY),
            Appointment.status.in_((ARRIVED, IN_SERVICE)),
        ),
    )  # fmt: skip
    found: dict[int, dict[int, datetime]] = {}
    for customer_id, vehicle_id, ends_at in session.execute(query.order_by(Appointment.ends_at)):
        if customer_id is not None and vehicle_id is not None:
            found.setdefault(customer_id, {})[vehicle_id] = ends_at
    return found


def done_with(session: Session, vehicle_ids: Collection[int]) -> list[tuple[date, Appointment]]:
    """Appointments of these cars that were worked off, with their day in the store, the oldest first."""
    query = select(Appointment, Store.timezone).join(Store, Store.id == Appointment.store_id)
    done = query.where(Appointment.vehicle_id.in_(vehicle_ids), Appointment.status == DONE)
    rows = session.execute(done.order_by(Appointment.starts_at))
    return [(row.starts_at.astimezone(ZoneInfo(zone)).date(), row) for row, zone in rows]


def done_since(session: Session, stores: Collection[int], since: datetime) -> list[tuple[date, Appointment]]:
    """Appointments of known cars that were worked off since then, with their day in the store."""
    row = Appointment
    query = select(row, Store.timezone).join(Store, Store.id == row.store_id).where(row.store_id.in_(stores), row.status == DONE)
    # When they began is what the index knows; few cars stay for longer.
    lately = (row.starts_at >= since - _LONGEST_STAY, row.changed_at >= since, row.vehicle_id.is_not(None))
    found = session.execute(query.where(*lately).order_by(row.id))
    return [(one.starts_at.astimezone(ZoneInfo(zone)).date(), one) for one, zone in found]


def of_customers_between(session: Session, customer_ids: Collection[int], start: datetime, end: datetime) -> list[Appointment]:
    """Visits of these people that begin in this span and take place, or took place, as far as anybody knows."""
    row = Appointment
    query = select(row).where(
        row.customer_id.in_(customer_ids), row.starts_at >= start, row.starts_at < end,
        row.status.in_((*LIVE[1:], DONE)),
    )  # fmt: skip
    return list(session.scalars(query.order_by(row.starts_at, row.id)))


def _never_decided() -> Select[Appointment]:
    row = Appointment
    key = literal("booking:") + cast(row.id, String) + ":" + cast(row.sequence, String) + bindparam("kind", type_=String)
    query = select(row).where(
        row.store_id.in_(bindparam("stores", expanding=True)), row.starts_at >= bindparam("start"),
        row.starts_at < bindparam("end"), row.status.in_(OPEN),
        ~select(ContactDecision.id).where(ContactDecision.key == key).exists(),
    )  # fmt: skip
    return query.order_by(row.starts_at, row.id)


# Asked for each store in each round of pushes, so it is put together once.
_NEVER_DECIDED = _never_decided()


def never_decided(session: Session, stores: Collection[int], start: datetime, end: datetime, kind: str) -> list[Appointment]:
    """Those of which nobody has decided whether to send the push "booking:<id>:<sequence>:<kind>"."""
    return list(session.scalars(_NEVER_DECIDED, {"stores": list(stores), "start": start, "end": end, "kind": f":{kind}"}))


def last_events(session: Session, ids: Collection[int], whats: Collection[str]) -> dict[tuple[int, str], datetime]:
    """When each of these things last happened to each of the appointments."""
    if not ids:
        return {}
    query = select(Event.appointment_id, Event.what, func.max(Event.at))
    query = query.where(Event.appointment_id.in_(ids), Event.what.in_(whats)).group_by(Event.appointment_id, Event.what)
    return {(appointment_id, what): at for appointment_id, what, at in session.execute(query)}
