"""`GET /metrics`: figures for whoever watches over the shop, for Prometheus. Loaded only where a setting asks for it.

What a worker counts is its own and begins with its start; what stands in the database is the same whichever worker is asked.
"""

import asyncio
import hmac
import logging
import time
from asyncio import Future
from platform import python_version

from aiohttp import hdrs, web
from prometheus_client import CollectorRegistry, Counter, Histogram, Info, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from bot.channels.channel import Fate, Rates, Result, Sender, Slot
from bot.clock import Clock
from bot.metrics_families import Parts, Shop
from handlers.dialogue.engine import Outcome
from handlers.dialogue.incoming import Incoming
from storage import watching
from storage.database import Database
from storage.migrating import HEAD
from storage.outbox import Letter

log = logging.getLogger(__name__)

# So long what the database said is given again; so long a scrape waits for it.
KEPT, WITHIN = 5.0, 4.0
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The page and what it is made of. `token`: whoever brings it as a bearer is answered; for all others there is no page."""

    def __init__(self, token: str, database: Database, clock: Clock, version: str) -> None:
        self._token = token.encode()
        self._database, self._clock = database, clock
        self._registry = CollectorRegistry()
        self.parts = Parts()
        self._shop = Shop()
        self._asking: Future[watching.Figures] | None = None
        self._asked_at = -KEPT
        disable_created_metrics()  # type: ignore[no-untyped-call] # it has no types
        self._turns = Histogram(
            "bayline_turn_seconds", "From a message's arrival in this worker to the commit of its answer.",
            ["channel", "outcome"], registry=self._registry, buckets=_SECONDS,
        )  # fmt: skip
        self._sends = Counter(
            "bayline_sends", "Attempts of this worker to send a message, by what became of them.", ["channel", "result"],
            registry=self._registry,
        )  # fmt: skip
        Info("bayline_build", "What runs here.", registry=self._registry).info(
            {"version": version, "schema": HEAD, "python": python_version(),
             "database": "sqlite" if database.is_sqlite else "postgresql"}
        )  # fmt: skip
        ProcessCollector(registry=self._registry)
        for more in (self.parts, self._shop):
            self._registry.register(more)

    def turn(self, incoming: Incoming, outcome: Outcome | None, seconds: float) -> None:
        """For `Turns.meter`."""
        self._turns.labels(incoming.channel, _kind(outcome)).observe(seconds)

    def counted(self, sender: Sender) -> Sender:
        """The same sender, and what became of each message is counted."""
        for fate in Fate:
            self._sends.labels(sender.channel, fate.name.lower())
        self._shop.channels.append(sender.channel)
        return _Counted(sender, self._sends)

    def routes(self) -> list[web.RouteDef]:
        # Every method: that another one is not allowed would tell that the page is there.
        return [web.route("*", "/metrics", self._answer)]

    async def _answer(self, request: web.Request) -> web.Response:
        if request.method != hdrs.METH_GET or not self._knows(request.headers.get(hdrs.AUTHORIZATION, "")):
            raise web.HTTPNotFound
        await self._ask()
        return web.Response(body=generate_latest(self._registry), headers={hdrs.CONTENT_TYPE: CONTENT_TYPE_PLAIN_0_0_4})

    def _knows(self, authorization: str) -> bool:
        kind, _, token = authorization.partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(token.strip().encode("utf-8", "replace"), self._token)

    async def _ask(self) -> None:
        """Asks the database, one question at a time however many scrape, and not again within some seconds."""
        if self._asking is None and time.monotonic() - self._asked_at >= KEPT:
            self._asking = asyncio.ensure_future(asyncio.to_thread(self._look))
            self._asking.add_done_callback(self._told)
        if self._asking:
            await asyncio.wait({self._asking}, timeout=WITHIN)
        if self._asking:
            self._shop.figures = None  # rather no figures than old ones

    def _told(self, asked: "Future[watching.Figures]") -> None:
        self._asking, self._asked_at = None, time.monotonic()
        if asked.cancelled() or (trouble := asked.exception()):
            log.warning("no figures for /metrics: %s", "cancelled" if asked.cancelled() else type(trouble).__name__)
            self._shop.figures = None
        else:
            self._shop.figures = asked.result()

    def _look(self) -> watching.Figures:
        with self._database.reading() as session:
            return watching.figures(session, self._clock())


def _kind(outcome: Outcome | None) -> str:
    if outcome is None:
        return "failed"
    if outcome.duplicate:
        return "duplicate"
    if outcome.dropped:
        return "dropped"
    if outcome.apologised:
        return "apologised"
    return "answered" if outcome.spoke else "silent"


class _Counted:
    """A sender that counts."""

    def __init__(self, sender: Sender, sends: Counter) -> None:
        self._sender, self._sends = sender, sends
        self.is_group, self.let_in = sender.is_group, sender.let_in

    @property
    def channel(self) -> str:
        return self._sender.channel

    @property
    def rates(self) -> Rates:
        return self._sender.rates

    async def send(self, letter: Letter, slot: Slot) -> Result:
        result = await self._sender.send(letter, slot)
        self._sends.labels(self._sender.channel, result.fate.name.lower()).inc()
        return result
