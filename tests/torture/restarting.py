"""A server that is killed and started anew all the time, while customers chat: 0 lost, 0 twice, and how soon it goes on."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from bot.fates import Patience
from handlers.dialogue import Feature, Reply
from handlers.dialogue.engine import Engine
from storage.database import Database
from storage.messages import MESSAGES
from storage.quarantine import Quarantined
from tests.bot.house import hasty_clock, house
from tests.fake_telegram import FakeTelegram, User

PEOPLE = 20
PAUSES = 5.0, 15.0
ECHO = Feature("welcome", fallback=lambda turn: Reply(turn.plain(f"You said: {turn.words}")))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`slowest`: seconds from the server being up again to the next answer, at worst."""

    restarts: int
    answered: int
    slowest: float


async def restarts(url: str, restart: Callable[[], None], seconds: float) -> Verdict:
    """`restart` kills the server, and returns when it is up again. Raises when anything is lost, doubled or out of order."""
    database = Database(url)
    async with FakeTelegram() as fake, house(
        fake, database, clock=hasty_clock(), patience=Patience(), engine=Engine(database, [ECHO])
    ):  # fmt: skip
        over = asyncio.Event()
        talks = [asyncio.create_task(_talk(fake.user(100 + number), over)) for number in range(PEOPLE)]
        end, done, slowest = time.monotonic() + seconds, 0, 0.0
        while time.monotonic() < end:
            await asyncio.sleep(random.uniform(*PAUSES))
            await asyncio.to_thread(restart)
            done, up, before = done + 1, time.monotonic(), len(fake.received)
            await fake.until(lambda before=before: len(fake.received) > before)  # type: ignore[misc]
            slowest = max(slowest, time.monotonic() - up)
        over.set()
        said = await asyncio.gather(*talks)
        for number, words in enumerate(said):
            assert fake.user(100 + number).texts == [f"You said: word {n}" for n in range(words)], fake.user(100 + number).texts[
                -5:
            ]
    with database.reading() as session:
        heard = Counter(session.scalars(select(MESSAGES.c.text).where(MESSAGES.c.status == "received")))
        assert heard == Counter(f"word {n}" for words in said for n in range(words))
        assert session.scalar(select(func.count()).where(MESSAGES.c.status.not_in(("received", "sent", "uncertain")))) == 0
        assert session.scalar(select(func.count()).select_from(Quarantined)) == 0
    database.close()
    return Verdict(done, sum(said), slowest)


async def _talk(person: User, over: asyncio.Event) -> int:
    """Says the next word when the one before is answered; how many."""
    number = 0
    while not over.is_set():
        person.says(f"word {number}")
        await person.sees(f"You said: word {number}")
        number += 1
        await asyncio.sleep(random.uniform(0.05, 0.5))
    return number
