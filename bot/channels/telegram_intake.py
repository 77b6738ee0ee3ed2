"""Telegram's receiving half: one update at a time becomes a turn, and is safe in the database when `take` returns."""

import asyncio
import contextlib
import hashlib
import json
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from telegram.error import NetworkError, TelegramError

from bot.album import Album
from bot.attachments import clean_file
from bot.channels import telegram_updates as updates
from bot.channels.telegram_api import Api
from bot.channels.telegram_request import Refused
from bot.channels.telegram_staff import StaffDoor
from bot.clock import Clock
from bot.photos import CleanPhoto, PhotoRefused
from bot.redaction import where
from bot.turns import Turns
from handlers.contact import onward
from handlers.dialogue.engine import Outcome
from handlers.dialogue.incoming import Incoming
from handlers.tickets import actions
from handlers.tickets.word import Word
from handlers.tickets.work import By, Work
from storage import chats, messages, outbox, quarantine
from storage.database import Database, away

log = logging.getLogger(__name__)

Photos = Callable[[bytes], Awaitable[CleanPhoto]]

# With these the database is away: the update is kept by Telegram and comes again. Anything else would come again for ever.
AWAY = (OperationalError, InterfaceError, NoConnection)
TYPING_AFTER, TYPING_AGAIN = 0.4, 4.0
DOWNLOAD_WITHIN = 10.0


