"""Open lines to visitors, and the one look at the table that serves them all."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from handlers.dialogue.engine import Outcome
from handlers.dialogue.incoming import Incoming
from storage import news
from storage.database import Database
from storage.messages import Message

log = logging.getLogger(__name__)

# An advisor may have answered from another process, which cannot wake us: look at least this often.
LOOK_EVERY = 1.0


# New rows of a chat, and the language that the person has chosen.
News = tuple[list[Message], str | None]


class Line:
    """One connection of a chat: how far it has come, and what to call with the rows behind that.

    `end`: what to call when the database has less than the page has seen, so that it comes back and begins anew.
    """

    __slots__ = ("chat_id", "deliver", "end", "seen")

    def __init__(self, chat_id: int, seen: int, deliver: Callable[[News], None], end: Callable[[], None]) -> None:
        self.chat_id, self.seen, self.deliver, self.end = chat_id, seen, deliver, end


class Lines:
    """All lines of this process. Each gets every row behind its `seen`, in order, once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lines: dict[int, list[Line]] = {}
        self._woken: set[int] = set()
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False
        self._breaks = database.breaks

    def start(self) -> None:
        self._stopping = False
        self._task = asyncio.create_task(self._look(), name="webchat-lines")

    async def stop(self) -> None:
        """Lets a look that is under way end: its thread holds a connection."""
        self._stopping = True
        self._wake.set()
        if self._task:
            await self._task

    def add(self, line: Line) -> None:
        self._lines.setdefault(line.chat_id, []).append(line)
        self._notice(line.chat_id)

    def remove(self, line: Line) -> None:
        lines = self._lines.get(line.chat_id, [])
        if line in lines:
            lines.remove(line)
        if not lines:
            self._lines.pop(line.chat_id, None)

    def follow(self, line: Line, chat_id: int) -> None:
        """Whoever was forgotten and writes on in an open page has another chat now."""
        self.remove(line)
        line.chat_id, line.seen = chat_id, 0
        self.add(line)

    def committed(self, _incoming: Incoming, outcome: Outcome) -> None:
        """A turn of this process is committed; made to be one of the listeners of `Turns`."""
        if outcome.chat_id in self._lines:
            self._notice(outcome.chat_id)

    def _notice(self, chat_id: int) -> None:
        self._woken.add(chat_id)
        self._wake.set()

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        everyone_at = loop.time() + LOOK_EVERY
        while not self._stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), max(0.0, everyone_at - loop.time()))
            self._wake.clear()
            chats = self._woken & self._lines.keys()
            self._woken.clear()
            if loop.time() >= everyone_at:
                chats, everyone_at = set(self._lines), loop.time() + LOOK_EVERY
            if not chats:
                continue
            try:
                if self._breaks != (breaks := self._database.breaks):
                    await self._end_ahead()
                    self._breaks = breaks
                await self._serve(chats)
            except SQLAlchemyError as trouble:
                log.warning("the web chat cannot read messages now: %s", type(trouble).__name__)
                await asyncio.sleep(LOOK_EVERY)

    async def _end_ahead(self) -> None:
        """After a fail-over to a server that lacks the last seconds, new rows get numbers that pages have seen already."""
        seen = {chat_id: max(line.seen for line in lines) for chat_id, lines in self._lines.items()}
        for chat_id in await asyncio.to_thread(self._ahead, seen):
            for line in list(self._lines.get(chat_id, [])):
                log.warning("a page has seen more than the database has, and begins anew")
                line.end()

    def _ahead(self, seen: dict[int, int]) -> set[int]:
        with self._database.reading() as session:
            return news.ahead(session, seen)

    async def _serve(self, chats: set[int]) -> None:
        seen = {chat_id: min(line.seen for line in self._lines[chat_id]) for chat_id in chats}
        rows = await asyncio.to_thread(self._read, seen)
        by_chat: dict[int, News] = {}
        for row, language in rows:
            by_chat.setdefault(row.chat_id, ([], language))[0].append(row)
        for chat_id, (theirs, language) in by_chat.items():
            for line in list(self._lines.get(chat_id, [])):
                if new := [row for row in theirs if row.id > line.seen]:
                    line.seen = new[-1].id
                    line.deliver((new, language))
        if len(rows) == news.LIMIT:
            for chat_id in chats:
                self._notice(chat_id)

    def _read(self, seen: dict[int, int]) -> list[tuple[Message, str | None]]:
        with self._database.reading() as session:
            return news.behind(session, seen)
