"""What the rules look at: one person with their cars, visits and chats, as values of one day."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.reminders.mileage import Estimate, Point
from storage.stores import Store


@dataclass(frozen=True, slots=True)
class Work:
    """Something that was done with a car. `km`: as read then; `here`: in one of our stores; `ended_at`: when the car was ready,
    if the diary knows.
    """

    day: date
    services: frozenset[str]
    km: int | None = None
    here: bool = True
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Car:
    """A car and its history, the oldest work first. `names`: make and model by language, empty for one that we do not know;
    `model`: its code. `year`: of building."""

    id: int
    names: Mapping[str, str]
    plate: str
    energy: str
    delivered_on: date | None
    insured_until: date | None
    inspection_due: date | None
    warranty_until: date | None
    parked: str | None
    works: tuple[Work, ...]
    estimate: Estimate
    readings: tuple[Point, ...] = ()
    model: str = ""
    year: int | None = None

    def last(self, services: frozenset[str]) -> Work | None:
        """The newest work with one of these in it."""
        return next((work for work in reversed(self.works) if work.services & services), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest answer to a push, and how often it was put off. `until`: the day from which on it may be said once more."""

    answer: str
    until: date | None
    times: int


@dataclass(frozen=True, slots=True)
class Person:
    """A customer of `store`, whose day it is. `chat_id` 0: there is none that works. `visits`: days of visits to us, the oldest
    first. `last_contact`: the day of their last words or visit. `booked`: by car, the day of its appointment. `answers`: by
    key of the push. `spoken`: by car, the day on which work on it was last spoken of. `segments`: by code of those they are in,
    since when; `date.min` where that cannot be told. `in_campaign`: a campaign is about them, or counts what they do.
    """

    id: int
    chat_id: int
    name: str
    birthday: date | None
    lunar_birthday: str | None
    store: Store
    cars: tuple[Car, ...]
    visits: tuple[date, ...]
    last_contact: date | None
    booked: Mapping[int, date] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    language: str = "en"
    spoken: Mapping[int, date] = field(default_factory=dict)
    segments: Mapping[str, date] = field(default_factory=dict)
    in_campaign: bool = False

    def car(self, car_id: int) -> Car | None:
        return next((car for car in self.cars if car.id == car_id), None)
