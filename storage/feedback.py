"""Feedback: what customers thought of a visit, and whether and when they were asked."""

from collections.abc import Collection, Mapping
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
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from storage.appointments import DONE, Appointment
from storage.chats import CHATS, Chat
from storage.database import Base, Id, Json, Moment, insert
from storage.vehicles import Vehicle
from storage.visits import Visit

# Outcomes beside the reasons of the contact gate: the question went out; it would have been pointless; there was one that day.
SENT, TOO_LATE, SAME_DAY = "sent", "too_late", "same_day"
SKIPPED = 0


class Feedback(Base):
    """One visit that somebody was, or was not, asked about; the unique keys see to it that nobody is asked twice.

    `key`: the person and the day. `ended_at`: when the work was done, for an imported visit when it was first seen. `advisor`:
    name of whoever handed the car over. `outcome`: sent, too_late, same_day, or the reason why the gate held it back.
    `work`, `people`: stars 1 to 5; `people` 0: left out. `media`: ids of photos. `causes`: codes of `Cause`.
    `answered_at`: the first star; `finished_at`: nothing more is asked.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        CheckConstraint("work BETWEEN 1 AND 5", name="ck_feedback_work"),
        CheckConstraint("people BETWEEN 0 AND 5", name="ck_feedback_people"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(60), unique=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"), unique=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), unique=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("technicians.id"))
    advisor: Mapped[str | None] = mapped_column(String(80))
    services: Mapped[list[str]] = mapped_column(Json)
    day: Mapped[date] = mapped_column(Date)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    reminded_at: Mapped[datetime | None] = mapped_column(Moment)
    work: Mapped[int | None] = mapped_column(Integer)
    people: Mapped[int | None] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(Text)
    media: Mapped[list[str]] = mapped_column(Json)
    causes: Mapped[list[str]] = mapped_column(Json)
    answered_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))


class Cause(Base):
    """What people are unhappy about, and the phrases that say so, as a manager edits them; see `handlers.feedback.causes`."""

    __tablename__ = "feedback_causes"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    words: Mapped[list[str]] = mapped_column(Json)
    unless: Mapped[list[str]] = mapped_column(Json)
    position: Mapped[int] = mapped_column(Integer)


# Which appointments were done lately, without reading those of all years. A literal, or the partial index goes unseen.
_IS_DONE = Appointment.status == literal_column(f"'{DONE}'")
Index(
    "ix_appointments_done",
    Appointment.store_id,
    Appointment.changed_at,
    sqlite_where=_IS_DONE,
    postgresql_where=_IS_DONE,
)
Index("ix_visits_visited_on", Visit.visited_on)


# -- whom to ask ------------------------------------------------------------------------------------------------------------


def _done_and_not_asked() -> Select[Appointment]:
    theirs = or_(CHATS.c.id == Appointment.chat_id, CHATS.c.customer_id == Appointment.customer_id)
    query = select(Appointment).where(
        Appointment.store_id == bindparam("store_id"), _IS_DONE, Appointment.changed_at > bindparam("since"),
        Appointment.changed_at <= bindparam("until"), exists().where(theirs, CHATS.c.reachable),
        ~exists().where(Feedback.appointment_id == Appointment.id),
    )  # fmt: skip
    return query.order_by(Appointment.changed_at, Appointment.id).limit(bindparam("most"))


def _visited_and_not_asked() -> Select[Visit, int]:
    asked = exists().where(Feedback.customer_id == Vehicle.customer_id, Feedback.day == Visit.visited_on)
    query = (
        select(Visit, Vehicle.customer_id)
        .join(Vehicle, Vehicle.id == Visit.vehicle_id)
        .where(
            Visit.store_id == bindparam("store_id"), Visit.visited_on.in_(bindparam("days", expanding=True)),
            exists().where(CHATS.c.customer_id == Vehicle.customer_id, CHATS.c.reachable), ~asked,
            ~exists().where(Feedback.visit_id == Visit.id),
        )
    )  # fmt: skip
    return query.order_by(Visit.id).limit(bindparam("most"))


def _to_remind() -> Select[Feedback]:
    older, since = aliased(Feedback), aliased(Feedback)
    answered = exists().where(since.chat_id == older.chat_id, since.id > older.id, since.answered_at.is_not(None))
    in_vain = exists().where(
        older.chat_id == Feedback.chat_id,
        older.id < Feedback.id,
        older.reminded_at.is_not(None),
        older.answered_at.is_(None),
        ~answered,
    )
    query = select(Feedback).where(
        Feedback.store_id == bindparam("store_id"), Feedback.asked_at <= bindparam("asked_before"),
        Feedback.asked_at > bindparam("ended_after"), Feedback.ended_at > bindparam("ended_after"),
        Feedback.outcome == SENT, Feedback.answered_at.is_(None), Feedback.reminded_at.is_(None), ~in_vain,
    )  # fmt: skip
    return query.order_by(Feedback.chat_id).limit(bindparam("most"))


def _left_unhappy() -> Select[int]:
    few = or_(Feedback.work <= bindparam("low"), and_(Feedback.people <= bindparam("low"), Feedback.people > SKIPPED))
    silent = (Feedback.answered_at > bindparam("since"), Feedback.answered_at <= bindparam("until"))
    query = select(Feedback.id).where(few, *silent, Feedback.ticket_id.is_(None), Feedback.finished_at.is_(None))
    return query.order_by(Feedback.id).limit(bindparam("most"))


# Each round of pushes asks this of each store; to put it together costs several times what the database does.
_DONE_AND_NOT_ASKED, _VISITED_AND_NOT_ASKED, _TO_REMIND = _done_and_not_asked(), _visited_and_not_asked(), _to_remind()
_LEFT_UNHAPPY = _left_unhappy()


def done_and_not_asked(session: Session, store_id: int, since: datetime, until: datetime, limit: int) -> list[Appointment]:
    """Appointments of the store that were done in this span, of people with a chat, the oldest first."""
    values = {"store_id": store_id, "since": since, "until": until, "most": limit}
    return list(session.scalars(_DONE_AND_NOT_ASKED, values))


def visited_and_not_asked(session: Session, store_id: int, days: Collection[date], limit: int) -> list[tuple[Visit, int]]:
    """Visits from the shop's own system on these days, with the customer, of people with a chat who were not asked that day."""
    found = session.execute(_VISITED_AND_NOT_ASKED, {"store_id": store_id, "days": list(days), "most": limit})
    return [(visit, customer) for visit, customer in found]


