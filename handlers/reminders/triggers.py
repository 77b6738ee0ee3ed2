"""When a rule has something to say: pure functions from what is known of a person to occasions.

An occasion has a name of its own (`of`), so that the same one is spoken of once, however often it is looked for.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dialogue.when import feasts, lunar
from handlers.reminders.facts import Car, Person, Work
from handlers.reminders.figures import Figures

YEARLY = ("birthday", "delivered_on")
FIELDS = (*YEARLY, "insured_until", "inspection_due", "warranty_until")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Occasions are looked for from so many days ago to so many days ahead.
BACK, AHEAD = 90, 60


@dataclass(frozen=True, slots=True)
class OnDate:
    """So many days before (negative) or after a day on file. Of several offsets that have come the last one counts."""

    field: str
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """Work that is due again after `km` or `months` since one of `since` was done, whichever comes first; `ahead` days before.

    Without such work on file it counts from delivery; `first`: only from delivery, and never once one of them was done.
    """

    since: frozenset[str]
    km: int | None
    months: int | None
    ahead: int
    first: bool = False


@dataclass(frozen=True, slots=True)
class After:
    """So many days after a visit (with one of `services`, if any are named) or after delivery.

    With `hours` so long after the car was ready; of a visit whose hour nobody knows, in the morning after.
    """

    event: str
    days: int
    services: frozenset[str] = frozenset()
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """No visit, or no word, for so many days; again after as many, `times` in all."""

    of: str
    days: int
    times: int = 1


@dataclass(frozen=True, slots=True)
class Weekly:
    """On this weekday (0 is Monday) of every so-manieth week."""

    weekday: int
    every: int = 1


@dataclass(frozen=True, slots=True)
class Monthly:
    """On this day of these months; in a shorter month on its last day."""

    day: int
    months: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Feast:
    """So many days before (negative) or after a feast of `dialogue.when.feasts`, by the store's region."""

    feast: str
    days: int


@dataclass(frozen=True, slots=True)
class Signal:
    """When somebody presses the button of this name."""

    signal: str


@dataclass(frozen=True, slots=True)
class Entered:
    """So many days after somebody came into a segment, as long as they are in it."""

    segment: str
    days: int = 0


@dataclass(frozen=True, slots=True)
class Before:
    """Ahead of an appointment: `days` before, at its own time of the store's day, or `hours` before it; one of the two is 0."""

    days: int = 0
    hours: int = 0


@dataclass(frozen=True, slots=True)
class Rating:
    """The question for stars: so many `minutes` after the work was done (`of` visit), or after that question (`of` question)
    to whoever has not answered it.
    """

    of: str
    minutes: int


# These two are about one visit of one person, whoever that is: they are looked for by `visits.py` and by the feature feedback,
# as soon as their moment comes, and not once a day.
OF_VISIT = (Before, Rating)
Trigger = OnDate | Interval | After | Silence | Weekly | Monthly | Feast | Signal | Entered | Before | Rating


@dataclass(frozen=True, slots=True)
class Occasion:
    """`day`: when it is to be said, a day of the store; `last`: afterwards it is over, whatever the rule allows.

    `car`: None for what concerns the person. `values`: what the text may name: date, days, years, km. `at`: the moment, for what
    is counted in hours; else it is said at the rule's time.
    """

    day: date
    of: str
    car: Car | None = None
    last: date | None = None
    values: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None


def occasions(trigger: Trigger, person: Person, today: date, figures: Figures) -> Iterator[Occasion]:
    """Those around today. A signal has none here: its occasion is the pressing of the button; nor has what is about one visit."""
    match trigger:
        case OnDate(field="birthday"):
            yield from _birthday(trigger, person, today, figures)
        case OnDate():
            for car in person.cars:
                yield from _on_date(trigger, car, today, figures)
        case Interval():
            for car in person.cars:
                yield from _interval(trigger, car, today)
        case After():
            for car in person.cars:
                yield from _after(trigger, person, car, today)
        case Silence():
            yield from _silence(trigger, person, today)
        case Weekly():
            yield from _weekly(trigger, today)
        case Monthly():
            yield from _monthly(trigger, today)
        case Feast():
            yield from _feast(trigger, person, today)
        case Entered():
            yield from _entered(trigger, person, today)


def in_year(day: date, year: int, leap_day: str) -> date:
    """The same day of another year; 29 February is kept on `leap_day` where there is none."""
    if (day.month, day.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, int(leap_day[:2]), int(leap_day[3:]))
    return date(year, day.month, day.day)


def plus_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _around(day: date, today: date) -> bool:
    return -BACK <= (day - today).days <= AHEAD


def _birthday(trigger: OnDate, person: Person, today: date, figures: Figures) -> Iterator[Occasion]:
    for year in range(today.year - 1, today.year + 2):
        if person.lunar_birthday:
            day = _lunar(person.lunar_birthday, year)
        else:
            day = in_year(person.birthday, year, figures.leap_day) if person.birthday else None
        if day is not None:
            # The year is that of the calendar which it is kept by: nobody has two birthdays in it.
            yield from _offsets(trigger, day, today, f"{year}", None, {})


def _lunar(text: str, year: int) -> date | None:
    """A birthday in a leap month is kept in the month of the same number in years that have no such leap month."""
    month, day = int(text[:2]), int(text[3:5])
    return (lunar.to_date(year, month, day, leap=True) if text.endswith("L") else None) or lunar.to_date(year, month, day)


def _on_date(trigger: OnDate, car: Car, today: date, figures: Figures) -> Iterator[Occasion]:
    day: date | None = getattr(car, trigger.field)
    if day is None:
        return
    if trigger.field not in YEARLY:
        yield from _offsets(trigger, day, today, day.isoformat(), car, {})
        return
    for year in range(max(today.year - 1, day.year + 1), today.year + 2):
        kept = in_year(day, year, figures.leap_day)
        yield from _offsets(trigger, kept, today, f"{year}", car, {"years": year - day.year})


