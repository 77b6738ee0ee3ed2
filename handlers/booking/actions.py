"""What changes an appointment; the same for the customer's chat, the console and the API.

Each takes the session of a transaction that may write, the shop as it is kept in memory (`turn.shop`), and `now`. What a
rule forbids is a Refusal whose text begins with `booking.refused.`; where another time would do, its value `times` lists
free ones (`Free`), the nearest first in the order of the day. Nothing else is raised for what people do at the same time.

Whoever changes something locks in this order, so that nobody waits in a circle: the person, appointments, days.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from handlers.booking import rules
from handlers.booking.history import CUSTOMER, SWEEP, By, Person, changed, iso
from handlers.booking.plan import Free, Plan, Wish, planned, wish_of
from handlers.booking.seating import expired, give_back, held_until, keep, seat, seat_elsewhere, take_rest
from handlers.booking.times import alternatives, free_days, free_times, next_free
from handlers.booking.waiting import follow, leave, offer_freed, wait
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from storage import appointments, facts, placing, slots, terms, waitlist
from storage.appointments import (
    ARRIVED,
    CANCELLED,
    CONFIRMED,
    DONE,
    EXPIRED,
    HELD,
    IN_SERVICE,
    NO_SHOW,
    OPEN,
    REQUESTED,
    Appointment,
)
from storage.slots import moment_of, quantum_at
from storage.stores import Store
from storage.terms import Terms

__all__ = [
    "CUSTOMER", "SWEEP", "By", "Free", "Person", "Wish", "accept", "alter", "alternatives", "arrive", "book", "came", "cancel",
    "confirm", "finish", "free_days", "free_times", "hold", "leave", "move", "next_free", "no_show", "offer_freed", "start",
    "sweep", "wait", "walk_in",
]  # fmt: skip


def hold(
    session: Session, shop: Shop, wish: Wish, starts_at: datetime, person: Person, now: datetime, *, by: By = CUSTOMER,
    note: str = "", source: str = "chat", replaces: Appointment | None = None, minutes: int | None = None,
) -> Appointment:  # fmt: skip
    """Keeps this time for a few minutes (`hold` of the terms, or `minutes`), until `confirm`.

    `replaces`: a hold of the same person that is given back if this one succeeds. Raises Refusal: the time is not offered
    (past, too_soon, too_far, closed, between, too_late), somebody has it (taken, rides_taken, car_busy), or the person has
    too much already (too_many_open, too_many_holds, advisor_needed).
    """
    made = planned(shop, wish)
    if not by.staff:
        _check_limits(session, made, person, now, replaces)
    own = appointments.lock(session, replaces.id) if replaces else None
    kept = timedelta(minutes=minutes) if minutes is not None else made.terms.minutes("hold")
    return keep(session, made, starts_at, person, now, held_until(now + kept), by=by, note=note, source=source, giving_back=own)


def book(
    session: Session, shop: Shop, wish: Wish, starts_at: datetime, person: Person, now: datetime, *, by: By, note: str = "",
    source: str = "advisor", status: str = CONFIRMED,
) -> Appointment:  # fmt: skip
    """What stands at once, without a hold before: somebody of the shop says so (`by.staff`). Raises Refusal as `hold` does."""
    assert by.staff, "customers confirm what is held for them"
    new = {"status": status, "hold_until": None, "advisor_id": by.advisor_id}
    return keep(session, planned(shop, wish), starts_at, person, now, new, by=by, note=note, source=source)


def confirm(session: Session, shop: Shop, appointment: Appointment, now: datetime, *, by: By = CUSTOMER) -> Appointment:
    """Makes a hold an appointment: confirmed, or requested where an advisor has the last word. Again changes nothing.

    A hold that is over is taken again if its time is still free; if not, Refusal `hold_gone` with free times.
    """
    to = REQUESTED if terms.read(_store(shop, appointment).booking).confirms and not by.staff else CONFIRMED
    held = placing.confirm(session, appointment, to, advisor_id=by.advisor_id, at=now, who=by.who, origin=by.origin)
    row = held or appointments.lock(session, appointment.id)
    if held is None:
        if row.status in (REQUESTED, CONFIRMED):
            return row
        if row.status not in (HELD, EXPIRED):
            raise Refusal("booking.refused.gone")
        _take_again(session, shop, row, now, by)
        row.status, row.hold_until, row.advisor_id = to, None, row.advisor_id or by.advisor_id
        changed(session, row, now, by, to)
    if row.source == "waitlist":
        waitlist.settle(session, row.id, waitlist.TAKEN)
    return row


def _take_again(session: Session, shop: Shop, row: Appointment, now: datetime, by: By) -> None:
    """The time of a hold that is over, if it is still free. Raises Refusal."""
    try:
        seat(session, planned(shop, wish_of(shop, row)), row, row.starts_at, now, by)
    except Refusal as gone:
        if "times" not in gone.values:
            raise
        raise Refusal("booking.refused.hold_gone", again="time", times=gone.values["times"]) from None


def accept(session: Session, appointment: Appointment, now: datetime, *, by: By) -> Appointment:
    """An advisor's yes to a request. Again changes nothing; Refusal `gone` when it is not a request any more."""
    row = appointments.lock(session, appointment.id)
    if row.status == REQUESTED:
        row.status, row.advisor_id = CONFIRMED, row.advisor_id or by.advisor_id
        changed(session, row, now, by, CONFIRMED)
    elif row.status != CONFIRMED:
        raise Refusal("booking.refused.gone")
    return row


