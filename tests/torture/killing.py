"""kill -9 at random while updates come in and messages go out: nothing is lost, and nothing has its effect twice."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select

from storage import chats, messages
from storage.chats import CHATS
from storage.database import Database
from storage.messages import MESSAGES, RECEIVED, SENDING, SENT, UNCERTAIN
from tests.fake_telegram import FakeTelegram
from tests.postgres import free_port
from tests.torture.process import BotProcess

MESSAGES_A_CHAT = 2  # as many at once as the flood guard bears


@dataclass
class Verdict:
    """What a run came to; `doubled` are the tokens of messages that arrived more than once."""

    done: int
    kills: int
    doubled: int
    in_flight: int

    def __str__(self) -> str:
        return f"{self.done} done, {self.kills} kills, {self.doubled} arrived twice of {self.in_flight} in flight at a kill"


async def inbound(folder: Path, url: str, updates: int, kills: int, webhook: bool, seed: int = 1) -> Verdict:
    """Updates are pushed while the bot is killed; each must be answered by exactly one message row."""
    database = Database(url)
    async with FakeTelegram() as fake:
        bot = BotProcess(folder, fake.token, fake.url, url, free_port(), webhook)
        order = random.Random(seed)
        expected: Counter[str] = Counter()
        moments = sorted(order.sample(range(updates // 20, updates), kills))
        in_flight: set[str] = set()
        await bot.start()
        for number in range(updates):
            chat = 1000 + number % (updates // MESSAGES_A_CHAT + 1)
            fake.user(chat).says("menu")
            expected[str(chat)] += 1
            if moments and number == moments[0]:
                moments.pop(0)
                # Some of it has been handled by now, some has not.
                target = order.randrange(max(1, number // 2), number + 1)
                await fake.until(lambda target=target: len(_tokens(fake)) >= target, 60, bot.said)  # type: ignore[misc]
                await asyncio.sleep(order.random() * 0.05)
                await bot.kill()
                in_flight |= _sending(database)
                await bot.start()
        await fake.until(lambda: fake.undelivered == 0, 120 + updates / 10, bot.said)
        await fake.until(lambda: _over(database), 120 + updates / 10, bot.said)
        assert await bot.stop() == 0
        received, answered = _per_chat(database)
        assert received == expected, "each update has exactly one row"
        assert answered == expected, "each update has exactly one answer"
        verdict = _judge(database, fake, bot.kills, in_flight)
    database.close()
    return verdict


async def outgoing(folder: Path, url: str, number: int, kills: int, seed: int = 2) -> Verdict:
    """Messages are queued, and the bot is killed while it sends them."""
    database = Database(url)
    now = datetime.now(UTC)
    with database.transaction() as session:
        people = [chats.arrive(session, "telegram", str(1000 + who), pulls=False, now=now) for who in range(number // 2)]
        buttons = {"buttons": [[{"label": "Fine", "do": "menu"}]]}
        messages.post(
            session,
            [
                messages.outgoing(people[n % len(people)].id, "telegram", pulls=False, text=f"message {n}", data=buttons, now=now,
                                  token=f"token{n:07}", purpose="service", priority=n % 2)
                for n in range(number)
            ],
        )  # fmt: skip
    async with FakeTelegram() as fake:
        bot = BotProcess(folder, fake.token, fake.url, url, free_port(), webhook=False)
        order = random.Random(seed)
        in_flight: set[str] = set()
        await bot.start()
        for moment in sorted(order.sample(range(number // 20, number - number // 10), kills)):
            await fake.until(lambda moment=moment: len(_tokens(fake)) >= moment, 60, bot.said)  # type: ignore[misc]
            await bot.kill()
            in_flight |= _sending(database)
            await bot.start()
        await fake.until(lambda: _over(database), 120 + number / 10, bot.said)
        assert await bot.stop() == 0
        verdict = _judge(database, fake, bot.kills, in_flight)
    database.close()
    return verdict


def _judge(database: Database, fake: FakeTelegram, kills: int, in_flight: set[str]) -> Verdict:
    arrived = Counter(_token_of(message.markup) for message in fake.received)
    with database.reading() as session:
        rows = session.execute(select(MESSAGES.c.token, MESSAGES.c.status).where(MESSAGES.c.status != RECEIVED)).all()
    lost = [row.token for row in rows if not arrived[row.token]]
    assert not lost, f"{len(lost)} of {len(rows)} messages never arrived"
    assert {row.status for row in rows} <= {SENT, UNCERTAIN}
    doubled = {token for token, times in arrived.items() if times > 1}
    assert doubled <= in_flight, "a message arrived twice that was not in flight at a kill"
    assert all(times <= 1 + kills for times in arrived.values())
    return Verdict(len(rows), kills, len(doubled), len(in_flight))


def _token_of(markup: dict[str, object]) -> str:
    keyboard = markup["inline_keyboard"]
    assert isinstance(keyboard, list)
    return str(keyboard[0][0]["callback_data"]).partition(".")[0]


def _tokens(fake: FakeTelegram) -> set[str]:
    return {_token_of(message.markup) for message in fake.received}


def _sending(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(MESSAGES.c.token).where(MESSAGES.c.status == SENDING)))


def _over(database: Database) -> bool:
    with database.reading() as session:
        return session.execute(select(MESSAGES.c.id).where(MESSAGES.c.status.in_(["queued", SENDING])).limit(1)).first() is None


def _per_chat(database: Database) -> tuple[Counter[str], Counter[str]]:
    """How many rows came in and how many went out, by the chat's address."""
    with database.reading() as session:
        rows = session.execute(select(CHATS.c.address, MESSAGES.c.status).join_from(MESSAGES, CHATS)).all()
    received = Counter(row.address for row in rows if row.status == RECEIVED)
    return received, Counter(row.address for row in rows if row.status != RECEIVED)
