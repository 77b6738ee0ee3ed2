"""The menu of commands, in the language of whoever opens it. Telegram knows one Chinese, so the other is set chat by chat."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from typing import Any

from telegram.error import TelegramError

from bot.channels.telegram_api import Api
from bot.channels.telegram_request import Refused
from bot.fates import Patience
from handlers.dialogue.texts import Texts
from storage.outbox import Letter

log = logging.getLogger(__name__)

# Eight fit on a phone without scrolling; the others work all the same.
COMMANDS = ("book", "mine", "prices", "car", "advisor", "language", "help", "stop", "privacy")
REMEMBERED = 20_000


class Menus:
    def __init__(self, api: Api, texts: Texts, patience: Patience) -> None:
        self._api = api
        self._texts = texts
        self._patience = patience
        # Chats whose menu we set, so that it is done once and undone when they change the language.
        self._traditional: OrderedDict[str, None] = OrderedDict()
        self._queue: asyncio.Queue[tuple[str, bool]] = asyncio.Queue(1000)

    def of(self, language: str) -> list[dict[str, str]]:
        described = ((name, self._texts.label(f"dialogue.command.{name}", language, {})) for name in COMMANDS)
        return [{"command": name, "description": text[:256]} for name, text in described]

    def note(self, letter: Letter) -> None:
        """After a message has arrived: whether this chat's menu is in the wrong Chinese. Never waits."""
        traditional, set_before = letter.language == "zh-Hant", letter.address in self._traditional
        if traditional != set_before:
            with contextlib.suppress(asyncio.QueueFull):
                self._queue.put_nowait((letter.address, traditional))
                self._remember(letter.address, traditional)

    def _remember(self, address: str, traditional: bool) -> None:
        if traditional:
            self._traditional[address] = None
            if len(self._traditional) > REMEMBERED:
                self._traditional.popitem(last=False)
        else:
            self._traditional.pop(address, None)

    async def run(self) -> None:
        """Sets the menus for everybody until that works, then those of single chats as they come."""
        troubles = 0
        for language, code in (("en", ""), ("zh-Hans", "zh")):
            parameters: dict[str, Any] = {"commands": self.of(language)}
            if code:
                parameters["language_code"] = code
            while not await self._call("setMyCommands", parameters):
                troubles += 1
                await asyncio.sleep(self._patience.back_off(troubles))
        while True:
            address, traditional = await self._queue.get()
            scope = {"type": "chat", "chat_id": int(address)}
            if traditional:
                await self._call("setMyCommands", {"commands": self.of("zh-Hant"), "scope": scope})
            else:
                await self._call("deleteMyCommands", {"scope": scope})

    async def _call(self, method: str, parameters: dict[str, Any]) -> bool:
        """True when there is no use in trying again."""
        try:
            await self._api.call(method, parameters)
        except Refused as no:
            return no.code not in (401, 404, 429)
        except TelegramError:
            return False
        return True
