"""Every address of the server, asked everything that nobody should ask: it says no, and never breaks."""

import asyncio
import random
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout, web

from bot import app as parts
from bot.app import App
from bot.settings import Settings
from storage.database import Database

WORDS = [
    "", "x", "0", "-1", "9223372036854775808", "1e400", "\x00", "\ud83d".encode("utf-16", "surrogatepass").decode("latin-1"),
    "../../etc/passwd", "'; DROP TABLE chats;--", "{{7*7}}", "<script>alert(1)</script>", "٣", "🙂" * 60, "a" * 3000, "\r\nX: y",
]  # fmt: skip
NAMES = ["id", "q", "seen", "token", "text", "press", "day", "week", "store", "page", "sort", "view", "status", "_csrf", "n"]
BODIES = [
    b"", b"{}", b"[]", b"null", b"{", b'{"seen": 1e999}', b'{"id": {"a": []}, "text": [1]}', b"\xff\xfe", b"a=b&a=c&%zz=%",
    b'{"seen": 0, "language": "\\ud83d", "store": "\\u0000"}', b"--x\r\nContent-Disposition: form-data; name=\r\n\r\n\r\n--x--",
]  # fmt: skip
FORMS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
HEADERS = {
    "Content-Type": ["application/json", "text/plain", *FORMS, "image/png", "a/b/c"],
    "Authorization": ["", "Bearer x", "Bearer " + "A" * 43, "Basic !"],
    "Cookie": ["", "bayline=x", "session=" + "A" * 43, "=;=;"],
    "Accept-Language": ["", "zh", ";q="],
}
TRIES = 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_wb13_nothing_that_is_asked_breaks_the_server(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """WB13, WB12: each route with wild queries, bodies, kinds, methods and tokens: no answer of 500 and more, no traceback."""
    for name in ("BAYLINE_PORT", "TELEGRAM_BOT_TOKEN", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    made: list[web.Application] = []
    make_app = parts.make_app
    monkeypatch.setattr(parts, "make_app", lambda *known: made.append(make_app(*known)) or made[0])
    rolls = random.Random(13)
    worker = App(Settings(BAYLINE_PORT=0, BAYLINE_DATA_DIR=tmp_path), database)

    async def ask(client: ClientSession, method: str, path: str) -> str:
        for part in ("{id}", "{name}", "{token}"):
            path = path.replace(part, rolls.choice(["1", "x" * 22, "%00", "..%2f", "9" * 30, "%F0%9F%99%82"]))
        query = {rolls.choice(NAMES): rolls.choice(WORDS).replace("\x00", "%00") for _ in range(3)}
        body = None if method in ("GET", "HEAD") else rolls.choice(BODIES)
        headers = {name: rolls.choice(values) for name, values in HEADERS.items()}
        answer = await client.request(method, path, params=query, data=body, headers=headers, allow_redirects=False)
        text = (await answer.read()).decode("utf-8", "replace")
        return f"{method} {path}: {answer.status}" if answer.status >= 500 or "Traceback" in text else ""

    async def go() -> None:
        running = asyncio.create_task(worker.run())
        await worker.started.wait()
        routes = sorted({(route.method, route.resource.canonical) for route in made[0].router.routes() if route.resource})
        assert len(routes) > 40
        async with ClientSession(f"http://127.0.0.1:{worker.port}", timeout=ClientTimeout(total=20)) as client:
            broken = [await ask(client, method, path) for method, path in routes for _ in range(TRIES)]
            broken += [await ask(client, rolls.choice(["PUT", "DELETE", "PATCH", "BREW"]), path) for _, path in routes]
            assert not list(filter(None, broken))
            async with client.get("/healthz") as answer:
                assert answer.status == 200
        worker.stop()
        await running

    asyncio.run(go())
