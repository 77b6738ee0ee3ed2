"""When somebody is reminded of a visit: pure rules on values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.booking.rules import instant
from storage.appointments import Appointment

DAY_BEFORE, TWO_HOURS = "day_before", "two_hours"
KINDS = (DAY_BEFORE, TWO_HOURS)
# Less than an hour before the second reminder the first one says nothing new.
APART = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Reminder:
    """`due`: not before it; `until`: pointless from then on. UTC."""

    kind: str
    due: datetime
    until: datetime


def of(starts_at: datetime, zone: ZoneInfo) -> tuple[Reminder, Reminder]:
    """The same time of day on the day before, in the store's clock, and two hours before, by anybody's.

    A time of day that the clocks skip on the day before is the first moment after the gap; one that comes twice is the first.
    """
    there = starts_at.astimezone(zone)
    before = instant(there.date() - timedelta(days=1), there.time(), zone)
    return (
        Reminder(DAY_BEFORE, before, starts_at - APART),
        Reminder(TWO_HOURS, starts_at - timedelta(hours=2), starts_at),
    )


def due(starts_at: datetime, zone: ZoneInfo, since: datetime, now: datetime) -> Reminder | None:
    """The one to be sent now: at most one at any moment. `since`: when they were last told the time; later ones only."""
    return next((one for one in of(starts_at, zone) if since < one.due <= now < one.until), None)


def missed(starts_at: datetime, zone: ZoneInfo, since: datetime, now: datetime) -> list[str]:
    """The kinds that should have been sent and can be no more."""
    return [one.kind for one in of(starts_at, zone) if since < one.due and one.until <= now]


def key(row: Appointment, kind: str, sequence: int | None = None) -> str:
    """Each change of the time has reminders of its own."""
    return f"booking:{row.id}:{row.sequence if sequence is None else sequence}:{kind}"


def keys(row: Appointment) -> list[str]:
    """Of all the times that it has had."""
    return [key(row, kind, sequence) for sequence in range(row.sequence + 1) for kind in KINDS]
