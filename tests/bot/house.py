"""A bot that runs in the test's own loop: engine, turns, Telegram channel and courier against the fake Bot API."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from aiohttp import web

from bot.channels.channel import Rates
from bot.channels.telegram import Telegram
from bot.clock import Clock, system_clock
from bot.courier import Courier
from bot.fates import Patience
from bot.turns import Turns
from handlers import FEATURES
from handlers.dialogue.engine import Engine
from storage.database import Database
from tests.fake_telegram import FakeTelegram
from tests.world import START

QUICK = Patience(tick=0.05, lease=2.0, resend=0.1, backoff=0.02, backoff_most=0.1, probe=0.1)
UNLIMITED = Rates()


def hasty_clock(times: int = 30) -> Clock:
    """So many times as fast as ours: people who type as fast as a program would be taken for a flood."""
    began = time.monotonic()
    return lambda: START + times * timedelta(seconds=time.monotonic() - began)


class House:
    def __init__(self, fake: FakeTelegram, database: Database, clock: Clock, telegram: Telegram, turns: Turns, courier: Courier):
        self.fake, self.database, self.clock = fake, database, clock
        self.telegram, self.turns, self.courier = telegram, turns, courier
        self.webhook_url = ""


@asynccontextmanager
async def house(
    fake: FakeTelegram,
    database: Database,
    *,
    webhook: bool = False,
    rates: Rates = UNLIMITED,
    patience: Patience = QUICK,
    clock: Clock = system_clock,
    engine: Engine | None = None,
    **more: Any,
) -> AsyncIterator[House]:
    turns = Turns(engine or Engine(database, FEATURES), clock)
    web_app, webhook_url = web.Application(), ""
    async with AsyncExitStack() as parts:
        runner = web.AppRunner(web_app, access_log=None, shutdown_timeout=0.1)
        telegram: Telegram | None = None

        async def enter(request: web.Request) -> web.StreamResponse:
            assert telegram
            return await telegram.routes()[0].handler(request)  # type: ignore[return-value, call-arg, misc]

        if webhook:
            web_app.router.add_post("/hook", enter)
            await runner.setup()
            parts.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
        telegram = Telegram(
            more.pop("token", fake.token), turns=turns, database=database, clock=clock, api_url=fake.url,
            webhook_url=webhook_url, webhook_secret="a-long-secret" if webhook else "", rates=rates, patience=patience, **more,
        )  # fmt: skip
        courier = Courier(database, clock, [telegram.sender], patience=patience)
        telegram.spoke = courier.wake
        turns.listeners.append(lambda _incoming, outcome: courier.wake() if outcome.spoke else None)
        turns.start()
        parts.push_async_callback(turns.stop)
        await telegram.start()
        parts.push_async_callback(telegram.stop)
        await courier.start()
        parts.push_async_callback(courier.stop)
        parts.push_async_callback(telegram.stop_receiving)
        the_house = House(fake, database, clock, telegram, turns, courier)
        the_house.webhook_url = webhook_url
        yield the_house