def move(
    session: Session, shop: Shop, appointment: Appointment, starts_at: datetime, now: datetime, *, by: By = CUSTOMER,
    bay_id: int | None = None, technician_id: int | None = None, store: str | None = None,
) -> Appointment:  # fmt: skip
    """Another time, bay, technician or store (its code). It keeps its own if they are free then; what it has changes nothing.

    In another store it stands as what the customer books there does: confirmed, or requested where an advisor has the last
    word. Raises Refusal: gone (cancelled, over), notice (too late for the customer to do it), or as `hold` does; then nothing
    changes.
    """
    if not by.staff and store not in (None, _store(shop, appointment).code):
        appointments.lock_person(session, appointment.customer_id, appointment.phone)
    row = appointments.lock(session, appointment.id)
    if row.status not in OPEN:
        raise Refusal("booking.refused.gone")
    wish, left = replace(wish_of(shop, row), bay_id=bay_id, technician_id=technician_id), _store(shop, row)
    made = planned(shop, replace(wish, store=store or wish.store))
    here = made.store.id == left.id
    if here and starts_at == row.starts_at and bay_id in (None, row.bay_id) and technician_id in (None, row.technician_id):
        return row
    _check_notice(left, terms.read(left.booking), row, now, by)
    anew = not here and not by.staff
    if anew:
        _check_open(session, made, row, now)
    was = row.starts_at
    before: dict[str, Any] = {"starts": iso(was), "legs": row.legs, **({} if here else {"store": left.code})}
    days = slots.days_held(session, [row.id])
    (seat if here else seat_elsewhere)(session, made, row, starts_at, now, by)
    row.sequence += 1
    if anew:
        row.status = REQUESTED if made.terms.confirms else CONFIRMED
    changed(session, row, now, by, "moved", before=before, starts=iso(row.starts_at))
    follow(session, row, was, row.services, left.id)
    offer_freed(session, shop, now, store_id=left.id, days=days)
    return row


