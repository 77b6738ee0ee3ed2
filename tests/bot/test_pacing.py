"""CH13: when what is told to a group may leave; whatever comes when, its limit holds, and a quiet group is told at once."""

from collections import deque
from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram_sending import TELEGRAM_RATES
from bot.pacing import GROUP_WINDOW, next_in_group


@given(st.lists(st.floats(0, 12, allow_nan=False), min_size=1, max_size=90))
def test_ch13_a_group_is_never_told_more_than_it_bears(pauses: list[float]) -> None:
    times: list[float] = []
    before: deque[float] = deque(maxlen=GROUP_WINDOW)
    for now in accumulate(pauses):
        times.append(next_in_group(before, now, TELEGRAM_RATES))
        before.append(times[-1])
        assert times[-1] >= now
    assert all(later - one >= 0.999 for one, later in pairwise(times))
    assert all(times[at + 20] - times[at] >= 59.999 for at in range(len(times) - 20))


def test_a_quiet_group_is_told_at_once() -> None:
    before: deque[float] = deque([0.0, 30.0], maxlen=GROUP_WINDOW)
    found = []
    for _ in range(9):
        found.append(next_in_group(before, 100.0, TELEGRAM_RATES))
        before.append(found[-1])
    assert found == [*range(100, 108), 110]
