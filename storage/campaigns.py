"""Campaigns: a letter with an offer to a segment, everybody it was planned for, and what came of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    UniqueConstraint,
    and_,
    bindparam,
    case,
    cast,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.appointments import CANCELLED as VISIT_CANCELLED
from storage.appointments import DONE as VISIT_DONE
from storage.appointments import EXPIRED, HELD, Appointment
from storage.contact import ContactDecision
from storage.coupons import CouponEntry
from storage.customers import Customer
from storage.database import Base, Id, Json, Moment
from storage.messages import CANCELLED as MESSAGE_CANCELLED
from storage.messages import MESSAGES, UNSENT
from storage.outbox import LEAVING
from storage.segments import agrees, reachable
from storage.vehicles import Vehicle
from storage.visits import Visit

DRAFT, RUNNING, PAUSED, DONE, CANCELLED = "draft", "running", "paused", "done", "cancelled"
LETTER, HOLD_OUT = "letter", "hold_out"
# Of one person: planned → posted (it passed the gate) | held_back (the gate said no) | withheld (hold-out) | dropped.
PLANNED, POSTED, HELD_BACK, WITHHELD, DROPPED = "planned", "posted", "held_back", "withheld", "dropped"
_LEFT = text("status = 'planned'")


class Campaign(Base):
    """`letters`: a text a language, with placeholders. `hold_out`: percent who are deliberately not written to.

    `services` and `places`: with both, each letter brings a held time in `store_id`, so many at once, `hold_hours` long, within
    `days_ahead`. `report_days`: what somebody does so long after their turn counts. `cost`: of a letter, minor units.
    `note`: why the program itself has paused it. `link`: the word by which posters lead to it, see `storage.campaign_links`.
    """

    __tablename__ = "campaigns"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offers.id"))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    letters: Mapped[dict[str, str]] = mapped_column(Json)
    starts_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    hold_out: Mapped[int] = mapped_column(Integer)
    services: Mapped[list[str]] = mapped_column(Json)
    places: Mapped[int] = mapped_column(Integer)
    hold_hours: Mapped[int] = mapped_column(Integer)
    days_ahead: Mapped[int] = mapped_column(Integer)
    report_days: Mapped[int] = mapped_column(Integer)
    cost: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(40))
    made_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    approved_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    link: Mapped[str | None] = mapped_column(String(12), unique=True, index=True)


class Recipient(Base):
    """Somebody whom a campaign is for. `taken_at`: when it was their turn, to be written to or deliberately not; what they do
    until `until` counts. `key`: of the message; `tries` raised when it was taken back. `reason`: of the gate, or why dropped.
    """

    __tablename__ = "campaign_people"
    __table_args__ = (
        UniqueConstraint("campaign_id", "customer_id"),
        CheckConstraint("arm IN ('letter', 'hold_out')", name="ck_campaign_people_arm"),
        CheckConstraint("arm = 'letter' OR status NOT IN ('posted', 'held_back')", name="ck_campaign_people_hold_out"),
        Index("ix_campaign_people_left", "campaign_id", "id", sqlite_where=_LEFT, postgresql_where=_LEFT),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    arm: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(40))
    tries: Mapped[int] = mapped_column(Integer)
    key: Mapped[str | None] = mapped_column(String(80), index=True)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    taken_on: Mapped[date | None] = mapped_column(Date)
    until_at: Mapped[datetime | None] = mapped_column(Moment)
    until_on: Mapped[date | None] = mapped_column(Date)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    coupon_id: Mapped[int | None] = mapped_column(ForeignKey("coupons.id"), index=True)
    clicked_at: Mapped[datetime | None] = mapped_column(Moment)


def _draw(customer_id: Any) -> ColumnElement[int]:
    """A number that is always the same for one customer, and has nothing to do with those of the customers beside them."""
    spread = (cast(customer_id, Id) * 2_654_435_761 + 1_013_904_223) % 4_294_967_296
    return ((spread // 65_536) * 48_271 + (spread % 65_536) * 69_621) % 2_147_483_647


def plan(session: Session, campaign: Campaign, means: Select[Any]) -> int:
    """A row for everybody whom the query `means` and who can be reached and agrees to offers; how many. Nothing is rendered.

    In the order of the draw, so that whoever is written to first is nobody in particular; the hold-out is drawn the same way
    for every campaign.
    """
    rows = _in_turn(
        campaign, means, literal(campaign.id, Id), Customer.id, _arm(campaign), literal(PLANNED), literal(""), literal(0)
    )
    names = ["campaign_id", "customer_id", "arm", "status", "reason", "tries"]
    session.connection().execute(insert(Recipient).from_select(names, rows))
    return count(session, campaign.id)


def drawn(session: Session, campaign: Campaign, means: Select[Any]) -> Iterator[tuple[int, str]]:
    """(customer, arm) as `plan` would have it, in its order."""
    for row in session.execute(_in_turn(campaign, means, Customer.id, _arm(campaign))).yield_per(1000):
        yield row[0], row[1]


def _arm(campaign: Campaign) -> ColumnElement[str]:
    return case((_draw(Customer.id) % 100 < campaign.hold_out, HOLD_OUT), else_=LETTER)


def _in_turn(campaign: Campaign, means: Select[Any], *columns: Any) -> Select[Any]:
    whom = means.where(reachable(), agrees()).with_only_columns(*columns)
    return whom.order_by((_draw(Customer.id) // 100) % 1_000_003, Customer.id)


def count(session: Session, campaign_id: int) -> int:
    return session.scalar(select(func.count()).select_from(Recipient).where(Recipient.campaign_id == campaign_id)) or 0


def counted_among(session: Session, customer_ids: Collection[int], now: datetime) -> set[int]:
    """Those of these customers whom a campaign is about, in either arm: before their turn, and while it counts what they do."""
    coming = (Recipient.status == PLANNED) & Campaign.status.in_((RUNNING, PAUSED))
    counts = (Recipient.status != DROPPED) & (Recipient.until_at > now)
    query = select(Recipient.customer_id).join(Campaign, Campaign.id == Recipient.campaign_id)
    return set(session.scalars(query.where(Recipient.customer_id.in_(customer_ids), or_(coming, counts))))


def all_campaigns(session: Session) -> list[Campaign]:
    """The newest first."""
    return list(session.scalars(select(Campaign).order_by(Campaign.id.desc())))


# Each round of the clockwork asks these; to put them together costs several times what the database does.
_IN_STATUS = select(Campaign).where(Campaign.status == bindparam("status")).order_by(Campaign.id)
_GOING = select(MESSAGES.c.id).where(text("messages.status IN ('queued', 'sending')"), MESSAGES.c.priority > 0)
_WAITING_PUSHES = select(func.count()).select_from(_GOING.limit(bindparam("most")).subquery())


def in_status(session: Session, status: str) -> list[Campaign]:
    return list(session.scalars(_IN_STATUS, {"status": status}))


def pause_all(session: Session, note: str) -> int:
    """Pauses what is running and takes no letter back; how many there were."""
    running = session.scalars(select(Campaign).where(Campaign.status == RUNNING).with_for_update()).all()
    for campaign in running:
        campaign.status, campaign.note = PAUSED, note
    session.flush()
    return len(running)


def lock(session: Session, campaign_id: int, *, share: bool = False) -> Campaign:
    """As it is now; with `share` others may take it so too, but nobody changes it."""
    query = select(Campaign).where(Campaign.id == campaign_id).with_for_update(read=share)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def left(session: Session, campaign_id: int, limit: int) -> list[int]:
    """Ids of the next whose turn it is."""
    # The literal lets the partial index recognise itself.
    mine = (Recipient.campaign_id == campaign_id, text("campaign_people.status = 'planned'"))
    return list(session.scalars(select(Recipient.id).where(*mine).order_by(Recipient.id).limit(limit)))


def take(session: Session, recipient_id: int) -> Recipient | None:
    """The row, locked; None if another worker has it, or it is done."""
    query = select(Recipient).where(Recipient.id == recipient_id, Recipient.status == PLANNED).with_for_update(skip_locked=True)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def held_places(session: Session, campaign_id: int, now: datetime) -> int:
    """How many times are held for people of this campaign and neither taken nor over."""
    query = select(func.count()).select_from(Recipient).join(Appointment, Appointment.id == Recipient.appointment_id)
    held = (Recipient.campaign_id == campaign_id, Appointment.status == HELD, Appointment.hold_until > now)
    return session.scalar(query.where(*held)) or 0


def waiting_pushes(session: Session, limit: int) -> int:
    """How many messages that nobody waits for are on their way out, counted up to `limit`."""
    return session.scalar(_WAITING_PUSHES, {"most": limit}) or 0


def rate(session: Session, campaign_id: int, since: datetime, limit: int = 6000) -> int:
    """How many had their turn since then, counted up to `limit`: turns are taken in the order of the rows."""
    mine = (Recipient.campaign_id == campaign_id, text("campaign_people.status = 'planned'"))
    next_ = session.scalar(select(Recipient.id).where(*mine).order_by(Recipient.id).limit(1))
    behind = select(Recipient.taken_at).where(Recipient.campaign_id == campaign_id)
    behind = behind.where(Recipient.id < next_) if next_ is not None else behind
    lately = behind.order_by(Recipient.id.desc()).limit(limit).subquery()
    return session.scalar(select(func.count()).select_from(lately).where(lately.c.taken_at >= since)) or 0


def withdraw(session: Session, campaign_id: int) -> list[int]:
    """Takes back the letters that have not begun to leave, also from a courier's hand; ids of the people, planned again."""
    posted = (Recipient.key == MESSAGES.c.key, Recipient.campaign_id == campaign_id, Recipient.status == POSTED)
    theirs = (exists(select(Recipient.id).where(*posted).correlate(MESSAGES)), MESSAGES.c.error.is_distinct_from(LEAVING))
    gone = update(MESSAGES).where(*theirs).values(status=MESSAGE_CANCELLED, error="withdrawn").returning(MESSAGES.c.key)
    taken_back = [key for which in UNSENT for key in session.connection().execute(gone.where(which)).scalars()]
    ids: list[int] = []
    for start in range(0, len(taken_back), 400):
        some = taken_back[start : start + 400]
        decided = update(ContactDecision).where(ContactDecision.key.in_(some))
        session.execute(decided.values(verdict="held_back", reason="withdrawn"))
        again = update(Recipient).where(Recipient.key.in_(some), Recipient.status == POSTED)
        never = dict.fromkeys(("key", "taken_at", "taken_on", "until_at", "until_on"))
        values = {"status": PLANNED, "tries": Recipient.tries + 1, **never}
        ids += session.scalars(
            again.values(values).returning(Recipient.id), execution_options={"synchronize_session": False}
        ).all()  # fmt: skip
    session.expire_all()
    return ids


