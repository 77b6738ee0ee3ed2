"""Which times are free for a wish: opening hours, bays, technicians, cars to lend, and what is taken already."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import rules
from handlers.booking.plan import Leg, Plan
from handlers.booking.rules import Hours, Shape, Span
from storage import appointments, slots
from storage.slots import DAY, moment_of, quantum_at, quantum_from
from storage.technicians import Technician


@dataclass
class Board:
    """Some days of a store, as rows of bits from the quarter hour `base`: what is open, and what each resource has free."""

    plan: Plan
    first: date
    days: int
    taken: dict[int, int]
    base: int
    size: int
    _free: dict[int, int] = field(default_factory=dict)

    @cached_property
    def open(self) -> tuple[Span, ...]:
        return rules.spans(self.plan.hours, self.first, self.days + self.plan.tail)

    @cached_property
    def starts(self) -> dict[Shape, int]:
        own = self.plan.terms
        step, pause = max(1, own.step // slots.MINUTES), rules.quarters(own.pause_from)
        longest = rules.longest_day(self.plan.hours)
        offered = rules.starts(self.open, self.plan.lengths, step, pause, longest, self.base)
        return dict(offered)

    def bits(self, first: int, end: int) -> int:
        """Quarter hours from `first` to `end`, as far as they are on the board."""
        low, high = max(first - self.base, 0), min(end - self.base, self.size)
        return ((1 << (high - low)) - 1) << low if high > low else 0

    @cached_property
    def all(self) -> int:
        """Every quarter hour of the board."""
        return (1 << self.size) - 1

    @cached_property
    def shut(self) -> int:
        """Closures of the whole store."""
        return self._closed(bay_id=None, technician_id=None)

    def _closed(self, *, bay_id: int | None, technician_id: int | None) -> int:
        shut = 0
        for closure in self.plan.shop.closures:
            if (closure.store_id, closure.bay_id, closure.technician_id) == (self.plan.store.id, bay_id, technician_id):
                shut |= self.bits(quantum_at(closure.starts_at), quantum_from(closure.ends_at))
        return shut

    def bay_allowed(self, bay_id: int) -> int:
        """Where nothing but an appointment could be in the way."""
        return self.all & ~(self.shut | self._closed(bay_id=bay_id, technician_id=None))

    def technician_allowed(self, person: Technician) -> int:
        allowed = self.all & ~(self.shut | self._closed(bay_id=None, technician_id=person.id))
        if not person.shifts:
            return allowed
        week = tuple(tuple((one.starts, one.ends) for one in person.shifts if one.weekday == day) for day in range(7))
        shift = 0
        for span in rules.spans(Hours(self.plan.store.timezone, week), self.first, self.days + self.plan.tail):
            shift |= self.bits(span.first, span.end)
        closed = self.all
        for span in self.open:
            closed &= ~self.bits(span.first, span.end)
        # While the store is closed nobody need be there: work that pauses over lunch does not ask who is at lunch.
        return allowed & (shift | closed)

    def bay_runs(self, bay_id: int, length: int, buffer: int) -> int:
        """Where work of this length has the bay; the buffer after it may lie in a closure, but not in another visit."""
        free = rules.runs(self.all & ~self.taken.get(slots.bay(bay_id), 0), length + buffer)
        out = self._closed(bay_id=bay_id, technician_id=None)
        return free & rules.runs(self.all & ~out, length) if out else free

    def free_technician(self, person: Technician) -> int:
        key = slots.technician(person.id)
        if key not in self._free:
            self._free[key] = self.technician_allowed(person) & ~self.taken.get(key, 0)
        return self._free[key]

    def free(self, window: int) -> dict[Shape, int]:
        """The free starts among those of `window`, by shape."""
        buffer = rules.quarters(self.plan.terms.buffer)
        cache: dict[tuple[Leg, int], int] = {}

        def fits(leg: Leg, length: int) -> int:
            if (leg, length) not in cache:
                places = rules.runs(self.all & ~self.shut, length)
                if leg.bay_kind != "none":
                    places &= _any(self.bay_runs(bay, length, buffer) for bay in self.plan.fitting_bays(leg))
                if self.plan.needs_technician(leg):
                    people = self.plan.fitting_technicians(leg)
                    places &= _any(rules.runs(self.free_technician(person), length) for person in people)
                cache[leg, length] = places
            return cache[leg, length]

        found: dict[Shape, int] = {}
        for shape, offered in self.starts.items():
            left = offered & window
            for leg, (offset, length) in zip(self.plan.legs, shape, strict=True):
                if left:
                    left &= fits(leg, length) >> offset
            if left:
                found[shape] = left
        return found


def _any(rows: Iterable[int]) -> int:
    together = 0
    for row in rows:
        together |= row
    return together


def board(session: Session, made: Plan, first: date, days: int, now: datetime, without: Sequence[int] = ()) -> Board:
    """The days from `first` on, without what the appointments `without` have; holds that are over count as free."""
    noon = rules.instant(first, time(12), made.zone)
    first_day = (quantum_at(noon) - DAY) // DAY
    last_day = first_day + days + made.tail + 2
    taken = slots.taken(session, made.store.id, first_day, last_day)
    base = first_day * DAY
    size = (last_day - first_day + 1) * DAY
    gone = [*without, *appointments.holds_gone(session, made.store.id, now)]
    if gone:
        for claim in slots.claims_of(session, gone):
            if claim.resource in taken and base <= claim.first < base + size:
                taken[claim.resource] &= ~(1 << (claim.first - base))
    return Board(made, first, days, taken, base, size)


def window(on: Board, now: datetime, *, staff: bool) -> int:
    """From when to when a visit may start: after the lead time and up to the horizon; staff need no notice."""
    own = on.plan.terms
    earliest = quantum_from(now if staff else now + own.minutes("lead"))
    last = rules.instant(on.first + timedelta(days=on.days), time(0), on.plan.zone)
    horizon = now.astimezone(on.plan.zone).date() + timedelta(days=own.horizon_days + 1)
    latest = min(last, rules.instant(horizon, time(0), on.plan.zone)) if not staff else last
    return on.bits(earliest, quantum_at(latest))


def free_starts(
    session: Session, made: Plan, first: date, days: int, now: datetime, *, staff: bool = False, without: Sequence[int] = ()
) -> list[tuple[int, int]]:
    """(first, end) in quarter hours of every free visit that starts on these days, rising."""
    on = board(session, made, first, days, now, without)
    among, here = window(on, now, staff=staff), _car_free(session, on, without)
    if full := rides_full(session, on.plan, on.base, on.base + on.size, now, without):
        left = on.all & ~_any(on.bits(*whole_day(day, on.plan.zone)) for day in full)
        # Who fetches cars does it on the day of the start; a car that is lent is away all the while.
        among, here = (
            (among & left, here) if on.plan.wish.transport == "pickup" else (among, left if here is None else here & left)
        )
    found: list[tuple[int, int]] = []
    for shape, bits in on.free(among).items():
        length = shape[-1][0] + shape[-1][1]
        left = bits if here is None else bits & rules.runs(here, length)
        found += [(on.base + place, on.base + place + length) for place in rules.places(left)]
    return sorted(found)


def rides_full(session: Session, made: Plan, first: int, end: int, now: datetime, without: Sequence[int]) -> set[date]:
    """Days of the store, between these quarter hours, on which all cars to lend, or all drivers who fetch cars, are promised."""
    wanted = made.wish.transport
    if not made.wish.needs_ride:
        return set()
    promised: Counter[date] = Counter()
    rides = appointments.rides_between(session, made.store.id, wanted, moment_of(first), moment_of(end), now, without)
    for starts_at, ends_at in rides:
        promised.update(ride_days(made, quantum_at(starts_at), quantum_from(ends_at)))
    most = made.terms.loaners if wanted == "loaner" else made.terms.pickups
    return {day for day, number in promised.items() if number >= most}


def ride_days(made: Plan, first: int, end: int) -> list[date]:
    """The days of the store on which a visit of these quarter hours needs the ride that is wished for."""
    begins, last = (moment_of(at).astimezone(made.zone).date() for at in (first, max(first, end - 1)))
    days = (last - begins).days if made.wish.transport == "loaner" else 0
    return [begins + timedelta(days=number) for number in range(days + 1)]


def _car_free(session: Session, on: Board, without: Sequence[int]) -> int | None:
    """When the customer's own car is at no other appointment, where it is breaks included. None: no car is known."""
    if on.plan.wish.vehicle_id is None:
        return None
    free = on.all
    for claim in slots.claims_on(session, slots.vehicle(on.plan.wish.vehicle_id), on.base, on.base + on.size, without):
        free &= ~on.bits(claim.first, claim.end)
    return free


def whole_day(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """A day of the store in quarter hours."""
    return quantum_at(rules.instant(day, time(0), zone)), quantum_at(rules.instant(day + timedelta(days=1), time(0), zone))


def shape_at(on: Board, start: int) -> Shape | None:
    """How the work would run if it started then, whether or not that start is among those that are offered."""
    open_, own = on.open, on.plan.terms
    return rules.place(start, on.plan.lengths, open_, rules.quarters(own.pause_from), rules.longest_day(on.plan.hours))
