"""Pacing: when a message may leave, so that a channel's limits hold and a reply never waits behind a broadcast."""

import asyncio
from collections import deque
from collections.abc import Sequence

from bot.channels.channel import Rates

# A steady stream of replies must not hold back reminders for ever: every so often a push goes first.
PUSH_EVERY = 5
REMEMBERED_CHATS = 10_000
# What a group bears is counted over so many messages: Telegram's limit is twenty in a minute, and not one in three seconds.
GROUP_WINDOW = 20


def next_in_group(before: Sequence[float], now: float, rates: Rates) -> float:
    """When the next message to a group may leave, after those that left or will leave at these moments (the last twenty).

    A quiet group is told at once what staff wait for; who goes on gets one each `group_gap`, and never more in a minute.
    """
    if not before:
        return now
    free = max(now, before[-1] + rates.chat_gap)
    if sum(at > free - GROUP_WINDOW * rates.group_gap for at in before) >= rates.group_burst:
        free = max(free, before[-1] + rates.group_gap)
    return max(free, before[-GROUP_WINDOW] + GROUP_WINDOW * rates.group_gap) if len(before) >= GROUP_WINDOW else free


class Pace:
    """Gives out slots: spaced within a chat, and spaced in all with replies before pushes.

    `share`: which part of the overall rate is this worker's, when several work for the same bot.
    """

    def __init__(self, rates: Rates) -> None:
        self.rates = rates
        self.share = 1.0
        self._chat_free: dict[str, float] = {}
        self._of_group: dict[str, deque[float]] = {}
        self._free = 0.0
        self._replies: deque[asyncio.Future[None]] = deque()
        self._pushes: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._given = 0

    async def slot(self, address: str, group: bool, push: bool) -> None:
        """Returns when the next message to this chat may leave."""
        gap = self.rates.group_gap if group else self.rates.chat_gap
        if group and self.rates.group_burst and self.share == 1:
            await self._group_slot(address)
        elif gap:  # of what other workers have sent to a group we know nothing
            await self._chat_slot(address, gap)
        if self.rates.overall:
            await self._overall_slot(push)

    async def _chat_slot(self, address: str, gap: float) -> None:
        now = asyncio.get_running_loop().time()
        free = max(now, self._chat_free.get(address, 0.0))
        if len(self._chat_free) > REMEMBERED_CHATS:
            self._chat_free = {chat: at for chat, at in self._chat_free.items() if at > now}
        self._chat_free[address] = free + gap
        if free > now:
            await asyncio.sleep(free - now)

    async def _group_slot(self, address: str) -> None:
        now = asyncio.get_running_loop().time()
        before = self._of_group.setdefault(address, deque(maxlen=GROUP_WINDOW))
        free = next_in_group(before, now, self.rates)
        before.append(free)
        self._chat_free[address] = free + self.rates.group_gap  # if another worker joins us
        if free > now:
            await asyncio.sleep(free - now)

    async def _overall_slot(self, push: bool) -> None:
        loop = asyncio.get_running_loop()
        if not self._replies and not self._pushes and self._free <= loop.time():
            self._free = loop.time() + self._interval
            return
        waiting = loop.create_future()
        (self._pushes if push else self._replies).append(waiting)
        if self._timer is None:
            self._timer = loop.call_at(self._free, self._release)
        await waiting

    @property
    def _interval(self) -> float:
        return 1 / (self.rates.overall * self.share)

    def _release(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = None
        while self._replies or self._pushes:
            if self._free > loop.time():
                self._timer = loop.call_at(self._free, self._release)
                return
            waiting = self._next()
            if not waiting.done():  # else whoever waited was cancelled
                waiting.set_result(None)
                self._free = loop.time() + self._interval

    def _next(self) -> "asyncio.Future[None]":
        self._given += 1
        push_first = self._pushes and (not self._replies or self._given % PUSH_EVERY == 0)
        return (self._pushes if push_first else self._replies).popleft()
