"""A store's time zone is corrected, or its rules change: visits to come keep the time on the wall that people were told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import history, rules
from handlers.booking.history import By
from storage import appointments, slots
from storage.appointments import HELD, OPEN, Appointment
from storage.slots import QUANTUM, Claim, Taken

IMPORT = By("system", "import", staff=True)
# Beyond any horizon.
FAR = timedelta(days=800)


def keep_wall_times(
    session: Session, store_id: int, before: Callable[[datetime], datetime], after: ZoneInfo, now: datetime, by: By = IMPORT
) -> list[Appointment]:
    """Shifts what is to come in the store to where its time on the wall is now; what was shifted.

    `before`: the time on the wall of an instant as it was told; `after`: the store's zone from now on.
    """
    coming = appointments.between(session, store_id, now, now + FAR, (HELD, *OPEN))
    locked = [appointments.lock(session, number) for number in sorted(row.id for row in coming)]
    shifts = {row.id: _shift(row.starts_at, before, after) for row in locked}
    rows = [row for row in locked if shifts[row.id]]
    had = {row.id: slots.claims_of(session, [row.id]) for row in rows}
    will = {number: [_shifted(claim, shifts[number]) for claim in claims] for number, claims in had.items()}
    ledger = slots.lock(
        session, store_id, slots.days_of(one for all_ in (had, will) for claims in all_.values() for one in claims)
    )
    for row in rows:
        ledger.free(row.id)
    for row in rows:
        _take(session, ledger, row.id, will[row.id])
        was = row.starts_at
        row.starts_at, row.ends_at = was + shifts[row.id], row.ends_at + shifts[row.id]
        row.legs = [{**leg, **{which: _later(leg[which], shifts[row.id]) for which in ("starts", "ends")}} for leg in row.legs]
        row.sequence += 1
        history.changed(session, row, now, by, "moved", before={"starts": history.iso(was)}, starts=history.iso(row.starts_at))
    ledger.save()
    return rows


def _shift(moment: datetime, before: Callable[[datetime], datetime], after: ZoneInfo) -> timedelta:
    there = before(moment)
    return rules.instant(there.date(), there.time(), after) - moment


def _shifted(claim: Claim, by: timedelta) -> Claim:
    quarters = by // QUANTUM
    return Claim(claim.resource, claim.first + quarters, claim.end + quarters)


def _later(iso: str, by: timedelta) -> str:
    return history.iso((datetime.fromisoformat(iso) + by).astimezone(UTC))


def _take(session: Session, ledger: slots.Ledger, appointment_id: int, claims: list[Claim]) -> None:
    """All of them; where the customer's car is expected in another store at that time, everything but the car."""
    try:
        with session.begin_nested():
            ledger.take(appointment_id, claims)
    except Taken:
        ledger.take(appointment_id, [claim for claim in claims if slots.is_summed(claim)])
