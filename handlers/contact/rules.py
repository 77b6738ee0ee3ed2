"""Whether and when somebody is written to without having asked: pure rules on values, each with the reason it gives."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

SERVICE, FEEDBACK, MARKETING, SAFETY = "service", "feedback", "marketing", "safety"
PURPOSES = (SERVICE, FEEDBACK, MARKETING, SAFETY)

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
# An offer of this priority or a higher number is routine: a tip, the weekly member day.
ROUTINE = 8


@dataclass(frozen=True, slots=True)
class Policy:
    """The shop's limits. Quiet hours are wall-clock times of the person's zone; caps count offers in any 7 and 30 days, and
    `routine_per_month` those of them that are routine, so that there is room for what matters more. Whose birthday is on file
    and who is younger than `adult_from` gets no offers.
    """

    quiet_from: time = time(21)
    quiet_until: time = time(9)
    per_week: int = 1
    per_month: int = 3
    routine_per_month: int = 1
    adult_from: int = 18

    @classmethod
    def of(cls, figures: Mapping[str, Any]) -> "Policy":
        """As the figures of pushes have it, which were checked when they were written; what is not among them is as shipped."""
        known: dict[str, Any] = {field.name: figures[field.name] for field in fields(cls) if field.name in figures}
        clocks = {name: time.fromisoformat(value) for name, value in known.items() if name.startswith("quiet_")}
        return cls(**{**known, **clocks})


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that wants to be said. `kind` is what a person may switch off; a smaller `priority` matters more.

    `expires_at`: after that it is pointless and not sent at all.
    """

    purpose: str
    kind: str
    due_at: datetime
    priority: int = 5
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the person. `agreed`: their yes or no by purpose, absent when they were never asked.

    `born`: None where it is not on file. `offers`: when offers are due that were sent or will be, over all campaigns and
    channels; `routine`: those of them that are. `outdated`: they did agree to offers, to words that meant something else.
    """

    zone: ZoneInfo
    reachable: bool = True
    erased: bool = False
    agreed: "dict[str, bool] | None" = None
    off: Collection[str] = ()
    paused_until: datetime | None = None
    complaint_open: bool = False
    born: date | None = None
    offers: Sequence[datetime] = ()
    routine: Sequence[datetime] = ()
    per_week: int | None = None
    per_month: int | None = None
    outdated: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`send_at` None: not sent. `reason` names a text `contact.why.<reason>`."""

    send_at: datetime | None
    reason: str


def decide(wish: Wish, person: Standing, policy: Policy, now: datetime) -> Decision:
    """Never raises for a wish with a known purpose. The first rule that says no gives the reason."""
    if wish.purpose not in PURPOSES:
        raise ValueError(f"purpose {wish.purpose!r} is none of {', '.join(PURPOSES)}")
    if no := _no(wish, person, policy, now):
        return Decision(None, no)
    at = max(wish.due_at, now)
    # Danger does not wait for the morning; everything else does.
    if wish.purpose != SAFETY:
        at = awake(at, person.zone, policy)
    if wish.expires_at is not None and at > wish.expires_at:
        return Decision(None, "too_late")
    if wish.purpose == MARKETING and (no := _over_the_cap(wish, at, person, policy)):
        return Decision(None, no)
    return Decision(at, "due" if at <= max(wish.due_at, now) else "quiet_hours")


def _no(wish: Wish, person: Standing, policy: Policy, now: datetime) -> str:
    agreed = person.agreed or {}
    if person.erased:
        return "erased"
    if not person.reachable:
        return "unreachable"
    if wish.purpose == SAFETY:
        return ""
    if wish.kind in person.off:
        return "switched_off"
    if wish.purpose == SERVICE:
        return ""
    if wish.purpose == FEEDBACK:
        return "no_consent" if agreed.get(FEEDBACK) is False else ""
    if not agreed.get(MARKETING):
        return "consent_old" if person.outdated else "no_consent"
    if person.born is not None and _years(person.born, now.astimezone(person.zone).date()) < policy.adult_from:
        return "minor"
    if person.paused_until is not None and now < person.paused_until:
        return "paused"
    return "complaint_open" if person.complaint_open else ""


def _years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _over_the_cap(wish: Wish, at: datetime, person: Standing, policy: Policy) -> str:
    """Any window that holds the moment counts, also one that ends later: what is planned already was first."""
    week = policy.per_week if person.per_week is None else min(person.per_week, policy.per_week)
    month = policy.per_month if person.per_month is None else min(person.per_month, policy.per_month)
    if _full(person.offers, at, WEEK, week):
        return "cap_week"
    if _full(person.offers, at, MONTH, month):
        return "cap_month"
    return "cap_routine" if wish.priority >= ROUTINE and _full(person.routine, at, MONTH, policy.routine_per_month) else ""


def _full(offers: Sequence[datetime], at: datetime, length: timedelta, most: int) -> bool:
    near = sorted(moment for moment in offers if abs(moment - at) < length)
    starts = [moment for moment in [*near, at] if at - length < moment <= at]
    return any(sum(start <= other < start + length for other in near) + 1 > most for start in starts)


def awake(moment: datetime, zone: ZoneInfo, policy: Policy) -> datetime:
    """The first moment at or after `moment` that is not in the quiet hours of this zone, as UTC arithmetic allows."""
    if policy.quiet_from == policy.quiet_until:
        return moment
    local = moment.astimezone(zone)
    if not _is_quiet(local.time(), policy):
        return moment
    day = local.date()
    if local.time() >= policy.quiet_until:
        day += timedelta(days=1)
    morning = datetime.combine(day, policy.quiet_until, zone).astimezone(moment.tzinfo)
    # Where clocks jump over the end of the quiet hours, the first hour after the jump is the morning.
    while _is_quiet(morning.astimezone(zone).time(), policy):
        morning += timedelta(minutes=15)
    return max(morning, moment)


def _is_quiet(clock: time, policy: Policy) -> bool:
    if policy.quiet_from < policy.quiet_until:
        return policy.quiet_from <= clock < policy.quiet_until
    return clock >= policy.quiet_from or clock < policy.quiet_until


def travelling(wish: Wish, zone: ZoneInfo, policy: Policy) -> dict[str, Any]:
    """What must still hold when a message leaves, later than it was meant to perhaps: it goes along in the message's data.

    Danger leaves at any hour, and what is pointless by then at none.
    """
    over = {"until": wish.expires_at.timestamp()} if wish.expires_at else {}
    if wish.purpose == SAFETY or policy.quiet_from == policy.quiet_until:
        return over
    return {"quiet": [zone.key, f"{policy.quiet_from:%H:%M}", f"{policy.quiet_until:%H:%M}"], **over}


def is_over(data: Mapping[str, Any], now: datetime) -> bool:
    return "until" in data and now.timestamp() > data["until"]


def morning(data: Mapping[str, Any], now: datetime) -> datetime | None:
    """When a message may leave that was held up until the quiet hours of whoever it is for; None: now."""
    if "quiet" not in data:
        return None
    zone, start, end = data["quiet"]
    at = awake(now, ZoneInfo(zone), Policy(time.fromisoformat(start), time.fromisoformat(end)))
    return at if at > now else None
