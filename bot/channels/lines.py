"""Lines: HTTP/1.1 connections that are kept and used again, for calls that are made once for every message.

aiohttp's client can do far more and takes several times as long over it. What travels here is one body there and one back;
whoever asks learns whether a call that failed can have taken effect.
"""

import asyncio
import socket
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import aiohappyeyeballs
import httptools

from bot import certificates

# Servers hang up on whoever is silent for long; a call that meets that moment would be lost, so we are quicker. Seconds.
KEEP = 20.0


class NotSent(Exception):  # noqa: N818
    """The call did not leave: nothing happened."""


class Unanswered(Exception):  # noqa: N818
    """The call left, and no answer came: it may have taken effect."""


@dataclass(slots=True)
class _Origin:
    """A server, and the lines to it that nobody uses at the moment, the warmest last."""

    host: str
    port: int
    secure: bool
    idle: "deque[_Line]" = field(default_factory=deque)


class Lines:
    """At most `most` connections at a time; a call beyond that waits for one that ends."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._origins: dict[tuple[str, int, bool], _Origin] = {}
        self._addresses: dict[str, tuple[_Origin, str]] = {}
        self._open: set[_Line] = set()

    async def post(self, url: str, body: bytes, mime: str, connect: float, answer: float) -> tuple[int, bytes]:
        """Status and body of the answer. `connect` and `answer` in seconds. Raises NotSent or Unanswered."""
        origin, head = self._addresses.get(url) or self._address(url)
        request = f"{head}Content-Type: {mime}\r\nContent-Length: {len(body)}\r\n\r\n".encode("latin-1") + body
        async with self._free:
            line = _warm(origin) or await self._connect(origin, connect)
            try:
                status, payload = await line.ask(request, answer)
            except BaseException:
                line.drop()
                raise
            if line.good:
                origin.idle.append(line)
            else:
                line.drop()
            return status, payload

    async def close(self) -> None:
        """Hangs up everywhere; calls that wait for an answer end as Unanswered."""
        for line in list(self._open):
            line.drop()
        await asyncio.sleep(0)  # asyncio closes a socket in the loop's next turn

    def _address(self, url: str) -> tuple[_Origin, str]:
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        where = (parts.hostname or "", parts.port or (443 if secure else 80), secure)
        origin = self._origins.setdefault(where, _Origin(*where))
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        address = self._addresses[url] = origin, f"POST {path} HTTP/1.1\r\nHost: {parts.netloc.rpartition('@')[2]}\r\n"
        return address

    async def _connect(self, origin: _Origin, within: float) -> "_Line":
        try:
            async with asyncio.timeout(within):
                loop = asyncio.get_running_loop()
                addresses = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
                # An address that does not answer holds nobody up for long; uvloop cannot do that by itself.
                sock = await aiohappyeyeballs.start_connection(addresses, happy_eyeballs_delay=0.25)
                _, line = await loop.create_connection(
                    lambda: _Line(self._open),
                    sock=sock,
                    ssl=certificates.trusted() if origin.secure else None,
                    server_hostname=origin.host if origin.secure else None,
                )
        except OSError as error:  # no such name, nobody there, not who they should be, or too slow
            raise NotSent(type(error).__name__) from None
        return line


def _warm(origin: _Origin) -> "_Line | None":
    """A line that can be used again; lines that have been silent for long are given up."""
    while origin.idle:
        line = origin.idle.pop()
        if line.good and time.monotonic() - line.used_at < KEEP:
            return line
        line.drop()
    return None


class _Line(asyncio.Protocol):
    """One connection, with one call on its way at a time."""

    def __init__(self, everyone: "set[_Line]") -> None:
        self.good = False
        self.used_at = time.monotonic()
        self._everyone = everyone
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._pieces: list[bytes] = []
        self._begun = False
        self._parser: Any = httptools.HttpResponseParser(self)

    async def ask(self, request: bytes, within: float) -> tuple[int, bytes]:
        """The answer to a whole request. Raises Unanswered."""
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._transport.write(request)
        patience = loop.call_later(within, self._lose, "too slow")
        try:
            return await self._answer
        finally:
            patience.cancel()

    def drop(self) -> None:
        self.good = False
        self._transport.abort()

    # -- what asyncio calls --------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._everyone.add(self)
        self.good = True

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            self.drop()  # nobody has asked
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._lose("not HTTP")
            self.drop()

    def connection_lost(self, _error: Exception | None) -> None:
        self.good = False
        self._everyone.discard(self)
        if self._begun:
            # Perhaps a server that ends its answers by hanging up; whether it is whole is for the reader of the body to see.
            self.on_message_complete()
        self._lose("hung up")

    def _lose(self, why: str) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(Unanswered(why))

    # -- what the parser calls -----------------------------------------------------------------------------------------

    def on_headers_complete(self) -> None:
        self._begun = True

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        self.good = self.good and self._parser.should_keep_alive()
        self.used_at = time.monotonic()
        if self._answer and not self._answer.done():
            self._answer.set_result((self._parser.get_status_code(), b"".join(self._pieces)))
        self._pieces, self._begun = [], False
