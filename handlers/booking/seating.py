"""Gives an appointment its place: the rules first, then locked days, then bays and technicians; or a Refusal.

Whoever changes something locks in this order, so that nobody waits in a circle: the person, appointments, days.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NoReturn

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from handlers.booking import availability, history, rules, times
from handlers.booking.availability import Board
from handlers.booking.history import By, Person
from handlers.booking.plan import Leg, Plan
from handlers.dialogue import Refusal
from storage import appointments, placing, slots, waitlist
from storage.appointments import EXPIRED, HELD, Appointment
from storage.database import waited_too_long
from storage.slots import Claim, Ledger, Taken, moment_of, quantum_at, quantum_from

# Columns of an appointment that is not written yet.
_New = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Allotment:
    """Who and what one leg gets."""

    leg: Leg
    first: int
    end: int
    bay_id: int | None
    technician_id: int | None


def held_until(until: datetime) -> _New:
    return {"status": HELD, "hold_until": until, "advisor_id": None}


def keep(
    session: Session, made: Plan, starts_at: datetime, person: Person, now: datetime, standing: _New, *, by: By,
    note: str = "", source: str = "chat", giving_back: Appointment | None = None,
) -> Appointment:  # fmt: skip
    """A new appointment. `standing`: its status, until when it is a hold, and its advisor. `giving_back`: another hold, locked,
    that is given back if this one succeeds. Raises Refusal."""
    new = {
        "token": appointments.new_token(), "store_id": made.store.id, "customer_id": person.customer_id,
        "chat_id": person.chat_id, "vehicle_id": made.wish.vehicle_id, "name": person.name, "phone": person.phone,
        "note": note, "sequence": 0, "source": source, "created_at": now, "changed_at": now, **standing,
    }  # fmt: skip
    other = giving_back if giving_back is not None and giving_back.status == HELD else None
    return seat(session, made, new, starts_at, now, by, giving_back=other)


def seat(
    session: Session, made: Plan, row: Appointment | _New, starts_at: datetime, now: datetime, by: By,
    giving_back: Appointment | None = None,
) -> Appointment:  # fmt: skip
    """Gives `row` its place at this time instead of the one it has, or raises Refusal and leaves it where it is.

    `row`: an appointment, or what a new one has but for its place.
    """
    begin = quantum_at(starts_at)
    moving = [one for one in (row, giving_back) if isinstance(one, Appointment)]
    held = [one.id for one in moving]
    on = _static(made, times.day_of(made, starts_at))
    shape = _check_start(session, on, starts_at, now, by, moving[0] if moving else None)
    end = begin + shape[-1][0] + shape[-1][1]
    days = days_for(made, begin, end) | slots.days_held(session, held)

    def refuse(key: str) -> NoReturn:
        others = times.alternatives(session, made, starts_at, now, by, moving[0] if moving else None)
        raise Refusal(key, again="time", times=others)

    ledger, locked = slots.lock_now(session, made.store.id, days)
    if not locked:
        if not moving and _is_gone(session, on, ledger, begin, shape, now):
            refuse("booking.refused.taken")
        ledger = _wait_for(session, made.store.id, days) or refuse("booking.refused.busy")
    seated = _place(session, made, on, ledger, row, begin, shape, now, by, moving)
    if isinstance(seated, str) and _free_holds_gone(session, ledger, starts_at, moment_of(end), made, now):
        seated = _place(session, made, on, ledger, row, begin, shape, now, by, moving)
    if isinstance(seated, str):
        refuse(seated)
    if giving_back is not None:
        giving_back.status, giving_back.hold_until = EXPIRED, None
        history.changed(session, giving_back, now, by, EXPIRED)
    return seated


def seat_elsewhere(
    session: Session, made: Plan, row: Appointment, starts_at: datetime, now: datetime, by: By
) -> Appointment:  # fmt: skip
    """As `seat`, in another store than the one that has it now. Two who change places may wait in a circle, which the
    database ends, and then one of them is tried again."""
    try:
        with session.begin_nested():
            give_back(session, [row])
            row.store_id, row.advisor_id = made.store.id, None
            return seat(session, made, row, starts_at, now, by)
    except Refusal:
        session.refresh(row)
        raise


def days_for(made: Plan, begin: int, end: int) -> set[int]:
    """The days (of `storage.slots`) that are locked for a visit from `begin` to `end`: a ride is counted over the store's day."""
    days = set(range(begin // slots.DAY, (end + rules.quarters(made.terms.buffer)) // slots.DAY + 1))
    if made.wish.needs_ride:
        for there in availability.ride_days(made, begin, end):
            days |= {quantum // slots.DAY for quantum in availability.whole_day(there, made.zone)}
    return days


def _is_gone(session: Session, on: Board, seen: Ledger, begin: int, shape: rules.Shape, now: datetime) -> bool:
    """Whether somebody has the time already, as far as can be seen from outside: then there is nothing to stand in line for."""
    full = allot(on, begin, shape, seen.is_free) is None
    return full and not appointments.holds_gone(session, on.plan.store.id, now)


def _wait_for(session: Session, store_id: int, days: Collection[int]) -> Ledger | None:
    """None when others have had these days for longer than anybody should wait; what was done before stays done."""
    try:
        with session.begin_nested():
            return slots.lock(session, store_id, days)
    except DBAPIError as trouble:
        if waited_too_long(trouble):
            return None
        raise


def _free_holds_gone(session: Session, ledger: Ledger, start: datetime, end: datetime, made: Plan, now: datetime) -> bool:
    """Puts away holds that are over and stand in the way; whether there were any. What has other days too waits for the sweep."""
    buffer = made.terms.minutes("buffer")
    gone = appointments.lock_holds_gone(session, made.store.id, now, start - buffer, end + buffer)
    mine = [row for row in gone if slots.days_held(session, [row.id]) <= ledger.days]
    for row in mine:
        ledger.free(row.id)
        expired(session, row, now)
    ledger.save()
    return bool(mine)


def _place(
    session: Session, made: Plan, on: Board, ledger: Ledger, row: Appointment | _New, begin: int, shape: rules.Shape,
    now: datetime, by: By, moving: Sequence[Appointment],
) -> Appointment | str:  # fmt: skip
    """Finds the resources and takes them; or the key of the refusal, and then everything is as it was."""
    try:
        if not moving and not isinstance(row, Appointment):
            return _place_new(session, made, on, ledger, row, begin, shape, now, by)
        with session.begin_nested():
            for one in moving:
                ledger.free(one.id)
            found = _found(session, made, on, ledger, begin, shape, now, moving)
            if isinstance(row, Appointment):
                seated = row
                for name, value in _given(made, found).items():
                    setattr(seated, name, value)
            else:
                seated = Appointment(**row, **_given(made, found))
                session.add(seated)
            session.flush()
            _take(ledger, made, seated)
        if seated is not row:
            history.note(session, seated, now, by, seated.status, starts=history.iso(seated.starts_at))
    except _Full as full:
        if not moving and not full.claims:
            return full.key  # nothing was written yet
        ledger.read_again()
        return _mended(session, ledger, full)
    return seated


def _place_new(
    session: Session, made: Plan, on: Board, ledger: Ledger, new: _New, begin: int, shape: rules.Shape, now: datetime, by: By
) -> Appointment:  # fmt: skip
    """Most bookings come this way, so it does without a savepoint: what was written is taken back by hand. Raises _Full."""
    row = {**new, **_given(made, _found(session, made, on, ledger, begin, shape, now, ()))}
    wanted, details = claims(made, row["legs"]), {"starts": row["legs"][0]["starts"]}
    try:
        return placing.place(
            session, ledger, row, wanted, at=now, who=by.who, origin=by.origin, what=row["status"], details=details
        )
    except Taken:
        raise _Full("booking.refused.car_busy", wanted) from None


def _found(
    session: Session, made: Plan, on: Board, ledger: Ledger, begin: int, shape: rules.Shape, now: datetime,
    moving: Sequence[Appointment],
) -> list[Allotment]:  # fmt: skip
    """Raises _Full."""
    end = begin + shape[-1][0] + shape[-1][1]
    if _rides_promised(session, made, begin, end, now, [one.id for one in moving]):
        raise _Full(f"booking.refused.{made.wish.transport}_taken")
    prefer = {slots.bay(one.bay_id) for one in moving if one.bay_id is not None}
    prefer |= {slots.technician(one.technician_id) for one in moving if one.technician_id is not None}
    found = allot(on, begin, shape, ledger.is_free, prefer)
    if found is None:
        raise _Full("booking.refused.taken")
    return found


def _take(ledger: Ledger, made: Plan, row: Appointment) -> None:
    """Raises _Full."""
    wanted = claims(made, row.legs)
    try:
        ledger.take(row.id, wanted)
    except Taken:
        raise _Full("booking.refused.car_busy", wanted) from None
    ledger.save()


def _mended(session: Session, ledger: Ledger, full: "_Full") -> str:
    """The key of the refusal. Where the sums promised what somebody had taken past them, they are put right."""
    found = [one for claim in full.claims for one in slots.claims_on(session, claim.resource, claim.first, claim.end)]
    for claim in found:
        ledger.mark(claim)
    ledger.save()
    return "booking.refused.taken" if any(slots.is_summed(claim) for claim in found) else full.key


class _Full(Exception):  # noqa: N818 - takes back what was tried
    """`claims`: what the database said no to."""

    def __init__(self, key: str, wanted: Sequence[Claim] = ()) -> None:
        super().__init__(key)
        self.key = key
        self.claims = wanted


def _given(made: Plan, found: Sequence[Allotment]) -> _New:
    """What its place gives to an appointment."""
    model = made.shop.models.get(made.wish.model or "")
    starts_at, ends_at = moment_of(found[0].first), moment_of(found[-1].end)
    free = made.free_at(starts_at, ends_at)
    return {
        "services": list(made.wish.services), "transport": made.wish.transport, "model_id": model.id if model else None,
        "starts_at": starts_at, "ends_at": ends_at, "bay_id": found[0].bay_id, "technician_id": found[0].technician_id,
        "legs": [
            {"bay": one.bay_id, "technician": one.technician_id, "starts": history.iso(moment_of(one.first)),
             "ends": history.iso(moment_of(one.end)), "services": list(one.leg.services)}
            for one in found
        ],
        "price": free.price, "discount": free.discount,
    }  # fmt: skip


def _static(made: Plan, day: date) -> Board:
    """A board without anything taken on it, for one start: what the rules allow."""
    noon = rules.instant(day, time(12), made.zone)
    first_day = (quantum_at(noon) - slots.DAY) // slots.DAY
    days = made.tail + 3
    return Board(made, day, 1, {}, first_day * slots.DAY, days * slots.DAY)


def _check_start(
    session: Session, on: Board, starts_at: datetime, now: datetime, by: By, moving: Appointment | None
) -> rules.Shape:
    """How the work runs from there. Raises Refusal when rules that have nothing to do with other appointments say no."""
    key, values = _why_not(on, starts_at, now, by)
    shape = availability.shape_at(on, quantum_at(starts_at)) if not key else None
    if shape is not None:
        return shape
    key = key or "too_late"
    others = times.alternatives(session, on.plan, starts_at, now, by, moving)
    raise Refusal(f"booking.refused.{key}", again="time", times=others, **values)


def _why_not(on: Board, starts_at: datetime, now: datetime, by: By) -> tuple[str, dict[str, Any]]:
    """The last part of the key and its values; ("", {}) if nothing speaks against it."""
    made, begin = on.plan, quantum_at(starts_at)
    there = starts_at.astimezone(made.zone)
    if begin < quantum_at(now) or (not by.staff and starts_at <= now):
        return "past", {}
    if not by.staff and starts_at < now + made.terms.minutes("lead"):
        return "too_soon", {"minutes": made.terms.lead}
    if not by.staff and (there.date() - times.day_of(made, now)).days > made.terms.horizon_days:
        return "too_far", {"days": made.terms.horizon_days}
    today = [span for span in on.open if span.day == there.date()]
    if not today:
        return "closed_day", {"day": there.date()}
    if not any(span.first <= begin < span.end for span in today):
        return "closed_then", {"spans": [(_there(made, span.first), _there(made, span.end)) for span in today]}
    if moment_of(begin) != starts_at or (not by.staff and (there.hour * 60 + there.minute) % made.terms.step):
        return "between", {"step": made.terms.step}
    return "", {}


def _there(made: Plan, quantum: int) -> datetime:
    return moment_of(quantum).astimezone(made.zone)


def _rides_promised(session: Session, made: Plan, begin: int, end: int, now: datetime, without: Sequence[int]) -> bool:
    if not made.wish.needs_ride:
        return False
    needed = availability.ride_days(made, begin, end)
    first, last = (availability.whole_day(day, made.zone) for day in (needed[0], needed[-1]))
    return not availability.rides_full(session, made, first[0], last[1], now, without).isdisjoint(needed)


def allot(
    on: Board, start: int, shape: rules.Shape, is_free: Callable[[int, int, int], bool], prefer: Iterable[int] = ()
) -> list[Allotment] | None:
    """A bay and a technician for each leg, those of `prefer` (resources) first; None when something is not free.

    `is_free(resource, first, end)` says what the database says now.
    """
    liked = set(prefer)
    buffer = rules.quarters(on.plan.terms.buffer)
    found: list[Allotment] = []
    for leg, (offset, length) in zip(on.plan.legs, shape, strict=True):
        first, end = start + offset, start + offset + length
        bay_id = technician_id = None
        if on.bits(first, end) & on.shut:
            return None
        if leg.bay_kind != "none":
            bays = on.plan.fitting_bays(leg)
            if liked:
                bays = sorted(bays, key=lambda bay: slots.bay(bay) not in liked)
            bay_id = next(
                (b for b in bays if _allows(on, on.bay_allowed(b), first, end) and is_free(slots.bay(b), first, end + buffer)),
                None,
            )
            if bay_id is None:
                return None
        if on.plan.needs_technician(leg):
            people = sorted(on.plan.fitting_technicians(leg), key=lambda person: slots.technician(person.id) not in liked)
            technician_id = next(
                (
                    person.id
                    for person in people
                    if _allows(on, on.technician_allowed(person), first, end) and is_free(slots.technician(person.id), first, end)
                ),
                None,
            )
            if technician_id is None:
                return None
        found.append(Allotment(leg, first, end, bay_id, technician_id))
    return found


def _allows(on: Board, allowed: int, first: int, end: int) -> bool:
    wanted = on.bits(first, end)
    return allowed & wanted == wanted


def claims(made: Plan, legs: Sequence[dict[str, Any]]) -> list[Claim]:
    """What the legs take of bays (with the buffer after it), technicians and the customer's car."""
    return list(_claims(made, legs))


def _claims(made: Plan, legs: Sequence[dict[str, Any]]) -> Iterator[Claim]:
    buffer = rules.quarters(made.terms.buffer)
    spans = [tuple(quantum_at(datetime.fromisoformat(leg[which])) for which in ("starts", "ends")) for leg in legs]
    for leg, (first, end) in zip(legs, spans, strict=True):
        if leg["bay"] is not None:
            yield Claim(slots.bay(leg["bay"]), first, end + buffer)
        if leg["technician"] is not None:
            yield Claim(slots.technician(leg["technician"]), first, end)
    if made.wish.vehicle_id is not None:
        yield Claim(slots.vehicle(made.wish.vehicle_id), spans[0][0], spans[-1][1])


def give_back(session: Session, rows: Sequence[Appointment], from_: int | None = None) -> set[int]:
    """Frees what these appointments of one store have, all of it or from that quarter hour on; the days that are locked now."""
    days = slots.days_held(session, [row.id for row in rows])
    if days:
        ledger = slots.lock(session, rows[0].store_id, days)
        for row in rows:
            ledger.free(row.id, from_)
        ledger.save()
    return days


def take_rest(session: Session, made: Plan, row: Appointment, now: datetime) -> bool:
    """Gives a visit the rest of the place that it had back, from the next quarter hour on; False if somebody has any of it.

    Raises Refusal when the car to lend, or the driver, that it had is promised to somebody else by now.
    """
    begin, end = quantum_at(now), quantum_from(row.ends_at)
    wanted = [Claim(one.resource, max(one.first, begin + 1), one.end) for one in claims(made, row.legs) if one.end > begin + 1]
    # All that `seat` may want next, so that no earlier day is locked after a later one.
    ledger = slots.lock(session, row.store_id, days_for(made, begin, end) | slots.days_held(session, [row.id]))
    if _rides_promised(session, made, begin, end, now, [row.id]):
        raise Refusal(f"booking.refused.{made.wish.transport}_taken")
    try:
        with session.begin_nested():
            ledger.take(row.id, wanted)
            ledger.save()
    except Taken:
        ledger.read_again()
        return False
    return True


def expired(session: Session, row: Appointment, now: datetime) -> None:
    """Writes down that nobody confirmed this hold in time; its place must have been given back."""
    row.status, row.hold_until = EXPIRED, None
    if row.source == "waitlist":
        waitlist.pass_on(session, row.id, row.starts_at)
    history.changed(session, row, now, history.SWEEP, EXPIRED)
