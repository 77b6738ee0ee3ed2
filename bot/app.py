"""The parts put together: read it from top to bottom. One process, one event loop, and threads for everything that thinks."""

import asyncio
import logging
import signal
from contextlib import AsyncExitStack
from pathlib import Path

from bot.channels.webchat import WebChat
from bot.clock import Clock, clock_of
from bot.clockwork import Clockwork
from bot.courier import Courier
from bot.photos import clean_photo
from bot.settings import Settings, Wrong
from bot.turns import Turns
from bot.web import Proxies, WebServer, make_app
from handlers import FEATURES
from handlers.dialogue.engine import Engine
from storage.database import Database
from storage.migrating import TooNew, migrate

log = logging.getLogger(__name__)


def open_database(settings: Settings) -> Database:
    """The database of the settings, brought to the present shape. Raises Wrong with one sentence when that cannot be."""
    address = settings.database
    if address.startswith("sqlite:///"):
        folder = Path(address.removeprefix("sqlite:///")).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Wrong(f"the folder {folder} cannot be made ({error.strerror}): set BAYLINE_DATA_DIR to one that can") from None
    database = Database(address)
    try:
        migrate(database)
    except TooNew as too_new:
        raise Wrong(str(too_new)) from None
    except Exception as error:
        raise Wrong(
            f"DATABASE_URL: the database does not answer ({type(error).__name__}): check that it runs, that its name, user and "
            "password are right, and that this process may write there"
        ) from None
    return database


def open_clock(settings: Settings) -> Clock:
    try:
        return clock_of(settings.clock_file)
    except ValueError as wrong:
        raise Wrong(str(wrong)) from None


class App:
    """Everything that one worker runs. `started` is set when it answers; `stop` may be called at any time, from a signal too."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.clock = open_clock(settings)
        self.engine = Engine(database, FEATURES)
        self.turns = Turns(self.engine, self.clock)
        self.started = asyncio.Event()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Starts the parts, waits for `stop`, and stops them in the reverse order: first what brings work in."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        async with AsyncExitStack() as parts:
            self.turns.start()
            parts.push_async_callback(self.turns.stop)
            await self._start_telegram_and_web(parts)
            clockwork = Clockwork()
            clockwork.every(1.0, self.engine.keep_fresh)
            clockwork.start()
            parts.callback(clockwork.stop)
            await asyncio.to_thread(self.engine.keep_fresh)
            self.started.set()
            await self._stopping.wait()

    async def _start_telegram_and_web(self, parts: AsyncExitStack) -> None:
        settings = self.settings
        web = make_app(self._ready)
        chat = WebChat(self.turns, self.database, self.clock, settings.origins, proxies=Proxies(settings.proxies))
        web.add_routes(chat.routes())
        if settings.telegram_bot_token.get_secret_value():
            raise Wrong("Telegram is not built in yet")
        await chat.start()
        parts.push_async_callback(chat.stop)
        server = WebServer(web, settings.host, settings.port)
        try:
            await server.start()
        except OSError as error:
            raise Wrong(
                f"BAYLINE_HOST/BAYLINE_PORT: nobody can listen on {settings.host}:{settings.port} ({error.strerror}): "
                "choose another port, for example BAYLINE_PORT=8081"
            ) from None
        parts.push_async_callback(server.stop)
        self.port = server.port

    async def _ready(self) -> bool:
        return self.started.is_set()
