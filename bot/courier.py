"""The courier: claims messages that are due, has them sent, and writes down what became of each.

Whatever happens to this process, a row is either still queued, or its lease runs out and somebody takes it over, or its end
is written down. What is in hand is a `Lane` for each channel; what follows from a failure is in `fates`.
"""

import asyncio
import logging
import os
import random
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from bot.channels.channel import Sender
from bot.clock import Clock, system_clock
from bot.fates import Patience
from bot.lane import Lane
from bot.redaction import where
from storage.database import Database

log = logging.getLogger(__name__)

STOP_WITHIN = 4.0
# Seconds from one beat to the next. Each is a transaction, for one letter as for many, so under load they gather.
GATHER = 0.02

T = TypeVar("T")


class Courier:
    """Sends what is queued for the channels of `senders`. Call `wake()` after each commit that queued something.

    `alive_at` is the monotonic time of the last finished beat. `wall` is the real clock, by which leases and pauses run even
    when `clock` is that of a rehearsal.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        senders: Sequence[Sender],
        *,
        patience: Patience | None = None,
        wall: Clock = system_clock,
    ) -> None:
        self.patience = patience or Patience()
        self.alive_at = time.monotonic()
        self._stopping = False
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        # One thread of its own: a beat never waits behind other work, and two beats never run at once.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="courier")
        worker = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._lanes = [
            Lane(sender, database, worker, clock, wall, self.patience, in_thread=self._in_thread, wake=self.wake)
            for sender in senders
        ]  # fmt: skip

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="courier")

    async def stop(self) -> None:
        """Finishes what is under way, returns what is not, and writes everything down; within about 5 seconds."""
        if self._task is None:
            return
        self._stopping = True
        self.wake()
        _, late = await asyncio.wait({self._task}, timeout=STOP_WITHIN)
        if late:
            # Whoever does not answer now is taken over when its lease ends, as uncertain.
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        for lane in self._lanes:
            lane.drop()
        self._task = None
        self._thread.shutdown(wait=False)

    def wake(self) -> None:
        self._wake.set()

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _run(self) -> None:
        """Beats for ever: whatever goes wrong in one is logged, and the next one comes."""
        troubles = 0
        while True:
            try:
                if await self._beat():
                    return
                troubles = 0
            except Exception as trouble:
                troubles += 1
                log.error("the courier stumbled and goes on: %s", where(trouble) if troubles == 1 else type(trouble).__name__)
                await asyncio.sleep(min(0.1 * 2 ** min(troubles, 8), 10) * random.uniform(0.5, 1))  # noqa: S311

    async def _beat(self) -> bool:
        """One beat of each lane, then a rest until somebody wakes us; True when there will be no more."""
        self._wake.clear()
        for lane in self._lanes:
            if self._stopping:
                lane.call_back()
            await lane.beat()
        self.alive_at = time.monotonic()
        if self._stopping and not any(lane.busy for lane in self._lanes):
            for lane in self._lanes:
                await lane.leave()
            return True
        if not self._wake.is_set():
            loop = asyncio.get_running_loop()
            tick = loop.call_later(self.patience.tick, self._wake.set)
            await self._wake.wait()
            tick.cancel()
        if not self._stopping:
            await asyncio.sleep(max(0.0, self.alive_at + GATHER - time.monotonic()))
        return False
