"""Turns per second through the Telegram webhook, side by side: Bayline on SQLite and PostgreSQL, and python-telegram-bot alone.

A Bot API that does nothing but answer runs in one process, the server under test in another, the load in this one. Each update
comes from a chat of its own and is answered by one message; the time runs until the last answer has arrived. The servers take
turns, several times over, and the middle of their figures counts, with the CPU time that an update cost as the steadier one.
"""

import asyncio
import itertools
import json
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bot import loop
from tests import postgres

ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AAFakeTokenForTestsOnly-0123456789abc"
SECRET = "a-long-secret"
CONNECTIONS = 40  # what Telegram uses by default
WORDS = "menu"
# No text comes twice, for what has been read once is remembered for a while.
QUESTIONS = (
    "how much is a minor service for my A4 with {} km?",
    "what are your opening hours? I live {} m away",
    "do you wash cars? mine has {} km",
    "{}公里的小保养多少钱",
)
ROUNDS = 3
# How long a Bot API that is far away takes to answer, in seconds.
FAR = 0.02
# Numbers of updates, never used twice: the databases live on from one measurement to the next.
NUMBERS = itertools.count(1)


@dataclass
class _Figure:
    """Updates answered a second, and milliseconds of CPU that one of them cost."""

    rate: float
    cpu: float


