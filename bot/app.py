"""The parts put together: read it from top to bottom. One process, one event loop, and threads for everything that thinks."""

import asyncio
import logging
import signal
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from threading import Thread, Timer
from typing import TYPE_CHECKING, Protocol

from bot import notify
from bot.backup import refuse_damaged
from bot.channels.webchat import WebChat
from bot.clock import Clock, clock_of
from bot.clock_watch import ClockWatch
from bot.clockwork import Clockwork
from bot.complaints import Complaints
from bot.console import Console
from bot.downloads import Downloads
from bot.garbage import collect_late
from bot.keeper import Keeper
from bot.only_one import make_folder
from bot.photos import clean_photo
from bot.settings import Settings, Wrong
from bot.staff_desk import StaffDesk
from bot.turns import Turns
from bot.web import Proxies, WebServer, make_app
from handlers import FEATURES
from handlers.dialogue.engine import Engine
from handlers.faq import base, second_opinion
from storage import messages
from storage.database import Database
from storage.migrating import TooNew, migrate

if TYPE_CHECKING:
    from aiohttp.web import Application

    from bot.channels.telegram import Telegram
    from bot.metrics import Metrics

log = logging.getLogger(__name__)

# Seconds without a beat after which a part counts as stuck.
STILL_AFTER = 20.0
# So often it is looked, in seconds, who is to be told something, and what has become due.
PUSHES, SWEEPS = 30.0, 5.0


class Beating(Protocol):
    """A part that goes on by itself; `alive_at` is the monotonic time of its last beat."""

    alive_at: float


