"""The shell of the web application: headers on every route, errors that tell nothing, and patience that ends."""

import asyncio
import socket
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import make_mocked_request
from yarl import URL

from bot import web as shell
from bot.web import Proxies
from tests.bot.webchat_site import Site
from tests.conftest import Templates


@pytest.fixture
def url(templates: Templates, tmp_path: Path) -> str:
    return templates.copy("sqlite", False, tmp_path)


def test_wb10_every_route_has_the_right_headers(url: str) -> None:
    """WB10: no framing, no sniffing, no caching of what is private, no `*` except for the widget's own code."""

    async def go() -> None:
        async with Site(url) as site:
            routes = [(r.method, r.resource.canonical) for r in site.app.router.routes() if r.resource]
            assert len(routes) > 15
            for method, path in [*routes, ("GET", "/nowhere"), ("DELETE", "/"), ("TRACE", "/")]:
                answer = await site.http.request(method, path.replace("{id}", "x" * 22))
                h, widget = answer.headers, path in ("/chat.js", "/chat.css")
                where = f"{method} {path}"
                assert h["X-Content-Type-Options"] == "nosniff", where
                assert h["X-Frame-Options"] == "DENY", where
                assert h["Referrer-Policy"] == "same-origin", where
                assert "camera=()" in h["Permissions-Policy"], where
                csp = h["Content-Security-Policy"]
                assert "frame-ancestors 'none'" in csp, where
                assert "default-src 'none'" in csp, where
                assert "unsafe" not in csp, where
                assert "*" not in csp, where
                assert ("Access-Control-Allow-Origin" in h) == (widget and answer.status == 200), where
                assert "Access-Control-Allow-Credentials" not in h, where
                assert h["Cache-Control"] == ("no-cache" if "ETag" in h else "no-store"), where
                assert "Server" not in h, where
                assert "Set-Cookie" not in h, where

    asyncio.run(go())


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/chat/media/..%2f..%2f..%2fetc%2fpasswd", "/.env",
        "/chat/media/../../pyproject.toml", "/chat/media/%00", "/chat/media/" + "x" * 3000, "/web/chat.js",
        "/texts/en.json", "//etc/passwd", "/chat.js/", "/chat.js%00.css",
        "/..\\..\\windows", "/metrics", "/debug", "/chat/", "/chat",
    ],
)  # fmt: skip
def test_wb6_no_path_leads_to_a_file(url: str, path: str) -> None:
    """WB6, WB12: no part of a request becomes a file name; there is no listing, no debug page, no metrics here."""

    async def go() -> None:
        async with Site(url) as site:
            answer = await site.http.get(URL(site.url + path, encoded=True))
            assert answer.status == 404
            assert await answer.text() in ("404 Not Found\n", '{"t": "no"}')

    asyncio.run(go())


def test_wb12_an_error_shows_a_number_and_nothing_else(url: str, caplog: pytest.LogCaptureFixture) -> None:
    """WB12, PV11: the same number stands in the log, without anybody's words."""

    async def crash(_request: web.Request) -> web.Response:
        words = "canary" + " of Mrs Wu"
        raise ValueError(words)

    async def go() -> tuple[int, str]:
        site = Site(url)
        site.app.router.add_get("/crash", crash)
        async with site:
            answer = await site.http.get("/crash?token=canary")
            return answer.status, await answer.text()

    status, page = asyncio.run(go())
    assert status == 500
    number = page.rsplit("(", 1)[1].rstrip(")\n")
    assert number in caplog.text
    assert "ValueError" in caplog.text
    assert "ValueError" not in page
    assert "canary of" not in caplog.text + page
    assert "token=" not in caplog.text


