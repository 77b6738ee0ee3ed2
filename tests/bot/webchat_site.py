"""A web chat on a free port, with visitors who speak its protocol. The database and the engine are real."""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import aiohttp

from bot.channels.webchat import WebChat
from bot.turns import Turns
from bot.web import Proxies, WebServer, make_app
from handlers.dialogue import Button, Feature, Reply, Turn
from handlers.dialogue.engine import Engine
from handlers.dialogue.memo import Memo
from storage.database import Database

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def _greet(turn: Turn) -> Reply:
    return Reply("<b>Hello</b>", [Button("Prices", "welcome.prices", {"secret": 7}), Button("Menu", "menu")], passing=True)


def _menu(turn: Turn) -> Reply:
    return Reply("Menu", [[Button("A", "welcome.prices"), Button("B", "welcome.prices")], [Button("C", "menu")]])


def _echo(turn: Turn) -> Reply:
    if turn.words == "think":
        time.sleep(0.6)  # what a slow database does; the page shows that somebody is typing
    if turn.words.startswith("crash"):
        raise RuntimeError(turn.words)
    return Reply(turn.plain(f"You said: {turn.words}"))


def _photo(turn: Turn) -> Reply:
    return Reply(turn.plain(f"A photo: {turn.words}"), picture=turn.incoming.media[0])


# It takes the name of a real feature because texts are found by it.
ECHO = Feature(
    "welcome",
    words={"start": _greet, "menu": _menu},
    actions={"prices": lambda turn, value: Reply(f"Prices {value}")},
    fallback=_echo,
    receives={"photo": _photo},
)


class Site:
    """`async with Site(url) as site:` … `now` may be changed while it runs.

    Its clock goes eight times as fast as ours: a program types too fast for a person, and would be taken for a flood.
    """

    def __init__(
        self, url: str, features: Sequence[Feature] = (ECHO,), *, memo: Memo | None = None, origins: Sequence[str] = (),
        proxies: Sequence[str] = (), connections: int = 3000, port: int = 0, **options: Any,
    ) -> None:  # fmt: skip
        self.now, self._began = NOW, time.monotonic()
        self.database = Database(url)
        self.turns = Turns(Engine(self.database, list(features), memo), self.clock)
        self.chat = WebChat(self.turns, self.database, self.clock, origins, proxies=Proxies(proxies), **options)
        self.app = make_app(self.ready)
        self.app.add_routes(self.chat.routes())
        self.is_ready = True
        self.server = WebServer(self.app, "127.0.0.1", port, connections=connections)

    def clock(self) -> datetime:
        return self.now + 8 * timedelta(seconds=time.monotonic() - self._began)

    async def ready(self) -> bool:
        return self.is_ready

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    async def start(self) -> None:
        self.turns.start()
        await self.chat.start()
        await self.server.start()
        self.http = aiohttp.ClientSession(self.url)

    async def stop(self) -> None:
        await self.http.close()
        await self.chat.stop()
        await self.server.stop()
        await self.turns.stop()
        self.database.close()

    async def __aenter__(self) -> "Site":
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()

    def visitor(self, token: str = "", seen: int = 0, **hello: Any) -> "Visitor":
        return Visitor(self, token, seen, hello)


class Visitor:
    """A page over WebSocket: `async with site.visitor() as ann:`. Keeps all frames in `frames` and rows in `rows`."""

    _ids = itertools.count(1)

    def __init__(self, site: Site, token: str, seen: int, hello: dict[str, Any]) -> None:
        self.site, self.token, self.seen, self.hello = site, token, seen, hello
        self.frames: list[dict[str, Any]] = []
        self.rows: list[dict[str, Any]] = []

    async def __aenter__(self) -> "Visitor":
        patience = aiohttp.ClientWSTimeout(ws_close=0.2)
        self.ws = await self.site.http.ws_connect("/chat/ws", headers={"Origin": self.site.url}, timeout=patience)
        hello = {"t": "hello", "seen": self.seen, "language": "en", **self.hello}
        await self.ws.send_json({**hello, "token": self.token} if self.token else hello)
        self.welcome = await self.frame("welcome")
        self.token = self.welcome.get("token", self.token)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ws.close()

    async def frame(self, kind: str = "", within: float = 60.0) -> dict[str, Any]:
        """The next frame, or the next of a kind."""
        while True:
            frame: dict[str, Any] = json.loads(await self.ws.receive_str(timeout=within))
            self.frames.append(frame)
            self.rows += frame.get("rows", [])
            self.seen = frame.get("seen", self.seen)
            if not kind or frame["t"] == kind:
                return frame

    async def sends(self, **what: Any) -> str:
        what.setdefault("id", f"client-{next(self._ids):06d}")
        await self.ws.send_json({"t": "text", **what})
        return str(what["id"])

    async def says(self, text: str, within: float = 60.0) -> dict[str, Any]:
        """Sends words, waits for the acknowledgement and for the answer; the answer's row."""
        known = len(self.rows)
        client_id = await self.sends(text=text)
        while not any(f["t"] == "ack" and f["id"] == client_id for f in self.frames) or not self.answers(known):
            await self.frame(within=within)
        return self.answers(known)[-1]

    def answers(self, known: int = 0) -> list[dict[str, Any]]:
        return [row for row in self.rows[known:] if not row.get("mine")]

    @property
    def auth(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


async def closing(ws: "aiohttp.ClientWebSocketResponse") -> int | None:
    """Reads until the other side closes; its code."""
    async with asyncio.timeout(20):
        async for _ in ws:
            pass
    return ws.close_code
