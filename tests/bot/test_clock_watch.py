"""A clock that jumps is said to whoever is on call."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock_watch import ClockWatch


def test_tm3_a_jump_of_more_than_a_minute_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    """TM3: an hour ahead, back again, and a second a second back; small corrections and a late look are none."""
    wall, passed = datetime(2026, 11, 21, 9, tzinfo=UTC), 0.0
    watch = ClockWatch(lambda: wall, lambda: passed)

    def said(jump: float, seconds: float = 5.0) -> list[str]:
        nonlocal wall, passed
        wall, passed = wall + timedelta(seconds=seconds + jump), passed + seconds
        caplog.clear()
        watch.look()
        return [record.getMessage() for record in caplog.records]

    with caplog.at_level(logging.WARNING):
        assert said(0) == said(2) == said(-2) == []
        assert said(0, seconds=4000) == [], "the process was stopped for a while, and so was nothing else"
        assert said(3600) == ["the clock of this machine has jumped by +3600 s"]
        assert said(0) == []
        assert said(-3600) == ["the clock of this machine has jumped by -3600 s"]
        assert [bool(said(-5)) for _ in range(26)].count(True) == 2, "it creeps: each minute is said"
