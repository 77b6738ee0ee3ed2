"""What people do on Telegram reaches the bot once, in order, and in both modes."""

import asyncio

import pytest

from storage.database import Database
from tests.bot.house import house
from tests.fake_telegram import FakeTelegram


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
def test_a_greeting_is_answered(database: Database, webhook: bool) -> None:
    async def story() -> None:
        async with FakeTelegram() as fake, house(fake, database, webhook=webhook):
            ann = fake.user(7)
            ann.says("/start")
            first = (await ann.sees_messages(1))[0]
            assert first.buttons
            ann.presses(first.buttons[-1])
            await fake.until(lambda: all(words is not None for words in fake.queries.values()))
            await fake.until(lambda: fake.undelivered == 0)

    asyncio.run(story())
