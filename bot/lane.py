"""A lane: one channel's messages in hand, from their claim to the mark, at the pace that the channel bears."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from bot.channels.channel import Fate, Result, Sender
from bot.clock import Clock
from bot.fates import Desk, Patience
from bot.pacing import Pace
from bot.redaction import where
from handlers.contact import rules
from storage import chats, contact, leases, messages, outbox
from storage.database import Database
from storage.outbox import Letter

log = logging.getLogger(__name__)

MOST_REPLIES = 128
MOST_PUSHES = 64
# Pushes wait for their slot in the database, not in our hands: only so many seconds' worth are claimed ahead.
SECONDS_AHEAD = 2.0
FAILURES_BEFORE_A_PAUSE = 5
TOO_LATE = "too_late"
# With these the channel has answered, so it works.
ANSWERS = (Fate.SENT, Fate.GONE, Fate.MOVED, Fate.ASTRAY, Fate.REFUSED)


@dataclass(slots=True)
class _Held:
    letter: Letter
    lease_ends: float
    started: bool = False
    task: "asyncio.Task[Result] | None" = None


class Lane:
    """One transaction a beat marks what was sent and claims what is next; the sending happens in tasks between the beats."""

    def __init__(
        self,
        sender: Sender,
        database: Database,
        worker: str,
        clock: Clock,
        wall: Clock,
        patience: Patience,
        *,
        in_thread: Callable[[Callable[[], Any]], Awaitable[Any]],
        wake: Callable[[], None],
    ) -> None:
        self.sender = sender
        self.pace = Pace(sender.rates)
        self._database = database
        self._worker = worker
        self._clock = clock
        self._wall = wall
        self._patience = patience
        self._in_thread = in_thread
        self._wake = wake
        self._hand: dict[int, _Held] = {}
        self._pushes = 0
        self._done: list[tuple[Letter, Result]] = []
        self._cared_at: float | None = None
        self._closing = False
        self._failures = 0
        self._paused_until = 0.0
        self._denied = False
        self._knocking: asyncio.Task[None] | None = None

    @property
    def busy(self) -> bool:
        return bool(self._hand or self._done)

    async def beat(self) -> None:
        if self._cared_at is None or time.monotonic() - self._cared_at > self._patience.lease / 4:
            await self._care()
        if self._denied and self._knocking is None and time.monotonic() >= self._paused_until:
            self._knocking = asyncio.create_task(self._knock())
        replies, pushes = self._room()
        done, self._done = self._done, []
        if not done and replies <= 0 and pushes <= 0:
            return
        ends = time.monotonic() + self._patience.lease
        try:
            letters = await self._in_thread(partial(self._exchange, done, replies, pushes))
        except BaseException:
            self._done = done + self._done
            raise
        for letter in letters:
            held = self._hand[letter.id] = _Held(letter, ends)
            self._pushes += letter.priority > 0
            held.task = asyncio.create_task(self._carry(held))
            held.task.add_done_callback(partial(self._carried, held))
        if done:
            self._wake()  # the next message of these chats may be claimed now

    def _room(self) -> tuple[int, int]:
        """How many replies and how many pushes may be claimed now."""
        if self._closing or self._denied or time.monotonic() < self._paused_until:
            return 0, 0
        if self._failures >= FAILURES_BEFORE_A_PAUSE:
            return (0, 0) if self._hand else (1, 1)  # a probe
        ahead = MOST_PUSHES
        if self.sender.rates.overall:
            ahead = min(ahead, max(1, round(SECONDS_AHEAD * self.sender.rates.overall * self.pace.share)))
        return MOST_REPLIES - (len(self._hand) - self._pushes), ahead - self._pushes

    def _exchange(self, done: list[tuple[Letter, Result]], replies: int, pushes: int) -> list[Letter]:
        """In the courier's thread: the transaction of a beat."""
        now, wall = self._clock(), self._wall()
        until = wall + timedelta(seconds=self._patience.lease)
        channel, letters = self.sender.channel, []
        sent = [(letter, result.ref) for letter, result in done if result.fate is Fate.SENT]
        with self._database.transaction() as session:
            desk = Desk(session, self._worker, now, wall, self._patience)
            # By chat, so that two workers lock chats in the same order.
            for letter, result in sorted(done, key=lambda one: one[0].chat_id):
                if result.fate is not Fate.SENT:
                    desk.write(letter, result)
            if sent and self.pace.share < 1 and self.sender.rates.chat_gap:
                # Another worker knows of our pace only what the chat says.
                for chat_id, address in sorted({(letter.chat_id, letter.address) for letter, _ in sent}):
                    chats.delay(session, chat_id, wall + timedelta(seconds=self._gap(address)))
            if sent and (lost := len(sent) - outbox.mark_sent(session, self._worker, sent, now)) > 0:
                log.warning("%d messages were sent on a lease that had run out", lost)
            for pushing, most in ((False, replies), (True, pushes)):
                if most > 0:
                    letters += outbox.claim(
                        session, channel, self._worker, pushes=pushing, most=most, now=now, wall=wall, until=until
                    )  # fmt: skip
        return letters

    def _gap(self, address: str) -> float:
        return self.sender.rates.group_gap if self.sender.is_group(address) else self.sender.rates.chat_gap

    # -- one message ---------------------------------------------------------------------------------------------------

    async def _carry(self, held: _Held) -> Result:
        letter = held.letter
        group = self.sender.is_group(letter.address)

        async def slot() -> bool:
            await self.pace.slot(letter.address, group, letter.priority > 0)
            # After a long stop of this process somebody else may hold it by now.
            if time.monotonic() > held.lease_ends or (self._closing and not held.started):
                return False
            if letter.priority > 0 and not held.started and not await self._may_leave(letter):
                return False
            # An offer may have been taken back while it waited here: nothing is sent after somebody said stop.
            if letter.purpose == "marketing" and not held.started and not await self._in_thread(partial(self._set_off, letter)):
                return False
            held.started = True
            return True

        return await self.sender.send(letter, slot)

    async def _may_leave(self, letter: Letter) -> bool:
        """What was held up (we were away, the channel was, many others came first) wakes nobody, and is not said too late."""
        now = self._clock()
        if rules.is_over(letter.data, now):
            await self._in_thread(partial(self._let_go, letter))
            return False
        if morning := rules.morning(letter.data, now):
            letter.due_at = morning  # with which it is put back
            return False
        return True

    def _let_go(self, letter: Letter) -> None:
        with self._database.transaction() as session:
            if outbox.cancel(session, self._worker, letter, TOO_LATE):
                contact.hold_back(session, messages.keys_in(session, letter.id), TOO_LATE)

    def _set_off(self, letter: Letter) -> bool:
        with self._database.transaction() as session:
            return outbox.set_off(session, self._worker, letter)

    def _carried(self, held: _Held, task: "asyncio.Task[Result]") -> None:
        letter = held.letter
        if task.cancelled():
            result = Result(Fate.UNKNOWN, reason="stopped") if held.started else Result(Fate.RETURNED)
        elif bug := task.exception():
            log.error("message %d could not be sent: %s", letter.id, where(bug))
            result = Result(Fate.UNKNOWN if held.started else Fate.REFUSED, reason=f"error: {type(bug).__name__}")
        else:
            result = task.result()
        del self._hand[letter.id]
        self._pushes -= letter.priority > 0
        self._done.append((letter, result))
        self._learn(result)
        self._wake()

    def _learn(self, result: Result) -> None:
        """When nothing goes through any more, the lane pauses and then tries one message at a time."""
        if result.fate in ANSWERS:
            self._failures = 0
        elif result.fate is Fate.DENIED and not self._denied:
            self._denied = True
            self._paused_until = time.monotonic() + self._patience.probe
            log.error("%s refuses our token; messages are kept and wait until it is right", self.sender.channel)
        elif result.fate in (Fate.RETRY, Fate.SLOW_DOWN, Fate.UNKNOWN):
            self._failures += 1
            if (more := self._failures - FAILURES_BEFORE_A_PAUSE) >= 0:
                self._paused_until = time.monotonic() + self._patience.back_off(more + 1)

    async def _knock(self) -> None:
        """Whether the channel lets us in again."""
        if await self.sender.let_in():
            self._denied = False
            log.info("%s takes our messages again", self.sender.channel)
        else:
            self._paused_until = time.monotonic() + self._patience.probe
        self._knocking = None
        self._wake()

    # -- now and then --------------------------------------------------------------------------------------------------

    async def _care(self) -> None:
        """Keeps our leases, takes over what gone workers left, and shares the pace with the living ones."""
        # SQLite has one process: what is in sending when it starts was left there by one that is gone.
        first = self._cared_at is None and self._database.is_sqlite
        held = list(self._hand.values())
        ends = time.monotonic() + self._patience.lease
        ours = [one.letter for one in held] + [letter for letter, _ in self._done]
        others = await self._in_thread(partial(self._tidy, ours, first))
        for one in held:
            one.lease_ends = ends
        self.pace.share = 1 / max(1, others)
        self._cared_at = time.monotonic()

    def _tidy(self, ours: list[Letter], everything: bool) -> int:
        now, wall, length = self._clock(), self._wall(), timedelta(seconds=self._patience.lease)
        channel = self.sender.channel
        with self._database.transaction() as session:
            if ours:
                outbox.renew(session, self._worker, ours, wall + length)
            desk = Desk(session, self._worker, now, wall, self._patience)
            orphans = outbox.take_over(
                session, channel, self._worker, now=now, wall=wall, until=wall + length, everything=everything
            )
            for letter in orphans:
                desk.write_orphan(letter)
            outbox.cancel_unreachable(session, channel)
            leases.take(session, f"courier:{channel}:{self._worker}", self._worker, wall, length)
            living = outbox.couriers(session, f"courier:{channel}:", wall)
        if orphans:
            log.warning("%d messages of a worker that is gone were taken over", len(orphans))
        return living

    # -- the end -------------------------------------------------------------------------------------------------------

    def call_back(self) -> None:
        """Nothing new leaves; what still waits for its slot is returned."""
        self._closing = True
        for held in self._hand.values():
            if not held.started and held.task:
                held.task.cancel()

    def drop(self) -> None:
        """Lets go of what did not end in time."""
        for held in self._hand.values():
            if held.task:
                held.task.cancel()
        if self._knocking:
            self._knocking.cancel()

    async def leave(self) -> None:
        """Says that one worker less shares the pace."""

        def give_back() -> None:
            with self._database.transaction() as session:
                leases.give_back(session, f"courier:{self.sender.channel}:{self._worker}", self._worker)

        await self._in_thread(give_back)
