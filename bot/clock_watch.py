"""Notices that this machine's clock jumps: what is due comes early or late then, and only a person can put the clock right."""

import logging
import time
from collections.abc import Callable

from bot.clock import Clock

log = logging.getLogger(__name__)

# Seconds by which clocks may differ; less is how they are kept right.
MOST = 60.0


class ClockWatch:
    """`look` is called now and then. `passed`: seconds that have passed since some moment, whatever the clock says."""

    def __init__(self, clock: Clock, passed: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._passed = clock, passed
        self._ahead = self._reading()

    def look(self) -> None:
        """Each minute that the clock has moved against the time that has passed is said."""
        ahead = self._reading()
        if abs(jump := ahead - self._ahead) > MOST:
            log.warning("the clock of this machine has jumped by %+.0f s", jump)
            self._ahead = ahead

    def _reading(self) -> float:
        return self._clock().timestamp() - self._passed()
