"""Feeds the bot with garbage, in process, and counts what broke."""

import logging
from collections import Counter

from sqlalchemy import func, select

from storage.database import Database
from storage.messages import MESSAGES
from storage.quarantine import Quarantined
from tests.bot.house import house
from tests.fake_telegram import FakeTelegram
from tests.torture.garbage import updates


class _Alarms(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.seen: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        self.seen[record.getMessage()[:2000]] += 1


async def feed(database: Database, number: int, seed: int = 0) -> tuple[int, int]:
    """How many were written down as said, and how many were put aside. Raises AssertionError when anything broke."""
    alarms = _Alarms()
    logging.getLogger().addHandler(alarms)
    try:
        async with FakeTelegram(keep_messages=False) as fake, house(fake, database) as running:
            await running.telegram.stop_receiving()
            for update in updates(number, seed):
                await running.telegram.take(update)
    finally:
        logging.getLogger().removeHandler(alarms)
    assert not alarms.seen, alarms.seen.most_common(3)
    with database.reading() as session:
        said = session.execute(select(func.count()).where(MESSAGES.c.status == "received")).scalar_one()
        reasons = list(session.scalars(select(Quarantined.reason)))
    broken = [reason for reason in reasons if reason.startswith("error")]
    assert not broken, broken[:3]
    return said, len(reasons)
