"""When somebody is reminded of a visit: pure rules on values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.booking.rules import instant
from handlers.reminders.triggers import Before
from storage.appointments import Appointment

PREFIX = "booking"
# Less than so long before the next reminder, or the visit, what is said days before says nothing new.
_APART = timedelta(hours=1)
# Later than so long after its hour "in two hours" is no longer true.
_TRUE = timedelta(minutes=20)


@dataclass(frozen=True, slots=True)
class Reminder:
    """`rule`: its code; `due`: not before it; `until`: pointless from then on. UTC."""

    rule: str
    due: datetime
    until: datetime


def of(starts_at: datetime, zone: ZoneInfo, rules: Mapping[str, Before]) -> list[Reminder]:
    """Those of these rules (by code), the earliest first: so many days before at the same time of day, in the store's clock, or
    so many hours before, by anybody's. Where two lie within an hour of each other, the later one speaks.

    A time of day that the clocks skip on the day before is the first moment after the gap; one that comes twice is the first.
    """
    moments = sorted((_moment(starts_at, zone, trigger), code) for code, trigger in rules.items())
    ends = [due - _APART for due, _ in moments[1:]]
    ends += [starts_at if rules[code].hours else starts_at - _APART for _, code in moments[-1:]]
    return [Reminder(code, due, until) for (due, code), until in zip(moments, ends, strict=True)]


def due(
    starts_at: datetime, zone: ZoneInfo, since: datetime, now: datetime, rules: Mapping[str, Before]
) -> Reminder | None:  # fmt: skip
    """The one to be sent now: at most one at any moment. `since`: when they were last told the time; later ones only."""
    return next((one for one in of(starts_at, zone, rules) if since < one.due <= now < one.until), None)


def missed(starts_at: datetime, zone: ZoneInfo, since: datetime, now: datetime, rules: Mapping[str, Before]) -> list[str]:
    """The rules that should have spoken and can no more."""
    return [one.rule for one in of(starts_at, zone, rules) if since < one.due and one.until <= now]


def key(row: Appointment, rule: str, sequence: int | None = None) -> str:
    """Each change has reminders of its own. `sequence`: of an earlier one."""
    return f"{PREFIX}:{row.id}:{row.sequence if sequence is None else sequence}:{rule}"


def ahead(starts_at: datetime, zone: ZoneInfo, said_at: datetime, trigger: Before) -> tuple[str, int]:
    """How far off it is when that is read: so many hours, as meant; or (late, or in the morning instead) so many days."""
    if trigger.hours and abs(starts_at - said_at - timedelta(hours=trigger.hours)) <= _TRUE:
        return "hours", trigger.hours
    return "days", (starts_at.astimezone(zone).date() - said_at.astimezone(zone).date()).days


def _moment(starts_at: datetime, zone: ZoneInfo, trigger: Before) -> datetime:
    if trigger.hours:
        return starts_at - timedelta(hours=trigger.hours)
    there = starts_at.astimezone(zone)
    return instant(there.date() - timedelta(days=trigger.days), there.time(), zone)
