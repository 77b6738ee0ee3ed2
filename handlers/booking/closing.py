"""Closing at short notice: a store, a bay or a technician is out for a while, and whose appointments that strikes."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import rules
from handlers.booking.plan import hours_of
from handlers.booking.seating import expired, give_back
from storage import appointments, revisions
from storage.appointments import HELD, OPEN, Appointment
from storage.slots import quantum_at, quantum_from
from storage.stores import Store
from storage.technicians import Closure


def close(
    session: Session, store_id: int, starts_at: datetime, ends_at: datetime, now: datetime, *, bay_id: int | None = None,
    technician_id: int | None = None, reason: str = "",
) -> tuple[Closure, list[Appointment]]:  # fmt: skip
    """From now on nothing is booked there then; with neither bay nor technician the whole store is closed.

    What is booked already stays in the plan: it is given back, so that somebody moves it or calls the customer. A time that is
    only held is not kept any longer, and whoever says yes to it hears what else is free.
    """
    row = Closure(
        store_id=store_id, bay_id=bay_id, technician_id=technician_id, starts_at=starts_at, ends_at=ends_at, reason=reason
    )  # fmt: skip
    session.add(row)
    session.flush()
    revisions.raise_(session, "stores")
    booked = [one for one in appointments.between(session, store_id, starts_at, ends_at, (HELD, *OPEN)) if _struck(one, row)]
    locked = [appointments.lock(session, number) for number in sorted(one.id for one in booked if one.status == HELD)]
    held = [one for one in locked if one.status == HELD]
    give_back(session, held)
    for one in held:
        expired(session, one, now)
    return row, [one for one in booked if one.status in OPEN]


def reopen(session: Session, closure: Closure) -> None:
    """It was a false alarm, or it is over sooner."""
    session.delete(closure)
    session.flush()
    revisions.raise_(session, "stores")


def struck(store: Store, rows: Iterable[Appointment], closures: Iterable[Closure], now: datetime) -> list[Appointment]:
    """Those to come that cannot take place as they stand: something is out, or the store is not open then any more."""
    out = [one for one in closures if one.store_id == store.id]
    coming = [row for row in rows if row.status in OPEN and row.ends_at > now]
    return [row for row in coming if not _open(store, row) or any(_struck(row, one) for one in out)]


def _open(store: Store, row: Appointment) -> bool:
    """Whether the hours, which may have changed since, still let it begin and end then."""
    zone = ZoneInfo(store.timezone)
    first, end = (
        [(span.first, span.end) for span in rules.spans(hours_of(store), at.astimezone(zone).date(), 1)]
        for at in (row.starts_at, row.ends_at)
    )
    begins, ends = quantum_at(row.starts_at), quantum_from(row.ends_at)
    return any(one <= begins < two for one, two in first) and any(one <= ends <= two for one, two in end)


def _struck(appointment: Appointment, closure: Closure) -> bool:
    for leg in appointment.legs:
        starts, ends = (datetime.fromisoformat(leg[which]) for which in ("starts", "ends"))
        touches = starts < closure.ends_at and ends > closure.starts_at
        if touches and closure.bay_id in (None, leg["bay"]) and closure.technician_id in (None, leg["technician"]):
            return True
    return False