def unsent(session: Session, campaign_id: int) -> bool:
    """Whether a letter is still on its way out."""
    theirs = exists(select(Recipient.id).where(Recipient.key == MESSAGES.c.key, Recipient.campaign_id == campaign_id))
    going = select(MESSAGES.c.id).where(theirs.correlate(MESSAGES)).limit(1)
    return any(session.connection().execute(going.where(which)).first() is not None for which in UNSENT)


def drop_rest(session: Session, campaign_id: int, reason: str) -> None:
    """Nobody who is still planned will be written to."""
    rest = update(Recipient).where(Recipient.campaign_id == campaign_id, Recipient.status == PLANNED)
    session.execute(rest.values(status=DROPPED, reason=reason), execution_options={"synchronize_session": False})


def holds_of(session: Session, recipient_ids: Collection[int]) -> list[Appointment]:
    query = select(Appointment).join(Recipient, Recipient.appointment_id == Appointment.id)
    return list(
        session.scalars(query.where(Recipient.id.in_(recipient_ids), Appointment.status == HELD).order_by(Appointment.id))
    )


# -- what came of it -------------------------------------------------------------------------------------------------------


def tallies(session: Session, campaign_id: int) -> dict[tuple[str, str], int]:
    """How many by (status, reason)."""
    query = select(Recipient.status, Recipient.reason, func.count()).where(Recipient.campaign_id == campaign_id)
    return {
        (status, reason): number for status, reason, number in session.execute(query.group_by(Recipient.status, Recipient.reason))
    }


