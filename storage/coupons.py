"""Coupons: offers, the personal coupons made from them, and a ledger of everything that became of each."""

import zlib
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Integer,
    String,
    UniqueConstraint,
    bindparam,
    case,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment, dialect, insert

PERCENT, AMOUNT, SERVICE = "percent", "amount", "service"
KINDS = (PERCENT, AMOUNT, SERVICE)
# The life of a coupon: issued → redeemed → issued again (a refund); issued → void | expired.
ISSUED, REDEEMED, VOID, EXPIRED = "issued", "redeemed", "void", "expired"
REVERSED = "reversed"
# The first of the two numbers of the locks on bills.
_BILL = 4_512_028


class Offer(Base):
    """What coupons are made from. Money in minor units of `currency`.

    `kind`: percent (`percent` off, at most `amount`) | amount (`amount` off) | service (`service` is free, up to `amount`).
    `stores`, `services`: codes where and for what it holds; empty for all. `minimum`: of the bill. `stacks`: may be used beside
    others that do. `stock`: coupons at most; `budget`: what all of them may take off together; None for no limit.
    `days`: a coupon's life; `starts_on`, `ends_on`: first and last day of the offer, in the time of the store.
    `issuer`: the lowest role that may give one by hand, `per_day`: how many a day; `per_customer`: how many one person may have
    within a year.
    `issued`, `committed`, `spent`: sums of the ledger: coupons not taken back, what they may still cost, what they did cost.
    """

    __tablename__ = "offers"
    __table_args__ = (
        CheckConstraint("issued >= 0 AND (stock IS NULL OR issued <= stock)", name="ck_offers_stock"),
        CheckConstraint("committed >= 0 AND (budget IS NULL OR committed <= budget)", name="ck_offers_budget"),
        CheckConstraint("percent BETWEEN 1 AND 100", name="ck_offers_percent"),
        CheckConstraint("amount > 0", name="ck_offers_amount"),
        CheckConstraint("spent >= 0 AND minimum >= 0", name="ck_offers_spent"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    kind: Mapped[str] = mapped_column(String(10))
    percent: Mapped[int | None] = mapped_column(Integer)
    amount: Mapped[int | None] = mapped_column(Integer)
    service: Mapped[str | None] = mapped_column(String(40))
    currency: Mapped[str] = mapped_column(String(3))
    stores: Mapped[list[str]] = mapped_column(Json)
    services: Mapped[list[str]] = mapped_column(Json)
    minimum: Mapped[int] = mapped_column(Integer)
    stacks: Mapped[bool] = mapped_column(Boolean)
    stock: Mapped[int | None] = mapped_column(Integer)
    budget: Mapped[int | None] = mapped_column(Id)
    per_customer: Mapped[int] = mapped_column(Integer)
    days: Mapped[int | None] = mapped_column(Integer)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    issuer: Mapped[str] = mapped_column(String(20))
    per_day: Mapped[int | None] = mapped_column(Integer)
    issued: Mapped[int] = mapped_column(Integer)
    committed: Mapped[int] = mapped_column(Id)
    spent: Mapped[int] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class Coupon(Base):
    """One person's coupon. `code`: 60 random bits as twelve letters and digits. `valid_until`: the last day, in store time.

    `key`: whoever issues by rule names the occasion, which has one coupon. `uses`: how often it was redeemed, refunds not
    taken off. `appointment_id`: the visit that it is to be used at.
    """

    __tablename__ = "coupons"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    key: Mapped[str | None] = mapped_column(String(120), unique=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    state: Mapped[str] = mapped_column(String(10))
    uses: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(80))
    valid_until: Mapped[date] = mapped_column(Date)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    issued_at: Mapped[datetime] = mapped_column(Moment)


class CouponEntry(Base):
    """A line of the ledger, only ever added. `kind`: issued | redeemed | reversed | void | expired.

    `turn` counts redemptions, so that the unique key allows each to be booked and to be reversed once. `worth`: what it holds
    of the budget; `amount`: what it took off a bill; both negative when they are given back. `bill`: which bill it was.
    """

    __tablename__ = "coupon_entries"
    __table_args__ = (UniqueConstraint("coupon_id", "kind", "turn"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    coupon_id: Mapped[int] = mapped_column(ForeignKey("coupons.id"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    turn: Mapped[int] = mapped_column(Integer)
    worth: Mapped[int] = mapped_column(Integer)
    amount: Mapped[int] = mapped_column(Integer)
    bill: Mapped[str | None] = mapped_column(String(80), index=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    note: Mapped[str] = mapped_column(String(200), server_default="")
    at: Mapped[datetime] = mapped_column(Moment)


def offers(session: Session) -> list[Offer]:
    """Those that are open first, by code."""
    return list(session.scalars(select(Offer).order_by(Offer.closed_at.is_not(None), Offer.code)))


def offer(session: Session, code: str) -> Offer | None:
    return session.scalars(select(Offer).where(Offer.code == code)).one_or_none()


def by_code(session: Session, code: str) -> Coupon | None:
    return session.scalars(select(Coupon).where(Coupon.code == code)).one_or_none()


def by_key(session: Session, key: str) -> Coupon | None:
    return session.scalars(select(Coupon).where(Coupon.key == key)).one_or_none()


def lock(session: Session, coupon_id: int) -> Coupon:
    query = select(Coupon).where(Coupon.id == coupon_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def of_customer(session: Session, customer_id: int, states: Collection[str] = (ISSUED,)) -> list[tuple[Coupon, Offer]]:
    """Theirs, the one that ends first first."""
    query = select(Coupon, Offer).join(Offer, Offer.id == Coupon.offer_id)
    query = query.where(Coupon.customer_id == customer_id, Coupon.state.in_(states))
    return [(coupon, made_from) for coupon, made_from in session.execute(query.order_by(Coupon.valid_until, Coupon.id))]


def of_appointment(session: Session, appointment_id: int) -> list[tuple[Coupon, Offer]]:
    query = select(Coupon, Offer).join(Offer, Offer.id == Coupon.offer_id).where(Coupon.appointment_id == appointment_id)
    return [(coupon, made_from) for coupon, made_from in session.execute(query.order_by(Coupon.id))]


def reserve(session: Session, offer_id: int, worth: int) -> bool:
    """One more coupon of this offer, if it is open and stock and budget allow; its row is locked from here on."""
    room = (
        Offer.stock.is_(None) | (Offer.issued < Offer.stock),
        Offer.budget.is_(None) | (Offer.committed + worth <= Offer.budget),
    )
    row = update(Offer).where(Offer.id == offer_id, Offer.closed_at.is_(None), *room)
    done = session.execute(row.values(issued=Offer.issued + 1, committed=Offer.committed + worth).returning(Offer.id))
    return done.one_or_none() is not None


def count_of(session: Session, offer_id: int, customer_id: int, since: datetime) -> int:
    """How many of this offer somebody has, or was given since then, those taken back left out."""
    theirs = (Coupon.offer_id == offer_id, Coupon.customer_id == customer_id, Coupon.state != VOID)
    lately = or_(Coupon.state == ISSUED, Coupon.issued_at > since)
    return session.scalar(select(func.count()).select_from(Coupon).where(*theirs, lately)) or 0


def given_by(session: Session, offer_id: int, staff_id: int, since: datetime) -> int:
    """How many of this offer a member of staff has given since then."""
    theirs = (CouponEntry.offer_id == offer_id, CouponEntry.staff_id == staff_id, CouponEntry.kind == ISSUED)
    query = select(func.count()).select_from(CouponEntry).where(*theirs, CouponEntry.at >= since)
    return session.scalar(query) or 0


def worth_given(session: Session, offer_code: str, reason: str, since: datetime) -> int:
    """What the coupons of this offer whose reason begins so, given since then and not taken back, may take off together."""
    mine = (Offer.code == offer_code, Coupon.reason.startswith(reason, autoescape=True), Coupon.state != VOID)
    query = select(func.coalesce(func.sum(func.coalesce(Offer.amount, 0)), 0)).join(Coupon, Coupon.offer_id == Offer.id)
    return session.scalar(query.where(*mine, Coupon.issued_at >= since)) or 0


def add(session: Session, coupon: Coupon) -> bool:
    """Writes it down; False when another one has its code or key."""
    names = ("code", "key", "offer_id", "customer_id", "state", "uses", "reason", "valid_until", "issued_at")
    row = insert(session, Coupon.__table__).values({name: getattr(coupon, name) for name in names})
    number = session.execute(row.on_conflict_do_nothing().returning(Coupon.__table__.c.id)).scalar_one_or_none()
    if number is not None:
        coupon.id = number
    return number is not None


def turn_into(session: Session, coupon_id: int, state: str, out_of: str, uses: int = 0) -> int | None:
    """The one step that decides: of all who try it at once one gets the number of uses, the others None."""
    step = update(Coupon).where(Coupon.id == coupon_id, Coupon.state == out_of)
    return session.execute(step.values(state=state, uses=Coupon.uses + uses).returning(Coupon.uses)).scalar_one_or_none()


def enter(
    session: Session, coupon: Coupon, kind: str, turn: int, at: datetime, *, worth: int = 0, amount: int = 0,
    bill: str | None = None, store_id: int | None = None, staff_id: int | None = None, note: str = "",
) -> None:  # fmt: skip
    """A line of the ledger, and the sums of the offer with it, but for what `reserve` has added already."""
    session.add(
        CouponEntry(
            coupon_id=coupon.id, offer_id=coupon.offer_id, kind=kind, turn=turn, worth=worth, amount=amount, bill=bill,
            store_id=store_id, staff_id=staff_id, note=note, at=at,
        )
    )  # fmt: skip
    session.flush()
    if kind != ISSUED:
        gone = 1 if kind == VOID else 0
        values = {"issued": Offer.issued - gone, "committed": Offer.committed + worth, "spent": Offer.spent + amount}
        session.execute(update(Offer).where(Offer.id == coupon.offer_id).values(values))


def lock_bill(session: Session, bill: str) -> None:
    """Two coupons for one bill are looked at one after the other."""
    if dialect(session) == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_BILL, zlib.crc32(bill.encode()) - 2**31)))


def on_bill(session: Session, bill: str) -> list[tuple[Offer, int]]:
    """(offer, what was taken off) of the coupons on this bill that were not reversed."""
    query = (
        select(Offer, CouponEntry.amount)
        .join_from(CouponEntry, Coupon, Coupon.id == CouponEntry.coupon_id)
        .join(Offer, Offer.id == CouponEntry.offer_id)
        .where(CouponEntry.bill == bill, CouponEntry.kind == REDEEMED, CouponEntry.turn == Coupon.uses, Coupon.state == REDEEMED)
    )
    return [(made_from, amount) for made_from, amount in session.execute(query)]


def entries_of(session: Session, coupon_id: int) -> list[CouponEntry]:
    """The history of a coupon, oldest first."""
    return list(session.scalars(select(CouponEntry).where(CouponEntry.coupon_id == coupon_id).order_by(CouponEntry.id)))


def last_entry(session: Session, coupon_id: int, kind: str) -> CouponEntry | None:
    mine = select(CouponEntry).where(CouponEntry.coupon_id == coupon_id, CouponEntry.kind == kind)
    return session.scalars(mine.order_by(CouponEntry.turn.desc()).limit(1)).one_or_none()


_OVER = select(Coupon.id).where(Coupon.state == ISSUED, Coupon.valid_until < bindparam("before"))
_OVER = _OVER.order_by(Coupon.id).limit(bindparam("most"))


def over(session: Session, before: date, limit: int) -> Sequence[int]:
    """The ids of coupons that nobody has used by the day before `before`."""
    return session.scalars(_OVER, {"before": before, "most": limit}).all()


def differences(session: Session) -> list[str]:
    """Sentences about every sum that is not what the ledger says, and every coupon whose state it does not bear out."""
    found = []
    line = CouponEntry
    sums = (
        select(
            line.offer_id,
            (func.count().filter(line.kind == ISSUED) - func.count().filter(line.kind == VOID)).label("issued"),
            func.coalesce(func.sum(line.worth), 0).label("committed"),
            func.coalesce(func.sum(line.amount), 0).label("spent"),
        )
        .group_by(line.offer_id)
        .subquery()
    )
    names = ("issued", "committed", "spent")
    wrong = or_(*(getattr(Offer, name) != func.coalesce(sums.c[name], 0) for name in names))
    rows = session.execute(
        select(Offer, *(sums.c[name] for name in names)).outerjoin(sums, sums.c.offer_id == Offer.id).where(wrong)
    )
    for row in rows:
        said = ", ".join(f"{name} {getattr(row.Offer, name)}, the ledger {getattr(row, name) or 0}" for name in names)
        found.append(f"offer {row.Offer.code}: {said}")
    ones = {REDEEMED: 1, REVERSED: -1}
    used = func.coalesce(func.sum(case(*((line.kind == kind, number) for kind, number in ones.items()), else_=0)), 0)
    turns = func.count().filter(line.kind == REDEEMED)
    ended = [(func.count().filter(line.kind == kind) > 0, kind) for kind in (VOID, EXPIRED)]
    state = case((used == 1, REDEEMED), *ended, else_=ISSUED)
    sums_of = (used.label("used"), turns.label("turns"), state.label("state"))
    history = select(line.coupon_id, *sums_of).group_by(line.coupon_id).subquery()
    bad = or_(
        history.c.coupon_id.is_(None),
        history.c.used.not_in((0, 1)),
        history.c.turns != Coupon.uses,
        history.c.state != Coupon.state,
    )
    query = select(Coupon.id, Coupon.state).outerjoin(history, history.c.coupon_id == Coupon.id).where(bad).order_by(Coupon.id)
    found += [
        f"coupon {number}: its state {said} is not what the ledger says" for number, said in session.execute(query.limit(20))
    ]
    twice = (
        select(line.bill, func.sum(line.amount))
        .where(line.bill.is_not(None))
        .group_by(line.bill)
        .having(func.sum(line.amount) < 0)
    )
    found += [f"bill {bill}: {total} was taken off" for bill, total in session.execute(twice)]
    return found
