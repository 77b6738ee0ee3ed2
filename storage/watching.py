"""What whoever watches over the shop is told: how much waits, what was lost, which promises are broken. Only numbers."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from storage import appointments, holds, messages, queues, stores
from storage.messages import MESSAGES, UNSENT
from storage.quarantine import Quarantined

REPLY, PUSH = "reply", "push"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What has not been sent to a channel. `kind`: "reply", which somebody waits for, or "push". `late`: seconds that the
    oldest is overdue, 0 when nothing is."""

    channel: str
    kind: str
    number: int
    late: float


@dataclass(frozen=True, slots=True)
class Figures:
    """`lost`: messages by channel and status (uncertain, dead). `tickets`: by tier how many live, and how many of these have a
    broken promise. `today`: by status the appointments of each store's own day. `held`: times that are kept for somebody who has
    not said yes. `aside`: updates that nobody could handle. `on_hold`: a restored database keeps still."""

    waiting: list[Waiting]
    lost: dict[tuple[str, str], int]
    tickets: dict[str, tuple[int, int]]
    today: dict[str, int]
    held: int
    aside: int
    on_hold: bool


def figures(session: Session, now: datetime) -> Figures:
    """All of them, each by an index; a scrape costs a few milliseconds."""
    return Figures(
        waiting=outbox(session, now),
        lost=messages.lost(session),
        tickets=queues.promises(session, now),
        today=today(session, now),
        held=appointments.holds_alive(session, now),
        aside=session.execute(select(func.count()).select_from(Quarantined)).scalar_one(),
        on_hold=holds.now_open(session) is not None,
    )


def outbox(session: Session, now: datetime) -> list[Waiting]:
    """What is queued, and what is being sent."""
    m = MESSAGES.c
    query = select(m.channel, m.priority, func.count(), func.min(m.due_at)).where(UNSENT[0]).group_by(m.channel, m.priority)
    found: dict[tuple[str, str], tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for channel, priority, number, oldest in session.execute(query):
        kind = PUSH if priority else REPLY
        before, late = found[channel, kind]
        found[channel, kind] = before + number, max(late, (now - oldest).total_seconds())
    return [Waiting(channel, kind, number, late) for (channel, kind), (number, late) in found.items()]


def today(session: Session, now: datetime) -> dict[str, int]:
    """The appointments of each store's own day, by status."""
    zones: dict[str, list[int]] = defaultdict(list)
    for store in stores.listed(session):
        zones[store.timezone].append(store.id)
    found: dict[str, int] = defaultdict(int)
    for zone, ids in zones.items():
        day = now.astimezone(ZoneInfo(zone)).date()
        start, end = (datetime.combine(one, time(), ZoneInfo(zone)).astimezone(UTC) for one in (day, day + timedelta(days=1)))
        for status, number in appointments.by_status(session, ids, start, end).items():
            found[status] += number
    return found
