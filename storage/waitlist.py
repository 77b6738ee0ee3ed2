"""The waitlist: who wants a time that is taken now, in which window, and what was offered to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, bindparam, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment, dialect

WAITING, OFFERED, TAKEN, PASSED, OVER, LEFT = "waiting", "offered", "taken", "passed", "over", "left"
# So many offers does one get.
MOST_OFFERS = 3
_LINE = 4_512_029  # the first half of the advisory locks' names; the second is the store
_ACTIVE = text("status IN ('waiting', 'offered')")


class Wait(Base):
    """A wish in line; the oldest is served first. The window is [`earliest`, `latest`): when the visit may start.

    `status`: waiting → offered → taken, or passed (said no, or did not answer: the next one's turn), over (the window is
    past) or left (does not want it any more). `appointment_id`: the hold that is offered, until `offer_until`. `told_at`:
    when the message about this offer was posted, null until then. `passed`: starts that were offered in vain (ISO).
    """

    __tablename__ = "waitlist"
    __table_args__ = (Index("ix_waitlist_active", "store_id", "asked_at", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"), index=True)
    vehicle_id: Mapped[int | None] = mapped_column(ForeignKey("vehicles.id"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("car_models.id"))
    name: Mapped[str | None] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20))
    services: Mapped[list[str]] = mapped_column(Json)
    transport: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(Text)
    earliest: Mapped[datetime] = mapped_column(Moment)
    latest: Mapped[datetime] = mapped_column(Moment)
    status: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), index=True)
    offered_at: Mapped[datetime | None] = mapped_column(Moment)
    offer_until: Mapped[datetime | None] = mapped_column(Moment)
    told_at: Mapped[datetime | None] = mapped_column(Moment)
    passed: Mapped[list[str]] = mapped_column(Json)
    offers: Mapped[int] = mapped_column(Integer)


def lock(session: Session, wait_id: int) -> Wait:
    query = select(Wait).where(Wait.id == wait_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def in_line(session: Session, store_id: int, now: datetime) -> list[Wait]:
    """Those who wait for a window that is not over, the oldest first, locked; who is being served already is left out.

    Nobody while another transaction reads this line: if two shared it out between them, the third might come before the second.
    """
    if dialect(session) != "sqlite" and not session.scalar(select(func.pg_try_advisory_xact_lock(_LINE, store_id))):
        return []
    return list(session.scalars(_IN_LINE, {"of_store": store_id, "now": now}))


def settle(session: Session, appointment_id: int, status: str) -> None:
    """What was offered with this hold has been taken."""
    for wait in _with_offer(session, appointment_id):
        wait.status, wait.offer_until = status, None
    session.flush()


def pass_on(session: Session, appointment_id: int, starts_at: datetime) -> None:
    """Nobody wanted this offer: it is not made to them again. Whoever let too many pass is not asked any more."""
    for wait in _with_offer(session, appointment_id):
        if wait.status == OFFERED:
            wait.passed = [*wait.passed, starts_at.isoformat()]
            wait.status = PASSED if len(wait.passed) >= MOST_OFFERS else WAITING
            wait.offer_until = wait.told_at = None
    session.flush()


# Asked for each store in each round of pushes, so both are put together once.
_IN_LINE = (
    select(Wait)
    .where(Wait.store_id == bindparam("of_store"), Wait.status == WAITING, Wait.latest > bindparam("now"))
    .order_by(Wait.asked_at, Wait.id)
    .with_for_update(skip_locked=True)
)
_PAST = (
    update(Wait)
    .where(Wait.store_id == bindparam("of_store"), Wait.status == WAITING, Wait.latest <= bindparam("now"))
    .values(status=OVER)
)


def close_windows(session: Session, store_id: int, now: datetime) -> None:
    """Those who wait for a time that is past wait no more."""
    session.execute(_PAST, {"of_store": store_id, "now": now})


def _with_offer(session: Session, appointment_id: int) -> list[Wait]:
    query = select(Wait).where(Wait.appointment_id == appointment_id).with_for_update()
    return list(session.scalars(query.execution_options(populate_existing=True)))


def untold(session: Session, now: datetime) -> list[Wait]:
    """Offers that still stand and that nobody has been told about."""
    query = select(Wait).where(Wait.status == OFFERED, Wait.told_at.is_(None), Wait.offer_until > now)
    return list(session.scalars(query.order_by(Wait.offered_at, Wait.id)))


def before_visit(session: Session, store_id: int, vehicle_id: int, starts_at: datetime) -> list[Wait]:
    """Who waits for a time before this visit of the car; locked, and whoever is being served just now is left out."""
    query = select(Wait).where(
        Wait.store_id == store_id, Wait.status == WAITING, Wait.vehicle_id == vehicle_id, Wait.latest == starts_at
    )  # fmt: skip
    return list(session.scalars(query.with_for_update(skip_locked=True).execution_options(populate_existing=True)))


def of_person(session: Session, *, customer_id: int | None, chat_id: int | None) -> list[Wait]:
    """What this person still waits for or has been offered."""
    ways = [column == value for column, value in ((Wait.customer_id, customer_id), (Wait.chat_id, chat_id)) if value is not None]
    if not ways:
        return []
    query = select(Wait).where(or_(*ways), Wait.status.in_((WAITING, OFFERED)))
    return list(session.scalars(query.order_by(Wait.asked_at, Wait.id)))
