"""Polling: fetches updates and confirms them only when they are in the database. It never gives up and never exits."""

import asyncio
import logging
import os
import secrets
import socket
from datetime import timedelta
from typing import Any

from telegram.error import TelegramError

from bot.channels.telegram_api import Api
from bot.channels.telegram_intake import Intake
from bot.channels.telegram_request import Refused
from bot.channels.telegram_updates import WANTED, Malformed, number_of
from bot.clock import system_clock
from bot.fates import Patience
from storage import leases
from storage.database import Database

log = logging.getLogger(__name__)

BATCH = 100
LONG_POLL = 8
LEASE = timedelta(seconds=20)
STAND_BY = 2.0


class Poller:
    """One worker polls a bot: who, says a lease in the database; the others stand by.

    `troubles`: how many times in a row it has failed.
    """

    def __init__(self, api: Api, intake: Intake, database: Database, patience: Patience) -> None:
        self._api = api
        self._intake = intake
        self._database = database
        self._patience = patience
        self._lease = f"poll:telegram:{api.bot_id}"
        # SQLite has one process, so that a new one need not wait for the lease of one that was killed.
        own = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
        self._holder = "the only one" if database.is_sqlite else own
        self._confirm: int | None = None
        self.troubles = 0
        self._warned = ""

    async def run(self) -> None:
        while True:
            try:
                if not await asyncio.to_thread(self._may_poll):
                    await asyncio.sleep(STAND_BY)
                    continue
                await self._poll()
                self.troubles, self._warned = 0, ""
            except Refused as no:
                await self._refused(no)
            except TelegramError as error:
                await self._stumble(f"Telegram does not answer ({error.message})")
            except Exception as error:
                await self._stumble(f"polling stumbled ({type(error).__name__})")

    async def give_back(self) -> None:
        """Lets another worker begin at once."""

        def give_back() -> None:
            with self._database.transaction() as session:
                leases.give_back(session, self._lease, self._holder)

        await asyncio.to_thread(give_back)

    def _may_poll(self) -> bool:
        with self._database.transaction() as session:
            return leases.take(session, self._lease, self._holder, system_clock(), LEASE)

    async def _poll(self) -> None:
        """One batch. What was committed is confirmed by the next call; without that it comes again, as a duplicate."""
        parameters: dict[str, Any] = {"limit": BATCH, "timeout": LONG_POLL, "allowed_updates": list(WANTED)}
        if self._confirm is not None:
            parameters["offset"] = self._confirm
        batch = await self._api.call("getUpdates", parameters, answer=LONG_POLL + 10)
        # Only a call that confirms carries an offset: after an idle week the next number may be lower than any before.
        self._confirm = None
        if not isinstance(batch, list) or not batch:
            return
        # In their order: the turns of a chat queue up as they are begun here.
        results = await asyncio.gather(*(self._intake.take(update) for update in batch), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        self._confirm = _after(batch)

    async def _refused(self, no: Refused) -> None:
        if no.code == 409:
            if "webhook" in no.description.lower():
                await self._remove_webhook()
            await self._stumble("somebody else polls with the same token; standing by")
        elif no.code in (401, 404):
            await self._stumble("Telegram refuses our token; polling waits until it is right", alarm=True)
        else:
            await self._stumble(f"Telegram refuses to be polled ({no.code})")

    async def _remove_webhook(self) -> None:
        try:
            await self._api.bot.delete_webhook()
        except TelegramError as error:
            log.warning("the webhook could not be removed: %s", type(error).__name__)

    async def _stumble(self, why: str, alarm: bool = False) -> None:
        """Says once what is wrong, and waits a little longer each time."""
        self.troubles += 1
        if self._warned != why:
            log.log(logging.ERROR if alarm else logging.WARNING, "%s", why)
            self._warned = why
        await asyncio.sleep(self._patience.back_off(self.troubles))


def _after(batch: list[Any]) -> int | None:
    """The offset that confirms a batch: behind its last update, in Telegram's order and not by number."""
    for update in reversed(batch):
        try:
            return number_of(update) + 1
        except Malformed:
            continue
    return None