def alter(
    session: Session, shop: Shop, appointment: Appointment, now: datetime, *, services: Sequence[str] | None = None,
    transport: str | None = None, car: tuple[str | None, int | None] | None = None, by: By = CUSTOMER,
) -> Appointment:  # fmt: skip
    """Other work at the same time (codes of all of it), another way for the car to come, or another car.

    `car`: the code of its model and the id of the vehicle, None for what is not known.

    Raises Refusal: gone, notice (too late for the customer to do it), or as `hold` does; then nothing changes.
    """
    row = appointments.lock(session, appointment.id)
    if row.status not in OPEN:
        raise Refusal("booking.refused.gone")
    wish = wish_of(shop, row)
    wish = replace(wish, services=tuple(services or wish.services), transport=transport or wish.transport)
    made = planned(shop, replace(wish, model=car[0], vehicle_id=car[1]) if car else wish)
    _check_notice(made.store, made.terms, row, now, by)
    before: dict[str, Any] = {"services": list(row.services), "transport": row.transport}
    if car:
        before |= {"vehicle": row.vehicle_id, "model": row.model_id}
    seat(session, made, row, row.starts_at, now, by)
    row.vehicle_id = made.wish.vehicle_id
    row.sequence += 1
    changed(session, row, now, by, "altered", before=before)
    follow(session, row, row.starts_at, before["services"])
    return row


def cancel(
    session: Session, shop: Shop, appointment: Appointment, now: datetime, *, by: By = CUSTOMER, reason: str = ""
) -> Appointment:
    """Cancels an appointment, or gives a hold back. Again changes nothing. Raises Refusal: gone (it has begun), notice."""
    row = appointments.lock(session, appointment.id)
    if row.status in (CANCELLED, EXPIRED):
        return row
    store = _store(shop, row)
    if row.status == HELD:
        row.status = EXPIRED
    elif row.status in OPEN:
        _check_notice(store, terms.read(store.booking), row, now, by)
        row.status, row.sequence = CANCELLED, row.sequence + 1
        follow(session, row, row.starts_at, row.services)
    else:
        raise Refusal("booking.refused.gone")
    row.hold_until = None
    if row.source == "waitlist" and row.status == EXPIRED:
        waitlist.pass_on(session, row.id, row.starts_at)
    days = give_back(session, [row])
    changed(session, row, now, by, row.status, **({"reason": reason} if reason else {}))
    offer_freed(session, shop, now, store_id=row.store_id, days=days)
    return row


def arrive(session: Session, appointment: Appointment, now: datetime, *, by: By) -> Appointment:
    """The car is here, and whoever receives it is its advisor."""
    row = _step(session, appointment, ARRIVED, OPEN, now, by)
    row.advisor_id = by.advisor_id or row.advisor_id
    return row


def start(session: Session, appointment: Appointment, now: datetime, *, by: By) -> Appointment:
    """The work has begun."""
    return _step(session, appointment, IN_SERVICE, (*OPEN, ARRIVED), now, by)


def finish(session: Session, appointment: Appointment, now: datetime, *, by: By) -> Appointment:
    """The work is done; what is left of its time can be booked by others."""
    return _step(session, appointment, DONE, (ARRIVED, IN_SERVICE), now, by)


def no_show(session: Session, appointment: Appointment, now: datetime, *, by: By) -> Appointment:
    """They did not come. Refusal `not_yet` before the start."""
    if appointment.starts_at > now:
        raise Refusal("booking.refused.not_yet")
    return _step(session, appointment, NO_SHOW, OPEN, now, by)


def came(session: Session, shop: Shop, appointment: Appointment, now: datetime, *, by: By) -> Appointment:
    """They came after all: the car is here, in what is left of its place, or from this quarter hour on in another (Refusal as
    `hold`). Who is said to have come to a visit that is over was here then, and it is done. Again changes nothing."""
    row = appointments.lock(session, appointment.id)
    if row.status in (ARRIVED, IN_SERVICE, DONE):
        return row
    if row.status != NO_SHOW:
        raise Refusal("booking.refused.gone")
    before: dict[str, Any] = {}
    if row.ends_at <= now:
        row.status = DONE
    else:
        made = planned(shop, wish_of(shop, row))
        if not take_rest(session, made, row, now):
            before = {"starts": iso(row.starts_at), "legs": row.legs}
            seat(session, made, row, moment_of(quantum_at(now)), now, replace(by, staff=True))
            row.sequence += 1
        row.status, row.advisor_id = ARRIVED, by.advisor_id or row.advisor_id
    if row.customer_id is not None:
        facts.changed(session, [row.customer_id])
    details = {"before": before, "starts": iso(row.starts_at)} if before else {}
    changed(session, row, now, by, row.status, was=NO_SHOW, **details)
    return row


