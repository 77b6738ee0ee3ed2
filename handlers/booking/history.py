"""Who did what to an appointment, written down."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from storage import appointments
from storage.appointments import Appointment


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, for the history. `staff` may do without notice, lead time, horizon and limits, but not without a free bay.

    `who`: customer | system | the name of the member of staff. `origin`: chat | console | api | import | sweep | command.
    `advisor_id`: of the advisor, if it is one: whose customer this is from now on.
    """

    who: str
    origin: str
    staff: bool = False
    advisor_id: int | None = None


CUSTOMER = By("customer", "chat")
SWEEP = By("system", "sweep", staff=True)


@dataclass(frozen=True, slots=True)
class Person:
    """For whom it is: a customer that we know, a chat, or a name and a phone number (E.164) given for this visit."""

    customer_id: int | None = None
    chat_id: int | None = None
    name: str | None = None
    phone: str | None = None


def iso(moment: datetime) -> str:
    return moment.isoformat()


def changed(session: Session, row: Appointment, now: datetime, by: By, what: str, **details: Any) -> None:
    row.changed_at = now
    session.flush()
    note(session, row, now, by, what, **details)


def note(session: Session, row: Appointment, now: datetime, by: By, what: str, **details: Any) -> None:
    """Something that is worth knowing but changes nothing, such as "they said that they will come"."""
    appointments.note(session, row.id, now, by.who, by.origin, what, details)
