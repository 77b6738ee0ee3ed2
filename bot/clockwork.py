"""Clockwork: APScheduler as a ticker only. It remembers nothing; the truth is in the tables, so a missed tick is no loss."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Tick:
    """How one goes. `done_at`: when it last ended without a fault, in seconds since 1970; 0 for never yet."""

    done_at: float = 0.0
    failures: int = 0


class Clockwork:
    """Calls plain functions in threads at fixed paces, never one twice at a time; one that fails is called at the next tick.

    `alive_at` is the monotonic time of the last tick of all; `ticks` tells of each by its name.
    """

    def __init__(self) -> None:
        self.alive_at = time.monotonic()
        self.ticks: dict[str, Tick] = {}
        self._scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})

    def every(self, seconds: float, tick: Callable[[], None], name: str = "") -> None:
        """`name`: what it is called where it is watched, if not as the function."""
        how = self.ticks.setdefault(name or tick.__name__.strip("_"), Tick())

        async def run() -> None:
            self.alive_at = time.monotonic()
            try:
                await asyncio.to_thread(tick)
            except asyncio.CancelledError:
                return  # we are stopping; what it was doing is done again after the next start
            except Exception as error:
                how.failures += 1
                log.error("tick %s failed: %s", tick.__qualname__, type(error).__name__)
            else:
                how.done_at = time.time()

        self._scheduler.add_job(run, "interval", seconds=seconds)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
