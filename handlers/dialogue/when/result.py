"""What came of the words: a reading, several of them to choose from, or nothing and why."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

PartOfDay = Literal["morning", "noon", "afternoon", "evening"]

# Why there is no reading. The key of a sentence for the customer, where one helps.
Reason = Literal[
    "",  # nothing about a day or a time was said
    "past",  # the day has been; if it was one of this week, the option is the same day of the next
    "no_such_date",  # 30 February, 32号, month 13
    "no_such_time",  # 25:00
    "disagree",  # "Saturday the 6th", and the 6th is a Sunday
    "unsure",  # something about time was said that we do not read surely
    "choice",  # two days or times were said; see the options
    "too_long",  # a text of more than `reading.LONGEST` characters
]


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends dates, or both ends times on `date`; None is an open end. The last day or minute belongs to it."""

    start: dt.date | dt.time | None
    end: dt.date | dt.time | None

    def as_json(self) -> dict[str, str | None]:
        return {"from": _text(self.start), "to": _text(self.end)}


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand the words, in the shop's wall-clock time.

    `implied_date` is set when no day was named: the next day on which the time comes.
    """

    date: dt.date | None = None
    time: dt.time | None = None
    part_of_day: PartOfDay | None = None
    range: Range | None = None
    implied_date: dt.date | None = None

    @property
    def day(self) -> dt.date | None:
        """The day that was named, else the one that follows from the time."""
        return self.date or self.implied_date

    @property
    def dates(self) -> Range | None:
        """The range if it is one of days: "next week"."""
        return self.range if self.range and _is_date(self.range.start or self.range.end) else None

    @property
    def times(self) -> Range | None:
        """The range if it is one of clock times: "after three"."""
        return self.range if self.range and not self.dates else None

    def as_json(self) -> dict[str, Any]:
        found = {
            "date": _text(self.date),
            "time": _text(self.time),
            "part_of_day": self.part_of_day,
            "range": self.range.as_json() if self.range else None,
            "implied_date": _text(self.implied_date),
        }
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Understood:
    """What the words say about when.

    `reading` is None unless they were understood. `options` are readings that a customer may choose from: instead of a
    reading (`reason` says why), or beside it when people mean different things by the same words ("next Friday"). `span` is where
    in the text the words stand that were read (start and end, as in a slice); `reason` says why there is no reading.
    """

    reading: Reading | None = None
    options: tuple[Reading, ...] = ()
    span: tuple[int, int] | None = None
    reason: Reason = ""

    @property
    def understood(self) -> bool:
        return self.reading is not None

    @property
    def ambiguous(self) -> bool:
        """Ask which of the options is meant."""
        return self.reading is None and bool(self.options)

    @property
    def nothing(self) -> bool:
        return self.reading is None and not self.options

    @property
    def contested(self) -> bool:
        """Understood, but others mean something else by the same words; the options hold both."""
        return self.reading is not None and len(self.options) > 1

    @property
    def date(self) -> dt.date | None:
        return self.reading.date if self.reading else None

    @property
    def time(self) -> dt.time | None:
        return self.reading.time if self.reading else None

    @property
    def part_of_day(self) -> PartOfDay | None:
        return self.reading.part_of_day if self.reading else None

    @property
    def range(self) -> Range | None:
        return self.reading.range if self.reading else None

    @property
    def implied_date(self) -> dt.date | None:
        return self.reading.implied_date if self.reading else None

    def words(self, text: str) -> str:
        """The words that were read, as the customer wrote them."""
        return text[self.span[0] : self.span[1]] if self.span else ""

    def as_json(self) -> dict[str, Any]:
        return {
            "pred": self.reading.as_json() if self.reading else None,
            "options": [option.as_json() for option in self.options],
        }


def _is_date(value: object) -> bool:
    return isinstance(value, dt.date)


def _text(value: dt.date | dt.time | None) -> str | None:
    if value is None:
        return None
    return f"{value:%H:%M}" if isinstance(value, dt.time) else value.isoformat()
