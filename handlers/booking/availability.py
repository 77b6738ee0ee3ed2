"""Which times are free for a wish: opening hours, bays, technicians, cars to lend, and what is taken already."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import rules
from handlers.booking.rules import Hours, Shape, Span
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from storage import appointments, slots, terms
from storage.appointments import Appointment
from storage.slots import DAY, Claim, moment_of, quantum_at, quantum_from
from storage.stores import Store
from storage.technicians import Technician
from storage.terms import Terms

# So many days after the last start are looked at, for work that goes on.
TAIL = 21


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to come for, in the codes of the catalogue.

    `technician_id`, `bay_id`: only this one; None takes whichever is free.
    """

    store: str
    services: tuple[str, ...]
    model: str | None = None
    vehicle_id: int | None = None
    transport: str = "wait"
    technician_id: int | None = None
    bay_id: int | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """Work that is done in one bay, by one technician who has all the `skills`. `length` in quarter hours."""

    bay_kind: str
    skills: frozenset[str]
    length: int
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Free:
    """A time that is free. `price`: minor units with `discount` percent off, None when not everything has a price on file."""

    starts_at: datetime
    ends_at: datetime
    price: int | None
    discount: int
    full_price: int | None


@dataclass(frozen=True, slots=True)
class Allotment:
    """Who and what one leg gets."""

    leg: Leg
    first: int
    end: int
    bay_id: int | None
    technician_id: int | None


@dataclass(frozen=True)
class Plan:
    """A wish as its store can do it."""

    shop: Shop
    store: Store
    terms: Terms
    wish: Wish
    legs: tuple[Leg, ...]

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.store.timezone)

    @cached_property
    def hours(self) -> Hours:
        return hours_of(self.store)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        return tuple(leg.length for leg in self.legs)

    @cached_property
    def technicians(self) -> list[Technician]:
        """Those of the store; a store without any does not plan them."""
        return [person for person in self.shop.technicians if person.store_id == self.store.id]

    def needs_technician(self, leg: Leg) -> bool:
        # Nobody stands at a car that is left for days; who works on it then is not planned here.
        return bool(leg.skills and self.technicians) and leg.length < DAY

    def fitting_bays(self, leg: Leg) -> list[int]:
        model = self.shop.models.get(self.wish.model or "")
        fitting = [
            bay.id
            for bay in self.store.bays
            if bay.kind == leg.bay_kind and (bay.model_id is None or model is None or bay.model_id == model.id)
        ]
        if self.wish.bay_id in fitting:
            return [self.wish.bay_id]
        return fitting

    def fitting_technicians(self, leg: Leg) -> list[Technician]:
        fitting = [person for person in self.technicians if leg.skills <= set(person.skills)]
        return [person for person in fitting if person.id == self.wish.technician_id] or fitting

    def full_price(self, day: date) -> int | None:
        """What it costs on that day of the store, in minor units; None when something has no price on file."""
        model = self.shop.models.get(self.wish.model or "")
        total = 0
        for code in self.wish.services:
            on_file = self.shop.prices_on(day, self.store, self.shop.services[code])
            by_model = {price.model_id: price.amount for price in reversed(on_file)}
            amount = by_model.get(model.id if model else None, by_model.get(None))
            if amount is None:
                return None
            total += amount
        return total

    def free_at(self, starts_at: datetime, ends_at: datetime) -> Free:
        there = starts_at.astimezone(self.zone)
        full, percent = self.full_price(there.date()), rules.discount(self.terms.off_peak, there)
        return Free(starts_at, ends_at, None if full is None else rules.reduced(full, percent), percent, full)


def plan(shop: Shop, wish: Wish) -> Plan:
    """How the store would do it. Raises Refusal when it does not do these services, or has no car to lend or to fetch with."""
    store = shop.store(wish.store)
    if store is None or not wish.services:
        raise Refusal("booking.refused.not_here", again="service")
    own = terms.read(store.booking)
    made = Plan(shop, store, own, wish, _legs(shop, wish))
    for leg in made.legs:
        if leg.bay_kind != "none" and not made.fitting_bays(leg):
            raise Refusal("booking.refused.not_here", again="service")
        if made.needs_technician(leg) and not made.fitting_technicians(leg):
            raise Refusal("booking.refused.not_here", again="service")
    if (wish.transport == "loaner" and not own.loaners) or (wish.transport == "pickup" and not own.pickups):
        raise Refusal(f"booking.refused.no_{wish.transport}", again="transport")
    return made


def _legs(shop: Shop, wish: Wish) -> tuple[Leg, ...]:
    try:
        services = sorted((shop.services[code] for code in dict.fromkeys(wish.services)), key=lambda service: service.position)
    except KeyError:
        raise Refusal("booking.refused.not_here", again="service") from None
    legs: list[Leg] = []
    minutes = 0
    for service in services:
        needs = frozenset({service.skill} if service.skill else ())
        own = service.model_minutes.get(wish.model or "", service.minutes)
        if legs and legs[-1].bay_kind == service.bay_kind:
            before, minutes = legs.pop(), minutes + own
            legs.append(Leg(service.bay_kind, before.skills | needs, rules.quarters(minutes), (*before.services, service.code)))
        else:
            minutes = own
            legs.append(Leg(service.bay_kind, needs, rules.quarters(own), (service.code,)))
    return tuple(legs)


