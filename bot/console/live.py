"""Pages that follow along: one open line a page (server-sent events), one look at the database a second for all of them.

A line says only that something has changed; the page then fetches itself again, through the same doors as ever. Whoever is
dismissed or logged out loses their lines with the next look.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import hdrs, web

from bot.clock import Clock
from bot.redaction import where
from handlers.desk import Desk, House, Missing
from handlers.staff import actions, rules, second_step
from storage import presence, pulse, staff
from storage.database import Database
from storage.pulse import Trace

log = logging.getLogger(__name__)

# Seconds between two looks, and between two signs of life on a line that has nothing to say.
LOOK_EVERY, BEAT = 1.0, 15.0
MOST_LINES, MOST_OF_ONE = 500, 12


@dataclass(eq=False, slots=True)
class Line:
    """One open page. `ticket_id`, `chat_id`: what it shows, 0 for a list. `stores` None: no wall."""

    digest: str
    staff_id: int
    stores: frozenset[int] | None
    ticket_id: int = 0
    chat_id: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)
    transport: asyncio.Transport | None = None
    closed: bool = False

    def concerns(self, ticket_id: int, store_id: int | None) -> bool:
        return ticket_id == self.ticket_id or self.stores is None or store_id is None or store_id in self.stores


@dataclass(frozen=True, slots=True)
class _Standing:
    """What was seen at a look."""

    traces: frozenset[Trace]
    words: dict[int, int]
    present: dict[int, dict[int, bool]]
    alive: dict[str, frozenset[int] | None]
    changed: pulse.Changed


class Live:
    """`in_thread` runs what blocks."""

    def __init__(self, database: Database, clock: Clock, house: House, in_thread: Callable[..., Awaitable[Any]]) -> None:
        self._database, self._clock, self._house, self._in_thread = database, clock, house, in_thread
        self._lines: set[Line] = set()
        self._looking: asyncio.Task[None] | None = None
        self._seen: _Standing | None = None
        self._said_at: datetime | None = None
        self._stopped = False

    async def answer(self, request: web.Request, secret: str) -> web.StreamResponse:
        """The line of a page. It ends when the page is closed, or its owner is out."""
        line = await self._in_thread(self._enter, secret, request.query.get("ticket", ""))
        if line is None:
            return web.Response(status=404)
        line.transport = request.transport
        mine = sum(1 for one in self._lines if one.staff_id == line.staff_id)
        if self._stopped or len(self._lines) >= MOST_LINES or mine >= MOST_OF_ONE:
            return web.Response(status=503, headers={hdrs.RETRY_AFTER: "5"})
        response = web.StreamResponse(headers={hdrs.CONTENT_TYPE: "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        await response.write(b"retry: 2000\n\n")
        self._lines.add(line)
        try:
            await self._follow(line, request.query.get("at", ""))
            await _speak(line, response)
        finally:
            self._lines.discard(line)
            if line.ticket_id and not any(self._same(one, line) for one in self._lines):
                with suppress(RuntimeError):  # the threads have gone home already
                    await self._in_thread(self._leave, line)
        return response

    def stop(self) -> None:
        """Ends every line; pages come back by themselves when we are there again."""
        self._stopped = True
        for line in self._lines:
            line.closed = True
            line.news.set()
        if self._looking:
            self._looking.cancel()

    # -- on the loop ---------------------------------------------------------------------------------------------------

    async def _follow(self, line: Line, mark: str) -> None:
        """From the next look on it hears what is new; what came between its page and now is said at once."""
        if self._seen is None:
            first = await self._in_thread(self._look, {line})
            self._seen = self._seen or first
        if self._looking is None or self._looking.done():
            self._looking = asyncio.get_running_loop().create_task(self._look_on(), name="console-live")
        if mark and mark != await self._in_thread(self._mark):
            line.news.set()

    async def _look_on(self) -> None:
        loop = asyncio.get_running_loop()
        while self._lines:
            began = loop.time()
            try:
                asked = set(self._lines)
                self._tell(asked, await self._in_thread(self._look, asked))
            except Exception as trouble:
                log.warning("a look for news of tickets failed: %s", where(trouble))
            await asyncio.sleep(max(0.0, LOOK_EVERY - (loop.time() - began)))
        self._seen = None

    def _tell(self, asked: set[Line], now: _Standing) -> None:
        """`asked`: the lines whose owners were looked up; who came in the meantime hears the news as well."""
        before, self._seen = self._seen, now
        for line in self._lines:
            if line in asked and (line.digest not in now.alive or line.transport is None or line.transport.is_closing()):
                line.closed = True
                line.news.set()
                continue
            line.stores = now.alive.get(line.digest, line.stores)
            if before and (_moved(line, now.changed) or _other(line, before, now)):
                line.news.set()

    @staticmethod
    def _same(one: Line, other: Line) -> bool:
        return (one.ticket_id, one.staff_id) == (other.ticket_id, other.staff_id)

    # -- in threads ----------------------------------------------------------------------------------------------------

    def _mark(self) -> str:
        with self._database.reading() as session:
            return pulse.mark(session)

    def _enter(self, secret: str, token: str) -> Line | None:
        """The line of this session about this ticket; None for strangers, and for what they may not see."""
        now = self._clock()
        with self._database.reading() as session:
            found = actions.session_of(session, secret, now) if secret else None
            if found is None:
                return None
            if second_step.missing(session, found.staff, self._house.second_step):
                return None
            desk = Desk(session, found.staff, now, self._house)
            try:
                ticket = desk.find("ticket", token) if token else None
            except Missing:
                return None
            line = Line(found.digest, found.staff_id, desk.wall)
        if ticket is not None:
            line.ticket_id, line.chat_id = ticket.id, ticket.chat_id
            with self._database.transaction() as session:
                presence.here(session, [(ticket.id, line.staff_id)], now)
        return line

    def _leave(self, line: Line) -> None:
        with self._database.transaction() as session:
            presence.gone(session, line.ticket_id, line.staff_id)

    def _look(self, lines: set[Line]) -> _Standing:
        now = self._clock()
        if self._said_at is None or now - self._said_at >= presence.EVERY or now < self._said_at:
            self._said_at = now
            with self._database.transaction() as session:
                presence.here(session, [(line.ticket_id, line.staff_id) for line in lines if line.ticket_id], now)
        with self._database.reading() as session:
            alive = staff.alive(session, {line.digest for line in lines}, now - rules.SESSION_LENGTH, now - rules.SESSION_IDLE)
            traces = pulse.newest(session)
            before = self._seen.traces if self._seen else traces
            return _Standing(
                traces,
                pulse.last_words(session, {line.chat_id for line in lines if line.chat_id}),
                presence.standing(session, now),
                {digest: None if store is None else frozenset({store}) for digest, store in alive.items()},
                pulse.since(session, before, traces),
            )


async def _speak(line: Line, response: web.StreamResponse) -> None:
    while not line.closed:
        try:
            await asyncio.wait_for(line.news.wait(), BEAT)
        except TimeoutError:
            await response.write(b": still here\n\n")
            continue
        line.news.clear()
        if not line.closed:
            await response.write(b"data: " + json.dumps({"changed": True}).encode() + b"\n\n")


def _moved(line: Line, changed: pulse.Changed) -> bool:
    return changed.everything or any(line.concerns(*one) for one in changed.tickets.items())


def _other(line: Line, before: _Standing, now: _Standing) -> bool:
    """Something that only whoever has this ticket open would see: words with the bot, and who else is there."""
    if not line.ticket_id:
        return False
    here = [{who: writes for who, writes in one.present.get(line.ticket_id, {}).items() if who != line.staff_id}
            for one in (before, now)]  # fmt: skip
    return here[0] != here[1] or before.words.get(line.chat_id, now.words.get(line.chat_id)) != now.words.get(line.chat_id)
