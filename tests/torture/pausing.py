"""CH4: Telegram asks for half a minute of pause in one chat, in the middle of a broadcast at its own pace: nobody else waits."""

import asyncio
from dataclasses import dataclass

from bot.channels.telegram_sending import TELEGRAM_RATES
from storage.database import Database
from tests.bot.house import house
from tests.bot.outgoing import post
from tests.fake_telegram import FakeTelegram

PAUSE = 30
SLOW = 7  # the chat that is to wait


@dataclass(frozen=True)
class Verdict:
    """`usual` and `meanwhile`: letters a second to all others, without the pause and during it."""

    others: int
    waited: float
    usual: float
    meanwhile: float

    def __str__(self) -> str:
        others = f"{self.others} others served at {self.meanwhile:.1f}/s meanwhile, {self.usual:.1f}/s without it"
        return f"told to wait {PAUSE} s, tried again after {self.waited:.1f} s; {others}"


async def pausing(database: Database) -> Verdict:
    """Raises AssertionError when the chat is tried before its time, or the others are slower than nine tenths of their pace."""
    others = int(PAUSE * TELEGRAM_RATES.overall)
    usual, _ = await _broadcast(database, others // 2, pause=0)
    meanwhile, waited = await _broadcast(database, others, pause=PAUSE)
    verdict = Verdict(others, waited, usual, meanwhile)
    assert waited >= PAUSE - 0.1, f"before its time: {verdict}"
    assert meanwhile >= 0.9 * usual, f"all have waited: {verdict}"
    return verdict


async def _broadcast(database: Database, others: int, pause: float) -> tuple[float, float]:
    """How many letters a second the others got, and after how many seconds the one chat got its own."""
    async with FakeTelegram() as fake, house(fake, database, rates=TELEGRAM_RATES):
        post(database, SLOW, "a letter", purpose="service", priority=1)
        if pause:
            told = fake.fault("error", chat=SLOW, code=429, description="Too Many Requests", parameters={"retry_after": pause})
            await fake.until(lambda: told.seen == 1)
        began = asyncio.get_running_loop().time()
        for chat in range(1000, 1000 + others):
            await asyncio.to_thread(post, database, chat, "a letter", purpose="service", priority=1)
        await fake.until(lambda: len(fake.received) == others + 1, pause + 60)
        at = {message.chat_id: message.at for message in fake.received}
        served = sorted(moment for chat, moment in at.items() if chat != SLOW)
        return (others - 1) / (served[-1] - served[0]), at[SLOW] - began
