"""Topics of the staff's forum group: made, renamed, closed, and found again for what belongs into them."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import select
from telegram.error import TelegramError

from bot.channels.channel import Fate, Result, Slot
from bot.channels.telegram_api import Api
from storage.database import Database
from storage.messages import MESSAGES
from storage.outbox import Letter

# A group without topics is asked again after so many seconds whether it has them now.
PLAIN_FOR = 600.0
_METHODS = {"rename": "editForumTopic", "close": "closeForumTopic", "reopen": "reopenForumTopic"}
_PLAIN = ("not a forum", "not enough rights", "chat_admin_required")
_GONE = ("message thread not found", "topic_id_invalid", "topic_deleted", "topic_closed")


def is_astray(result: Result) -> bool:
    """Whether it was refused because the topic is not there, or nobody may write in it."""
    return result.fate is Fate.REFUSED and any(words in result.reason.lower() for words in _GONE)


class Topics:
    """`fate_of` says what an error means, as for messages."""

    def __init__(self, api: Api, database: Database, fate_of: Callable[[TelegramError], Result]) -> None:
        self._api = api
        self._database = database
        self._fate_of = fate_of
        self._plain: dict[str, float] = {}

    async def change(self, letter: Letter, slot: Slot) -> Result:
        """Does what a letter of kind "topic" asks for. In a group without topics there is nothing to do, and all is well."""
        if not letter.address.startswith("-") or time.monotonic() < self._plain.get(letter.address, 0.0):
            return Result(Fate.SENT)
        parameters: dict[str, Any] = {"chat_id": int(letter.address)}
        do = letter.data["do"]
        if do != "create":
            thread = await self._ref(letter.data.get("topic"))
            if thread is None:
                return Result(Fate.SENT)
            parameters["message_thread_id"] = int(thread)
        if do in ("create", "rename"):
            parameters["name"] = letter.text[:120]
        if not await slot():
            return Result(Fate.RETURNED)
        try:
            answer = await self._api.call(_METHODS.get(do, "createForumTopic"), parameters)
        except TelegramError as error:
            return self._refused(letter, self._fate_of(error))
        made = answer.get("message_thread_id") if isinstance(answer, dict) else None
        return Result(Fate.SENT, ref=str(made) if made else None)

    def _refused(self, letter: Letter, result: Result) -> Result:
        why = result.reason.lower()
        if result.fate is not Fate.REFUSED:
            return result
        if "not_modified" in why or "not modified" in why:
            return Result(Fate.SENT)
        if any(words in why for words in _PLAIN):
            if letter.data["do"] == "create":
                self._plain[letter.address] = time.monotonic() + PLAIN_FOR
            return Result(Fate.SENT)
        if letter.data["do"] != "create" and is_astray(result):
            # A matter that is over needs no topic any more.
            return Result(Fate.SENT) if letter.data["do"] == "close" else Result(Fate.ASTRAY)
        return result

    async def place(self, letter: Letter, steps: list[dict[str, Any]]) -> bool:
        """Puts the calls of a letter into its topic, or in a group without topics under its card, the first one under what it
        replies to; whether it has a topic.

        `data`: `topic`, `under` and `answers` are rows of ours, `answers_ref` is Telegram's number of a message.
        """
        thread, data = await self._ref(letter.data.get("topic")), letter.data
        for parameters in steps if thread is not None else ():
            parameters["message_thread_id"] = int(thread or 0)
        answered = data.get("answers_ref") or await self._ref(data.get("answers"))
        card = await self._ref(data.get("under")) if thread is None else None
        for number, parameters in enumerate(steps):
            if replied := (answered if number == 0 else None) or card:
                parameters["reply_parameters"] = {"message_id": int(replied), "allow_sending_without_reply": True}
        return thread is not None

    async def pin(self, address: str, ref: str | None) -> None:
        """A card that is not pinned is a card all the same."""
        if ref:
            with suppress(TelegramError):
                pinned = {"chat_id": int(address), "message_id": int(ref), "disable_notification": True}
                await self._api.call("pinChatMessage", pinned)

    async def _ref(self, message_id: Any) -> str | None:
        """Telegram's id of what a row of ours became."""
        return await asyncio.to_thread(self._look_up, int(message_id)) if message_id else None

    def _look_up(self, message_id: int) -> str | None:
        with self._database.reading() as session:
            query = select(MESSAGES.c.channel_ref, MESSAGES.c.data).where(MESSAGES.c.id == message_id)
            row = session.execute(query).one_or_none()
        # What came in has it among its data.
        return (row.channel_ref or row.data.get("ref")) if row else None
