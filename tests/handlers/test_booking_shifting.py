"""How far words move an appointment from the time that it has."""

from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.booking.shifting import shift

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("an hour later", 60), ("an hour and a half later", 90), ("2 hrs earlier", -120), ("push it back 15 mins", 15),
        ("bring it forward by a day", -1440), ("half an hour after what we said", 30), ("晚两天", 2880), ("早三刻钟", -45),
        ("遲三個字", 15), ("推迟一个半小时", 90), ("can it go back a week", 7 * 1440),
        ("延後一週", 7 * 1440), ("提前半小時", -30),
    ],
)  # fmt: skip
def test_how_far(words: str, minutes: int) -> None:
    said = shift(words)
    assert said is not None
    assert said.by == timedelta(minutes=minutes)


@pytest.mark.parametrize("words", ["in two hours", "晚上八点", "早上十点", "it takes an hour", "a bit later", "早一点", ""])
def test_what_is_no_distance(words: str) -> None:
    assert shift(words) is None


@pytest.mark.parametrize(
    ("words", "day", "new"),
    [
        ("same time", None, None),
        ("same time next week", None, datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ("same time on Thursday next week", date(2026, 12, 3), datetime(2026, 12, 3, 10, tzinfo=UTC)),
        ("下周还是那个时间", None, datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ("an hour later, on Wednesday", date(2026, 11, 25), datetime(2026, 11, 25, 11, tzinfo=UTC)),
        ("a week later, mine is on Tuesday", None, datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ("延後一週 我是禮拜二的", None, datetime(2026, 12, 1, 10, tzinfo=UTC)),
        ("a week later", None, datetime(2026, 12, 1, 10, tzinfo=UTC)),
    ],
)
def test_the_new_time(words: str, day: date | None, new: datetime | None) -> None:
    said = shift(words)
    assert said is not None
    assert said.applied(TUESDAY, day) == new


@pytest.mark.parametrize("words", ["a week later, mine is on Tuesday", "延後一週 我是禮拜二的"])
def test_the_day_that_it_has_is_no_new_one(words: str) -> None:
    said = shift(words)
    assert said is not None
    assert not {"tuesday", "二"} & {*said.rest.split(), *said.rest}