def begin(session: Session, wish: Mapping[str, Any]) -> Feedback | None:
    """Takes this visit up; None when the person was asked about that day already, perhaps by another worker just now."""
    row = {
        "appointment_id": None, "visit_id": None, "technician_id": None, "advisor": None, "words": "", "media": [], "causes": [],
        **wish,
    }  # fmt: skip
    new = insert(session, Feedback.__table__).values(**row).on_conflict_do_nothing().returning(Feedback.__table__.c.id)
    number = session.execute(new).scalar_one_or_none()
    return None if number is None else session.get(Feedback, number)


def same_visit(session: Session, key: str, appointment: Mapping[str, Any]) -> bool:
    """Whether the books had it before the diary said that it was done: the same visit, whose technician is known now."""
    unknown = (Feedback.key == key, Feedback.appointment_id.is_(None))
    done = update(Feedback).where(*unknown).values(**appointment).returning(Feedback.id)
    return session.execute(done).one_or_none() is not None


def by_keys(session: Session, keys: Collection[str]) -> list[Feedback]:
    """The visits that these questions are about."""
    return list(session.scalars(select(Feedback).where(Feedback.key.in_(keys)).order_by(Feedback.id)))


def to_remind(
    session: Session, store_id: int, asked_before: datetime, ended_after: datetime, limit: int
) -> list[Feedback]:  # fmt: skip
    """About visits to this store. Asked before then, not answered at all and not reminded, in the order of their chats.

    Who has let a second question pass, and has answered none since, is asked once a visit from then on.
    """
    values = {"store_id": store_id, "asked_before": asked_before, "ended_after": ended_after, "most": limit}
    return list(session.scalars(_TO_REMIND, values))


