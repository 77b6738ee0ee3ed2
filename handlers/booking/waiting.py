"""The waitlist: a customer names a window; what becomes free in it is offered in the order in which people asked."""

from collections.abc import Collection
from datetime import datetime
from itertools import takewhile

from sqlalchemy.orm import Session

from handlers.booking import availability, rules, times
from handlers.booking.history import CUSTOMER, SWEEP, By, Person
from handlers.booking.plan import Plan, Wish, planned
from handlers.booking.seating import keep
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from storage import slots, waitlist
from storage.database import dialect
from storage.slots import moment_of, quantum_at
from storage.waitlist import LEFT, OFFERED, WAITING, Wait


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


def offer_freed(
    session: Session, shop: Shop, now: datetime, *, store_id: int, days: Collection[int] | None = None,
    locked: Collection[int] = (),
) -> list[Wait]:  # fmt: skip
    """Holds free times for those who wait in this store, the first in line first; gives those who are offered something.

    `days`: only times that lie wholly on these days (of `storage.slots`), which are locked. `locked`: days that are so already.
    """
    mine, offered = set(days if days is not None else locked), []
    for row in waitlist.in_line(session, store_id, now):
        wish = _wish(shop, row)
        try:
            made = planned(shop, wish)
        except Refusal:
            continue  # the store does not do it any more; staff see the row
        start = _first_free(session, made, row, now, mine, only=days is not None)
        if start is None:
            continue
        person = Person(row.customer_id, row.chat_id, row.name, row.phone)
        try:
            hold = keep(
                session,
                made,
                moment_of(start),
                person,
                now,
                made.terms.minutes("offer"),
                by=SWEEP,
                note=row.note,
                source="waitlist",
            )
        except Refusal:
            continue
        mine |= slots.days_held(session, [hold.id])
        row.status, row.appointment_id, row.offered_at, row.offer_until = OFFERED, hold.id, now, hold.hold_until
        row.told_at, row.offers = None, row.offers + 1
        offered.append(row)
    session.flush()
    return offered


def _first_free(session: Session, made: Plan, row: Wait, now: datetime, locked: Collection[int], *, only: bool) -> int | None:
    """The first start in the window that was not offered to them before, on days that may be locked now."""
    first, last = times.day_of(made, max(row.earliest, now)), times.day_of(made, row.latest)
    found = availability.free_starts(session, made, first, (last - first).days + 1, now)
    early, late, passed = quantum_at(row.earliest), quantum_at(row.latest), set(row.passed)
    for start, end in takewhile(lambda one: one[0] < late, found):
        if start < early or moment_of(start).isoformat() in passed:
            continue
        days = set(range(start // slots.DAY, (end + rules.quarters(made.terms.buffer)) // slots.DAY + 1))
        if days <= set(locked) or (not only and _in_order(session, days, locked)):
            return start
    return None


def _in_order(session: Session, days: Collection[int], locked: Collection[int]) -> bool:
    """Days are locked upwards; what would have to be locked out of order is left to the next sweep."""
    return dialect(session) == "sqlite" or min(days) >= max(locked, default=0)


def _wish(shop: Shop, row: Wait) -> Wish:
    store = next(store for store in shop.stores if store.id == row.store_id)
    model = shop.models_by_id.get(row.model_id) if row.model_id is not None else None
    return Wish(store.code, tuple(row.services), model.code if model else None, row.vehicle_id, row.transport)
