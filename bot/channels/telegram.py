"""The Telegram channel: updates come in by polling or by webhook and become turns; the courier's letters go out."""

import asyncio
import hmac
import json
import logging
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.web_request import BaseRequest
from telegram.error import TelegramError

from bot.channels.channel import Rates
from bot.channels.telegram_api import Api
from bot.channels.telegram_intake import AWAY, Intake, Photos
from bot.channels.telegram_menus import Menus
from bot.channels.telegram_polling import Poller
from bot.channels.telegram_sending import TELEGRAM_RATES, TelegramSender
from bot.channels.telegram_updates import WANTED
from bot.clock import Clock
from bot.fates import Patience
from bot.turns import Turns
from handlers.dialogue.engine import Outcome
from handlers.dialogue.incoming import Incoming
from storage.database import Database

log = logging.getLogger(__name__)

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
# Updates that Telegram may deliver at once.
CONNECTIONS = 40


class Telegram:
    """One bot on Telegram. `token` is BotFather's; `api_url` the base of the Bot API.

    With `webhook_url` and `webhook_secret` updates arrive at the route that `routes()` gives, at the path of that address;
    with neither they are polled. `staff_chat` is the id of the one group the bot may be in. `photos` makes a picture anew
    (`bot.photos.clean_photo`). Give `sender` to the courier; the courier is woken by whoever listens to the turns.
    `start` returns at once, also when Telegram does not answer. Importing this module costs 0.2 s: import it late.
    """

    def __init__(
        self,
        token: str,
        *,
        turns: Turns,
        database: Database,
        clock: Clock,
        api_url: str = "https://api.telegram.org",
        webhook_url: str = "",
        webhook_secret: str = "",
        staff_chat: str | None = None,
        photos: Photos | None = None,
        rates: Rates = TELEGRAM_RATES,
        patience: Patience | None = None,
    ) -> None:
        if webhook_url and not _SECRET.fullmatch(webhook_secret):
            raise ValueError("a webhook needs a secret of 1 to 256 letters, digits, _ or -: anybody could post to it otherwise")
        patience = patience or Patience()
        self.api = Api(token, api_url)
        self.sender = TelegramSender(self.api, database, rates)
        # Called when staff have written or pressed something that is to be sent.
        self.spoke: Callable[[], None] = lambda: None
        self.name = ""  # of the bot, as links to it write it; Telegram says it after the start
        self._intake = Intake(self.api, turns, database, clock, staff_chat, photos)
        self._menus = Menus(self.api, turns.engine.texts, patience, staff_chat)
        self._poller = None if webhook_url else Poller(self.api, self._intake, database, patience)
        self._patience = patience
        self._webhook_url = webhook_url
        self._secret = webhook_secret
        self._tasks: list[asyncio.Task[None]] = []
        self.sender.sent = self._menus.note
        self._intake.heard = self._heard
        self._intake.spoke = lambda: self.spoke()

    async def start(self) -> None:
        await self.api.start()
        self._run(self._menus.run(), "telegram-menus")
        self._run(self._ask_name(), "telegram-name")
        if self._poller:
            self._run(self._poller.run(), "telegram-polling")
        else:
            self._run(self._set_webhook(), "telegram-webhook")

    async def stop_receiving(self) -> None:
        """No more updates are fetched; what was fetched and is not committed comes again at the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._poller:
            with suppress(Exception):
                await asyncio.wait_for(self._poller.give_back(), 1.0)
            self._poller = None

    async def stop(self) -> None:
        """Stops receiving and closes the connections: call it after the courier has stopped."""
        await self.stop_receiving()
        await self._intake.stop()
        await self.api.stop()

    @property
    def updates(self) -> int:
        """How many updates were read since the start; one that comes again counts again."""
        return self._intake.taken

    @property
    def troubles(self) -> int:
        """How many times in a row polling has failed; 0 while all is well, and with a webhook."""
        return self._poller.troubles if self._poller else 0

    async def take(self, update: Any) -> None:
        """One update, however it came; returns when it is safe, raises when the database does not answer."""
        await self._intake.take(update)

    def routes(self) -> list[web.RouteDef]:
        """The webhook's route, none when polling."""
        return [web.post(urlsplit(self._webhook_url).path or "/", self._webhook)] if self._webhook_url else []

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        """200 only when the update is in the database; otherwise Telegram delivers it again."""
        told = request.headers.get(_SECRET_HEADER, "")
        if not hmac.compare_digest(told.encode("utf-8", "replace"), self._secret.encode()):
            return web.Response(status=401)
        update = _read(await request.read())
        try:
            await self.take(update)
        except AWAY:
            return web.Response(status=503)
        return Taken(request)

    async def _set_webhook(self) -> None:
        troubles = 0
        while True:
            try:
                await self.api.bot.set_webhook(
                    self._webhook_url, secret_token=self._secret, allowed_updates=WANTED, max_connections=CONNECTIONS
                )
            except TelegramError as error:
                troubles += 1
                if troubles == 1:
                    log.warning("the webhook could not be set (%s); trying on", type(error).__name__)
                await asyncio.sleep(self._patience.back_off(troubles))
            else:
                return

    async def _ask_name(self) -> None:
        troubles = 0
        while not self.name:
            try:
                me = await self.api.call("getMe", {})
            except TelegramError:
                troubles += 1
                await asyncio.sleep(self._patience.back_off(troubles))
            else:
                self.name = str(me.get("username", "")) if isinstance(me, dict) else ""
                return

    def _heard(self, incoming: Incoming, outcome: Outcome) -> None:
        if incoming.kind == "contact":
            self.sender.sharing.add(incoming.address)

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._tasks.append(asyncio.create_task(work, name=name))


class Taken(web.StreamResponse):
    """200 without a word. Of a whole turn a tenth went into the headers of an answer that only Telegram's machines see."""

    def __init__(self, request: BaseRequest) -> None:
        super().__init__()
        self._request = request

    @property
    def keep_alive(self) -> bool:
        return self._request.keep_alive

    async def prepare(self, request: BaseRequest) -> AbstractStreamWriter | None:
        """Nothing to be done before the end."""
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        if transport := self._request.transport:
            transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def _read(body: bytes) -> Any:
    """The JSON in it; what is none comes back as its words."""
    try:
        return orjson.loads(body)
    except ValueError:
        pass
    try:
        return json.loads(body)  # it bears more: halves of surrogate pairs, numbers of any length
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
