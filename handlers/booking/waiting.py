"""The waitlist: a customer names a window; what becomes free in it is offered in the order in which people asked."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import takewhile

from sqlalchemy.orm import Session

from handlers.booking import availability, times
from handlers.booking.history import CUSTOMER, SWEEP, By, Person
from handlers.booking.plan import Plan, Wish, planned
from handlers.booking.seating import days_for, held_until, keep
from handlers.contact.rules import Policy, awake
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from storage import pushes, slots, waitlist
from storage.appointments import OPEN, Appointment
from storage.database import dialect
from storage.slots import moment_of, quantum_at
from storage.waitlist import LEFT, OFFERED, WAITING, Wait

# So soon after the quiet hours a freed time cannot wait for them to end.
SOON = timedelta(hours=2)


def wait(
    session: Session, shop: Shop, wish: Wish, earliest: datetime, latest: datetime, person: Person, now: datetime, *,
    by: By = CUSTOMER, note: str = "",
) -> Wait:  # fmt: skip
    """Puts a person in line for a start in [`earliest`, `latest`). Raises Refusal: past, not_here, too_many_waits."""
    made = planned(shop, wish)
    if latest <= now or latest <= earliest:
        raise Refusal("booking.refused.past", again="time")
    already = waitlist.of_person(session, customer_id=person.customer_id, chat_id=person.chat_id)
    if not by.staff and len(already) >= made.terms.most_open:
        raise Refusal("booking.refused.too_many_waits", number=made.terms.most_open)
    model = shop.models.get(wish.model or "")
    row = Wait(
        store_id=made.store.id, customer_id=person.customer_id, chat_id=person.chat_id, vehicle_id=wish.vehicle_id,
        model_id=model.id if model else None, name=person.name, phone=person.phone, services=list(wish.services),
        transport=wish.transport, note=note, earliest=max(earliest, now), latest=latest, status=WAITING, asked_at=now,
        passed=[], offers=0,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def leave(session: Session, row: Wait) -> None:
    """They do not want it any more; an offer that stands is not taken back by this (see `actions.cancel`)."""
    locked = waitlist.lock(session, row.id)
    if locked.status in (WAITING, OFFERED):
        locked.status = LEFT
        session.flush()


def follow(
    session: Session, visit: Appointment, was: datetime, services: Collection[str], store_id: int | None = None
) -> None:  # fmt: skip
    """Who waits to come before their visit (it began at `was`, for these services) waits for what it is now, or no more.

    `store_id`: where it was, if it may be elsewhere now.
    """
    if visit.vehicle_id is None:
        return
    there = store_id or visit.store_id
    for row in waitlist.before_visit(session, there, visit.vehicle_id, was):
        if set(row.services) != set(services):
            continue
        if visit.status not in OPEN or visit.store_id != there or visit.starts_at <= row.earliest:
            row.status = LEFT
        else:
            row.latest, row.services, row.transport = visit.starts_at, list(visit.services), visit.transport
    session.flush()


def offer_freed(
    session: Session, shop: Shop, now: datetime, *, store_id: int, days: Collection[int] | None = None,
    locked: Collection[int] = (),
) -> list[Wait]:  # fmt: skip
    """Holds free times for those who wait in this store, the first in line first; gives those who are offered something.

    `days`: only times that lie wholly on these days (of `storage.slots`), which are locked. `locked`: days that are so already.
    """
    line = list(_served_here(session, shop, store_id, now))
    policy = Policy.of(pushes.figures(session)) if line else Policy()
    if days is None:
        days = _days_to_fill(session, line, store_id, now, policy, locked)
    offered = []
    for row, made in line:
        start = next((first for first, own in _free_starts(session, made, row, now, policy) if own <= set(days)), None)
        if start is None:
            continue
        person = Person(row.customer_id, row.chat_id, row.name, row.phone)
        standing = held_until(now + made.terms.minutes("offer"))
        try:
            hold = keep(session, made, moment_of(start), person, now, standing, by=SWEEP, note=row.note, source="waitlist")
        except Refusal:
            continue
        row.status, row.appointment_id, row.offered_at, row.offer_until = OFFERED, hold.id, now, hold.hold_until
        row.told_at, row.offers = None, row.offers + 1
        offered.append(row)
    session.flush()
    return offered


def _served_here(session: Session, shop: Shop, store_id: int, now: datetime) -> Iterator[tuple[Wait, Plan]]:
    for row in waitlist.in_line(session, store_id, now):
        with suppress(Refusal):  # the store does not do it any more; staff see the row
            yield row, planned(shop, _wish(shop, row))


def _days_to_fill(
    session: Session, line: Iterable[tuple[Wait, Plan]], store_id: int, now: datetime, policy: Policy, locked: Collection[int]
) -> set[int]:  # fmt: skip
    """The days where somebody in line could have something, locked and so at rest; with those that are `locked` already.

    Only then the line is served. If it were served while others give times back, a time that is free a moment after the first
    in line was looked at would go to the second. Days are locked upwards: what is before a locked one is left to the next sweep.
    """
    found: set[int] = set()
    for row, made in line:
        for _, days in _free_starts(session, made, row, now, policy):
            more = days.difference(found, locked)
            if not more or dialect(session) == "sqlite" or min(more) > max(locked, default=0):
                found |= more
                break
    slots.lock(session, store_id, found)
    return found.union(locked)


def _free_starts(session: Session, made: Plan, row: Wait, now: datetime, policy: Policy) -> Iterator[tuple[int, set[int]]]:
    """The starts in the window that were not offered to them before, each with the days that it takes."""
    first, last = times.day_of(made, max(row.earliest, now)), times.day_of(made, row.latest)
    found = availability.free_starts(session, made, first, (last - first).days + 1, now)
    early, late, passed = quantum_at(row.earliest), quantum_at(row.latest), set(row.passed)
    woken = awake(now, made.zone, policy)
    # Who sleeps is asked in the morning, unless the time would be over or too near by then.
    late = late if woken <= now else min(late, quantum_at(woken + SOON))
    for start, end in takewhile(lambda one: one[0] < late, found):
        if start >= early and moment_of(start).isoformat() not in passed:
            yield start, days_for(made, start, end)


def _wish(shop: Shop, row: Wait) -> Wish:
    store = next(store for store in shop.stores if store.id == row.store_id)
    model = shop.models_by_id.get(row.model_id) if row.model_id is not None else None
    return Wish(store.code, tuple(row.services), model.code if model else None, row.vehicle_id, row.transport)