def left_unhappy(session: Session, low: int, since: datetime, until: datetime, limit: int) -> list[int]:
    """Few stars and then silence, without a ticket: their ids."""
    return list(session.scalars(_LEFT_UNHAPPY, {"low": low, "since": since, "until": until, "most": limit}))


def chat_of(session: Session, feedback_id: int) -> int:
    return session.scalars(select(Feedback.chat_id).where(Feedback.id == feedback_id)).one()


# -- answering --------------------------------------------------------------------------------------------------------------


def lock(session: Session, feedback_id: int) -> Feedback | None:
    """As it is now, and nobody else changes it before the transaction ends. Lock the chat first."""
    query = select(Feedback).where(Feedback.id == feedback_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def open_of(session: Session, chat: Chat, since: datetime, now: datetime) -> Feedback | None:
    """The newest question to this person that is not answered to its end."""
    still = (Feedback.outcome == SENT, Feedback.finished_at.is_(None), Feedback.asked_at > since, Feedback.asked_at <= now)
    return session.scalars(
        select(Feedback).where(_theirs(chat), *still).order_by(Feedback.asked_at.desc()).limit(1)
    ).one_or_none()


def asked_since(session: Session, chat: Chat, moment: datetime) -> bool:
    """Whether this person was asked or reminded after that, about whichever visit."""
    lately = or_(Feedback.asked_at > moment, Feedback.reminded_at > moment)
    return bool(session.scalar(select(Feedback.id).where(_theirs(chat), lately).limit(1)))


def _theirs(chat: Chat) -> ColumnElement[bool]:
    theirs: ColumnElement[bool] = Feedback.chat_id == chat.id
    return theirs if chat.customer_id is None else or_(theirs, Feedback.customer_id == chat.customer_id)


# -- looking back -----------------------------------------------------------------------------------------------------------


def answered_between(session: Session, start: datetime, end: datetime, stores: Collection[int] | None = None) -> list[Feedback]:
    """By the first star, in any store or in these, the oldest first."""
    query = select(Feedback).where(Feedback.answered_at >= start, Feedback.answered_at < end)
    if stores is not None:
        query = query.where(Feedback.store_id.in_(stores))
    return list(session.scalars(query.order_by(Feedback.answered_at, Feedback.id)))


def asked_between(session: Session, start: datetime, end: datetime, stores: Collection[int] | None = None) -> int:
    """How many were asked."""
    query = select(func.count()).select_from(Feedback).where(
        Feedback.asked_at >= start, Feedback.asked_at < end, Feedback.outcome == SENT
    )  # fmt: skip
    if stores is not None:
        query = query.where(Feedback.store_id.in_(stores))
    return session.scalar(query) or 0


def of_customer(session: Session, customer_id: int, limit: int) -> list[Feedback]:
    """What this customer has said, the newest first."""
    query = select(Feedback).where(Feedback.customer_id == customer_id, Feedback.answered_at.is_not(None))
    return list(session.scalars(query.order_by(Feedback.answered_at.desc(), Feedback.id.desc()).limit(limit)))


def with_words_since(session: Session, since: datetime) -> list[Feedback]:
    return list(session.scalars(select(Feedback).where(Feedback.answered_at >= since, Feedback.words != "")))


# -- causes -----------------------------------------------------------------------------------------------------------------


def all_causes(session: Session) -> list[Cause]:
    return list(session.scalars(select(Cause).order_by(Cause.position, Cause.code)))


def replace_causes(session: Session, causes: Collection[Mapping[str, Any]]) -> None:
    """These causes and no others, in this order."""
    for cause in all_causes(session):
        session.delete(cause)
    session.flush()
    session.add_all(Cause(position=position, **cause) for position, cause in enumerate(causes, 1))
    session.flush()
