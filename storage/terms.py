"""Terms: the figures by which a store books, with what holds where the store has said nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class OffPeak:
    """A quiet time of the week (0 = Monday, store time) with so many percent off for a visit that starts in it."""

    weekday: int
    starts: time
    ends: time
    percent: int


@dataclass(frozen=True, slots=True)
class Terms:
    """Minutes, unless the name says otherwise.

    `step`: starts are offered so far apart. `lead`: so long before it at least. `horizon_days`: so far ahead at most.
    `buffer`: a bay stays free after each visit. `pause_from`: work of this length and more may go on after a break.
    `hold`: a time is kept while the customer confirms; `offer`: while somebody from the waitlist makes up their mind.
    `notice`: until when a customer may move or cancel by themselves. `most_open`, `most_holds`: visits and holds of one
    person. `most_no_shows` within `no_show_days`: more, and an advisor has to book. `loaners`, `pickups`: cars lent and
    cars fetched a day; 0 means not offered. `confirms`: what customers book waits for an advisor's word.
    """

    step: int = 30
    lead: int = 60
    horizon_days: int = 90
    buffer: int = 0
    pause_from: int = 120
    hold: int = 5
    offer: int = 15
    notice: int = 120
    most_open: int = 3
    most_holds: int = 2
    most_no_shows: int = 2
    no_show_days: int = 180
    loaners: int = 0
    pickups: int = 0
    confirms: bool = False
    off_peak: tuple[OffPeak, ...] = (OffPeak(2, time(14), time(16), 20),)

    def minutes(self, name: str) -> timedelta:
        return timedelta(minutes=getattr(self, name))


NUMBERS = {field.name: field.default for field in fields(Terms) if type(field.default) is int}


def read(said: Mapping[str, Any]) -> Terms:
    """Terms from what the column of a store says: numbers by name, `confirms`, and

    `off_peak`: a list of {"weekday", "starts", "ends": "14:00", "percent"}.
    """
    values: dict[str, Any] = {name: said[name] for name in (*NUMBERS, "confirms") if name in said}
    if "off_peak" in said:
        values["off_peak"] = tuple(
            OffPeak(one["weekday"], time.fromisoformat(one["starts"]), time.fromisoformat(one["ends"]), one["percent"])
            for one in said["off_peak"]
        )
    return Terms(**values)
