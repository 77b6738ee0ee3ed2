"""Rules of scheduled pushes as the shop changed them, how far each day's look at the customers has come, signals and alarms."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, String, UniqueConstraint, delete, exists, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.chats import CHATS
from storage.contact import HELD_BACK, ContactDecision
from storage.customers import Customer
from storage.database import Base, Id, Json, Moment, insert
from storage.messages import MESSAGES, SENDING, UNSENT


class PushRule(Base):
    """A rule that is not as shipped, or one of the shop's own: all of it, as `handlers.reminders.rules` reads it."""

    __tablename__ = "push_rules"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class PushSettings(Base):
    """The shop's own figures of pushes, one row; what is not in it is as shipped."""

    __tablename__ = "push_settings"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    figures: Mapped[dict[str, Any]] = mapped_column(Json)


class PushSweep(Base):
    """One look at all customers of a time zone on one of its days. `after_id`: the customers up to this id have been looked at.

    `version`: that of the rules; with others the look begins anew. `counts`: how many were written to, by rule.
    """

    __tablename__ = "push_sweeps"

    zone: Mapped[str] = mapped_column(String(60), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    after_id: Mapped[int] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer)
    counts: Mapped[dict[str, int]] = mapped_column(Json)
    done_at: Mapped[datetime | None] = mapped_column(Moment)


class PushSignal(Base):
    """Somebody pressed "the rain is over". `store_id` None: for all stores. `after_id`, `counts`: as in PushSweep."""

    __tablename__ = "push_signals"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    signal: Mapped[str] = mapped_column(String(40))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    after_id: Mapped[int] = mapped_column(Id, server_default=text("0"), default=0)
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    done_at: Mapped[datetime | None] = mapped_column(Moment, index=True)


class PushAlarm(Base):
    """A rule wanted to write to more people in one day than is safe. `allowed_at`: somebody looked and let it go on."""

    __tablename__ = "push_alarms"
    __table_args__ = (UniqueConstraint("rule", "day"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    rule: Mapped[str] = mapped_column(String(40))
    day: Mapped[date] = mapped_column(Date, index=True)
    most: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)
    allowed_at: Mapped[datetime | None] = mapped_column(Moment)


# -- rules and figures ------------------------------------------------------------------------------------------------------


def rules(session: Session) -> Sequence[PushRule]:
    return session.scalars(select(PushRule).order_by(PushRule.code)).all()


def put_rule(session: Session, code: str, rule: dict[str, Any], now: datetime) -> None:
    row = insert(session, PushRule.__table__).values(code=code, rule=rule, changed_at=now)
    session.execute(row.on_conflict_do_update(index_elements=["code"], set_={"rule": rule, "changed_at": now}))


def drop_rules(session: Session, codes: Collection[str] | None = None) -> None:
    """Back to what is shipped: these, or all."""
    session.execute(delete(PushRule) if codes is None else delete(PushRule).where(PushRule.code.in_(codes)))


def figures(session: Session) -> dict[str, Any]:
    row = session.get(PushSettings, 1)
    return dict(row.figures) if row else {}


def put_figures(session: Session, values: dict[str, Any]) -> None:
    row = insert(session, PushSettings.__table__).values(id=1, figures=values)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"figures": values}))


# -- looking at the customers -----------------------------------------------------------------------------------------------


def take_sweep(session: Session, zone: str, day: date, version: int) -> PushSweep | None:
    """The look of this day, locked; None while another worker is at it, and when it is done."""
    known = {"after_id": 0, "version": version, "counts": {}}
    row = insert(session, PushSweep.__table__).values(zone=zone, day=day, **known)
    session.execute(row.on_conflict_do_nothing())
    mine = select(PushSweep).where(PushSweep.zone == zone, PushSweep.day == day).with_for_update(skip_locked=True)
    sweep = session.scalars(mine.execution_options(populate_existing=True)).one_or_none()
    if sweep is not None and sweep.version != version:
        sweep.version, sweep.after_id, sweep.done_at = version, 0, None
    return sweep if sweep is not None and sweep.done_at is None else None


def look_again(session: Session, day: date) -> None:
    """The looks of this day and later ones begin anew; nobody is written to twice for it."""
    for sweep in session.scalars(select(PushSweep).where(PushSweep.day >= day).with_for_update()):
        sweep.after_id, sweep.done_at = 0, None


def skip_sweep(session: Session, zone: str, day: date, version: int, now: datetime) -> None:
    """The look of this day is not done, or not to its end."""
    row = insert(session, PushSweep.__table__).values(zone=zone, day=day, after_id=0, version=version, counts={}, done_at=now)
    over = {"version": version, "done_at": now}
    session.execute(row.on_conflict_do_update(index_elements=["zone", "day"], set_=over))


def forget_sweeps(session: Session, before: date) -> None:
    session.execute(delete(PushSweep).where(PushSweep.day < before))


