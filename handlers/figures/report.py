"""The figures of some days, by store and by advisor."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import rules as booking
from handlers.booking.plan import hours_of
from handlers.figures import rules
from handlers.figures.rules import Answering, Talking, Visiting
from storage import figures, slots
from storage.stores import Store

Line = TypeVar("Line")
Sum = TypeVar("Sum")


@dataclass(frozen=True, slots=True)
class Report:
    """Each list by store id or staff id (None: of none yet), the largest first. `bays`: share of opening hours with work."""

    answering: Answering
    by_store: Sequence[tuple[int | None, Answering]]
    by_staff: Sequence[tuple[int | None, Answering]]
    visiting: Sequence[tuple[int | None, Visiting]]
    bays: dict[int, float | None]
    talking: Sequence[tuple[int | None, Talking]]


def make(session: Session, stores: Sequence[Store], now: datetime, days: int, *, only: bool) -> Report:
    """The last `days` times 24 hours. `only`: nothing but what belongs to these stores; else also what belongs to none yet."""
    start = now - timedelta(days=days)
    within = [store.id for store in stores] if only else None
    tickets = list(figures.tickets_opened(session, start, now, within))
    visits = list(figures.visits(session, start, now, within))
    talks = list(figures.talks(session, start, within))
    return Report(
        rules.answering(tickets),
        _by(tickets, lambda line: line.store_id, rules.answering),
        _blamed(
            _by((line for line in tickets if line.staff_id is not None), lambda line: line.staff_id, rules.answering),
            list(figures.endings(session, start, now, within)),
        ),
        _by(visits, lambda line: line.store_id, rules.visiting),
        {store.id: use_of_bays(session, store, start, now) for store in stores},
        _by(talks, lambda line: line.store_id, rules.talking),
    )


def _blamed(
    by_staff: Sequence[tuple[int | None, Answering]], endings: Sequence[tuple[int, bool]]
) -> list[tuple[int | None, Answering]]:  # fmt: skip
    """What was opened again counts against whoever had ended it, whoever has it now."""
    undone, ended = Counter(who for who, again in endings if again), Counter(who for who, again in endings if not again)
    rows = dict(by_staff) | {who: rules.answering([]) for who in undone if who not in dict(by_staff)}
    return [(who, replace(one, reopened=rules.share(undone[who or 0], ended[who or 0]))) for who, one in rows.items()]


def use_of_bays(session: Session, store: Store, start: datetime, now: datetime) -> float | None:
    """How much of the opening hours from `start` to `now` the store's bays were taken. None without bays or hours."""
    # Cars for test drives stand in the plan as bays do.
    bays = {slots.bay(bay.id) for bay in store.bays if bay.model is None}
    first, end = slots.quantum_from(start), slots.quantum_at(now)
    zone = ZoneInfo(store.timezone)
    day = start.astimezone(zone).date()
    days = (now.astimezone(zone).date() - day).days + 1
    day_of_first = slots.quantum_at(booking.instant(day, time(0), zone)) // slots.DAY
    taken = slots.taken(session, store.id, day_of_first, end // slots.DAY)
    base, open_ = day_of_first * slots.DAY, 0
    for span in booking.spans(hours_of(store), day, days):
        low, high = max(span.first, first), min(span.end, end)
        if low < high:
            open_ |= ((1 << (high - low)) - 1) << (low - base)
    used = sum((bits & open_).bit_count() for resource, bits in taken.items() if resource in bays)
    return rules.share(used, open_.bit_count() * len(bays))


def _by(
    lines: Iterable[Line], key: Callable[[Line], int | None], sum_up: Callable[[Sequence[Line]], Sum]
) -> list[tuple[int | None, Sum]]:  # fmt: skip
    groups: dict[int | None, list[Line]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return [(name, sum_up(group)) for name, group in sorted(groups.items(), key=lambda one: -len(one[1]))]
