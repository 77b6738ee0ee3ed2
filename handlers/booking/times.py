"""The free times: on some days, the next ones, how many a day, the nearest to a time that cannot be."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from handlers.booking import availability, rules
from handlers.booking.history import CUSTOMER, By
from handlers.booking.plan import Free, Plan, Wish, planned
from handlers.dialogue.shop import Shop
from storage.appointments import Appointment
from storage.slots import moment_of, quantum_at

ALTERNATIVES = 6
# So many days on both sides are searched first for another time.
NEAR = 7


def free_times(
    session: Session, shop: Shop, wish: Wish, now: datetime, *, first: date, days: int = 1, by: By = CUSTOMER,
    moving: Appointment | None = None,
) -> list[Free]:  # fmt: skip
    """Every free time on these days of the store, rising. `moving`: what this appointment has counts as free."""
    made = planned(shop, wish)
    return _as_free(made, _starts(session, made, first, days, now, by, moving))


def next_free(
    session: Session, shop: Shop, wish: Wish, now: datetime, *, count: int = ALTERNATIVES, after: datetime | None = None,
    by: By = CUSTOMER, moving: Appointment | None = None,
) -> list[Free]:  # fmt: skip
    """The next free times from `after` (now, if left out) up to the horizon, rising."""
    made = planned(shop, wish)
    today, start = day_of(made, now), quantum_at(after) if after else 0
    first = day_of(made, after) if after else today
    last = today + timedelta(days=made.terms.horizon_days)
    days = NEAR
    while first <= last:
        found = [one for one in _starts(session, made, first, days, now, by, moving) if one[0] >= start]
        if len(found) >= count or first + timedelta(days=days) > last:
            return _as_free(made, found[:count])
        days = min(days * 4, (last - first).days + 1)
    return []


def free_days(
    session: Session, shop: Shop, wish: Wish, now: datetime, *, first: date, days: int, by: By = CUSTOMER
) -> dict[date, int | None]:
    """How many times are free on each of these days of the store, None for a day on which it is closed."""
    made = planned(shop, wish)
    opened = {span.day for span in rules.spans(made.hours, first, days)}
    found: dict[date, int | None] = {
        day: 0 if day in opened else None for day in (first + timedelta(days=number) for number in range(days))
    }
    for start, _ in _starts(session, made, first, days, now, by, None):
        day = day_of(made, moment_of(start))
        found[day] = (found.get(day) or 0) + 1
    return found


def _starts(
    session: Session, made: Plan, first: date, days: int, now: datetime, by: By, moving: Appointment | None
) -> list[tuple[int, int]]:
    own = [moving.id] if moving else []
    return availability.free_starts(session, made, first, days, now, staff=by.staff, without=own)


def _as_free(made: Plan, found: Iterable[tuple[int, int]]) -> list[Free]:
    return [made.free_at(moment_of(start), moment_of(end)) for start, end in found]


def day_of(made: Plan, moment: datetime) -> date:
    return moment.astimezone(made.zone).date()


def alternatives(
    session: Session, made: Plan, near: datetime, now: datetime, by: By = CUSTOMER, moving: Appointment | None = None
) -> list[Free]:
    """The free times that are nearest to `near`, in the order of time; the next ones at all if none is near."""
    today = day_of(made, now)
    wanted = min(max(day_of(made, near), today), today + timedelta(days=made.terms.horizon_days))
    first = max(today, wanted - timedelta(days=NEAR))
    found = _starts(session, made, first, (wanted - first).days + NEAR, now, by, moving)
    if not found:
        return next_free(session, made.shop, made.wish, now, by=by, moving=moving)
    there = quantum_at(near)
    nearest = sorted(found, key=lambda one: abs(one[0] - there))[:ALTERNATIVES]
    return _as_free(made, sorted(nearest))
