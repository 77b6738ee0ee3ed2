"""What a complaint may be about: visits on file and appointments of late, the newest first, and the next one to come."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from storage import appointments, stores, visits
from storage.appointments import ARRIVED, CONFIRMED, DONE, IN_SERVICE, NO_SHOW, REQUESTED, Appointment
from storage.tickets import Ticket

MOST = 5
# Older appointments are visits on file by then, or forgotten; what is further away nobody is angry about yet.
SINCE, UNTIL = timedelta(days=60), timedelta(days=14)
_MEANT = (REQUESTED, CONFIRMED, ARRIVED, IN_SERVICE, DONE, NO_SHOW)


@dataclass(frozen=True, slots=True)
class Occasion:
    """One of `visit_id` and `appointment_id` is there. `services`: codes. `at`: when it began, if that is known."""

    store_id: int
    on: date
    services: list[str]
    visit_id: int | None = None
    appointment_id: int | None = None
    at: datetime | None = None

    @property
    def value(self) -> int | str:
        """What a button carries."""
        return self.visit_id if self.visit_id is not None else f"a{self.appointment_id}"


def recent(session: Session, customer_id: int | None, chat_id: int, now: datetime) -> list[Occasion]:
    """Of this person, by their cars and by this chat. What is on file as a visit and as an appointment is one."""
    known = visits.recent(session, customer_id, MOST) if customer_id is not None else []
    found = [Occasion(visit.store_id, visit.visited_on, visit.services, visit_id=visit.id) for visit in known]
    filed = {(visit.store_id, visit.visited_on) for visit in known}
    for row in appointments.of_person(session, customer_id=customer_id, chat_id=chat_id):
        one = of_appointment(session, row)
        if row.status in _MEANT and now - SINCE < row.starts_at < now + UNTIL and (one.store_id, one.on) not in filed:
            found.append(one)
    found.sort(key=lambda one: one.on)
    # What is to come is seldom the reason; the next one is enough.
    coming = [one for one in found if one.at is not None and one.at > now][:1]
    been = [one for one in reversed(found) if one.at is None or one.at <= now]
    return [*been[: MOST - len(coming)], *coming]


def of_appointment(session: Session, row: Appointment) -> Occasion:
    zone = ZoneInfo(next((store.timezone for store in stores.listed(session) if store.id == row.store_id), "UTC"))
    local = row.starts_at.astimezone(zone)
    return Occasion(row.store_id, local.date(), row.services, appointment_id=row.id, at=local)


def of_ticket(session: Session, ticket: Ticket) -> Occasion | None:
    """What it is about; else their last visit, which staff want to see first. None for somebody who was never here."""
    if ticket.appointment_id and (row := appointments.get(session, ticket.appointment_id)):
        return of_appointment(session, row)
    visit = session.get(visits.Visit, ticket.visit_id) if ticket.visit_id else None
    if visit is None and ticket.customer_id:
        visit = next(iter(visits.recent(session, ticket.customer_id, 1)), None)
    return Occasion(visit.store_id, visit.visited_on, visit.services, visit_id=visit.id) if visit else None


def next_of(session: Session, ticket: Ticket, now: datetime) -> Occasion | None:
    """Their next appointment."""
    theirs = appointments.of_person(session, customer_id=ticket.customer_id, chat_id=ticket.chat_id)
    to_come = (row for row in theirs if row.status in (REQUESTED, CONFIRMED) and row.starts_at > now)
    row = next(to_come, None)
    return of_appointment(session, row) if row else None
