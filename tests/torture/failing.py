"""A Bot API that fails one call of five, in every way that it has, for minutes: each message comes to its end, and where."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from storage.database import Database
from storage.messages import CANCELLED, DEAD, MESSAGES, SENT, UNCERTAIN
from tests.bot.house import house
from tests.bot.outgoing import post, row
from tests.fake_telegram import FakeTelegram

CHATS = 30
# Fault, and whether what it spoils may have arrived all the same.
FAULTS = {"error": False, "drop": False, "reset": True, "html": False, "truncated": True, "not_ok": False}
PURPOSES = ("reply", "service", "feedback", "marketing", "safety")


@dataclass(frozen=True)
class Verdict:
    seconds: float
    posted: int
    failed: int
    ends: Counter[str]
    twice: int

    def __str__(self) -> str:
        ends = ", ".join(f"{number} {name}" for name, number in sorted(self.ends.items()))
        posted = f"{self.posted} messages in {self.seconds:.0f} s, {self.failed} calls spoilt"
        return f"{posted}: {ends}; {self.twice} arrived twice, no offer"


async def failing(database: Database, seconds: float, pause: float = 0.2) -> Verdict:
    """Raises AssertionError for a message that comes to no end, and for an offer that arrives twice."""
    began, posted = time.monotonic(), []
    async with FakeTelegram() as fake, house(fake, database) as rooms:
        faults = [fake.fault(kind, times=None, every=5 * len(FAULTS)) for kind in FAULTS]
        while time.monotonic() - began < seconds:
            for _ in range(6):
                number = len(posted)
                kind = PURPOSES[number % len(PURPOSES)]
                more = {"purpose": kind, "priority": int(kind != "reply")}
                posted.append(await asyncio.to_thread(post, database, 1 + number % CHATS, f"{number:06}", **more))
            rooms.courier.wake()
            await asyncio.sleep(pause)
        await fake.until(lambda: _open(database) == 0, 120)
        return Verdict(
            time.monotonic() - began,
            len(posted),
            sum(fault.seen for fault in faults),
            _ends(database),
            _judge(database, fake, posted),
        )


def _open(database: Database) -> int:
    with database.reading() as session:
        ended = MESSAGES.c.status.in_((SENT, UNCERTAIN, DEAD, CANCELLED))
        return session.scalar(select(func.count()).select_from(MESSAGES).where(~ended)) or 0


def _ends(database: Database) -> Counter[str]:
    with database.reading() as session:
        return Counter(session.scalars(select(MESSAGES.c.status)))


def _judge(database: Database, fake: FakeTelegram, posted: list[int]) -> int:
    arrived = Counter(message.text for message in fake.received)
    for number, message_id in enumerate(posted):
        found, times = row(database, message_id), arrived[f"{number:06}"]
        assert found.status != SENT or times, f"lost: {number}"
        assert times <= 1 + (found.purpose != "marketing"), f"{times} times: {number}, {found.purpose}"
    return sum(times > 1 for times in arrived.values())
