"""Clockwork: APScheduler as a ticker only. It remembers nothing; the truth is in the tables, so a missed tick is no loss."""

import asyncio
import logging
import time
from collections.abc import Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)


class Clockwork:
    """Calls plain functions in threads at fixed paces, never one twice at a time; one that fails is called at the next tick.

    `alive_at` is the monotonic time of the last tick of all.
    """

    def __init__(self) -> None:
        self.alive_at = time.monotonic()
        self._scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})

    def every(self, seconds: float, tick: Callable[[], None]) -> None:
        async def run() -> None:
            self.alive_at = time.monotonic()
            try:
                await asyncio.to_thread(tick)
            except asyncio.CancelledError:
                return  # we are stopping; what it was doing is done again after the next start
            except Exception as error:
                log.error("tick %s failed: %s", tick.__qualname__, type(error).__name__)

        self._scheduler.add_job(run, "interval", seconds=seconds)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)