def test_health_and_readiness(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            assert (await site.http.get("/healthz")).status == 200
            assert (await site.http.get("/readyz")).status == 200
            site.is_ready = False
            answer = await site.http.get("/readyz")
            assert (answer.status, await answer.text()) == (503, "not ready\n")

    asyncio.run(go())


def test_files_come_packed_and_are_not_sent_twice(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            first = await site.http.get("/chat.js")
            assert first.headers["Content-Encoding"] == "gzip"
            assert first.content_type == "text/javascript"
            again = await site.http.get("/chat.js", headers={"If-None-Match": first.headers["ETag"]})
            assert (again.status, await again.read()) == (304, b"")
            async with ClientSession(auto_decompress=False, headers={"Accept-Encoding": "identity"}) as plain:
                assert b"bayline" in await (await plain.get(site.url + "/chat.js")).read()

    asyncio.run(go())


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "client"),
    [
        ("203.0.113.9", "198.51.100.1", (), "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", ("127.0.0.1",), "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1", ("127.0.0.1",), "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", ("127.0.0.1",), "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 10.1.2.3", ("127.0.0.1", "10.0.0.0/8"), "198.51.100.1"),
        ("127.0.0.1", "nonsense", ("127.0.0.1",), "127.0.0.1"),
        ("127.0.0.1", "", ("127.0.0.1",), "127.0.0.1"),
        ("2001:db8:1:2:3::4", "", (), "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "", (), "203.0.113.9"),
    ],
)
def test_au13_the_client_s_address_is_believed_from_our_proxy_only(
    peer: str, forwarded: str, trusted: tuple[str, ...], client: str
) -> None:
    """AU13: a forged X-Forwarded-For changes nothing; the last hop that is not ours counts."""
    headers = {"X-Forwarded-For": forwarded, "X-Remote-User": "admin"} if forwarded else {}
    request = make_mocked_request("GET", "/", headers=headers).clone(remote=peer)
    assert Proxies(trusted).client(request) == client


def test_a_wrong_proxy_is_explained() -> None:
    with pytest.raises(ValueError, match=r"BAYLINE_TRUSTED_PROXIES: 'proxy\.example' does not appear to be"):
        Proxies(["proxy.example"])


async def raw(site: Site, request: bytes, within: float = 5.0) -> bytes:
    """What the server says to these bytes until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", site.server.port)
    writer.write(request)
    try:
        async with asyncio.timeout(within):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def test_au13_two_hosts_are_no_host(url: str) -> None:
    """AU13: proxies and we might each believe another one of them."""

    async def go() -> None:
        async with Site(url) as site:
            answer = await raw(site, b"GET / HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\nConnection: close\r\n\r\n")
            assert answer.startswith(b"HTTP/1.0 400 ")

    asyncio.run(go())


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST /chat/poll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{",
    ],
    ids=["silent", "slow headers", "slow body"],
)  # fmt: skip
def test_wb9_who_keeps_us_waiting_is_let_go(url: str, start: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """WB9: Slowloris. aiohttp alone would wait for ever."""
    monkeypatch.setattr(shell, "IDLE", 0.2)
    monkeypatch.setattr(shell, "BODY", 0.2)
    monkeypatch.setattr(shell, "LOOK_EVERY", 0.05)

    async def go() -> None:
        async with Site(url) as site:
            assert await raw(site, start) == b""
            assert (await site.http.get("/healthz")).status == 200

    asyncio.run(go())


def test_wb9_a_working_line_is_not_let_go(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """WB9: a WebSocket may be silent much longer than a connection without a request."""
    monkeypatch.setattr(shell, "IDLE", 0.1)
    monkeypatch.setattr(shell, "BODY", 0.1)
    monkeypatch.setattr(shell, "LOOK_EVERY", 0.02)

    async def go() -> None:
        async with Site(url) as site, site.visitor() as ann:
            with pytest.raises(TimeoutError):
                await ann.frame(within=0.5)
            assert (await ann.says("still here"))["text"] == "You said: still here"

    asyncio.run(go())


def test_wb9_more_connections_than_we_can_hold_are_refused(url: str) -> None:
    """WB9: one too many is closed at once, and those who are in are served on."""

    async def go() -> None:
        async with Site(url, connections=20) as site, site.visitor() as ann:
            idle = [socket.create_connection(("127.0.0.1", site.server.port)) for _ in range(60)]
            assert (await ann.says("hello"))["text"] == "You said: hello"
            for one in idle:
                one.close()

    asyncio.run(go())


def test_wb9_pipelined_requests_are_answered_in_order(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            one = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
            last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            assert (await raw(site, one * 99 + last)).count(b"HTTP/1.1 200 OK") == 100

    asyncio.run(go())
