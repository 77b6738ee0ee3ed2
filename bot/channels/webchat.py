"""The web chat: what a visitor does becomes turns; the rows of the chat go to the page by WebSocket or long-poll."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

from aiohttp import WSCloseCode, hdrs, web

from bot.album import MOST_PER_HOUR, Album
from bot.attachments import saved_as
from bot.channels.webchat_frames import MAX_FRAME, BadFrame, Hello, Said, client_id_of, hello, parse, said
from bot.channels.webchat_gate import Allowance, Origins, address_of, bearer, new_token
from bot.channels.webchat_lines import Line, Lines, News
from bot.channels.webchat_pages import Pages
from bot.channels.webchat_photos import MIMES, Photos
from bot.channels.webchat_rows import key_of, shown
from bot.channels.webchat_socket import FIRST_FRAME_WITHIN, Frame, Socket
from bot.clock import Clock
from bot.photos import PhotoRefused
from bot.turns import Turns
from bot.web import Proxies
from handlers.dialogue.engine import Outcome
from handlers.dialogue.incoming import Incoming
from storage import chats, messages
from storage.database import Database
from storage.messages import Message

log = logging.getLogger(__name__)

HISTORY = 50
POLL_FOR = 25.0
BODY_WITHIN = 10.0
# How long a page that cannot be served now should wait, in seconds.
RETRY_AFTER = "5"


class _Visit:
    """A visitor who is here: the chat, what the page has missed, and a token if it needs a new one."""

    __slots__ = ("address", "chat", "hello", "missed", "reset", "token")

    def __init__(
        self, hello: Hello, address: str, chat: chats.Chat, missed: list[Message], *, reset: bool, token: str | None
    ) -> None:
        self.hello, self.address, self.chat, self.missed, self.reset, self.token = hello, address, chat, missed, reset, token

    @property
    def seen(self) -> int:
        return self.missed[-1].id if self.missed else 0 if self.reset else self.hello.seen

    def frame(self) -> Frame:
        """`reset`: what the page shows is not of this chat, or not the newest, and must be dropped first."""
        frame: Frame = {"t": "welcome", "reset": self.reset, "rows": _shown(self.missed, self.address), "seen": self.seen}
        if self.token:
            frame["token"] = self.token
        if self.chat.language_chosen:
            frame["language"] = self.chat.language
        return frame


class WebChat:
    """The channel "web". Put `routes()` into the application; `start()` and `stop()` on the running loop.

    `allowed_origins`: other sites that carry the widget, such as "https://www.example.com" (ValueError for a wrong one).
    `proxies`: who may say whose request it passes on. `most_sockets` in all and `most_per_address` of one client are open at
    once, long-polls included. Start it after `turns`, and stop it before them and before the web server.
    """

    def __init__(
        self,
        turns: Turns,
        database: Database,
        clock: Clock,
        allowed_origins: Iterable[str] = (),
        *,
        proxies: Proxies | None = None,
        most_sockets: int = 2000,
        most_per_address: int = 100,
    ) -> None:
        self._turns, self._database, self._clock = turns, database, clock
        self._origins, self._proxies = Origins(allowed_origins), proxies or Proxies()
        self._pages, self._photos, self._lines = (
            Pages(database, self._origins, clock),
            Photos(Album(database, clock)),
            Lines(database),
        )
        self._sockets: set[Socket] = set()
        self._open: dict[str, int] = {}
        self._most, self._most_per_address = most_sockets, most_per_address
        # Per client address: connections, and visitors never seen before. Per chat: things said, photos tried.
        self._connects = Allowance(burst=most_per_address, per_second=5)
        self._newcomers = Allowance(burst=most_per_address, per_second=1)
        self._words = Allowance(burst=40, per_second=10)
        self._uploads = Allowance(burst=MOST_PER_HOUR, per_second=MOST_PER_HOUR / 3600)

    def routes(self) -> list[web.RouteDef]:
        paths = ("/chat/config", "/chat/send", "/chat/poll", "/chat/photo", "/chat/file", "/chat/media/{id}")
        return [
            *self._pages.routes(),
            web.get("/chat/ws", self._websocket),
            web.post("/chat/send", self._send),
            web.post("/chat/poll", self._poll),
            web.post("/chat/photo", self._photo),
            web.post("/chat/file", self._photo),
            web.get("/chat/media/{id}", self._media),
            *(web.options(path, self._preflight) for path in paths),
        ]

    async def start(self) -> None:
        self._lines.start()
        self._turns.listeners.append(self._lines.committed)

    async def stop(self) -> None:
        """Tells every page to come back later; what it has not been told was done it will send again."""
        self._turns.listeners.remove(self._lines.committed)
        closing = [socket.close(WSCloseCode.GOING_AWAY, "restarting") for socket in self._sockets]
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*closing, return_exceptions=True), 2)
        await self._lines.stop()

    # -- who is there ---------------------------------------------------------------------------------------------------

    async def _visit(self, hello: Hello, client: str) -> _Visit | None:
        """The visitor's chat and what the page missed; a stranger is given a token and greeted. None: too many strangers."""
        address, token = hello.address, None
        found = await asyncio.to_thread(self._find, address, hello.seen) if address else None
        if found is None:
            if not self._newcomers.spend(client):
                return None
            token = new_token()
            address = address_of(token)
            assert address is not None, "a token of ours has an address"
            await self._turns.take(self._incoming(address, "start", hello, kind="start", payload=hello.payload))
            found = await asyncio.to_thread(self._find, address, 0)
            assert found is not None, "the turn made the chat"
        elif hello.payload and address and self._words.spend(address):
            # A link that is opened again, by whoever has been here before; a page that only connects anew says it again, too.
            day = f"{self._clock():%Y%m%d}"
            await self._turns.take(
                self._incoming(address, f"start:{day}:{hello.payload}", hello, kind="start", payload=hello.payload)
            )
            found = await asyncio.to_thread(self._find, address, hello.seen) or found
        assert address is not None, "found by it"
        chat, missed, reset = found
        return _Visit(hello, address, chat, missed, reset=reset or token is not None, token=token)

    def _find(self, address: str, seen: int) -> tuple[chats.Chat, list[Message], bool] | None:
        """The chat, its rows that the page needs, and whether the page must begin anew because it is too far behind."""
        with self._database.reading() as session:
            chat = chats.find(session, "web", address)
            if chat is None:
                return None
            # A row that is not there was lost with a server, or forgotten: what the page shows is not what there is.
            if seen and messages.is_there(session, chat.id, seen):
                missed = messages.after(session, chat.id, seen, limit=HISTORY + 1)
                if len(missed) <= HISTORY:
                    return chat, missed, False
            return chat, messages.latest(session, chat.id, HISTORY), True

    def _incoming(self, address: str, client_id: str, hello: Hello, kind: str, **more: Any) -> Incoming:
        return Incoming(
            "web", address, key_of(address, client_id), kind, language=hello.language, store=hello.store, pulls=True, **more
        )

    async def _in_measure(self, address: str) -> None:
        """Waits while this visitor says more than anybody can; meanwhile nothing more is read from the page."""
        while not self._words.spend(address):
            await asyncio.sleep(0.2)

    async def _take(self, address: str, words: Said, hello: Hello, line: Line | None = None) -> Frame:
        """The turn, and what to tell the page about it. `line`: the open one, so that it goes along to another chat."""
        incoming = self._incoming(
            address, words.client_id, hello, "press" if words.press else "text", text=words.text, press=words.press
        )
        try:
            outcome = await self._turns.take(incoming)
            if line is not None and line.chat_id != outcome.chat_id:
                self._lines.follow(line, outcome.chat_id)
            return _ack(words.client_id, outcome)
        except Exception as trouble:
            log.warning("a turn of the web chat has to be tried again: %s", type(trouble).__name__)
            return {"t": "later", "id": words.client_id}

    # -- the bound on open lines ----------------------------------------------------------------------------------------

    def _come_in(self, client: str) -> bool:
        if sum(self._open.values()) >= self._most or self._open.get(client, 0) >= self._most_per_address:
            return False
        if not self._connects.spend(client):
            return False
        self._open[client] = self._open.get(client, 0) + 1
        return True

    def _leave(self, client: str) -> None:
        self._open[client] -= 1
        if not self._open[client]:
            del self._open[client]

    # -- WebSocket ------------------------------------------------------------------------------------------------------

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        if not self._origins.admits(request):
            return self._no(request, 403)
        client = self._proxies.client(request)
        if not self._come_in(client):
            return self._no(request, 429)
        socket = Socket()
        try:
            response = await socket.open(request)
            self._sockets.add(socket)
            try:
                await self._talk(socket, client)
            except (BadFrame, TimeoutError):
                await socket.close(WSCloseCode.POLICY_VIOLATION, "not our protocol")
            except Exception as trouble:
                log.warning("a line of the web chat broke: %s", type(trouble).__name__)
                await socket.close(WSCloseCode.TRY_AGAIN_LATER, "try again later")
            else:
                await socket.close()
            return response
        finally:
            socket.end()
            self._sockets.discard(socket)
            self._leave(client)

    async def _talk(self, socket: Socket, client: str) -> None:
        first = await socket.frame(within=FIRST_FRAME_WITHIN)
        if first is None:
            return
        visit = await self._visit(hello(first), client)
        if visit is None:
            await socket.close(WSCloseCode.TRY_AGAIN_LATER, "too many visitors")
            return
        socket.put(visit.frame())
        address, its_hello = visit.address, visit.hello
        line = Line(visit.chat.id, visit.seen, lambda news: socket.put(_news(news, address)), socket.begin_anew)
        self._lines.add(line)
        try:
            while (frame := await socket.frame()) is not None:
                if frame.get("t") == "ping":
                    socket.put({"t": "pong"})
                    continue
                words = said(frame)
                await self._in_measure(address)
                await socket.do(words.client_id, lambda words=words: self._take(address, words, its_hello, line))  # type: ignore[misc]
        finally:
            self._lines.remove(line)

    # -- long-poll ------------------------------------------------------------------------------------------------------

    async def _poll(self, request: web.Request) -> web.Response:
        """For where WebSockets do not get through: waits until there is something new, 25 seconds at most."""
        try:
            first = hello(await self._json(request), bearer(request))
        except BadFrame:
            return self._no(request, 400)
        client = self._proxies.client(request)
        if not self._come_in(client):
            return self._no(request, 429)
        try:
            visit = await self._visit(first, client)
            if visit is None:
                return self._no(request, 429)
            if not visit.missed and not visit.reset:
                return self._yes(request, await self._next(visit))
            return self._yes(request, visit.frame())
        finally:
            self._leave(client)

    async def _next(self, visit: _Visit) -> Frame:
        new: asyncio.Future[News] = asyncio.get_running_loop().create_future()
        line = Line(
            visit.chat.id,
            visit.seen,
            lambda news: None if new.done() else new.set_result(news),
            lambda: None if new.done() else new.set_exception(TimeoutError()),
        )
        self._lines.add(line)
        try:
            return _news(await asyncio.wait_for(new, POLL_FOR), visit.address)
        except TimeoutError:
            return visit.frame()
        finally:
            self._lines.remove(line)

    async def _send(self, request: web.Request) -> web.Response:
        try:
            frame = await self._json(request)
            words, its_hello = said(frame), hello({**frame, "seen": 0}, bearer(request))
        except BadFrame:
            return self._no(request, 400)
        chat = await self._chat_of(its_hello.address)
        if chat is None:
            return self._no(request, 401)
        await self._in_measure(chat.address)
        return self._yes(request, await self._take(chat.address, words, its_hello))

    async def _chat_of(self, address: str | None) -> chats.Chat | None:
        return await asyncio.to_thread(self._known, address) if address else None

    def _known(self, address: str) -> chats.Chat | None:
        with self._database.reading() as session:
            return chats.find(session, "web", address)

    # -- photos ---------------------------------------------------------------------------------------------------------

    async def _photo(self, request: web.Request) -> web.Response:
        """One photo (or file, called as `X-Name` says) as the body, its client id in `?id=`, its caption in `X-Caption`.

        Both are percent-encoded.
        """
        if not self._origins.admits(request):
            return self._no(request, 403)
        try:
            client_id = client_id_of(request.query.get("id"))
        except BadFrame:
            return self._no(request, 400)
        chat = await self._chat_of(bearer(request))
        if chat is None:
            return self._no(request, 401)
        texts, language = self._turns.engine.texts, chat.language or "en"
        try:
            name = unquote(request.headers.get("X-Name", ""))[:400] if request.path.endswith("/file") else None
            if name is None and request.content_type not in MIMES:
                raise PhotoRefused("dialogue.photo.not_a_photo")
            if not self._uploads.spend(chat.address):
                raise PhotoRefused("dialogue.photo.too_many")
            photo_id, is_new, file = await self._photos.take(request, chat.id, name)
        except PhotoRefused as no:
            return self._yes(request, {"t": "refused", "id": client_id, "why": texts.label(no.key, language, {})})
        caption = unquote(request.headers.get("X-Caption", ""))[:4096]
        incoming = self._incoming(
            chat.address, client_id, Hello(chat.address, 0, language, ""), "file" if file else "photo", text=caption,
            media=() if file else (photo_id,),
            extra={"files": [{"id": photo_id, "name": file.name}]} if file else {},
        )  # fmt: skip
        try:
            outcome = await self._turns.take(incoming)
        except Exception:
            if is_new:
                await self._photos.drop(photo_id)
            raise
        if (outcome.duplicate or outcome.dropped) and is_new:
            await self._photos.drop(photo_id)
        return self._yes(request, _ack(client_id, outcome))

    async def _media(self, request: web.Request) -> web.Response:
        chat = await self._chat_of(bearer(request))
        photo = await self._photos.find(request.match_info["id"][:40].replace("\0", ""), chat.id) if chat else None
        if photo is None:
            return self._no(request, 404)
        mime, content, name = photo
        headers: dict[str, str] = {hdrs.CONTENT_TYPE: mime, hdrs.CONTENT_DISPOSITION: saved_as(name or "photo.jpg")}
        return web.Response(body=content, headers={**self._origins.headers(request), **headers})

    # -- answers --------------------------------------------------------------------------------------------------------

    async def _json(self, request: web.Request) -> dict[str, Any]:
        """The body of a post by our page. Raises BadFrame, also for another site."""
        if not self._origins.admits(request) or request.content_type != "application/json":
            raise BadFrame("not our page")
        if (request.content_length or 0) > MAX_FRAME:
            raise BadFrame("too long")
        async with asyncio.timeout(BODY_WITHIN):
            body = await request.content.read(MAX_FRAME + 1)
            while not request.content.at_eof() and len(body) <= MAX_FRAME:
                body += await request.content.read(MAX_FRAME)
        if len(body) > MAX_FRAME:
            raise BadFrame("too long")
        return parse(body)

    async def _preflight(self, request: web.Request) -> web.Response:
        if not self._origins.admits(request):
            return self._no(request, 403)
        allow = {
            "Access-Control-Allow-Methods": "GET, POST",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, X-Caption, X-Name",
            "Access-Control-Max-Age": "600",
        }
        return web.Response(status=204, headers={**self._origins.headers(request), **allow})

    def _yes(self, request: web.Request, frame: Mapping[str, Any]) -> web.Response:
        return web.json_response(frame, headers=self._origins.headers(request))

    def _no(self, request: web.Request, status: int) -> web.Response:
        headers = self._origins.headers(request)
        if status == 429:
            headers[hdrs.RETRY_AFTER] = RETRY_AFTER
        return web.json_response({"t": "no"}, status=status, headers=headers)


def _ack(client_id: str, outcome: Outcome) -> Frame:
    ack: Frame = {"t": "ack", "id": client_id}
    if outcome.message_id is not None:
        ack["row"] = outcome.message_id
    if outcome.toast:
        ack["toast"] = outcome.toast
    return ack


def _shown(rows: Iterable[Message], address: str) -> list[Frame]:
    return [row for message in rows if (row := shown(message, address)) is not None]


def _news(news: News, address: str) -> Frame:
    rows, language = news
    return {"t": "rows", "rows": _shown(rows, address), "seen": rows[-1].id, **({"language": language} if language else {})}
