"""Whom a rule is for: pure functions on what is known of a person."""

from dataclasses import dataclass
from datetime import date, timedelta

from handlers.reminders.facts import Car, Person
from handlers.reminders.figures import Figures
from handlers.reminders.triggers import last_seen, plus_months
from storage.stores import Store

STAGES = ("potential", "delivered", "in_service", "loyal", "lost_warning", "dormant")
STORE_KINDS = ("dealership", "detailing")
ENERGIES = ("petrol", "diesel", "hybrid", "electric")


@dataclass(frozen=True, slots=True)
class Audience:
    """What is empty does not matter. `stores`, `segments`: codes; one of them; `not_stores`: none of them. `had`: codes of
    services of which one was done to the car in the last `had_months`. `quiet_days`: nobody who has been here in so many days.
    `models`: codes of the catalogue, `built_from` and `built_until`: years; a car without a year is meant by `models` alone, and
    with a year by both.
    """

    store_kind: str = ""
    stores: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    energy: tuple[str, ...] = ()
    parked: str = ""
    had: frozenset[str] = frozenset()
    had_months: int = 24
    quiet_days: int = 0
    models: tuple[str, ...] = ()
    built_from: int = 0
    built_until: int = 0
    not_stores: tuple[str, ...] = ()

    @property
    def asks_for_a_car(self) -> bool:
        return bool(self.energy or self.parked or self.had or self.models or self.built_from or self.built_until)


def has_store(audience: Audience, store: Store) -> bool:
    if audience.store_kind and store.kind != audience.store_kind:
        return False
    return store.code not in audience.not_stores and (not audience.stores or store.code in audience.stores)


def has_person(audience: Audience, person: Person, today: date, figures: Figures) -> bool:
    if not has_store(audience, person.store):
        return False
    if audience.quiet_days and person.visits and today - person.visits[-1] < timedelta(days=audience.quiet_days):
        return False
    if audience.segments and not set(audience.segments) & person.segments.keys():
        return False
    return not audience.stages or stage(person, today, figures) in audience.stages


def has_car(audience: Audience, car: Car, today: date) -> bool:
    if audience.energy and car.energy not in audience.energy:
        return False
    if audience.parked and car.parked != audience.parked:
        return False
    if audience.models and car.model not in audience.models:
        return False
    # Of a car whose year nobody knows it may be true: to ask once too often is better than once too seldom.
    if car.year is not None and not audience.built_from <= car.year <= (audience.built_until or car.year):
        return False
    since = plus_months(today, -audience.had_months)
    return not audience.had or any(work.day >= since and work.services & audience.had for work in car.works)


def stage(person: Person, today: date, figures: Figures) -> str:
    """Where somebody is between the first question and the last visit; the figures are days since the last visit."""
    last = last_seen(person)
    if last is None:
        return "potential"
    days = (today - last).days
    if not person.visits:
        return "delivered" if days <= figures.dormant_days else "dormant"
    detailing = person.store.kind == "detailing"
    if days > (figures.lost_days if detailing else figures.dormant_days):
        return "dormant"
    if detailing and days > figures.warning_days:
        return "lost_warning"
    lately = sum((today - day).days <= (30 if detailing else 365) for day in person.visits)
    return "loyal" if lately >= figures.loyal_visits else "in_service"
