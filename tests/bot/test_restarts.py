"""A server that restarts all the time, while customers chat: whatever was said is answered, once, and in its order."""

import asyncio
import threading
from collections import Counter

import psycopg
import pytest
from sqlalchemy import func, select

from handlers.dialogue import Feature, Reply
from handlers.dialogue.engine import Engine
from storage.database import Database
from storage.messages import MESSAGES
from storage.quarantine import Quarantined
from tests import postgres
from tests.bot.house import hasty_clock, house
from tests.fake_telegram import FakeTelegram

PEOPLE, WORDS = 6, 6
ECHO = Feature("welcome", fallback=lambda turn: Reply(turn.plain(f"You said: {turn.words}")))


class Storm:
    """Cuts every line to this database, again and again, until it has done so `times` times with somebody there."""

    def __init__(self, url: str) -> None:
        self._url, self.cuts, self._over = url, 0, threading.Event()
        self._thread = threading.Thread(target=self._blow)

    def __enter__(self) -> "Storm":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _blow(self) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            while not self._over.wait(0.2):
                self.cuts += postgres.cut(connection)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_db8_customers_chat_through_a_storm_of_restarts(database: Database) -> None:
    """DB8, DB9: every line is cut five times a second, in turns, in sendings, in commits. Nothing lost, nothing twice."""

    async def go() -> None:
        async with FakeTelegram() as fake, house(fake, database, clock=hasty_clock(), engine=Engine(database, [ECHO])):
            people = [fake.user(100 + number) for number in range(PEOPLE)]
            with Storm(database.url) as storm:
                for number in range(WORDS):
                    for person in people:
                        person.says(f"word {number}")
                    seen = storm.cuts
                    await fake.until(lambda seen=seen: storm.cuts >= seen + 3 and fake.undelivered == 0)
            for person in people:
                await person.sees(f"word {WORDS - 1}")
            expected = [f"You said: word {number}" for number in range(WORDS)]
            assert [person.texts for person in people] == [expected] * PEOPLE
            assert storm.cuts > WORDS

    asyncio.run(go())
    with database.reading() as session:
        heard = Counter(session.scalars(select(MESSAGES.c.text).where(MESSAGES.c.status == "received")))
        assert heard == {f"word {number}": PEOPLE for number in range(WORDS)}
        assert session.scalar(select(func.count()).where(MESSAGES.c.status.in_(("queued", "sending", "dead")))) == 0
        assert session.scalar(select(func.count()).select_from(Quarantined)) == 0
