"""The shell of the web application: security headers on every answer, errors that tell nothing, health, and the server itself."""

import asyncio
import logging
import secrets
import traceback
from asyncio import Task
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from ipaddress import IPv4Address, ip_address, ip_network
from typing import cast

from aiohttp import hdrs, web
from aiohttp.web_protocol import RequestHandler

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# Nothing of ours needs a larger body; the photo upload reads its own, in pieces, with its own limit.
MAX_BODY = 1024 * 1024
# A connection may be silent this long before, between and after its requests; a body must be here within BODY seconds.
IDLE, BODY = 10.0, 60.0
LOOK_EVERY = 1.0
READY_WITHIN = 2.0

CSP_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
_HEADERS = {
    "Content-Security-Policy": CSP_NOTHING,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": with that, browsers send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def make_app(ready: Callable[[], Awaitable[bool]]) -> web.Application:
    """An application with the shell around it. `ready` says whether the bot can answer now (the database does, …)."""
    app = web.Application(middlewares=[_answer_errors], client_max_size=MAX_BODY)
    app.on_response_prepare.append(_secure)

    async def healthz(_request: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_request: web.Request) -> web.Response:
        good = False
        with suppress(Exception):
            good = await asyncio.wait_for(ready(), READY_WITHIN)
        return web.Response(text="ready\n" if good else "not ready\n", status=200 if good else 503)

    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])
    return app


async def _secure(_request: web.Request, response: web.StreamResponse) -> None:
    """The safest value of each header, unless the route has set its own."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.popall(hdrs.SERVER, None)


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        allow = answer.headers.get(hdrs.ALLOW)
        return _plain(answer.status, answer.reason, {hdrs.ALLOW: allow} if allow else None)
    except TimeoutError:
        return _plain(408, "Request Timeout")
    except ConnectionError:
        raise
    except Exception as bug:
        number = "E" + "".join(secrets.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(6))
        # Where and what kind only: the message of an exception may quote what somebody typed.
        where = "".join(traceback.format_tb(bug.__traceback__))
        log.error("error %s in %s: %s\n%s", number, _route_of(request), type(bug).__name__, where)
        return _plain(500, f"Something went wrong on our side. 出错了，请稍后再试。 ({number})")


def _route_of(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "no route"


def _plain(status: int, words: str, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(status=status, text=f"{status} {words}\n" if status < 500 else f"{words}\n", headers=headers)


class Proxies:
    """Whom we believe when they say whose request they pass on. `trusted`: addresses or networks ("127.0.0.1", "10.0.0.0/8").

    Raises ValueError with a sentence for anything else.
    """

    def __init__(self, trusted: Collection[str] = ()) -> None:
        try:
            self._networks = [ip_network(proxy) for proxy in trusted]
        except ValueError as wrong:
            raise ValueError(f"BAYLINE_TRUSTED_PROXIES: {wrong}; write addresses such as 127.0.0.1 or 10.0.0.0/8") from None
        self._warned = False

    def client(self, request: web.Request) -> str:
        """The address of whoever is at the other end; an IPv6 one as its /64, which is one household."""
        address = request.remote or ""
        forwarded = request.headers.getall(hdrs.X_FORWARDED_FOR, [])
        if forwarded and not self._trusts(address) and not self._warned:
            self._warned = True
            log.warning("a proxy that BAYLINE_TRUSTED_PROXIES does not name passes requests on: all its visitors count as one")
        hops = [hop.strip() for line in forwarded for hop in line.split(",")]
        while hops and self._trusts(address):
            address = hops.pop()
        try:
            there = ip_address(address)
        except ValueError:
            return request.remote or ""
        if isinstance(there, IPv4Address):
            return str(there)
        return str(there.ipv4_mapped or ip_network((there, 64), strict=False))

    def encrypted(self, request: web.Request) -> bool:
        """Whether the browser speaks https, to us or to a proxy of ours."""
        said = request.headers.getall(hdrs.X_FORWARDED_PROTO, [])
        return request.secure or (self._trusts(request.remote or "") and [s.strip().lower() for s in said] == ["https"])

    def _trusts(self, address: str) -> bool:
        try:
            there = ip_address(address)
        except ValueError:
            return False
        return any(there in network for network in self._networks)


class _Refused(asyncio.Protocol):
    """One connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast(asyncio.Transport, transport).abort()


class WebServer:
    """Listens, with a bound on open connections, and closes those that keep us waiting (slow headers, slow bodies, silence).

    `port` 0 takes a free one; after `start`, `port` is the real one. `app` must not have been started elsewhere.
    """

    def __init__(self, app: web.Application, host: str, port: int, *, connections: int = 3000) -> None:
        self.host, self.port = host, port
        self._most = connections
        self._busy: dict[RequestHandler, tuple[web.Request, float]] = {}
        self._silent_since: dict[RequestHandler, float] = {}
        app.middlewares.insert(0, self._watched)
        # aiohttp logs each malformed request at length; anybody could fill the disk with that.
        quiet = logging.getLogger("bot.web.protocol")
        quiet.setLevel(logging.CRITICAL)
        self._runner = web.AppRunner(
            app, access_log=None, logger=quiet, shutdown_timeout=2, keepalive_timeout=IDLE, auto_decompress=False
        )
        self._listening: asyncio.Server | None = None
        self._guard: Task[None] | None = None

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        self._listening = await loop.create_server(self._accept, self.host, self.port, backlog=512)
        self.port = self._listening.sockets[0].getsockname()[1]
        self._guard = loop.create_task(self._close_the_slow(), name="web-guard")

    async def stop(self) -> None:
        """Takes no more connections, lets running requests end for two seconds, closes the rest."""
        if self._listening:
            self._listening.close()
        if self._guard:
            self._guard.cancel()
        await self._runner.cleanup()

    def _accept(self) -> asyncio.Protocol:
        server = self._runner.server
        assert server is not None, "start() makes it"
        return server() if len(server.connections) < self._most else _Refused()

    @web.middleware
    async def _watched(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        protocol = request.protocol
        self._busy[protocol] = request, asyncio.get_running_loop().time()
        try:
            return await handler(request)
        finally:
            self._busy.pop(protocol, None)
            self._silent_since.pop(protocol, None)

    async def _close_the_slow(self) -> None:
        """aiohttp itself waits without end for the first request of a connection, and for a body."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            now, server = asyncio.get_running_loop().time(), self._runner.server
            connections = server.connections if server else []
            for protocol in connections:
                if busy := self._busy.get(protocol):
                    late = now - busy[1] > BODY and not busy[0].content.is_eof()
                else:
                    late = now - self._silent_since.setdefault(protocol, now) > IDLE
                if late and protocol.transport is not None:
                    protocol.transport.abort()
            open_ones = set(connections)
            self._silent_since = {p: since for p, since in self._silent_since.items() if p in open_ones}
