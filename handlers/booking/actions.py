"""What changes an appointment; the same for the customer's chat, the console and the API.

Each takes the session of a transaction that may write, the shop as it is kept in memory (`turn.shop`), and `now`. What a
rule forbids is a Refusal whose text begins with `booking.refused.`; where another time would do, its value `times` lists
free ones (`Free`), the nearest first in the order of the day. Nothing else is raised for what people do at the same time.

Whoever changes something locks in this order, so that nobody waits in a circle: the person, appointments, days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from handlers.booking import availability, rules
from handlers.booking.availability import Allotment, Board, Free, Plan, Wish
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from storage import appointments, slots, terms
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
    Event,
)
from storage.slots import Ledger, Taken, moment_of, quantum_at
from storage.stores import Store
from storage.terms import Terms

ALTERNATIVES = 6
# So many days on both sides are searched first for another time.
NEAR = 7


@dataclass(frozen=True, slots=True)
class By:
    """Who does it, for the history. `staff` may do without notice, lead time, horizon and limits, but not without a free bay.

    `who`: customer | system | the name of the member of staff. `origin`: chat | console | api | import | sweep | command.
    """

    who: str
    origin: str
    staff: bool = False


CUSTOMER = By("customer", "chat")
SWEEP = By("system", "sweep", staff=True)


@dataclass(frozen=True, slots=True)
class Person:
    """For whom it is: a customer that we know, a chat, or a name and a phone number (E.164) given for this visit."""

    customer_id: int | None = None
    chat_id: int | None = None
    name: str | None = None
    phone: str | None = None


# -- which times are free -----------------------------------------------------------------------------------------------


def free_times(
    session: Session, shop: Shop, wish: Wish, now: datetime, *, first: date, days: int = 1, by: By = CUSTOMER,
    moving: Appointment | None = None,
) -> list[Free]:  # fmt: skip
    """Every free time on these days of the store, rising. `moving`: what this appointment has counts as free."""
    made = availability.plan(shop, wish)
    return _as_free(made, _starts(session, made, first, days, now, by, moving))


def next_free(
    session: Session, shop: Shop, wish: Wish, now: datetime, *, count: int = ALTERNATIVES, after: datetime | None = None,
    by: By = CUSTOMER, moving: Appointment | None = None,
) -> list[Free]:  # fmt: skip
    """The next free times from `after` (now, if left out) up to the horizon, rising."""
    made = availability.plan(shop, wish)
    today, start = _day(made, now), quantum_at(after) if after else 0
    first = _day(made, after) if after else today
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
    made = availability.plan(shop, wish)
    opened = {span.day for span in rules.spans(made.hours, first, days)}
    found: dict[date, int | None] = {
        day: 0 if day in opened else None for day in (first + timedelta(days=number) for number in range(days))
    }
    for start, _ in _starts(session, made, first, days, now, by, None):
        day = _day(made, moment_of(start))
        found[day] = (found.get(day) or 0) + 1
    return found


def _starts(
    session: Session, made: Plan, first: date, days: int, now: datetime, by: By, moving: Appointment | None
) -> list[tuple[int, int]]:
    own = [moving.id] if moving else []
    return availability.free_starts(session, made, first, days, now, staff=by.staff, without=own)


def _as_free(made: Plan, found: Iterable[tuple[int, int]]) -> list[Free]:
    return [made.free_at(moment_of(start), moment_of(end)) for start, end in found]


def _day(made: Plan, moment: datetime) -> date:
    return moment.astimezone(made.zone).date()


def alternatives(
    session: Session, made: Plan, near: datetime, now: datetime, by: By = CUSTOMER, moving: Appointment | None = None
) -> list[Free]:
    """The free times that are nearest to `near`, in the order of time; the next ones at all if none is near."""
    today = _day(made, now)
    wanted = min(max(_day(made, near), today), today + timedelta(days=made.terms.horizon_days))
    first = max(today, wanted - timedelta(days=NEAR))
    found = _starts(session, made, first, (wanted - first).days + NEAR, now, by, moving)
    if not found:
        return next_free(session, made.shop, made.wish, now, by=by, moving=moving)
    there = quantum_at(near)
    nearest = sorted(found, key=lambda one: abs(one[0] - there))[:ALTERNATIVES]
    return _as_free(made, sorted(nearest))


# -- booking ------------------------------------------------------------------------------------------------------------


def hold(
    session: Session, shop: Shop, wish: Wish, starts_at: datetime, person: Person, now: datetime, *, by: By = CUSTOMER,
    note: str = "", source: str = "chat", replaces: Appointment | None = None, minutes: int | None = None,
) -> Appointment:  # fmt: skip
    """Keeps this time for a few minutes (`hold` of the terms, or `minutes`), until `confirm`.

    `replaces`: a hold of the same person that is given back if this one succeeds. Raises Refusal: the time is not offered
    (past, too_soon, too_far, closed, between, too_late), somebody has it (taken, rides_taken, car_busy), or the person has
    too much already (too_many_open, too_many_holds, advisor_needed).
    """
    made = availability.plan(shop, wish)
    if not by.staff:
        _check_limits(session, made, person, now, replaces)
    own = appointments.lock(session, replaces.id) if replaces else None
    kept = timedelta(minutes=minutes) if minutes is not None else made.terms.minutes("hold")
    row = Appointment(
        token=appointments.new_token(), store_id=made.store.id, customer_id=person.customer_id, chat_id=person.chat_id,
        vehicle_id=wish.vehicle_id, name=person.name, phone=person.phone, transport=wish.transport, note=note, status=HELD,
        hold_until=now + kept, sequence=0, source=source, created_at=now, changed_at=now,
    )  # fmt: skip
    _seat(session, made, row, starts_at, now, by, giving_back=own if own is not None and own.status == HELD else None)
    _note(session, row, now, by, HELD, starts=_iso(row.starts_at))
    return row


def confirm(session: Session, shop: Shop, appointment: Appointment, now: datetime, *, by: By = CUSTOMER) -> Appointment:
    """Makes a hold an appointment: confirmed, or requested where an advisor has the last word. Again changes nothing.

    A hold that is over is taken again if its time is still free; if not, Refusal `hold_gone` with free times.
    """
    row = appointments.lock(session, appointment.id)
    if row.status in (REQUESTED, CONFIRMED):
        return row
    if row.status not in (HELD, EXPIRED):
        raise Refusal("booking.refused.gone")
    if row.status == EXPIRED:
        made = availability.plan(shop, availability.wish_of(shop, row))
        try:
            _seat(session, made, row, row.starts_at, now, by)
        except Refusal as gone:
            if "times" not in gone.values:
                raise
            raise Refusal("booking.refused.hold_gone", again="time", times=gone.values["times"]) from None
    row.status = REQUESTED if terms.read(_store(shop, row).booking).confirms and not by.staff else CONFIRMED
    row.hold_until = None
    _changed(session, row, now, by, row.status)
    return row


def accept(session: Session, appointment: Appointment, now: datetime, *, by: By) -> Appointment:
    """An advisor's yes to a request. Again changes nothing; Refusal `gone` when it is not a request any more."""
    row = appointments.lock(session, appointment.id)
    if row.status == REQUESTED:
        row.status = CONFIRMED
        _changed(session, row, now, by, CONFIRMED)
    elif row.status != CONFIRMED:
        raise Refusal("booking.refused.gone")
    return row


