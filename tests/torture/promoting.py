"""A PostgreSQL that fails over in the middle of talks to a standby that lacks the last seconds; the address names both servers.

What was said in those seconds is gone, or answered twice; before and after them each word has one answer, and nobody else's.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import psycopg
from sqlalchemy import func, select

from bot.doctor import findings
from bot.fates import Patience
from handlers.dialogue import Feature, Reply
from handlers.dialogue.engine import Engine
from storage.database import Database
from storage.messages import MESSAGES, RECEIVED, SENT, UNCERTAIN
from storage.migrating import migrate
from storage.quarantine import Quarantined
from tests.bot.house import hasty_clock, house
from tests.fake_telegram import FakeTelegram, User
from tests.standby import Pair

NAME = "bayline"
ECHO = Feature("welcome", fallback=lambda turn: Reply(turn.plain(f"You said: {turn.words}.")))
WAITS = 60.0  # seconds until somebody who has no answer takes their word for lost and says the next one


@dataclass
class Verdict:
    """`lost`: words that the promoted servers had never heard of; `doubled`: answers that came twice; `slowest`: seconds from a
    promotion until everybody had the answer to something new."""

    failed_over: int = 0
    said: int = 0
    lost: int = 0
    doubled: int = 0
    slowest: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.failed_over} times, {self.said} words, {self.lost} lost with a server, {self.doubled} answered twice; "
            f"all talk again {self.slowest:.1f} s after a promotion at worst, and the doctor finds nothing"
        )


class Talker:
    """Says a word, waits for its answer, says the next. `aside`: words that a fail-over may take or double."""

    def __init__(self, person: User) -> None:
        self.person, self.said, self.aside = person, 0, set[int]()
        self.lost_patience = asyncio.Event()

    async def talk(self, over: asyncio.Event) -> None:
        while not over.is_set():
            self.said += 1
            self.person.says(f"word {self.said}")
            await self._answer()
            await asyncio.sleep(random.uniform(0.02, 0.2))

    async def _answer(self) -> None:
        """Until it is there, or, after a promotion, until it has surely been lost."""
        self.lost_patience.clear()
        heard = asyncio.create_task(self.person.sees(f"word {self.said}.", WAITS))
        lost = asyncio.create_task(self.lost_patience.wait())
        await asyncio.wait((heard, lost), return_when=asyncio.FIRST_COMPLETED)
        lost.cancel()
        if heard.done():
            heard.result()
        else:
            heard.cancel()

    def judge(self) -> int:
        """How many answers came twice. Raises AssertionError for one that may not, or that is missing."""
        answers = Counter(self.person.texts)
        assert set(answers) <= {f"You said: word {n}." for n in range(1, self.said + 1)}, "something else was said"
        for number in range(1, self.said + 1):
            times = answers[f"You said: word {number}."]
            assert times <= 2 if number in self.aside else times == 1, (self.person.id, number, times)
        return sum(times > 1 for times in answers.values())


async def promotions(pair: Pair, rounds: int, people: int, seconds: float, patience: Patience | None = None) -> Verdict:
    """`seconds`: how much the standby lacks. Raises AssertionError for whatever is not so."""
    with psycopg.connect(pair.leader_url(), autocommit=True) as server:
        server.execute(f"CREATE DATABASE {NAME}")
    verdict, clock = Verdict(), hasty_clock()
    with _database(pair) as database:
        migrate(database)
        async with FakeTelegram() as fake, house(
            fake, database, clock=clock, patience=patience or Patience(), engine=Engine(database, [ECHO])
        ):  # fmt: skip
            over = asyncio.Event()
            talkers = [Talker(fake.user(100 + number)) for number in range(people)]
            talks = [asyncio.create_task(talker.talk(over)) for talker in talkers]
            for _ in range(rounds):
                await asyncio.to_thread(pair.follow)
                await _answered(fake, talkers, 2)
                await _fail_over(pair, fake, talkers, seconds, verdict)
            over.set()
            await asyncio.gather(*talks)
            await fake.until(lambda: fake.undelivered == 0 and _settled(database))
        verdict.said = sum(talker.said for talker in talkers)
        verdict.doubled = sum(talker.judge() for talker in talkers)
        _sound(database, clock())
    return verdict


async def _fail_over(pair: Pair, fake: FakeTelegram, talkers: list[Talker], seconds: float, verdict: Verdict) -> None:
    # An answer may be there before it is written down that it is, and the next word is said: it is sent again as well.
    first = [talker.said - 1 for talker in talkers]
    await asyncio.to_thread(pair.lag)
    await _answered(fake, talkers, 1)
    await asyncio.sleep(seconds)  # what the standby is to lack
    before = await asyncio.to_thread(_words, pair)
    await asyncio.to_thread(pair.fail_over)
    verdict.failed_over, promoted = verdict.failed_over + 1, time.monotonic()
    verdict.lost += len(before - await asyncio.to_thread(_words, pair))
    # Whoever waits for an answer to a word that is gone says another.
    for talker in talkers:
        talker.lost_patience.set()
    await _answered(fake, talkers, 2)
    verdict.slowest = max(verdict.slowest, time.monotonic() - promoted)
    for talker, start in zip(talkers, first, strict=True):
        talker.aside |= set(range(start, talker.said + 1))


async def _answered(fake: FakeTelegram, talkers: list[Talker], more: int) -> None:
    """Everybody has got on by so many words."""
    goals = [talker.said + more for talker in talkers]
    await fake.until(lambda: all(talker.said >= goal for talker, goal in zip(talkers, goals, strict=True)), WAITS)


@contextmanager
def _database(pair: Pair) -> Iterator[Database]:
    database = Database(pair.url(NAME))
    yield database
    database.close()


def _words(pair: Pair) -> set[tuple[int, str]]:
    """What the server that leads has heard."""
    with psycopg.connect(pair.leader_url(NAME)) as server:
        return set(server.execute("SELECT chat_id, text FROM messages WHERE status = %s", [RECEIVED]))


def _settled(database: Database) -> bool:
    with database.reading() as session:
        return not session.scalar(select(func.count()).where(MESSAGES.c.status.not_in((RECEIVED, SENT, UNCERTAIN))))


def _sound(database: Database, now: datetime) -> None:
    """Offset and outbox agree with the database that is there now."""
    with database.reading() as session:
        rows = session.execute(select(MESSAGES.c.chat_id, MESSAGES.c.status, MESSAGES.c.text)).all()
        heard = Counter((row.chat_id, f"You said: {row.text}.") for row in rows if row.status == RECEIVED)
        said = Counter((row.chat_id, row.text) for row in rows if row.status != RECEIVED)
        assert heard == said, "each word that is there has its answer there"
        assert set(heard.values()) == {1}
        assert session.scalar(select(func.count()).select_from(Quarantined)) == 0
        assert [found for found in findings(session, now) if not found.good] == []
