"""How far a car has come by now, and when it will reach a mileage: estimated from what was read off, never taken for a fact.

The pace is a weighted Theil–Sen slope: the median of the slopes of all pairs of readings, long and recent pairs counting more, so
that one wrong reading in a handful moves it little. Readings that contradict the others (a digit too many, one forgotten, a
car that would have driven backwards) are left out before.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.vehicles.mileage import MOST_A_DAY, MOST_KM

# Of a car of which we know too little: some 12,800 km a year. A pace outside of the bounds is a car that stands, or a slip.
USUAL_A_DAY = 35.0
LEAST_A_DAY, MOST_PACE = 1.0, 300.0
# So far back readings say how a car is driven; more of them than this say nothing new.
LOOK_BACK, MOST_READINGS = timedelta(days=3 * 365), 40
# Pairs closer than this say more about days than about habits.
APART = 14
# How far ahead somebody may be told a mileage at all, and a forecast be trusted.
FARTHEST = 3 * 365
NONE, LOW, FAIR, GOOD = "none", "low", "fair", "good"


@dataclass(frozen=True, slots=True)
class Point:
    """A reading: `km` on a day."""

    day: date
    km: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """`per_day`: km a day. `last`: the newest reading that counts, None if there is none. `confidence`: none | low | fair | good.

    Below fair the pace is mostly that of other cars: good for no promise, and no reminder should rest on it.
    """

    per_day: float
    last: Point | None
    confidence: str

    @property
    def trusted(self) -> bool:
        return self.confidence in (FAIR, GOOD)

    def km_on(self, day: date) -> int | None:
        """In km, never less than the last reading and never less on a later day; None if nothing was ever read."""
        if self.last is None:
            return None
        days = min(max((day - self.last.day).days, 0), FARTHEST)
        return min(int(self.last.km + days * self.per_day), max(MOST_KM, self.last.km))

    def reaches(self, km: int) -> date | None:
        """The day on which it has come so far: at the latest that of the last reading if it has; None if that is too far off."""
        if self.last is None:
            return None
        if km <= self.last.km:
            return self.last.day
        days = -(-(km - self.last.km) // self.per_day)
        return self.last.day + timedelta(days=int(days)) if days <= FARTHEST else None


def estimate(readings: Iterable[Point], delivered: date | None = None) -> Estimate:
    """Of one car. `delivered`: when it left the showroom with next to nothing on the clock; None for one bought used."""
    known = consistent(sorted(set(readings), key=lambda one: (one.day, one.km)))
    if not known:
        return Estimate(USUAL_A_DAY, None, NONE)
    last = known[-1]
    recent = [one for one in known if last.day - one.day <= LOOK_BACK][-MOST_READINGS:]
    if delivered is not None and delivered < recent[0].day and recent[0].day - delivered <= LOOK_BACK:
        recent.insert(0, Point(delivered, 0))
    slopes = _slopes(recent, last.day)
    if not slopes:
        return Estimate(USUAL_A_DAY, last, LOW)
    pace = _median(slopes)
    bounded = min(max(pace, LEAST_A_DAY), MOST_PACE)
    return Estimate(bounded, last, _confidence(recent, slopes, pace))


def consistent(readings: Sequence[Point]) -> list[Point]:
    """The most readings, oldest first, that one car can have had: never backwards, never more than it could drive in the time.

    Of two chains of one length the one with the newer end counts: people correct themselves later, not earlier.
    """
    readings = list(readings)[-4 * MOST_READINGS :]
    best: list[tuple[int, int | None]] = []
    for place, one in enumerate(readings):
        before = [at for at in range(place) if _may_follow(readings[at], one)]
        # Between chains of one length the calmer step: a slip mostly looks like a car in a great hurry.
        at = max(before, key=lambda at: (best[at][0], -_pace(readings[at], one), at), default=None)
        best.append((best[at][0] + 1 if at is not None else 1, at))
    chain: list[Point] = []
    end: int | None = max(range(len(best)), key=lambda at: (best[at][0], at), default=None)
    while end is not None:
        chain.append(readings[end])
        end = best[end][1]
    return chain[::-1]


def _may_follow(one: Point, other: Point) -> bool:
    return one.km <= other.km <= one.km + MOST_A_DAY * max((other.day - one.day).days, 1) + 1000


def _pace(one: Point, other: Point) -> float:
    return (other.km - one.km) / max((other.day - one.day).days, 1)


def _slopes(points: Sequence[Point], today: date) -> list[tuple[float, float]]:
    """(km a day, weight) of each pair; the weight halves with each half year that the pair is old."""
    found = []
    for place, one in enumerate(points):
        for other in points[place + 1 :]:
            days = (other.day - one.day).days
            if days >= APART:
                age = (today - other.day).days / 182
                found.append(((other.km - one.km) / days, days * 0.5**age))
    return found


def _median(weighted: Sequence[tuple[float, float]]) -> float:
    ordered = sorted(weighted)
    half, passed = sum(weight for _, weight in ordered) / 2, 0.0
    for value, weight in ordered:
        passed += weight
        if passed >= half:
            return value
    return ordered[-1][0]


def _confidence(points: Sequence[Point], slopes: Sequence[tuple[float, float]], pace: float) -> str:
    span = (points[-1].day - points[0].day).days
    spread = _median([(abs(slope - pace), weight) for slope, weight in slopes]) / max(pace, LEAST_A_DAY)
    if len(points) >= 3 and span >= 180 and spread <= 0.35:
        return GOOD
    return FAIR if span >= 60 and spread <= 0.8 else LOW