def walk_in(session: Session, shop: Shop, wish: Wish, person: Person, now: datetime, *, by: By, note: str = "") -> Appointment:
    """Somebody stands at the desk: the work begins with this quarter hour. Raises Refusal as `hold` does."""
    there = replace(by, staff=True)
    return book(
        session, shop, wish, moment_of(quantum_at(now)), person, now, by=there, note=note, source="walk-in", status=ARRIVED
    )


def sweep(session: Session, shop: Shop, now: datetime) -> int:
    """Puts away the holds that nobody confirmed in time (how many), and offers what is free to those who wait.

    To be called now and then; a time is free the moment its hold is over, also before this has run. Whom to tell is in
    `storage.waitlist.untold`.
    """
    number = 0
    for store in shop.stores:
        gone = appointments.lock_holds_gone(session, store.id, now)
        days = give_back(session, gone)
        for row in gone:
            expired(session, row, now)
        number += len(gone)
        waitlist.close_windows(session, store.id, now)
        offer_freed(session, shop, now, store_id=store.id, locked=days)
    return number


def _check_limits(session: Session, made: Plan, person: Person, now: datetime, replaces: Appointment | None) -> None:
    appointments.lock_person(session, person.customer_id, person.phone)
    since = now - timedelta(days=made.terms.no_show_days)
    to_come, holds, missed = appointments.counts_of_person(
        session, customer_id=person.customer_id, chat_id=person.chat_id, phone=person.phone, now=now, since=since
    )
    if missed > made.terms.most_no_shows:
        raise Refusal("booking.refused.advisor_needed")
    if to_come >= made.terms.most_open:
        raise Refusal("booking.refused.too_many_open", number=made.terms.most_open)
    others = holds - bool(replaces)
    # What is held elsewhere may be confirmed as well.
    if others >= min(made.terms.most_holds, made.terms.most_open - to_come):
        raise Refusal("booking.refused.too_many_holds", number=others)


def _check_open(session: Session, made: Plan, row: Appointment, now: datetime) -> None:
    """What they have besides this visit must leave room for it where it comes to."""
    to_come, _, _ = appointments.counts_of_person(
        session, customer_id=row.customer_id, chat_id=row.chat_id, phone=row.phone, now=now, since=now
    )
    if to_come - (row.starts_at > now) >= made.terms.most_open:
        raise Refusal("booking.refused.too_many_open", number=made.terms.most_open)


def _check_notice(store: Store, own: Terms, row: Appointment, now: datetime, by: By) -> None:
    if not by.staff and not rules.may_change(row.starts_at, now, own):
        raise Refusal("booking.refused.notice", minutes=own.notice, phone=store.phone)


def _step(session: Session, appointment: Appointment, to: str, out_of: Sequence[str], now: datetime, by: By) -> Appointment:
    row = appointments.lock(session, appointment.id)
    if row.status == to:
        return row
    if row.status not in out_of:
        raise Refusal("booking.refused.gone")
    row.status = to
    if to == DONE and row.customer_id is not None:
        facts.changed(session, [row.customer_id])
    if to in (DONE, NO_SHOW):
        give_back(session, [row], quantum_at(now) + 1)
    changed(session, row, now, by, to)
    return row


def _store(shop: Shop, row: Appointment) -> Store:
    return next(store for store in shop.stores if store.id == row.store_id)
