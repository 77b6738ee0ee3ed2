"""The estimated mileage: robust, bounded, never backwards."""

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from handlers.reminders import mileage
from handlers.reminders.mileage import FAIR, GOOD, LOW, NONE, Point, consistent, estimate

START = date(2025, 1, 1)
points = st.lists(
    st.builds(lambda day, km: Point(START + timedelta(days=day), km), st.integers(0, 2000), st.integers(0, 400_000))
)


def steady(*days: int, pace: float = 40, start: int = 20_000) -> list[Point]:
    return [Point(START + timedelta(days=day), round(start + day * pace)) for day in days]


@settings(max_examples=60, deadline=None)
@given(points, st.integers(-500, 5000), st.integers(0, 3000), st.none() | st.integers(-3000, 3000))
@example([Point(START, 5), Point(START, 5)], 0, 0, None)
def test_never_backwards_and_never_absurd(readings: list[Point], day: int, later: int, delivered: int | None) -> None:
    made = estimate(readings, START + timedelta(days=delivered) if delivered is not None else None)
    one, other = START + timedelta(days=day), START + timedelta(days=day + later)
    assert mileage.LEAST_A_DAY <= made.per_day <= mileage.MOST_PACE
    if made.last is None:
        assert (readings, made.confidence, made.km_on(one), made.reaches(1)) == ([], NONE, None, None)
        return
    now, then = made.km_on(one), made.km_on(other)
    assert now is not None
    assert then is not None
    assert made.last.km <= now <= then
    assert then - now <= mileage.MOST_PACE * later + 1
    reached = made.reaches(then)
    assert reached is None or reached <= max(other, made.last.day) + timedelta(days=1)
    chain = consistent(sorted(set(readings), key=lambda point: (point.day, point.km)))
    assert [point.km for point in chain] == sorted(point.km for point in chain)
    assert made.last == chain[-1]


@settings(max_examples=30, deadline=None)
@given(
    st.floats(5, 200), st.lists(st.integers(30, 150), min_size=5, max_size=9), st.integers(0, 8), st.integers(0, 2_000_000),
)  # fmt: skip
def test_one_wrong_reading_hardly_matters(pace: float, gaps: list[int], which: int, wrong: int) -> None:
    days = [sum(gaps[:place]) for place in range(len(gaps) + 1)]
    readings = steady(*days, pace=pace)
    place = 1 + which % (len(readings) - 2)  # one in the middle; a wrong newest one can only be told by the next
    readings[place] = Point(readings[place].day, wrong)
    made = estimate(readings)
    assert abs(made.per_day - pace) <= 0.15 * pace + 1
    assert made.confidence in (FAIR, GOOD)


def test_how_sure_we_are() -> None:
    assert estimate([]).confidence == NONE
    assert estimate(steady(0)).confidence == LOW
    assert estimate(steady(0)).per_day == mileage.USUAL_A_DAY
    assert estimate(steady(0, 20)).confidence == LOW
    assert estimate(steady(0, 90)).confidence == FAIR
    assert estimate(steady(0, 100, 200, 300)).confidence == GOOD
    assert estimate([Point(START, 4000)], START - timedelta(days=100)) == mileage.Estimate(40.0, Point(START, 4000), FAIR)


def test_a_digit_too_many_is_left_out() -> None:
    readings = [*steady(0, 90, 180), Point(START + timedelta(days=200), 280_000), *steady(270)]
    made = estimate(readings)
    assert made.last == steady(270)[0]
    assert made.km_on(START + timedelta(days=300)) == 32_000
    assert made.reaches(40_000) == START + timedelta(days=500)


def test_a_correction_downwards_wins_over_a_single_slip() -> None:
    slip, right = Point(START, 82_000), Point(START + timedelta(days=1), 28_000)
    assert estimate([slip, right]).last == right


def test_habits_change_and_the_recent_ones_count() -> None:
    commuting = steady(*range(0, 700, 70), pace=80)
    home = [Point(commuting[-1].day + timedelta(days=day), commuting[-1].km + day * 10) for day in range(70, 500, 70)]
    assert estimate(commuting + home).per_day < 45
