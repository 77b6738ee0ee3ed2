"""A country changes when its clocks change: visits to come keep the time on the wall, because that is what people were told."""

import logging
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import rezoning
from handlers.booking.history import SWEEP
from handlers.dialogue.texts import Texts
from storage import store_clocks
from storage.store_clocks import Known

log = logging.getLogger(__name__)


def on_the_wall(known: Known) -> Callable[[datetime], datetime]:
    """What a clock showed that goes as was known."""
    since, ahead = [one for one, _ in known], [offset for _, offset in known]

    def shown(at: datetime) -> datetime:
        place = bisect_right(since, at.timestamp()) - 1
        return at.astimezone(timezone(timedelta(seconds=ahead[max(place, 0)])))

    return shown


def to_look_at(session: Session, now: datetime) -> Sequence[int]:
    """The stores whose clock is known otherwise than it is written, also because a month has gone by."""
    return [one.store_id for one in store_clocks.seen(session) if one.written != (one.timezone, known(one.timezone, now))]


def keep_promises(session: Session, store_id: int, texts: Texts, now: datetime) -> None:
    """What is promised in this store stays at its time on the wall; from now on today's rules are what is known."""
    zone = next(one.timezone for one in store_clocks.seen(session) if one.store_id == store_id)
    fresh = known(zone, now)
    clock = store_clocks.lock(session, store_id, zone, fresh)
    # Where the shop itself has corrected the zone, the import has moved what there was.
    if clock.timezone == zone and clock.known != fresh:
        moved = rezoning.keep_wall_times(session, store_id, on_the_wall(clock.known), ZoneInfo(zone), now, SWEEP)
        if moved:
            log.warning("the clocks of %s change otherwise than was known: %d visits moved with them", zone, len(moved))
    clock.timezone, clock.known = zone, fresh


def known(zone: str, now: datetime) -> Known:
    """From the beginning of this month to beyond any visit that may be promised."""
    return _changes(zone, datetime(now.year, now.month, 1, tzinfo=UTC))


@lru_cache(maxsize=64)
def _changes(zone: str, since: datetime) -> Known:
    place, day = ZoneInfo(zone), timedelta(days=1)

    def offset(at: datetime) -> int:
        return int((at.astimezone(place).utcoffset() or timedelta()).total_seconds())

    found = [[int(since.timestamp()), offset(since)]]
    for at in (since + number * day for number in range(1, rezoning.FAR.days)):
        if offset(at) != found[-1][1]:
            before, after = at - day, at
            while after - before > timedelta(minutes=1):
                middle = before + (after - before) / 2
                before, after = (before, middle) if offset(middle) == offset(at) else (middle, after)
            found.append([round(after.timestamp() / 60) * 60, offset(at)])
    return found