def letters(session: Session, campaign_id: int) -> dict[str, int]:
    """How many letters by the status of their message."""
    query = select(MESSAGES.c.status, func.count()).join(Recipient, Recipient.key == MESSAGES.c.key)
    found = session.execute(query.where(Recipient.campaign_id == campaign_id).group_by(MESSAGES.c.status))
    return dict(found.all())


@dataclass(frozen=True, slots=True)
class Arm:
    """What the people of one arm did after their turn. `revenue`, `given`: minor units."""

    people: int = 0
    clicked: int = 0
    booked: int = 0
    came: int = 0
    revenue: int = 0
    given: int = 0


def booked(who: Any) -> ColumnElement[bool]:
    """Whether they booked between `taken_at` and `until_at`. `who`: a table of people, as `Recipient`."""
    return exists(
        select(Appointment.id).where(
            Appointment.customer_id == who.customer_id, Appointment.created_at >= who.taken_at,
            Appointment.created_at < who.until_at, Appointment.status.not_in((HELD, EXPIRED, VISIT_CANCELLED)),
        )
    )  # fmt: skip


def came(who: Any) -> ColumnElement[bool]:
    """Whether they came: a visit on file, or an appointment that was worked off."""
    visited = exists(select(Visit.id).join(Vehicle, Vehicle.id == Visit.vehicle_id).where(_their_visits(who)))
    worked_off = exists(
        select(Appointment.id).where(
            Appointment.customer_id == who.customer_id, Appointment.status == VISIT_DONE,
            Appointment.starts_at >= who.taken_at, Appointment.starts_at < who.until_at,
        )
    )  # fmt: skip
    return or_(visited, worked_off)


