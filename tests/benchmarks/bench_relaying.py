"""Relaying advisor → customer: what staff write in topics until the last customer has it, against a relay that only copies.

A fake Bot API, the bot and, for the baseline, a loop of `getUpdates` and one `sendMessage` each run in one process, so that both
bear the same fake. The baseline has no database: it knows by a dict which topic is whose. Telegram's limits are off.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Iterator

import aiohttp
from sqlalchemy import select

from bot.clock import system_clock
from bot.staff_desk import StaffDesk
from handlers import FEATURES
from handlers.dialogue.engine import Engine
from handlers.staff import actions as hiring
from storage import staff_links
from storage.boards import Board
from storage.database import Database
from storage.messages import MESSAGES
from storage.migrating import migrate
from storage.staff import REGION
from tests import postgres
from tests.bot.house import UNLIMITED, house
from tests.fake_telegram import FakeTelegram, Group

GROUP, LI, FIRST = -1001234567890, 71, 1000
CASES, REPLIES = 10, int(os.environ.get("BENCH_REPLIES", "600"))
ROUNDS = 3


def run() -> list[tuple[str, str]]:
    return list(_figures())


def _figures() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        for name, url in (("SQLite", f"sqlite:///{folder}/bench.db"), ("PostgreSQL", postgres.create(server))):
            migrate(database := Database(url))
            ours, plain = asyncio.run(_rounds(database))
            database.close()
            yield (
                f"{name}: answers of staff that reached their customer",
                f"{ours:.0f}/s, {ours / plain:.2f} × a relay without a database",
            )
            yield f"{name}: baseline", f"{plain:.0f}/s"


async def _rounds(database: Database) -> tuple[float, float]:
    """Answers a second of both, the middle of rounds side by side."""
    async with FakeTelegram() as fake:
        group = fake.group(GROUP, forum=True)
        engine = Engine(database, FEATURES)
        now = system_clock()
        with database.transaction() as session:
            li = hiring.add(session, "li", "Li", REGION, None, "en", now)
            staff_links.link(session, li.id, str(LI), now)
        ours = []
        async with house(fake, database, engine=engine, rates=UNLIMITED, staff_chat=str(GROUP)) as at:
            desk = StaffDesk(database, engine.texts, system_clock, str(GROUP), at.courier.wake)
            topics = await _open(fake, group, database, desk)
            for number in range(ROUNDS + 1):  # the first one warms up
                ours.append(await _told(fake, group, topics, f"ours {number}"))
    async with FakeTelegram() as fake:
        group = fake.group(GROUP, forum=True)
        topics = {100 + number: FIRST + number for number in range(CASES)}
        relay = asyncio.create_task(_relay(fake, topics))
        plain = [await _told(fake, group, topics, f"plain {number}") for number in range(ROUNDS + 1)]
        relay.cancel()
    return statistics.median(ours[1:]), statistics.median(plain[1:])


async def _open(fake: FakeTelegram, group: Group, database: Database, desk: StaffDesk) -> dict[int, int]:
    """So many complaints, each with its topic: the topic's number and whose it is."""
    for number in range(CASES):
        fake.user(FIRST + number).says("you scratched my door")
    topic = select(MESSAGES.c.channel_ref).join(Board, Board.topic_id == MESSAGES.c.id)
    found: dict[int, int] = {}
    while len(found) < CASES:
        await asyncio.to_thread(desk.beat)
        await asyncio.sleep(0.05)
        for number, name in group.topics.items():
            said = next((one for one in group.received if one.thread == number and one.buttons), None)
            if said and name:
                found[number] = 0
    with database.reading() as session:
        assert len(session.execute(topic).all()) == CASES
    # Whose it is shows when the first word arrives.
    for thread in found:
        group.says(fake.user(LI), f"hello {thread}", thread)
    await fake.until(lambda: all(any(f"hello {thread}" in text for text in _texts(fake)) for thread in found), 120)
    for one in fake.received:
        if one.chat_id != GROUP and one.text.startswith("hello "):
            found[int(one.text.split()[1])] = one.chat_id
    return found


async def _told(fake: FakeTelegram, group: Group, topics: dict[int, int], mark: str) -> float:
    """Li writes so many answers in turn; how many a second arrived."""
    threads, before = list(topics), len(fake.received)
    began = time.perf_counter()
    for number in range(REPLIES):
        group.says(fake.user(LI), f"{mark} {number}", threads[number % len(threads)])
    await fake.until(lambda: len(fake.received) - before >= REPLIES and _arrived(fake, before, mark) == REPLIES, 300)
    return REPLIES / (time.perf_counter() - began)


def _arrived(fake: FakeTelegram, before: int, mark: str) -> int:
    return sum(one.chat_id != GROUP and one.text.startswith(mark) for one in fake.received[before:])


def _texts(fake: FakeTelegram) -> list[str]:
    return [one.text for one in fake.received if one.chat_id != GROUP]


async def _relay(fake: FakeTelegram, topics: dict[int, int]) -> None:
    """The least that a relay can be: hears what is new, and sends each on at once."""
    async with aiohttp.ClientSession() as http:

        async def call(method: str, **parameters: object) -> object:
            async with http.post(f"{fake.url}/bot{fake.token}/{method}", json=parameters) as answer:
                return (await answer.json())["result"]

        offset = 0
        while True:
            updates = await call("getUpdates", offset=offset, timeout=1)
            assert isinstance(updates, list)
            sends: list[Awaitable[object]] = []
            for update in updates:
                offset, said = update["update_id"] + 1, update["message"]
                sends.append(call("sendMessage", chat_id=topics[said["message_thread_id"]], text=said["text"]))
            await asyncio.gather(*sends)
