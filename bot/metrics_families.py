"""What stands on the page of metrics besides what is counted there: how the parts of this worker go, and the shop's figures."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.clockwork import Clockwork
from handlers.dialogue.engine import Engine
from handlers.dialogue.tally import PUSH, RETRIED, SWEEP
from storage import appointments
from storage.messages import DEAD, UNCERTAIN
from storage.tickets import TIERS
from storage.watching import PUSH as PUSHES
from storage.watching import REPLY, Figures

if TYPE_CHECKING:
    from bot.channels.telegram import Telegram

_TODAY = (*appointments.LIVE, appointments.DONE, appointments.NO_SHOW, appointments.CANCELLED)


class Parts(Collector):
    """How the parts of this worker go; each is read where it counts for itself."""

    engine: Engine | None = None
    clockwork: Clockwork | None = None
    telegram: "Telegram | None" = None

    def collect(self) -> Iterator[Metric]:
        if self.telegram:
            yield CounterMetricFamily(
                "bayline_telegram_updates", "Updates that this worker has read from Telegram.", value=self.telegram.updates
            )
            yield GaugeMetricFamily(
                "bayline_telegram_polling_troubles", "Failures to poll in a row; 0 while all is well.", self.telegram.troubles
            )
        if self.engine:
            retried = sum(self.engine.tally.counts(RETRIED).values())
            yield CounterMetricFamily("bayline_database_retries", "Turns tried again because of the database.", value=retried)
            yield self._failures(self.engine)
        if self.clockwork:
            yield from self._ticks(self.clockwork)

    def _failures(self, engine: Engine) -> Metric:
        family = CounterMetricFamily(
            "bayline_round_failures",
            "Parts of a round (pushes, sweeps) that failed and are done again.",
            labels=["kind", "feature"],
        )
        for kind in (PUSH, SWEEP):
            failed = engine.tally.counts(kind)
            for feature in sorted(engine.features):
                family.add_metric([kind, feature], failed.get(feature, 0))
        return family

    def _ticks(self, clockwork: Clockwork) -> Iterator[Metric]:
        done = GaugeMetricFamily("bayline_tick_done_timestamp_seconds", "When it last ended without a fault.", labels=["tick"])
        failures = CounterMetricFamily("bayline_tick_failures", "How often it failed.", labels=["tick"])
        for name, tick in clockwork.ticks.items():
            done.add_metric([name], tick.done_at)
            failures.add_metric([name], tick.failures)
        yield from (done, failures)


class Shop(Collector):
    """What stands in the database. `figures` None: it does not answer. `channels`: with an outbox, named also when empty."""

    def __init__(self) -> None:
        self.figures: Figures | None = None
        self.channels: list[str] = []

    def collect(self) -> Iterator[Metric]:
        figures = self.figures
        yield GaugeMetricFamily("bayline_database_up", "Whether the database has just answered.", figures is not None)
        if figures is None:
            return
        yield GaugeMetricFamily("bayline_restore_hold", "1: restored, nothing is said unasked (hold show).", figures.on_hold)
        yield GaugeMetricFamily("bayline_quarantine", "Updates that nobody could handle.", figures.aside)
        yield GaugeMetricFamily("bayline_appointments_held", "Times kept for people who have not said yes.", figures.held)
        today = GaugeMetricFamily("bayline_appointments_today", "Visits of the stores' own day.", labels=["status"])
        for status in _TODAY:
            today.add_metric([status], figures.today.get(status, 0))
        yield today
        yield from self._messages(figures)
        yield from self._tickets(figures)

    def _messages(self, figures: Figures) -> Iterator[Metric]:
        waiting = GaugeMetricFamily("bayline_outbox_messages", "Not sent yet.", labels=["channel", "kind"])
        late = GaugeMetricFamily("bayline_outbox_late_seconds", "How overdue the oldest one is.", labels=["channel", "kind"])
        found = {(one.channel, one.kind): one for one in figures.waiting}
        for key in sorted({*found, *((channel, kind) for channel in self.channels for kind in (REPLY, PUSHES))}):
            one = found.get(key)
            waiting.add_metric(key, one.number if one else 0)
            late.add_metric(key, one.late if one else 0)
        lost = GaugeMetricFamily("bayline_messages_lost", "Did not arrive, or may not have.", labels=["channel", "status"])
        for key in sorted({*figures.lost, *((channel, status) for channel in self.channels for status in (UNCERTAIN, DEAD))}):
            lost.add_metric(key, figures.lost.get(key, 0))
        yield from (waiting, late, lost)

    def _tickets(self, figures: Figures) -> Iterator[Metric]:
        alive = GaugeMetricFamily("bayline_tickets_open", "Matters that wait for a person.", labels=["tier"])
        broken = GaugeMetricFamily("bayline_tickets_breached", "Of these with a broken promise.", labels=["tier"])
        for tier in TIERS:
            number, late = figures.tickets.get(tier, (0, 0))
            alive.add_metric([tier], number)
            broken.add_metric([tier], late)
        yield from (alive, broken)