def _offsets(trigger: OnDate, day: date, today: date, of: str, car: Car | None, values: dict[str, Any]) -> Iterator[Occasion]:
    for offset in trigger.days:
        said = day + timedelta(days=offset)
        if _around(said, today):
            # What was to be said ahead of a day is over when the day has come.
            last = day if offset < 0 else None
            yield Occasion(said, f"{of}:{offset}", car, last, {"date": day, "days": max((day - today).days, 0), **values})


def next_due(trigger: Interval, car: Car) -> date | None:
    """When the work is due again, as far as we can tell; None if it never is or nothing is known."""
    found = _since(trigger, car)
    if found is None:
        return None
    since, start = found
    due = plus_months(since, trigger.months) if trigger.months else None
    if trigger.km and start is not None and car.estimate.trusted:
        by_km = car.estimate.reaches(start + trigger.km)
        # Before the work was done it was not due again, whatever was read off.
        due = min((day for day in (due, max(by_km, since) if by_km else None) if day is not None), default=None)
    return due


def _since(trigger: Interval, car: Car) -> tuple[date, int | None] | None:
    done = car.last(trigger.since)
    if done is not None:
        return None if trigger.first else (done.day, done.km)
    return (car.delivered_on, 0) if car.delivered_on else None


def _interval(trigger: Interval, car: Car, today: date) -> Iterator[Occasion]:
    found, due = _since(trigger, car), next_due(trigger, car)
    if found is not None and due is not None and _around(day := due - timedelta(days=trigger.ahead), today):
        km = car.estimate.km_on(today) if car.estimate.trusted else None
        # Nobody comes tomorrow: what is due already is asked for within the next days.
        yield Occasion(day, found[0].isoformat(), car, None, {"date": max(due, today + timedelta(days=7)), "km": km})


def _after(trigger: After, person: Person, car: Car, today: date) -> Iterator[Occasion]:
    if trigger.hours:
        yield from _hours_after(trigger, person, car, today)
        return
    if trigger.event == "delivery":
        days = [car.delivered_on] if car.delivered_on else []
    else:
        days = [work.day for work in _visits(trigger, car)]
    for day in days[-3:]:
        if _around(said := day + timedelta(days=trigger.days), today):
            yield Occasion(said, day.isoformat(), car, None, {"date": day})


def _hours_after(trigger: After, person: Person, car: Car, today: date) -> Iterator[Occasion]:
    # The diary and a work order may both tell of a visit: the one with an hour counts, and their day is the name of both.
    of_day = {work.day: work for work in sorted(_visits(trigger, car), key=lambda work: (work.day, work.ended_at is not None))}
    for work in list(of_day.values())[-3:]:
        at = work.ended_at + timedelta(hours=trigger.hours) if work.ended_at else None
        unknown = work.day + timedelta(days=max(1, trigger.hours // 24))
        said = at.astimezone(ZoneInfo(person.store.timezone)).date() if at else unknown
        if _around(said, today):
            yield Occasion(said, work.day.isoformat(), car, None, {"date": work.day}, at)


def _visits(trigger: After, car: Car) -> list[Work]:
    return [work for work in car.works if work.here and (not trigger.services or work.services & trigger.services)]


def _silence(trigger: Silence, person: Person, today: date) -> Iterator[Occasion]:
    last = last_seen(person) if trigger.of == "visit" else person.last_contact
    if last is None:
        return
    car = _latest_car(person)
    km = car.estimate.km_on(today) if car and car.estimate.trusted else None
    for time in range(1, trigger.times + 1):
        if _around(said := last + timedelta(days=trigger.days * time), today):
            yield Occasion(said, f"{last}:{time}", car, None, {"date": last, "km": km})


def last_seen(person: Person) -> date | None:
    """The day of the last visit, or on which the last car was handed over."""
    return max([*person.visits[-1:], *(car.delivered_on for car in person.cars if car.delivered_on)], default=None)


def _latest_car(person: Person) -> Car | None:
    """The car of the last visit, else the first."""
    return max(person.cars, key=lambda car: (car.works[-1].day if car.works else date.min, -car.id), default=None)


def _weekly(trigger: Weekly, today: date) -> Iterator[Occasion]:
    day = today - timedelta(days=(today.weekday() - trigger.weekday) % 7)
    if ((day.toordinal() - 1) // 7) % trigger.every == 0:
        yield Occasion(day, day.isoformat())


def _monthly(trigger: Monthly, today: date) -> Iterator[Occasion]:
    for first in (plus_months(today.replace(day=1), -1), today.replace(day=1)):
        if first.month in trigger.months:
            day = first.replace(day=min(trigger.day, monthrange(first.year, first.month)[1]))
            yield Occasion(day, f"{first:%Y-%m}")


def _entered(trigger: Entered, person: Person, today: date) -> Iterator[Occasion]:
    since = person.segments.get(trigger.segment)
    if since is not None and _around(said := since + timedelta(days=trigger.days), today):
        car = _latest_car(person)
        km = car.estimate.km_on(today) if car and car.estimate.trusted else None
        yield Occasion(said, f"{trigger.segment}:{since}", car, None, {"date": since, "km": km})


def _feast(trigger: Feast, person: Person, today: date) -> Iterator[Occasion]:
    for year in (today.year - 1, today.year, today.year + 1):
        day = feasts.day_of(trigger.feast, year, person.store.region)
        if day is not None and _around(said := day + timedelta(days=trigger.days), today):
            yield Occasion(said, f"{trigger.feast}:{year}", None, None, {"date": day})
