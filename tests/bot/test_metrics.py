"""The page of metrics: for whoever brings the word, and for nobody else; what stands there is what happened."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from bot.app import App
from bot.clock import system_clock
from bot.clockwork import Clockwork
from bot.metrics import Metrics
from bot.settings import Settings
from bot.web import WebServer, make_app
from handlers import FEATURES
from handlers.dialogue.engine import Engine
from handlers.dialogue.tally import SWEEP
from storage.database import Database
from tests.fake_telegram import FakeTelegram
from tests.marks import EMPTY_ON_SQLITE

WORD = "a-long-and-random-word-of-the-test"
Figures = dict[tuple[str, ...], float]


async def _read(client: ClientSession, word: str = WORD) -> tuple[Figures, str]:
    """Each sample by its name and the values of its labels, by the labels' names; and the page."""
    async with client.get("/metrics", headers={"Authorization": f"Bearer {word}"}) as answer:
        page = await answer.text()
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert answer.headers["Cache-Control"] == "no-store"
    found = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            found[sample.name, *(sample.labels[label] for label in sorted(sample.labels))] = sample.value
    return found, page


def _work(url: str, folder: Path, story: Callable[[ClientSession, FakeTelegram], Awaitable[None]]) -> None:
    """A whole worker, with a fake Telegram."""

    async def run() -> None:
        database = Database(url)
        async with FakeTelegram() as fake:
            settings = Settings(
                BAYLINE_PORT=0, BAYLINE_DATA_DIR=folder, BAYLINE_METRICS_TOKEN=WORD, TELEGRAM_BOT_TOKEN=fake.token,
                TELEGRAM_API_URL=fake.url, DATABASE_URL=url,
            )  # fmt: skip
            worker = App(settings, database)
            running = asyncio.create_task(worker.run())
            await worker.started.wait()
            async with ClientSession(f"http://127.0.0.1:{worker.port}") as client:
                await story(client, fake)
            worker.stop()
            await running
        database.close()

    asyncio.run(run())


async def _no_such_page(client: ClientSession) -> None:
    """Whatever they bring, in whatever way they ask: every byte is that of an address which nobody has."""
    async with client.get("/nowhere") as nowhere:
        expected = nowhere.status, dict(nowhere.headers) | {"Date": ""}, await nowhere.text()
    words = ["", WORD, f"Basic {WORD}", "Bearer ", f"Bearer {WORD}x", f"Bearer {WORD[:-1]}", "Bearer é", f"Token {WORD}"]
    asked = [("GET", {"Authorization": word} if word else {}) for word in words]
    asked += [(method, {"Authorization": f"Bearer {WORD}"}) for method in ("POST", "PUT", "DELETE", "OPTIONS")]
    for method, headers in asked:
        async with client.request(method, f"/metrics?token={WORD}", headers=headers) as answer:
            found = answer.status, dict(answer.headers) | {"Date": ""}, await answer.text()
            assert found == expected, (method, headers)


@EMPTY_ON_SQLITE
def test_a_worker_tells_of_its_turns_and_sends_and_of_nobody(database_url: str, tmp_path: Path) -> None:
    """PV11, WB12: figures only; no name, no number of a person, no word of theirs; and for strangers there is no such page."""

    async def story(client: ClientSession, fake: FakeTelegram) -> None:
        ann = fake.user(760001234, "en", "Quentin")
        ann.says("my number is 13912345678, call Rosalind")
        await ann.sees("")
        figures: Figures = {}
        while not figures.get(("bayline_sends_total", "telegram", "sent")):
            figures, page = await _read(client)
        assert figures["bayline_turn_seconds_count", "telegram", "answered"] == 1
        assert 0 < figures["bayline_turn_seconds_sum", "telegram", "answered"] < 60
        assert figures["bayline_telegram_updates_total",] >= 1
        assert figures["bayline_telegram_polling_troubles",] == 0
        assert figures["bayline_sends_total", "telegram", "refused"] == 0
        assert figures["bayline_database_up",] == 1
        assert ("bayline_outbox_late_seconds", "telegram", "reply") in figures
        assert figures["bayline_messages_lost", "telegram", "dead"] == 0
        assert figures["bayline_tickets_open", "critical"] == 0
        assert figures["bayline_tick_failures_total", "sweep"] == 0
        assert figures["process_start_time_seconds",] > 0
        assert any(name == "bayline_build_info" for name, *_ in figures)
        assert not [word for word in ("760001234", "12345678", "Rosalind", "Quentin") if word in page]
        await _no_such_page(client)

    _work(database_url, tmp_path, story)


def test_whoever_does_not_ask_for_it_does_not_load_it() -> None:
    """It costs a megabyte and a fiftieth of a second, so nothing loads it while it is loaded itself."""
    for path in (Path(__file__).parents[2] / "bot").rglob("*.py"):
        if not path.name.startswith("metrics"):
            at_once = [line for line in path.read_text("utf-8").splitlines() if line.startswith(("import ", "from "))]
            assert not [line for line in at_once if re.search(r"\b(prometheus_client|metrics\w*)\b", line)], path


def _alone(database: Database, story: Callable[[Metrics, ClientSession], Awaitable[None]]) -> None:
    """Only the page, and a database behind it."""

    async def run() -> None:
        async def ready() -> bool:
            return True

        metrics, app = Metrics(WORD, database, system_clock, "1"), make_app(ready)
        app.add_routes(metrics.routes())
        server = WebServer(app, "127.0.0.1", 0)
        await server.start()
        async with ClientSession(f"http://127.0.0.1:{server.port}") as client:
            await story(metrics, client)
        await server.stop()

    asyncio.run(run())


def test_a_database_that_is_away_is_a_figure_and_no_error() -> None:
    """DB8: the page is there when it is needed most; what only the database knows is left out rather than old."""
    database = Database("postgresql://nobody@127.0.0.1:1/none", patience=0.2)

    async def story(_metrics: Metrics, client: ClientSession) -> None:
        figures, _ = await _read(client)
        assert figures["bayline_database_up",] == 0
        assert not [name for name, *_ in figures if "outbox" in name or "tickets" in name]

    _alone(database, story)
    database.close()


@EMPTY_ON_SQLITE
def test_what_fails_in_a_round_is_told_and_the_database_is_asked_once(database: Database) -> None:
    engine = Engine(database, FEATURES)

    def broken() -> None:
        raise ZeroDivisionError

    async def story(metrics: Metrics, client: ClientSession) -> None:
        asked: list[object] = []
        look = metrics._look
        metrics._look = lambda: asked.append(1) or look()  # type: ignore[method-assign,func-returns-value]
        clockwork = Clockwork()
        metrics.parts.engine, metrics.parts.clockwork = engine, clockwork
        engine.tally.add(SWEEP, "tickets")
        clockwork.every(0.01, broken)
        clockwork.every(0.01, lambda: None, "fine")
        clockwork.start()
        figures: Figures = {}
        failed, went = ("bayline_tick_failures_total", "broken"), ("bayline_tick_done_timestamp_seconds", "fine")
        while not (figures.get(failed) and figures[went]):
            figures, _ = await _read(client)
        clockwork.stop()
        assert figures["bayline_tick_done_timestamp_seconds", "broken"] == 0
        assert figures["bayline_tick_failures_total", "fine"] == 0
        assert figures["bayline_round_failures_total", "tickets", "sweep"] == 1
        assert figures["bayline_round_failures_total", "tickets", "push"] == 0
        await asyncio.gather(*(_read(client) for _ in range(5)))
        assert len(asked) == 1

    _alone(database, story)