def _their_visits(who: Any) -> ColumnElement[bool]:
    return and_(Vehicle.customer_id == who.customer_id, Visit.visited_on.between(who.taken_on, who.until_on))


def arms(session: Session, campaign_id: int) -> dict[str, Arm]:
    """By arm, everybody whose turn it was, whether or not a letter reached them: only so the two can be compared."""
    mine = (Recipient.campaign_id == campaign_id, Recipient.taken_at.is_not(None))
    theirs = _their_visits(Recipient)
    paid = select(func.coalesce(func.sum(Visit.amount), 0)).join(Vehicle, Vehicle.id == Visit.vehicle_id).where(theirs)
    given = select(func.coalesce(func.sum(CouponEntry.amount), 0)).where(CouponEntry.coupon_id == Recipient.coupon_id)

    def total(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            Recipient.arm, func.count(), total(Recipient.clicked_at.is_not(None)), total(booked(Recipient)),
            total(came(Recipient)), func.sum(paid.scalar_subquery()), func.sum(given.scalar_subquery()),
        )
        .where(*mine)
        .group_by(Recipient.arm)
    )  # fmt: skip
    return {arm: Arm(*(int(value or 0) for value in figures)) for arm, *figures in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Bill:
    """A visit that counts for a campaign. `person`: the row of who came. `amount`: minor units, None when no sum is on file."""

    person: int
    arm: str
    store_id: int
    model_id: int | None
    day: date
    services: list[str]
    amount: int | None


def bills(session: Session, campaign_id: int) -> Iterator[Bill]:
    """The visits of both arms while they counted, those of one person together."""
    columns = (Recipient.id, Recipient.arm, Visit.store_id, Vehicle.model_id, Visit.visited_on, Visit.services, Visit.amount)
    query = select(*columns).join(Vehicle, Vehicle.customer_id == Recipient.customer_id)
    query = query.join(Visit, Visit.vehicle_id == Vehicle.id).where(
        Visit.visited_on.between(Recipient.taken_on, Recipient.until_on)
    )
    query = query.where(Recipient.campaign_id == campaign_id, Recipient.taken_at.is_not(None)).order_by(Recipient.id)
    for row in session.execute(query).yield_per(1000):
        yield Bill(*row)


def of_customer_now(session: Session, recipient_id: int, customer_id: int | None) -> Recipient | None:
    """The row if it is this customer's."""
    row = session.get(Recipient, recipient_id)
    return row if row is not None and customer_id is not None and row.customer_id == customer_id else None


def problems(session: Session) -> Sequence[str]:
    """Sentences about rows that cannot be: a letter to the hold-out, two letters for one person, a row without an end."""
    to_hold_out = select(Recipient.id).join(MESSAGES, MESSAGES.c.key == Recipient.key).where(Recipient.arm == HOLD_OUT)
    found = [f"campaign row {number}: a letter to the hold-out" for number in session.scalars(to_hold_out.limit(20))]
    ended = select(Recipient.campaign_id, func.count()).join(Campaign, Campaign.id == Recipient.campaign_id)
    ended = ended.where(Campaign.status.in_((DONE, CANCELLED)), Recipient.status == PLANNED).group_by(Recipient.campaign_id)
    return [*found, *(f"campaign {number} has ended, and {rest} are still planned" for number, rest in session.execute(ended))]
