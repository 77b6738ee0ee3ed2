"""One WebSocket of the web chat: what comes in becomes turns, what is new goes out, and neither can pile up."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from bot.channels.webchat_frames import MAX_FRAME, BadFrame, parse

FIRST_FRAME_WITHIN = 10.0
HEARTBEAT = 30.0
# Frames that wait for a slow reader; after that it has to come back and ask for what it missed.
MOST_WAITING = 256
# Turns of one page under way at once; more frames stay unread until one is done.
MOST_TURNS = 8
TYPING_AFTER = 0.3

Frame = dict[str, Any]


class Socket:
    """A page at the other end. `put` never waits; `frames` ends when the page is gone or breaks the rules."""

    def __init__(self) -> None:
        # Compression is off: a small frame that unpacks to a large one is an attack, not a saving.
        self._ws = web.WebSocketResponse(max_msg_size=MAX_FRAME, heartbeat=HEARTBEAT, compress=False)
        self._out: asyncio.Queue[Frame] = asyncio.Queue(MOST_WAITING)
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer: asyncio.Task[None] | None = None

    async def open(self, request: web.Request) -> web.WebSocketResponse:
        await self._ws.prepare(request)
        self._writer = asyncio.create_task(self._write())
        return self._ws

    async def close(self, code: WSCloseCode = WSCloseCode.OK, reason: str = "") -> None:
        """Says goodbye; turns under way go on, their effect shows when the page is back."""
        self.end()
        await self._ws.close(code=code, message=reason.encode())

    def end(self) -> None:
        """Sends nothing more."""
        if self._writer:
            self._writer.cancel()

    def put(self, frame: Frame) -> None:
        try:
            self._out.put_nowait(frame)
        except asyncio.QueueFull:
            self._keep(self.close(WSCloseCode.TRY_AGAIN_LATER, "too slow"))

    def begin_anew(self) -> None:
        """The page comes back by itself, and says how much it has seen."""
        self._keep(self.close(WSCloseCode.TRY_AGAIN_LATER, "begin anew"))

    async def frame(self, within: float | None = None) -> Frame | None:
        """The next frame, None when the line is closed. Raises BadFrame, and TimeoutError after `within` seconds."""
        message = await self._ws.receive(timeout=within)
        if message.type is WSMsgType.TEXT:
            return parse(message.data)
        if message.type is WSMsgType.BINARY:
            raise BadFrame("binary")
        return None

    async def do(self, client_id: str, turn: Callable[[], Awaitable[Frame]]) -> None:
        """Starts a turn, in order with those before it, and sends what it returns. Waits while too many are under way."""
        self._keep(self._turn(client_id, turn))
        while len(self._tasks) >= MOST_TURNS:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def _turn(self, client_id: str, turn: Callable[[], Awaitable[Frame]]) -> None:
        thinking = asyncio.get_running_loop().call_later(TYPING_AFTER, self.put, {"t": "typing", "id": client_id})
        try:
            self.put(await turn())
        finally:
            thinking.cancel()

    def _keep(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self) -> None:
        while True:
            frame = await self._out.get()
            try:
                await self._ws.send_str(json.dumps(frame, ensure_ascii=True, separators=(",", ":")))
            except ConnectionError:
                return
