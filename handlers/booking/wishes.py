"""The answers of a booking conversation as a wish, a person and a time that the rules of booking understand."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from handlers.booking import rules
from handlers.booking.history import Person
from handlers.booking.plan import Plan, Wish, planned, wish_of
from handlers.dialogue import Answers, Refusal, Turn
from handlers.vehicles import cars
from storage import appointments, staff
from storage.appointments import Appointment
from storage.customers import Customer
from storage.staff import Staff
from storage.stores import Store


@dataclass(frozen=True, slots=True)
class Visit:
    """What is to be done, as its store can do it. `moving`: the appointment that shall get another time, if it is one."""

    plan: Plan
    moving: Appointment | None = None

    @property
    def store(self) -> Store:
        return self.plan.store

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.plan.zone)


def wished(turn: Turn, answers: Answers) -> Wish:
    car = cars.look(turn, answers["car"])
    model, vehicle = car.model.code if car.model else None, car.vehicle.id if car.vehicle else None
    return Wish(answers["store"], tuple(answers["service"]), model, vehicle, answers.get("transport") or "wait")


def to_book(turn: Turn, answers: Answers) -> Visit:
    """Raises Refusal when the store does not do that."""
    return Visit(planned(turn.shop, wished(turn, answers)))


def to_move(turn: Turn, answers: Answers) -> Visit:
    """Raises Refusal when it is not theirs, or gone."""
    row = own(turn, answers["id"])
    if row is None:
        raise Refusal("booking.refused.gone")
    wish = wish_of(turn.shop, row)
    return Visit(planned(turn.shop, replace(wish, store=answers.get("store", wish.store))), row)


def start_of(visit: Visit, answers: Answers) -> datetime:
    """The time that was chosen, UTC."""
    return rules.instant(date.fromisoformat(answers["day"]), time.fromisoformat(answers["time"]), visit.plan.zone)


def person(turn: Turn, phone: str | None) -> Person:
    return Person(turn.chat.customer_id, turn.chat.id, _name(turn), phone)


def _name(turn: Turn) -> str | None:
    customer = turn.session.get(Customer, turn.chat.customer_id) if turn.chat.customer_id is not None else None
    return customer.name if customer and not customer.provisional else turn.chat.name or None


def of_person(turn: Turn) -> list[Appointment]:
    """Everything of the person in this chat, the next first."""
    return appointments.of_person(
        turn.session, customer_id=turn.chat.customer_id, chat_id=turn.chat.id, proved_phone=_proved_phone(turn)
    )  # fmt: skip


def own(turn: Turn, appointment_id: object) -> Appointment | None:
    """The appointment, if it belongs to the person in this chat."""
    row = appointments.get(turn.session, appointment_id) if isinstance(appointment_id, int) else None
    if row is None:
        return None
    if row.chat_id is None and row.customer_id is None:
        return row if row.phone is not None and row.phone == _proved_phone(turn) else None
    mine = row.chat_id == turn.chat.id or (row.customer_id is not None and row.customer_id == turn.chat.customer_id)
    return row if mine else None


def _proved_phone(turn: Turn) -> str | None:
    customer = turn.session.get(Customer, turn.chat.customer_id) if turn.chat.customer_id is not None else None
    return customer.phone if customer is not None and customer.phone_verified_at is not None else None


def usual_advisor(turn: Turn, store: Store) -> int:
    """Who received them last in this store and still works there; 0 for nobody."""
    here = {person.id for person in staff.advisors(turn.session, store.id)}
    theirs = (row.advisor_id for row in reversed(of_person(turn)) if row.advisor_id in here)
    return next(theirs, None) or 0


def name_of_advisor(session: Session, row: Appointment) -> str:
    member = session.get(Staff, row.advisor_id) if row.advisor_id is not None else None
    return member.name if member is not None and member.dismissed_at is None else ""


def last(turn: Turn) -> Appointment | None:
    """Their last visit or the one to come: a returning customer wants the same store."""
    kept = [row for row in of_person(turn) if row.status not in (appointments.HELD, appointments.EXPIRED)]
    return kept[-1] if kept else None


def known_phone(turn: Turn) -> str | None:
    """The number that we know or that they gave for an earlier visit (E.164)."""
    customer = turn.session.get(Customer, turn.chat.customer_id) if turn.chat.customer_id is not None else None
    if customer is not None and customer.phone:
        return customer.phone
    return next((row.phone for row in reversed(of_person(turn)) if row.phone), None)


def car_label(turn: Turn, answers: Answers) -> str:
    return cars.look(turn, answers["car"]).label