def run() -> list[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder, postgres.server() as server:
        sqlite, postgresql = f"sqlite:///{folder}/bench.db", postgres.create(server)
        near = _compare(0, [("stock", ""), ("bare", ""), ("bayline", sqlite), ("bayline", postgresql)], (500, 2000, 2000, 2000))
        far = _compare(FAR, [("stock", ""), ("bayline", sqlite)], (100, 2000))
        thinking = _compare(0, [("bayline", sqlite)], (200,), QUESTIONS)
    stock, bare, on_sqlite, on_postgresql = near

    def against(figure: _Figure) -> str:
        return (
            f"{figure.rate:.0f}/s ({figure.rate / stock.rate:.1f} × out of the box, {figure.rate / bare.rate:.2f} × bare), "
            f"CPU {figure.cpu:.2f} ms ({stock.cpu / figure.cpu:.1f} ×, {bare.cpu / figure.cpu:.2f} ×)"
        )

    return [
        (
            "python-telegram-bot out of the box: Application, its web server and httpx, echo",
            f"{stock.rate:.0f}/s, CPU {stock.cpu:.2f} ms",
        ),
        ("bare: its Bot on our request behind aiohttp, echo", against(bare)),
        ("Bayline on SQLite: whole turn, the menu", against(on_sqlite)),
        ("Bayline on PostgreSQL: whole turn, the menu", against(on_postgresql)),
        (
            f"with a Bot API {FAR * 1000:.0f} ms away: out of the box, Bayline on SQLite",
            f"{far[0].rate:.0f}/s, {far[1].rate:.0f}/s ({far[1].rate / far[0].rate:.0f} ×)",
        ),
        ("Bayline on SQLite: whole turn, questions and prices", f"{thinking[0].rate:.0f}/s, CPU {thinking[0].cpu:.2f} ms"),
    ]


def _compare(
    delay: float, servers: Sequence[tuple[str, str]], updates: Sequence[int], words: Sequence[str] = (WORDS,)
) -> list[_Figure]:
    """A figure for each server, in a random order of measuring that is the same for all."""
    with ExitStack() as parts:
        api, _ = parts.enter_context(_process("api", str(delay)))
        running = [parts.enter_context(_process("serve", kind, api, database)) for kind, database in servers]
        measured: list[list[_Figure]] = [[] for _ in servers]
        for url, _ in running:
            asyncio.run(_load(url, api, 100, words))
        for _ in range(ROUNDS):
            for which, (url, process) in enumerate(running):
                before = sum(process.cpu_times()[:2])
                rate = asyncio.run(_load(url, api, updates[which], words))
                cpu = sum(process.cpu_times()[:2]) - before
                measured[which].append(_Figure(rate, cpu / updates[which] * 1000))
    return [
        _Figure(statistics.median(figure.rate for figure in figures), statistics.median(figure.cpu for figure in figures))
        for figures in measured
    ]


@contextmanager
def _process(*arguments: str) -> Iterator[tuple[str, psutil.Process]]:
    """This file as a process of its own; it says its address when it is ready."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_turns", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield process.stdout.readline().strip(), psutil.Process(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


# -- the load -----------------------------------------------------------------------------------------------------------


async def _load(url: str, api: str, updates: int, words: Sequence[str]) -> float:
    """Updates answered a second."""
    bodies = iter(
        [_request(number, words[number % len(words)].format(20_000 + number)) for number in itertools.islice(NUMBERS, updates)]
    )
    before = await _answered(api, 0)
    began = time.perf_counter()
    await asyncio.gather(*(_post(url, bodies) for _ in range(CONNECTIONS)))
    async with asyncio.timeout(120):
        answered = await _answered(api, before + updates) - before
    assert answered == updates, f"{answered} answers to {updates} updates"
    return updates / (time.perf_counter() - began)


def _request(number: int, text: str) -> bytes:
    person = {"id": 100_000 + number, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    chat = {"id": person["id"], "type": "private", "first_name": "Ann"}
    message = {"message_id": number, "date": int(time.time()), "chat": chat, "from": person, "text": text}
    body = json.dumps({"update_id": number, "message": message}).encode()
    head = (
        f"POST /hook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n\r\n"
    )
    return head.encode() + body


async def _post(url: str, requests: Iterator[bytes]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rsplit(":", 1)[1]))
    for request in requests:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = head.lower().partition(b"content-length:")[2].split(b"\r\n")[0].strip()
        if length and int(length):
            await reader.readexactly(int(length))
    writer.close()


async def _answered(api: str, least: int) -> int:
    """How many messages the Bot API has got, as soon as they are at least so many."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(api.rsplit(":", 1)[1]))
    writer.write(b"GET /%d HTTP/1.1\r\n\r\n" % least)
    answer = await reader.readline()
    writer.close()
    return int(answer)


# -- a Bot API that costs as little as can be ---------------------------------------------------------------------------


class _Answerer(asyncio.Protocol):
    sent = 0
    delay = 0.0
    waiting: "tuple[int, Any]" = (sys.maxsize, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._data = b""

    def data_received(self, data: bytes) -> None:
        self._data += data
        while (end := self._data.find(b"\r\n\r\n")) >= 0:
            head = self._data[:end].lower()
            path = head.split(b" ", 2)[1]
            if path[1:].isdigit():
                _Answerer.waiting = int(path[1:]), self._transport
                self._tell()
                return
            length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
            if len(self._data) < end + 4 + length:
                return
            self._data = self._data[end + 4 + length :]
            body = self._answer(path)
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
            if self.delay:
                asyncio.get_running_loop().call_later(self.delay, self._transport.write, answer)
            else:
                self._transport.write(answer)

    def _answer(self, path: bytes) -> bytes:
        if path.endswith(b"/sendmessage"):
            _Answerer.sent += 1
            self._tell()
            return (
                b'{"ok":true,"result":{"message_id":%d,"date":1790000000,"chat":{"id":7,"type":"private","first_name":"Ann"},'
                b'"from":{"id":123456789,"is_bot":true,"first_name":"Bayline"},"text":"..."}}' % self.sent
            )
        if path.endswith(b"/getme"):
            return b'{"ok":true,"result":{"id":123456789,"is_bot":true,"first_name":"Bayline","username":"bayline_bot"}}'
        return b'{"ok":true,"result":true}'

    @classmethod
    def _tell(cls) -> None:
        least, whom = cls.waiting
        if cls.sent >= least:
            whom.write(b"%d\n" % cls.sent)
            cls.waiting = sys.maxsize, None


# -- the servers under test ---------------------------------------------------------------------------------------------


async def _serve_api() -> None:
    server = await asyncio.get_running_loop().create_server(_Answerer, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()


async def _serve_bare(api: str) -> None:
    """aiohttp, python-telegram-bot's objects, our request, and nothing behind them."""
    from aiohttp import web
    from telegram import Bot, Update

    from bot.channels.telegram_request import LineRequest

    async def hook(request: web.Request) -> web.Response:
        if request.headers.get("X-Telegram-Bot-Api-Secret-Token") != SECRET:
            return web.Response(status=401)
        update = Update.de_json(json.loads(await request.read()), bot)
        assert update.message
        await bot.send_message(update.message.chat_id, update.message.text or "")
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    async with Bot(TOKEN, base_url=f"{api}/bot", request=LineRequest(), get_updates_request=LineRequest()) as bot:
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await _stopped()
        await runner.cleanup()


async def _serve_stock(api: str) -> None:
    """python-telegram-bot as its own examples use it: Application, its webhook server, one update after the other."""
    from telegram import Update
    from telegram.ext import Application, MessageHandler, filters

    application = Application.builder().token(TOKEN).base_url(f"{api}/bot").build()

    async def echo(update: Update, _context: Any) -> None:
        assert update.message
        await update.message.reply_text(update.message.text or "")

    application.add_handler(MessageHandler(filters.TEXT, echo))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with application:
        assert application.updater
        await application.start()
        await application.updater.start_webhook(
            "127.0.0.1", port, "hook", webhook_url="https://localhost/hook", secret_token=SECRET
        )
        print(f"http://127.0.0.1:{port}", flush=True)
        await _stopped()
        await application.updater.stop()
        await application.stop()


async def _stopped() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()


async def _serve_bayline(api: str, database_url: str) -> None:
    """The whole bot with its web shell, without Telegram's limits on how fast one may send."""
    from bot import demo
    from bot.channels.channel import Rates
    from bot.channels.telegram import Telegram
    from bot.clock import system_clock
    from bot.courier import Courier
    from bot.garbage import collect_late
    from bot.turns import Turns
    from bot.web import WebServer, make_app
    from handlers import FEATURES
    from handlers.dialogue.engine import Engine
    from storage.database import Database
    from storage.migrating import migrate

    database = Database(database_url)
    migrate(database)
    demo.load(database, system_clock())
    turns = Turns(Engine(database, FEATURES), system_clock)
    telegram = Telegram(
        TOKEN, turns=turns, database=database, clock=system_clock, api_url=api, webhook_url="http://localhost/hook",
        webhook_secret=SECRET, rates=Rates(),
    )  # fmt: skip
    courier = Courier(database, system_clock, [telegram.sender])
    turns.listeners.append(lambda _incoming, outcome: courier.wake() if outcome.spoke else None)

    async def ready() -> bool:
        return True

    app = make_app(ready)
    app.add_routes(telegram.routes())
    turns.engine.keep_fresh()
    collect_late()
    turns.start()
    await telegram.start()
    await courier.start()
    server = WebServer(app, "127.0.0.1", 0)
    await server.start()
    print(f"http://127.0.0.1:{server.port}", flush=True)
    await _stopped()
    await telegram.stop_receiving()
    await courier.stop()
    await telegram.stop()
    await turns.stop()
    await server.stop()


def main(arguments: list[str]) -> None:
    match arguments:
        case ["api", delay]:
            _Answerer.delay = float(delay)
            asyncio.run(_serve_api())
        case ["serve", "bare", api, _]:
            asyncio.run(_serve_bare(api))
        case ["serve", "sealed", api, database]:
            from storage import encryption

            encryption.use(encryption.Key("5a" * 32))
            loop.run(_serve_bayline(api, database))
        case ["serve", "stock", api, _]:
            asyncio.run(_serve_stock(api))
        case ["serve", "bayline", api, database]:
            loop.run(_serve_bayline(api, database))
        case _:
            for what, figure in run():
                print(f"{what}: {figure}")


if __name__ == "__main__":
    main(sys.argv[1:])
