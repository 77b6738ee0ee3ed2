"""The menu of commands, in the language of whoever opens it. Telegram knows one Chinese, so the other is set chat by chat."""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Any

from telegram.error import TelegramError

from bot.channels.telegram_api import Api
from bot.channels.telegram_request import Refused
from bot.fates import Patience
from handlers.dialogue.texts import Texts
from storage.outbox import Letter

log = logging.getLogger(__name__)

# What fits on a phone; the others work all the same.
COMMANDS = ("book", "mine", "prices", "car", "advisor", "language", "help", "stop", "privacy")
STAFF_COMMANDS = ("note",)
REMEMBERED = 20_000


class Menus:
    """`staff_chat`: the address of the staff's group, None for none; customers' commands would go to a customer there."""

    def __init__(self, api: Api, texts: Texts, patience: Patience, staff_chat: str | None = None) -> None:
        self._api = api
        self._texts = texts
        self._patience = patience
        self._staff_chat = staff_chat
        # Chats whose menu we set, so that it is done once and undone when they change the language.
        self._traditional: OrderedDict[str, None] = OrderedDict()
        self._queue: asyncio.Queue[tuple[str, bool]] = asyncio.Queue(1000)

    def of(self, language: str, commands: Sequence[str] = COMMANDS) -> list[dict[str, str]]:
        described = ((name, self._texts.label(f"dialogue.command.{name}", language, {})) for name in commands)
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
        for scope, commands, language, code in self._menus():
            parameters: dict[str, Any] = {"commands": self.of(language, commands), **scope}
            if code:
                parameters["language_code"] = code
            while not await self._call("setMyCommands", parameters):
                troubles += 1
                await asyncio.sleep(self._patience.back_off(troubles))
        while True:
            address, traditional = await self._queue.get()
            chat = {"type": "chat", "chat_id": int(address)}
            if traditional:
                await self._call("setMyCommands", {"commands": self.of("zh-Hant"), "scope": chat})
            else:
                await self._call("deleteMyCommands", {"scope": chat})

    def _menus(self) -> Iterator[tuple[dict[str, Any], Sequence[str], str, str]]:
        """Where, which commands, in which language, for whom of Telegram's languages."""
        group = {"scope": {"type": "chat", "chat_id": int(self._staff_chat)}} if self._staff_chat else None
        for language, code in (("en", ""), ("zh-Hans", "zh")):
            yield {}, COMMANDS, language, code
            if group:
                yield group, STAFF_COMMANDS, language, code

    async def _call(self, method: str, parameters: dict[str, Any]) -> bool:
        """True when there is no use in trying again."""
        try:
            await self._api.call(method, parameters)
        except Refused as no:
            return no.code not in (401, 404, 429)
        except TelegramError:
            return False
        return True