class Intake:
    """Turns updates into turns, in order within a chat.

    `heard` is called after each turn, `spoke` when staff have said or done something. `taken`: how many updates were read.
    """

    def __init__(
        self, api: Api, turns: Turns, database: Database, clock: Clock, staff_chat: str | None, photos: Photos | None
    ) -> None:
        self.heard: Callable[[Incoming, Outcome], None] | None = None
        self.spoke: Callable[[], None] = lambda: None
        self.taken = 0
        self._api = api
        self._turns = turns
        self._database = database
        self._clock = clock
        self._staff_chat = staff_chat
        self._photos = photos
        self._album = Album(database, clock)
        self._staff = StaffDoor(database, turns.engine.texts, clock)
        # Chats whose photo is still being fetched: what they send meanwhile waits behind it.
        self._busy: dict[str, asyncio.Future[None]] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._leaving: set[str] = set()

    async def stop(self) -> None:
        """Gives answers to presses that are under way a moment to leave."""
        if self._background:
            await asyncio.wait(self._background, timeout=0.5)
        for task in self._background:
            task.cancel()

    async def take(self, update: Any) -> None:
        """Returns when the update is committed, parked or of no use. Raises when the database does not answer, or only reads."""
        self.taken += 1
        try:
            event = updates.read(update, self._api.bot_id, time.time()) if isinstance(update, dict) else updates.number_of(update)
        except updates.Malformed as why:
            await self.park(update, str(why))
            return
        try:
            if isinstance(event, updates.Heard):
                await self._hear(event)
            elif isinstance(event, updates.Edited):
                await self._in_line(event.address, self._hear_edit(event))
            elif isinstance(event, updates.Staffed):
                await self._hear_staff(event)
            elif isinstance(event, updates.Blocked):
                await asyncio.to_thread(self._lose, event)
            elif isinstance(event, updates.Group):
                if event.address == self._staff_chat:
                    await asyncio.to_thread(self._find_again, event.address)
                self._leave(event.address)
            elif isinstance(event, updates.Query):
                self._answer(event.query, "")
        except Exception as bug:
            if isinstance(bug, AWAY) or (isinstance(bug, DBAPIError) and away(bug)):
                raise
            # Not even the apology could be written down: a person has to look at it.
            log.error("an update could not be handled: %s", where(bug))
            await self.park(update, f"error: {type(bug).__name__}")

    async def park(self, update: Any, reason: str) -> None:
        """Puts an update aside for a person. Raises one of AWAY when the database does not answer."""
        raw = json.dumps(update, default=str)
        try:
            key = f"telegram:{self._api.bot_id}:{updates.number_of(update)}"
        except updates.Malformed:
            key = f"telegram:{self._api.bot_id}:{hashlib.sha256(raw.encode()).hexdigest()}"
        log.warning("update %s was put aside: %s", key, reason)

        def put() -> None:
            with self._database.transaction() as session:
                quarantine.put(session, key=key, channel="telegram", reason=reason, raw=raw, now=self._clock())

        await asyncio.to_thread(put)

    # -- turns ---------------------------------------------------------------------------------------------------------

    async def _hear(self, heard: updates.Heard) -> None:
        address = heard.incoming.address
        if heard.incoming.extra.get("answers"):
            await self._in_line(address, self._hear_reply(heard))
        elif heard.file or address in self._busy:
            await self._in_line(address, self._hear_photo(heard) if heard.file else self._turn(heard))
        else:
            await self._turn(heard)

    async def _in_line(self, address: str, work: Coroutine[Any, Any, Any]) -> None:
        before, mine = self._busy.get(address), asyncio.get_running_loop().create_future()
        self._busy[address] = mine
        try:
            if before is not None:
                await before
            await work
        finally:
            work.close()
            mine.set_result(None)
            if self._busy.get(address) is mine:
                del self._busy[address]

    async def _turn(self, heard: updates.Heard) -> Outcome:
        incoming = heard.incoming
        typing = _Typing(lambda: self._type(incoming.address))
        try:
            outcome = await self._turns.take(incoming)
        finally:
            typing.stop()
        if heard.query:
            self._answer(heard.query, outcome.toast)
        if self.heard:
            self.heard(incoming, outcome)
        return outcome

    def _type(self, address: str) -> None:
        self._later(self._api.call("sendChatAction", {"chat_id": int(address), "action": "typing"}))

    def _answer(self, query: str, toast: str) -> None:
        """Ends the press's spinner. One that is too old does not spin any more, so nobody need know."""
        parameters: dict[str, Any] = {"callback_query_id": query}
        if toast:
            parameters["text"] = toast[:200]
        self._later(self._api.call("answerCallbackQuery", parameters))

    def _later(self, call: Coroutine[Any, Any, Any]) -> None:
        """Does what nobody waits for; whether it works is not important enough to try again."""

        async def quietly() -> None:
            with contextlib.suppress(TelegramError):
                await call

        task = asyncio.create_task(quietly())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # -- staff ---------------------------------------------------------------------------------------------------------

    async def _hear_staff(self, event: updates.Staffed) -> None:
        """What is said and pressed in the staff's group, and their buttons in private chats. Any other group is left."""
        word = event.word
        if word.address.startswith("-") and word.address != self._staff_chat:
            if event.query:
                self._answer(event.query, "")
            self._leave(word.address)
            return
        # What stands in one topic keeps its order.
        await self._in_line(f"{word.address}/{word.thread}", self._staff_turn(word, event.file, event.query, event.attached))

    async def _staff_turn(self, word: Word, file: str, query: str, attached: tuple[str, str] = ("", "")) -> None:
        media_id, is_new = "", False
        if word.address == self._staff_chat:
            await asyncio.to_thread(self._find_again, word.address)
        chat_id = await asyncio.to_thread(self._staff.wants_photo, word) if file and not word.refusal else None
        if chat_id is not None:
            try:
                await asyncio.to_thread(self._album.open, None)
                photo = await self._fetch(file)
                media_id, is_new = await asyncio.to_thread(self._album.keep, chat_id, photo)
                word = replace(word, picture=media_id)
            except PhotoRefused as why:
                word = replace(word, refusal=why.key)
        elsewhere = await asyncio.to_thread(self._staff.wants_file, word) if attached[0] and word.kind == "copy" else None
        if elsewhere is not None:
            try:
                await asyncio.to_thread(self._album.open, None)
                stored = clean_file(await self._bytes(attached[0]), attached[1])
                media_id, is_new = await asyncio.to_thread(self._album.keep, elsewhere, stored)
                word = replace(word, file=(media_id, stored.name))
            except PhotoRefused as why:
                word = replace(word, refusal=why.key)
        heard = await asyncio.to_thread(self._staff.take, word)
        if query:
            self._answer(query, heard.toast)
        if heard.duplicate and is_new:
            await asyncio.to_thread(self._album.drop, media_id)
        if heard.spoke:
            self.spoke()

    async def _hear_reply(self, heard: updates.Heard) -> None:
        """In a private chat: an answer of staff to a message about a ticket, or what anybody says to the bot."""
        word = updates.as_word(heard)
        if await asyncio.to_thread(self._staff.concerns, word):
            await self._staff_turn(word, heard.file, "", heard.attached)
        elif heard.file:
            await self._hear_photo(heard)
        else:
            await self._turn(heard)

    async def _hear_edit(self, edited: updates.Edited) -> None:
        word = Word(
            key=edited.key, address=edited.address, person=edited.address, ref=edited.ref, text=edited.text, edited=True
        )  # fmt: skip
        if await asyncio.to_thread(self._staff.concerns, word):
            await self._staff_turn(word, "", "")
        else:
            await asyncio.to_thread(self._note_edit, edited)

    # -- photos --------------------------------------------------------------------------------------------------------

    async def _hear_photo(self, heard: updates.Heard) -> None:
        try:
            chat_id = await asyncio.to_thread(self._album.of, "telegram", heard.incoming.address)
            await asyncio.to_thread(self._album.open, chat_id)
            photo = await self._fetch(heard.file)
        except PhotoRefused as why:
            refused = replace(heard.incoming, kind="other", extra={**heard.incoming.extra, "refusal": why.key})
            await self._turn(replace(heard, incoming=refused))
            return
        media_id, is_new = await asyncio.to_thread(self._album.keep, chat_id, photo)
        outcome = await self._turn(replace(heard, incoming=replace(heard.incoming, media=(media_id,))))
        if (outcome.duplicate or outcome.dropped) and is_new:
            await asyncio.to_thread(self._album.drop, media_id)

    async def _fetch(self, file_id: str) -> CleanPhoto:
        """The picture, made anew. Raises PhotoRefused, also for a file that Telegram does not give us."""
        if self._photos is None:
            raise PhotoRefused("dialogue.photo.not_a_photo")
        return await self._photos(await self._bytes(file_id))

    async def _bytes(self, file_id: str) -> bytes:
        """What Telegram has of a file. Raises PhotoRefused."""
        try:
            # What else was fetched together with it is confirmed only after it: it must not take long.
            async with asyncio.timeout(DOWNLOAD_WITHIN):
                return await self._download(file_id)
        except Refused as no:
            raise PhotoRefused("dialogue.photo.too_big" if no.code == 413 else "dialogue.photo.empty") from None
        except (TelegramError, TimeoutError):
            raise PhotoRefused("dialogue.photo.empty") from None

    async def _download(self, file_id: str) -> bytes:
        while True:
            try:
                return await self._api.download(file_id)
            except NetworkError:
                await asyncio.sleep(0.5)

    # -- what is not a turn --------------------------------------------------------------------------------------------

    def _note_edit(self, edited: updates.Edited) -> None:
        with self._database.transaction() as session:
            if chat := chats.find(session, "telegram", edited.address):
                now = self._clock()
                if row := messages.note_edit(session, chat.id, edited.ref, edited.text, now):
                    actions.rewritten(Work(session, self._turns.engine.texts, now, By("customer", "telegram")), row)

    def _lose(self, blocked: updates.Blocked) -> None:
        with self._database.transaction() as session:
            if chat := chats.find(session, "telegram", blocked.address):
                now = self._clock()
                if outbox.lose(session, chat.id, now):
                    onward.take_over(session, chat.id, now)
                    outbox.cancel_waiting(session, chat.id)

    def _find_again(self, address: str) -> None:
        """Something was said in the staff's own group, or the bot came back to it: it can be reached."""
        with self._database.reading() as session:
            chat = chats.find(session, "telegram", address)
        if chat and not chat.reachable:
            with self._database.transaction() as session:
                chats.arrive(session, "telegram", address, pulls=False, now=self._clock())

    def _leave(self, address: str) -> None:
        """Personal matters belong in private chats: we leave every group that is not the staff's own."""
        if address == self._staff_chat or address in self._leaving:
            return
        self._leaving.add(address)

        async def leave() -> None:
            try:
                await self._api.bot.leave_chat(int(address))
                log.info("left a group that the bot is not meant to be in")
            finally:
                self._leaving.discard(address)

        self._later(leave())


class _Typing:
    """Calls `show` when a turn takes long, and again while it does: Telegram forgets it after five seconds."""

    __slots__ = ("_next", "_show")

    def __init__(self, show: Callable[[], None]) -> None:
        self._show = show
        self._next = asyncio.get_running_loop().call_later(TYPING_AFTER, self._do)

    def stop(self) -> None:
        self._next.cancel()

    def _do(self) -> None:
        self._show()
        self._next = asyncio.get_running_loop().call_later(TYPING_AGAIN, self._do)