def hours_of(store: Store) -> Hours:
    week = tuple(tuple((one.opens, one.closes) for one in store.hours if one.weekday == day) for day in range(7))
    special = tuple(
        (one.day, tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in one.spans))
        for one in store.special_days
    )
    return Hours(store.timezone, week, special)


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
        return rules.spans(self.plan.hours, self.first, self.days + TAIL)

    @cached_property
    def starts(self) -> dict[Shape, int]:
        own = self.plan.terms
        offered = rules.starts(
            self.open, self.plan.lengths, max(1, own.step // slots.MINUTES), rules.quarters(own.pause_from), self.base
        )
        return dict(offered)

    def bits(self, first: int, end: int) -> int:
        """Quarter hours from `first` to `end`, as far as they are on the board."""
        low, high = max(first - self.base, 0), min(end - self.base, self.size)
        return ((1 << (high - low)) - 1) << low if high > low else 0

    @cached_property
    def _all(self) -> int:
        return (1 << self.size) - 1

    @cached_property
    def _shut(self) -> int:
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
        return self._all & ~(self._shut | self._closed(bay_id=bay_id, technician_id=None))

    def technician_allowed(self, person: Technician) -> int:
        allowed = self._all & ~(self._shut | self._closed(bay_id=None, technician_id=person.id))
        if not person.shifts:
            return allowed
        week = tuple(tuple((one.starts, one.ends) for one in person.shifts if one.weekday == day) for day in range(7))
        shift = 0
        for span in rules.spans(Hours(self.plan.store.timezone, week), self.first, self.days + TAIL):
            shift |= self.bits(span.first, span.end)
        closed = self._all
        for span in self.open:
            closed &= ~self.bits(span.first, span.end)
        # While the store is closed nobody need be there: work that pauses over lunch does not ask who is at lunch.
        return allowed & (shift | closed)

    def free_bay(self, bay_id: int) -> int:
        key = slots.bay(bay_id)
        if key not in self._free:
            self._free[key] = self.bay_allowed(bay_id) & ~self.taken.get(key, 0)
        return self._free[key]

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
                places = self._all & ~self._shut
                if leg.bay_kind != "none":
                    places = _any(rules.runs(self.free_bay(bay), length + buffer) for bay in self.plan.fitting_bays(leg))
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
    last_day = first_day + days + TAIL + 2
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
    among = window(on, now, staff=staff) & ~_rides_full(session, on, now, without) & ~_car_busy(session, on, without)
    found = [
        (on.base + place, on.base + place + shape[-1][0] + shape[-1][1])
        for shape, bits in on.free(among).items()
        for place in rules.places(bits)
    ]
    return sorted(found)


def _rides_full(session: Session, on: Board, now: datetime, without: Sequence[int]) -> int:
    """Days on which all cars to lend, or all drivers who fetch cars, are promised."""
    wanted = on.plan.wish.transport
    if wanted not in ("loaner", "pickup"):
        return 0
    most = on.plan.terms.loaners if wanted == "loaner" else on.plan.terms.pickups
    promised: dict[date, int] = {}
    start, end = moment_of(on.base), moment_of(on.base + on.size)
    for transport, starts_at in appointments.rides_between(session, on.plan.store.id, start, end, now, without):
        if transport == wanted:
            day = starts_at.astimezone(on.plan.zone).date()
            promised[day] = promised.get(day, 0) + 1
    full = 0
    for day, number in promised.items():
        if number >= most:
            first, end_ = whole_day(day, on.plan.zone)
            full |= on.bits(first, end_)
    return full


def _car_busy(session: Session, on: Board, without: Sequence[int]) -> int:
    """Starts at which the customer's own car would still be, or already be, at another appointment."""
    if on.plan.wish.vehicle_id is None:
        return 0
    length = sum(on.plan.lengths)
    busy = 0
    for claim in slots.claims_on(session, slots.vehicle(on.plan.wish.vehicle_id), on.base, on.base + on.size, without):
        busy |= on.bits(claim.first - length + 1, claim.end)
    return busy


def whole_day(day: date, zone: ZoneInfo) -> tuple[int, int]:
    """A day of the store in quarter hours."""
    return quantum_at(rules.instant(day, time(0), zone)), quantum_at(rules.instant(day + timedelta(days=1), time(0), zone))


def shape_at(on: Board, start: int) -> Shape | None:
    """How the work would run if it started then, whether or not that start is among those that are offered."""
    open_, own = on.open, on.plan.terms
    return rules.place(start, on.plan.lengths, open_, rules.quarters(own.pause_from), rules.longest_day(open_))


def allot(
    on: Board, start: int, shape: Shape, is_free: Callable[[int, int, int], bool], prefer: Iterable[int] = ()
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
        if on.bits(first, end) & on._shut:
            return None
        if leg.bay_kind != "none":
            bays = sorted(on.plan.fitting_bays(leg), key=lambda bay: slots.bay(bay) not in liked)
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


def claims(made: Plan, allotments: Sequence[Allotment]) -> list[Claim]:
    """What the allotments take of bays (with the buffer after it), technicians and the customer's car."""
    return list(_claims(made, allotments))


def _claims(made: Plan, allotments: Sequence[Allotment]) -> Iterator[Claim]:
    buffer = rules.quarters(made.terms.buffer)
    for one in allotments:
        if one.bay_id is not None:
            yield Claim(slots.bay(one.bay_id), one.first, one.end + buffer)
        if one.technician_id is not None:
            yield Claim(slots.technician(one.technician_id), one.first, one.end)
    if made.wish.vehicle_id is not None:
        yield Claim(slots.vehicle(made.wish.vehicle_id), allotments[0].first, allotments[-1].end)


def wish_of(shop: Shop, appointment: Appointment) -> Wish:
    """What the appointment was made for."""
    store = next(store for store in shop.stores if store.id == appointment.store_id)
    model = shop.models_by_id.get(appointment.model_id) if appointment.model_id is not None else None
    return Wish(
        store.code, tuple(appointment.services), model.code if model else None, appointment.vehicle_id, appointment.transport
    )
