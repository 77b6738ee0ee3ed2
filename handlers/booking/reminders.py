"""When somebody is reminded of a visit: pure rules on values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.booking.rules import instant
from storage.appointments import Appointment

DAY_BEFORE, TWO_HOURS = "day_before", "two_hours"
KINDS = (DAY_BEFORE, TWO_HOURS)
# Less than so long before the second reminder, or the visit, the first one says nothing new.
_APART = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Terms:
    """The shop's: the first reminder so many days before, the second so many hours before; 0 for none."""

    days: int = 1
    hours: int = 2

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> "Terms":
        """As the figures of pushes have it, which were checked when they were written."""
        return cls(figures.get("remind_days", cls().days), figures.get("remind_hours", cls().hours))

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, wanted in zip(KINDS, (self.days, self.hours), strict=True) if wanted]


SHIPPED = Terms()


@dataclass(frozen=True, slots=True)
class Reminder:
    """`due`: not before it; `until`: pointless from then on. UTC."""

    kind: str
    due: datetime
    until: datetime


def of(starts_at: datetime, zone: ZoneInfo, terms: Terms = SHIPPED) -> list[Reminder]:
    """The same time of day on the day before, in the store's clock, and two hours before, by anybody's; or as the `terms` say.

    A time of day that the clocks skip on the day before is the first moment after the gap; one that comes twice is the first.
    """
    there = starts_at.astimezone(zone)
    before = instant(there.date() - timedelta(days=terms.days), there.time(), zone)
    second = starts_at - timedelta(hours=terms.hours)
    both = (Reminder(DAY_BEFORE, before, second - _APART), Reminder(TWO_HOURS, second, starts_at))
    return [one for one in both if one.kind in terms.kinds]


def due(starts_at: datetime, zone: ZoneInfo, since: datetime, now: datetime, terms: Terms = SHIPPED) -> Reminder | None:
    """The one to be sent now: at most one at any moment. `since`: when they were last told the time; later ones only."""
    return next((one for one in of(starts_at, zone, terms) if since < one.due <= now < one.until), None)


def missed(starts_at: datetime, zone: ZoneInfo, since: datetime, now: datetime, terms: Terms = SHIPPED) -> list[str]:
    """The kinds that should have been sent and can be no more."""
    return [one.kind for one in of(starts_at, zone, terms) if since < one.due and one.until <= now]


def key(row: Appointment, kind: str, sequence: int | None = None) -> str:
    """Each change of the time has reminders of its own."""
    return f"booking:{row.id}:{row.sequence if sequence is None else sequence}:{kind}"


def keys(row: Appointment) -> list[str]:
    """Of all the times that it has had."""
    return [key(row, kind, sequence) for sequence in range(row.sequence + 1) for kind in KINDS]