def open_database(settings: Settings) -> Database:
    """The database of the settings, brought to the present shape, and where what is learnt from it is kept.

    Raises Wrong with one sentence when that cannot be.
    """
    address = settings.database
    refuse_damaged(address)
    if address.startswith("sqlite:///"):
        path = Path(address.removeprefix("sqlite:///"))
        make_folder(path.parent)
        if not path.exists():
            with suppress(OSError):  # what is wrong there is said when it is opened
                path.touch(0o600)  # it will hold personal data; SQLite's files beside it get the same mode
    base.keep_in(settings.data_dir)
    try:
        database = Database(address)
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
        self.wake: Callable[[], None] = lambda: None  # the courier's, where there is one
        self.metrics = self._metrics()
        self.started = asyncio.Event()
        self._stopping = asyncio.Event()
        self._beating: list[Beating] = []

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        """Starts the parts, waits for `stop`, and stops them in the reverse order: first what brings work in."""
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(Complaints())
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        settings = self.settings

        def push() -> None:
            """What features say by themselves; from a thread, so that the courier is woken on the loop."""
            if self.engine.push(self.clock()):
                loop.call_soon_threadsafe(self.wake)

        def wake() -> None:
            loop.call_soon_threadsafe(self.wake)

        web = make_app(self._ready)
        async with AsyncExitStack() as parts:
            telegram = await self._telegram(parts) if settings.telegram_bot_token.get_secret_value() else None
            self.turns.start()
            parts.push_async_callback(self.turns.stop)
            proxies = Proxies(settings.proxies)
            chat = WebChat(self.turns, self.database, self.clock, settings.origins, proxies=proxies)
            web.add_routes(chat.routes())
            web.add_routes(Downloads(self.engine, self.clock).routes())
            console = Console(
                self.database,
                self.clock,
                FEATURES,
                self.engine.texts,
                self.engine.memo,
                proxies=proxies,
                wake=lambda: self.wake(),
                second_step=settings.second_step_roles,
            )
            if telegram:
                console.house.telegram = lambda: telegram.name
            web.add_routes(console.routes())
            parts.callback(console.stop)
            if telegram:
                web.add_routes(telegram.routes())
            if self.metrics:
                web.add_routes(self.metrics.routes())
            await self._listen(parts, web)
            parts.callback(console.hang_up)
            await chat.start()
            parts.push_async_callback(chat.stop)
            clockwork = Clockwork()
            clockwork.every(0.25, self.engine.keep_fresh)
            clockwork.every(1.0, self.engine.watch.look, "watch")
            clockwork.every(2.0, self._release)
            clockwork.every(PUSHES, push)
            keeper = Keeper(self.engine, self.clock, settings.policy)
            clockwork.every(5.0, keeper.forget)
            clockwork.every(3600.0, keeper.tidy)
            clockwork.every(SWEEPS, self._sweep)
            if settings.clock_file is None:  # that of a rehearsal stands still and jumps on purpose
                clockwork.every(5.0, ClockWatch(self.clock).look, "clock")
            if telegram:
                group = settings.telegram_staff_chat
                desk = StaffDesk(self.database, self.engine.texts, self.clock, group, wake)
                clockwork.every(1.0, desk.beat, "staff_desk")
            if beat := notify.beat_every():
                clockwork.every(beat, self._beat)
            if self.metrics:
                self.metrics.parts.clockwork = clockwork
            clockwork.start()
            self._beating.append(clockwork)
            parts.callback(clockwork.stop)
            # Learning the knowledge base takes a second or two; whoever asks before that waits for it, nobody else does.
            # Nobody waits for its end, a stop neither: so it is a daemon.
            Thread(target=self._warm_up, name="warm-up", daemon=True).start()
            if telegram:
                await telegram.start()
                parts.push_async_callback(telegram.stop_receiving)
            self.started.set()
            notify.tell(notify.READY)
            await self._stopping.wait()
            notify.tell(notify.STOPPING)

    def _metrics(self) -> "Metrics | None":
        token = self.settings.metrics_token.get_secret_value()
        if not token:
            return None
        from importlib.metadata import version

        from bot.metrics import Metrics  # late: whoever does not watch does not pay

        metrics = Metrics(token, self.database, self.clock, version("bayline"))
        metrics.parts.engine = self.engine
        self.turns.meter = metrics.turn
        return metrics

    def _beat(self) -> None:
        """Alive is who moves: a worker with a stuck part is started anew by whoever watches over it."""
        if self._moving():
            notify.tell(notify.ALIVE)

    def _moving(self) -> bool:
        return all(time.monotonic() - part.alive_at < STILL_AFTER for part in self._beating)

    def _sweep(self) -> None:
        self.engine.sweep(self.clock())

    def _warm_up(self) -> None:
        second_opinion.wanted(self.settings.data_dir)
        try:
            self.engine.warm_up()
        finally:
            # Not at once: who asked while this was being loaded is answered first.
            late = Timer(2.0, collect_late)
            late.daemon = True
            late.start()

    def _release(self) -> None:
        """Shows what was to wait until now in chats that read by themselves."""
        with self.database.transaction() as session:
            messages.release(session, self.clock())

    async def _telegram(self, parts: AsyncExitStack) -> "Telegram":
        """The channel and the courier that sends for it, to be stopped after the turns: what they say last still goes out."""
        from bot.channels.telegram import Telegram  # late: it costs time and memory, and a shop without Telegram never pays
        from bot.courier import Courier

        settings = self.settings
        telegram = Telegram(
            settings.telegram_bot_token.get_secret_value(),
            turns=self.turns,
            database=self.database,
            clock=self.clock,
            api_url=settings.telegram_api_url,
            webhook_url=settings.telegram_webhook_url,
            webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
            staff_chat=settings.telegram_staff_chat or None,
            photos=clean_photo,
        )
        parts.push_async_callback(telegram.stop)
        if self.metrics:
            self.metrics.parts.telegram = telegram
        sender = self.metrics.counted(telegram.sender) if self.metrics else telegram.sender
        courier = Courier(self.database, self.clock, [sender])
        await courier.start()
        self._beating.append(courier)
        parts.push_async_callback(courier.stop)
        self.wake = telegram.spoke = courier.wake
        self.turns.listeners.append(lambda _incoming, outcome: courier.wake() if outcome.spoke else None)
        return telegram

    async def _listen(self, parts: AsyncExitStack, web: "Application") -> None:
        server = WebServer(web, self.settings.host, self.settings.port)
        try:
            await server.start()
        except OSError as error:
            raise Wrong(
                f"BAYLINE_HOST/BAYLINE_PORT: nobody can listen on {self.settings.host}:{self.settings.port} ({error.strerror}): "
                "choose another port, such as BAYLINE_PORT=8081, or an address of this machine, such as BAYLINE_HOST=127.0.0.1"
            ) from None
        parts.push_async_callback(server.stop)
        self.port = server.port

    async def _ready(self) -> bool:
        """Whether a message would be answered now: everything has started and still moves, and the database serves."""
        return self.started.is_set() and self._moving() and await asyncio.to_thread(self.database.serves)
