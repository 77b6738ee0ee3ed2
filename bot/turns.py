"""Turns run in threads: in order within a chat, chats side by side, and those that gather meanwhile in one commit."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Thread
from zlib import crc32

from bot.clock import Clock
from handlers.dialogue.engine import Engine, Outcome
from handlers.dialogue.incoming import Incoming

log = logging.getLogger(__name__)

# Chats side by side on PostgreSQL, where a turn mostly waits for the server; SQLite has one writer at a time.
POSTGRESQL_THREADS, SQLITE_THREADS = 4, 1
# Turns in one commit. On PostgreSQL each keeps its chat locked until then, so they are fewer.
POSTGRESQL_BATCH, SQLITE_BATCH = 16, 64
# If a message ends the process, its channel brings it again soon after the next start: the first ones are counted.
WITH_CARE = 100


@dataclass(slots=True)
class _Job:
    incoming: Incoming
    done: "asyncio.Future[Outcome]"


Meter = Callable[[Incoming, Outcome | None, float], None]


class Turns:
    """The way from the event loop into the engine. `listeners` are called on the loop, after the commit, with each outcome.

    `meter`, if there is one, hears how many seconds each message took, also of one that failed (None).
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self.engine = engine
        self.clock = clock
        self.listeners: list[Callable[[Incoming, Outcome], None]] = []
        self.meter: Meter | None = None
        sqlite = engine.database.is_sqlite
        self._batch = SQLITE_BATCH if sqlite else POSTGRESQL_BATCH
        threads = SQLITE_THREADS if sqlite else POSTGRESQL_THREADS
        self._queues: list[SimpleQueue[_Job | None]] = [SimpleQueue() for _ in range(threads)]
        self._threads: list[Thread] = []
        self._care = WITH_CARE

    def start(self) -> None:
        """Starts the threads; call it on the running loop."""
        loop = asyncio.get_running_loop()
        for number, queue in enumerate(self._queues):
            thread = Thread(target=self._work, args=(queue, loop), name=f"turns-{number}", daemon=True)
            thread.start()
            self._threads.append(thread)

    async def stop(self) -> None:
        """Finishes what was taken and ends the threads."""
        for queue in self._queues:
            queue.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._threads.clear()

    async def take(self, incoming: Incoming) -> Outcome:
        """Returns when the turn is committed. Raises when the database does not answer: nothing was kept then."""
        job = _Job(incoming, asyncio.get_running_loop().create_future())
        if self.meter:
            job.done.add_done_callback(partial(self._measure, self.meter, incoming, time.monotonic()))
        chat = f"{incoming.channel}:{incoming.address}".encode("utf-8", "replace")
        self._queues[crc32(chat) % len(self._queues)].put(job)
        return await job.done

    def _measure(self, meter: Meter, incoming: Incoming, began: float, done: "asyncio.Future[Outcome]") -> None:
        if not done.cancelled():  # whoever asked has gone; the turn goes on
            meter(incoming, None if done.exception() else done.result(), time.monotonic() - began)

    def _work(self, queue: "SimpleQueue[_Job | None]", loop: asyncio.AbstractEventLoop) -> None:
        while (job := queue.get()) is not None:
            jobs, end, care = [job], False, self._care > 0
            while len(jobs) < self._batch and not care and not queue.empty():
                if (more := queue.get()) is None:
                    end = True
                    break
                jobs.append(more)
            # Two workers that lock several chats lock them in the same order; within a chat the order stays.
            jobs.sort(key=lambda job: job.incoming.address)
            try:
                if care:
                    self._care -= 1
                    outcomes = [self.engine.take_with_care(job.incoming, self.clock())]
                else:
                    outcomes = self.engine.take([job.incoming for job in jobs], self.clock())
            except Exception as error:
                log.error("turns failed: %s", type(error).__name__)
                loop.call_soon_threadsafe(self._failed, jobs, error)
            else:
                loop.call_soon_threadsafe(self._finished, jobs, outcomes)
            if end:
                return

    def _finished(self, jobs: list[_Job], outcomes: list[Outcome]) -> None:
        for job, outcome in zip(jobs, outcomes, strict=True):
            if not job.done.done():
                job.done.set_result(outcome)
            for listener in self.listeners:
                listener(job.incoming, outcome)

    def _failed(self, jobs: list[_Job], error: Exception) -> None:
        for job in jobs:
            if not job.done.done():
                job.done.set_exception(error)