def customers_to_look_at(session: Session, stores: Collection[int], *, homeless: bool, after_id: int, limit: int) -> list[int]:
    """Customers of these stores, by id, who can be written to; `homeless`: and those who have no store."""
    theirs = Customer.store_id.in_(stores)
    chat = exists().where(CHATS.c.customer_id == Customer.id, CHATS.c.reachable)
    query = select(Customer.id).where(
        Customer.id > after_id, or_(theirs, Customer.store_id.is_(None)) if homeless else theirs, chat
    )
    return list(session.scalars(query.order_by(Customer.id).limit(limit)))


def decided_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Those of which it has been decided, one way or the other."""
    found: set[str] = set()
    wanted = list(keys)
    for start in range(0, len(wanted), 400):
        some = wanted[start : start + 400]
        found.update(session.scalars(select(ContactDecision.key).where(ContactDecision.key.in_(some))))
    return found


def keys_of(session: Session, customer_ids: Collection[int]) -> dict[int, set[str]]:
    """The keys of which it has been decided, by customer."""
    found: dict[int, set[str]] = {}
    query = select(ContactDecision.customer_id, ContactDecision.key).where(ContactDecision.customer_id.in_(customer_ids))
    for customer_id, key in session.execute(query):
        if customer_id is not None:
            found.setdefault(customer_id, set()).add(key)
    return found


def said_lately(session: Session, customer_ids: Collection[int], kind: str, since: datetime) -> list[tuple[int, str, datetime]]:
    """(customer, key, when it was or will be sent) of pushes of this kind, the oldest first."""
    row = ContactDecision
    query = select(row.customer_id, row.key, row.due_at).where(
        row.customer_id.in_(customer_ids), row.kind == kind, row.verdict != HELD_BACK, row.due_at >= since
    )  # fmt: skip
    rows = session.execute(query.order_by(row.due_at, row.id))
    return [(customer_id, key, at) for customer_id, key, at in rows if customer_id is not None and at is not None]


def customer_ids(session: Session, after_id: int, limit: int) -> list[int]:
    """All customers, by id."""
    return list(session.scalars(select(Customer.id).where(Customer.id > after_id).order_by(Customer.id).limit(limit)))


def leaving_soon(session: Session, prefix: str, until: datetime, limit: int) -> list[str]:
    """Keys of what waits to be sent by then, also of what shares a message with something else."""
    columns = (MESSAGES.c.due_at, MESSAGES.c.id, MESSAGES.c.key, MESSAGES.c.data)
    soon = (MESSAGES.c.status != SENDING, MESSAGES.c.due_at <= until, MESSAGES.c.data["push"].as_boolean())
    query = select(*columns).where(*soon).order_by(MESSAGES.c.due_at, MESSAGES.c.id).limit(limit)
    rows = [row for which in UNSENT for row in session.connection().execute(query.where(which))]
    found = sorted(rows, key=lambda row: (row.due_at, row.id))[:limit]
    keys = [part["key"] for row in found for part in row.data.get("parts") or [{"key": row.key}]]
    return [key for key in keys if key and key.startswith(prefix)]


# -- signals and alarms -----------------------------------------------------------------------------------------------------


def open_signals(session: Session) -> list[PushSignal]:
    """Signals whose customers have not all been looked at, locked; those that another worker has are left out."""
    query = select(PushSignal).where(PushSignal.done_at.is_(None)).order_by(PushSignal.id).with_for_update(skip_locked=True)
    return list(session.scalars(query.execution_options(populate_existing=True)))


def end_signals(session: Session, now: datetime) -> None:
    """Nobody else is written to because of a signal that was given before."""
    session.execute(update(PushSignal).where(PushSignal.done_at.is_(None)).values(done_at=now))


def last_signals(session: Session, since: datetime) -> list[PushSignal]:
    return list(session.scalars(select(PushSignal).where(PushSignal.at >= since).order_by(PushSignal.id.desc())))


def alarm(session: Session, rule: str, day: date, most: int, now: datetime) -> bool:
    """Notes that a rule is over its limit; True when nobody had noticed yet."""
    row = insert(session, PushAlarm.__table__).values(rule=rule, day=day, most=most, at=now)
    new = row.on_conflict_do_nothing(index_elements=["rule", "day"]).returning(PushAlarm.__table__.c.id)
    return session.execute(new).one_or_none() is not None


def alarms(session: Session, since: date) -> list[PushAlarm]:
    return list(session.scalars(select(PushAlarm).where(PushAlarm.day >= since).order_by(PushAlarm.id.desc())))


def decisions_like(session: Session, prefix: str, customer_id: int, limit: int) -> list[ContactDecision]:
    """The newest first."""
    theirs = (ContactDecision.customer_id == customer_id, ContactDecision.key.startswith(prefix, autoescape=True))
    return list(session.scalars(select(ContactDecision).where(*theirs).order_by(ContactDecision.id.desc()).limit(limit)))
