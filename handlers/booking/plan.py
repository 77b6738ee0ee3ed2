"""A wish as its store can do it: which legs of work, where, by whom, and at what price."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from handlers.booking import rules
from handlers.booking.rules import Hours
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from storage import terms
from storage.appointments import Appointment
from storage.slots import DAY
from storage.stores import Store
from storage.technicians import Technician
from storage.terms import Terms

# Days for which a store may be closed in a row while work waits in it.
LONGEST_CLOSURE = 21


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

    @property
    def needs_ride(self) -> bool:
        """A car to lend, or a driver who fetches the customer's: the store has so many of them a day."""
        return self.transport in ("loaner", "pickup")


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
    def tail(self) -> int:
        """So many days after the day of the start have to be looked at: one, unless the work goes on over night."""
        goes_on = sum(self.lengths) > rules.longest_day(self.hours)
        return 1 + (sum(self.lengths) // DAY + LONGEST_CLOSURE if goes_on else 0)

    def needs_technician(self, leg: Leg) -> bool:
        # A store without technicians does not plan them; nor is it planned who works on a car that is left for days.
        return bool(leg.skills and self.store.technicians) and leg.length < DAY

    def fitting_bays(self, leg: Leg) -> list[int]:
        fitting = [
            number
            for number, kind, model in _bays(self.store)
            if kind == leg.bay_kind and (model is None or self.wish.model in (None, model))
        ]
        if self.wish.bay_id in fitting:
            return [self.wish.bay_id]
        return fitting

    def fitting_technicians(self, leg: Leg) -> list[Technician]:
        fitting = [person for person in self.store.technicians if leg.skills <= set(person.skills)]
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


def planned(shop: Shop, wish: Wish) -> Plan:
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


# Rows of the shop as it is kept in memory: they never change, and are made anew when the shop does.
@lru_cache(64)
def _bays(store: Store) -> tuple[tuple[int, str, str | None], ...]:
    return tuple((bay.id, bay.kind, bay.model) for bay in store.bays)


@lru_cache(64)
def hours_of(store: Store) -> Hours:
    week = tuple(tuple((one.opens, one.closes) for one in store.hours if one.weekday == day) for day in range(7))
    special = tuple(
        (one.day, tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in one.spans))
        for one in store.special_days
    )
    return Hours(store.timezone, week, special)


def wish_of(shop: Shop, appointment: Appointment) -> Wish:
    """What the appointment was made for."""
    store = next(store for store in shop.stores if store.id == appointment.store_id)
    model = shop.models_by_id.get(appointment.model_id) if appointment.model_id is not None else None
    return Wish(
        store.code, tuple(appointment.services), model.code if model else None, appointment.vehicle_id, appointment.transport
    )
