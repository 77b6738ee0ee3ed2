"""What single tickets, visits and conversations add up to, on values only."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage import appointments
from storage.figures import TalkLine, TicketLine, VisitLine

# Of these it is known whether the customer came.
_CAME = (appointments.ARRIVED, appointments.IN_SERVICE, appointments.DONE)
# What customers did themselves; the rest was made at the desk or brought in.
_THEIRS = ("chat", "waitlist")


@dataclass(frozen=True, slots=True)
class Answering:
    """`first`, `settled`: medians around the clock; shares from 0 to 1; None where there is nothing to count."""

    tickets: int
    waiting: int
    first: timedelta | None
    settled: timedelta | None
    kept: float | None
    reopened: float | None
    stars: float | None = None


@dataclass(frozen=True, slots=True)
class Visiting:
    """`missed`: of those of whom it is known. `own`: booked by customers themselves. `ahead`: median from booking to visit."""

    visits: int
    missed: float | None
    cancelled: float | None
    own: float | None
    ahead: timedelta | None


@dataclass(frozen=True, slots=True)
class Talking:
    """`alone`: no ticket came of it. `understood`: nothing was said that nobody could answer."""

    talks: int
    alone: float | None
    understood: float | None


def answering(lines: Sequence[TicketLine]) -> Answering:
    rated = [line.rating for line in lines if line.rating is not None]
    return Answering(
        len(lines),
        sum(line.first is None and line.ended is None for line in lines),
        _median(line.first - line.opened for line in lines if line.first),
        _median(line.ended - line.opened for line in lines if line.ended),
        share(sum(not line.broken for line in lines), len(lines)),
        share(sum(line.reopened for line in lines), sum(line.reopened or line.ended is not None for line in lines)),
        statistics.mean(rated) if rated else None,
    )


def visiting(lines: Sequence[VisitLine]) -> Visiting:
    missed = sum(line.status == appointments.NO_SHOW for line in lines)
    came = sum(line.status in _CAME for line in lines)
    booked = [line for line in lines if line.source != "walk-in"]
    return Visiting(
        len(lines),
        share(missed, missed + came),
        share(sum(line.status == appointments.CANCELLED for line in lines), len(lines)),
        share(sum(line.source in _THEIRS for line in lines), len(lines)),
        _median(line.starts - line.made for line in booked),
    )


def talking(lines: Sequence[TalkLine]) -> Talking:
    all_of_them = sum(line.talks for line in lines)
    with_ticket, with_gap = sum(line.with_ticket for line in lines), sum(line.with_gap for line in lines)
    return Talking(all_of_them, share(all_of_them - with_ticket, all_of_them), share(all_of_them - with_gap, all_of_them))


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _median(lengths: Iterable[timedelta]) -> timedelta | None:
    seconds = [length.total_seconds() for length in lengths]
    return timedelta(seconds=statistics.median(seconds)) if seconds else None