def move(
    session: Session, shop: Shop, appointment: Appointment, starts_at: datetime, now: datetime, *, by: By = CUSTOMER,
    bay_id: int | None = None, technician_id: int | None = None,
) -> Appointment:  # fmt: skip
    """Another time, or another bay or technician. It keeps its own if they are free then; a start that it has changes nothing.

    Raises Refusal: gone (cancelled, over), notice (too late for the customer to do it), or as `hold` does; then nothing changes.
    """
    row = appointments.lock(session, appointment.id)
    if row.status not in OPEN:
        raise Refusal("booking.refused.gone")
    wish = replace(availability.wish_of(shop, row), bay_id=bay_id, technician_id=technician_id)
    made = availability.plan(shop, wish)
    if starts_at == row.starts_at and bay_id in (None, row.bay_id) and technician_id in (None, row.technician_id):
        return row
    _check_notice(made.store, made.terms, row, now, by)
    before = {"starts": _iso(row.starts_at), "legs": row.legs}
    _seat(session, made, row, starts_at, now, by)
    row.sequence += 1
    _changed(session, row, now, by, "moved", before=before, starts=_iso(row.starts_at))
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
    else:
        raise Refusal("booking.refused.gone")
    row.hold_until = None
    _give_back(session, [row])
    _changed(session, row, now, by, row.status, **({"reason": reason} if reason else {}))
    return row


