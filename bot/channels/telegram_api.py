"""The Bot API as the channel uses it: python-telegram-bot's Bot for what is called now and then, plain calls for the rest."""

from typing import Any

from telegram import Bot

from bot.channels.telegram_request import ANSWER, LineRequest


class Api:
    """One bot's connection. `bot_id` is the number in its token; `bot` has every method of the Bot API."""

    def __init__(self, token: str, url: str) -> None:
        self.answer = ANSWER
        self.bot_id = int(token.partition(":")[0])
        self._url = f"{url.rstrip('/')}/bot{token}/"
        self._request = LineRequest()
        self.bot = Bot(
            token,
            base_url=f"{url.rstrip('/')}/bot",
            base_file_url=f"{url.rstrip('/')}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def start(self) -> None:
        """Opens the connections without calling anybody: a start does not wait for Telegram."""
        await self._request.initialize()

    async def stop(self) -> None:
        await self._request.shutdown()

    async def call(self, method: str, parameters: dict[str, Any], answer: float = 0) -> Any:
        """The raw result of a method, without the objects that the Bot would make of it.

        Raises NotSent, Unanswered or Refused of `telegram_request`.
        """
        return await self._request.call(self._url + method, parameters, answer or self.answer)

    async def download(self, file_id: str) -> bytes:
        """A file that somebody sent. Raises a TelegramError; `Refused` with code 413 for more than 20 MB."""
        file = await self.bot.get_file(file_id)
        return await self._request.retrieve(file.file_path or "")