def arrive(session: Session, appointment: Appointment, now: datetime, *, by: By) -> Appointment:
    """The car is here."""
    return _step(session, appointment, ARRIVED, OPEN, now, by)


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


def walk_in(session: Session, shop: Shop, wish: Wish, person: Person, now: datetime, *, by: By, note: str = "") -> Appointment:
    """Somebody stands at the desk: the work begins with this quarter hour. Raises Refusal as `hold` does."""
    row = hold(
        session, shop, wish, moment_of(quantum_at(now)), person, now, by=replace(by, staff=True), note=note, source="walk-in"
    )
    row.status, row.hold_until = ARRIVED, None
    _changed(session, row, now, by, ARRIVED)
    return row


def expire_holds(session: Session, shop: Shop, now: datetime) -> int:
    """Puts away the holds that nobody confirmed in time; how many. For a sweep: booking does without it."""
    number = 0
    for store in shop.stores:
        gone = appointments.lock_holds_gone(session, store.id, now - timedelta(days=400), now + timedelta(days=800), now)
        _expire(session, gone, now)
        number += len(gone)
    return number


# -- how it is done -----------------------------------------------------------------------------------------------------


def _seat(
    session: Session, made: Plan, row: Appointment, starts_at: datetime, now: datetime, by: By,
    giving_back: Appointment | None = None,
) -> None:  # fmt: skip
    """Gives `row` its place at this time instead of the one it has, or raises Refusal and leaves it where it is."""
    begin = quantum_at(starts_at)
    moving = [one for one in (row, giving_back) if one is not None and one.id is not None]
    held = [one.id for one in moving]
    on = _static(made, _day(made, starts_at))
    shape = _check_start(session, on, starts_at, now, by, moving[0] if moving else None)
    end = begin + shape[-1][0] + shape[-1][1]
    buffer = made.terms.minutes("buffer")
    gone = appointments.lock_holds_gone(session, made.store.id, starts_at - buffer, moment_of(end) + buffer, now)
    gone = [one for one in gone if one.id not in held]
    span = range(begin // slots.DAY, (end + rules.quarters(made.terms.buffer)) // slots.DAY + 1)
    first, last = availability.whole_day(_day(made, starts_at), made.zone)
    rides = {first // slots.DAY, last // slots.DAY} if made.wish.transport in ("loaner", "pickup") else set()
    days = {*span, *rides, *slots.days_held(session, [*held, *(one.id for one in gone)])}
    ledger = slots.lock(session, made.store.id, days)
    _expire(session, gone, now, ledger)
    key = _place(session, made, on, ledger, row, begin, shape, now, moving)
    if key:
        raise Refusal(key, again="time", times=alternatives(session, made, starts_at, now, by, moving[0] if moving else None))
    if giving_back is not None:
        giving_back.status, giving_back.hold_until = EXPIRED, None
        _changed(session, giving_back, now, by, EXPIRED)


def _place(
    session: Session, made: Plan, on: Board, ledger: Ledger, row: Appointment, begin: int, shape: rules.Shape, now: datetime,
    moving: Sequence[Appointment],
) -> str:  # fmt: skip
    """Finds the resources and takes them; "" or the key of the refusal, and then everything is as it was."""
    prefer = {slots.bay(one.bay_id) for one in moving if one.bay_id is not None}
    prefer |= {slots.technician(one.technician_id) for one in moving if one.technician_id is not None}
    try:
        with session.begin_nested():
            for one in moving:
                ledger.free(one.id)
            if _rides_promised(session, made, begin, now, [one.id for one in moving]):
                raise _Full(f"booking.refused.{made.wish.transport}_taken")
            found = availability.allot(on, begin, shape, ledger.is_free, prefer)
            if found is None:
                raise _Full("booking.refused.taken")
            _write(made, row, found)
            session.add(row)
            session.flush()
            try:
                ledger.take(row.id, availability.claims(made, found))
            except Taken:
                raise _Full("booking.refused.car_busy" if made.wish.vehicle_id else "booking.refused.taken") from None
            ledger.save()
    except _Full as full:
        return full.key
    return ""


class _Full(Exception):  # noqa: N818 - takes back what was tried
    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def _write(made: Plan, row: Appointment, found: Sequence[Allotment]) -> None:
    row.services = list(made.wish.services)
    model = made.shop.models.get(made.wish.model or "")
    row.model_id = model.id if model else None
    row.starts_at, row.ends_at = moment_of(found[0].first), moment_of(found[-1].end)
    row.bay_id, row.technician_id = found[0].bay_id, found[0].technician_id
    row.legs = [
        {"bay": one.bay_id, "technician": one.technician_id, "starts": _iso(moment_of(one.first)),
         "ends": _iso(moment_of(one.end)), "services": list(one.leg.services)}
        for one in found
    ]  # fmt: skip
    free = made.free_at(row.starts_at, row.ends_at)
    row.price, row.discount = free.price, free.discount


def _static(made: Plan, day: date) -> Board:
    """A board without anything taken on it, for one start: what the rules allow."""
    noon = rules.instant(day, time(12), made.zone)
    first_day = (quantum_at(noon) - slots.DAY) // slots.DAY
    days = availability.TAIL + 3
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
    times = alternatives(session, on.plan, starts_at, now, by, moving)
    raise Refusal(f"booking.refused.{key}", again="time", times=times, **values)


def _why_not(on: Board, starts_at: datetime, now: datetime, by: By) -> tuple[str, dict[str, Any]]:
    """The last part of the key and its values; ("", {}) if nothing speaks against it."""
    made, begin = on.plan, quantum_at(starts_at)
    there = starts_at.astimezone(made.zone)
    if begin < quantum_at(now) or (not by.staff and starts_at <= now):
        return "past", {}
    if not by.staff and starts_at < now + made.terms.minutes("lead"):
        return "too_soon", {"minutes": made.terms.lead}
    if not by.staff and (there.date() - _day(made, now)).days > made.terms.horizon_days:
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


def _rides_promised(session: Session, made: Plan, begin: int, now: datetime, without: Sequence[int]) -> bool:
    wanted = made.wish.transport
    if wanted not in ("loaner", "pickup"):
        return False
    first, end = availability.whole_day(_day(made, moment_of(begin)), made.zone)
    rides = appointments.rides_between(session, made.store.id, moment_of(first), moment_of(end), now, without)
    most = made.terms.loaners if wanted == "loaner" else made.terms.pickups
    return sum(transport == wanted for transport, _ in rides) >= most


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
    if holds - bool(replaces) >= made.terms.most_holds:
        raise Refusal("booking.refused.too_many_holds", number=made.terms.most_holds)


def _check_notice(store: Store, own: Terms, row: Appointment, now: datetime, by: By) -> None:
    if not by.staff and not rules.may_change(row.starts_at, now, own):
        raise Refusal("booking.refused.notice", minutes=own.notice, phone=store.phone)


def _give_back(session: Session, rows: Sequence[Appointment], from_: int | None = None) -> None:
    """Frees what these appointments of one store have, all of it or from that quarter hour on."""
    days = slots.days_held(session, [row.id for row in rows])
    if days:
        ledger = slots.lock(session, rows[0].store_id, days)
        for row in rows:
            ledger.free(row.id, from_)
        ledger.save()


def _expire(session: Session, gone: Sequence[Appointment], now: datetime, ledger: Ledger | None = None) -> None:
    if not gone:
        return
    if ledger is None:
        _give_back(session, gone)
    else:
        for row in gone:
            ledger.free(row.id)
        ledger.save()
    for row in gone:
        row.status, row.hold_until = EXPIRED, None
        _changed(session, row, now, SWEEP, EXPIRED)


def _step(session: Session, appointment: Appointment, to: str, out_of: Sequence[str], now: datetime, by: By) -> Appointment:
    row = appointments.lock(session, appointment.id)
    if row.status == to:
        return row
    if row.status not in out_of:
        raise Refusal("booking.refused.gone")
    row.status = to
    if to in (DONE, NO_SHOW):
        _give_back(session, [row], quantum_at(now) + 1)
    _changed(session, row, now, by, to)
    return row


def _changed(session: Session, row: Appointment, now: datetime, by: By, what: str, **details: Any) -> None:
    row.changed_at = now
    _note(session, row, now, by, what, **details)


def _note(session: Session, row: Appointment, now: datetime, by: By, what: str, **details: Any) -> None:
    session.add(Event(appointment_id=row.id, at=now, who=by.who, origin=by.origin, what=what, details=details))
    session.flush()


def _store(shop: Shop, row: Appointment) -> Store:
    return next(store for store in shop.stores if store.id == row.store_id)


def _iso(moment: datetime) -> str:
    return moment.isoformat()
