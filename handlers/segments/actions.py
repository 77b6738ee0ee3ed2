"""What changes segments: a rule is kept, members follow what happens; each night everybody, in between whoever was there.

For other features: `is_member`, `members` and `entered` of `storage.segments`.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import LANGUAGES, Texts
from handlers.segments import rules
from handlers.segments.shipped import SHIPPED
from storage import facts, segments, stores
from storage.segments import Segment

# So many customers are computed in one transaction: nobody who writes to us waits for more than these.
CHUNK, DUE_AT_ONCE = 10_000, 1000
# Each night so many parts are one that is computed anew as a whole, whether or not anybody said that something happened.
HEALS_ONE_OF = 30
KEPT = timedelta(days=7)
_DUE = -1


def today_of(session: Session, now: datetime) -> date:
    """The calendar day by which facts are computed: that of the store that is offered first."""
    first = stores.first(session)
    return now.astimezone(ZoneInfo(first.timezone if first else "UTC")).date()


def save(
    session: Session, shop: Shop, *, code: str, names: Mapping[str, str], rule: Mapping[str, Any], now: datetime,
    segment: Segment | None = None, store_id: int | None = None,
) -> Segment:  # fmt: skip
    """Keeps a new segment, or another rule of one; members follow at once. Raises Refusal with what is wrong."""
    rules.check_names(code, names)
    rules.check(rule, options(shop))
    if segment is None:
        if segments.by_code(session, code) is not None:
            raise Refusal("segments.wrong.taken", code=code)
        segment = Segment(code=code, family="own", store_id=store_id, active=True)
        session.add(segment)
    segment.names, segment.rule, segment.changed_at = dict(names), dict(rule), now
    session.flush()
    _follow_everybody(session, segment, now)
    return segment


def switch(session: Session, segment: Segment, active: bool, now: datetime) -> None:
    """One that is switched off has no members."""
    segment.active, segment.changed_at = active, now
    session.flush()
    if active:
        _follow_everybody(session, segment, now)
    else:
        segments.leave_all(session, segment.id, now)


def _follow_everybody(session: Session, segment: Segment, now: datetime) -> None:
    facts.alone(session)
    today = today_of(session, now)
    for part in range(0, facts.last_id(session) + 1, CHUNK):
        segments.follow(session, [segment], today, now, (part + 1, part + CHUNK))


def options(shop: Shop) -> dict[str, Collection[str]]:
    """What each choice may be."""
    return {
        "store": [store.code for store in shop.stores],
        "store_kind": sorted({store.kind for store in shop.stores} | {"dealership", "detailing"}),
        "model": list(shop.models),
        "energy": ["petrol", "diesel", "hybrid", "electric"],
        "language": LANGUAGES,
        "tag": rules.TAGS,
    }


def ensure_shipped(session: Session, now: datetime) -> None:
    """A shop without any segment gets those of the trade."""
    if segments.all_segments(session, active=False):
        return
    for code, family, names, groups in SHIPPED:
        texts = dict(zip(LANGUAGES, names, strict=True))
        session.add(Segment(code=code, names=texts, family=family, rule={"any": groups}, active=True, changed_at=now))
    session.flush()


# -- keeping up ------------------------------------------------------------------------------------------------------------


def due(session: Session, now: datetime) -> list[int]:
    """The parts of today's run that are not done, and a mark for those to whom something happened."""
    today = today_of(session, now)
    run = facts.run_of(session, today)
    parts = [] if run is not None and run.finished_at else list(range(run.upto if run else 0, facts.last_id(session) + 1, CHUNK))
    return parts + ([_DUE] if facts.any_due(session) else [])


def work(session: Session, part: int, _texts: Texts, now: datetime) -> None:
    """One part, once a day, whichever worker comes first."""
    today = today_of(session, now)
    facts.alone(session)
    if part == _DUE:
        catch_up(session, facts.take_due(session, DUE_AT_ONCE), today, now)
        return
    run = facts.lock_run(session, today)
    if run.upto != part or run.finished_at is not None:
        return
    if part == 0:
        ensure_shipped(session, now)
        facts.forget_runs(session, today - KEPT)
    run.upto = part + CHUNK
    pass_night(session, (part + 1, run.upto), today, now)
    if run.upto >= facts.last_id(session):
        run.finished_at = now
    session.flush()


def pass_night(session: Session, span: tuple[int, int], today: date, now: datetime) -> None:
    """Facts of those for whom something changes by the mere passing of days, and everybody's segments.

    What happened to somebody is worked off within seconds; a part of the customers is computed anew all the same, in turn.
    """
    if (span[0] // CHUNK + today.toordinal()) % HEALS_ONE_OF == 0:
        facts.refresh(session, today, span)
    elif old := facts.stale(session, today, span):
        facts.refresh(session, today, span if len(old) > CHUNK // 4 else old)
    segments.follow(session, segments.all_segments(session), today, now, span)


def catch_up(session: Session, ids: Collection[int], today: date, now: datetime) -> None:
    """Facts and segments of these customers, anew."""
    if ids:
        facts.by_index(session)
        segments.follow(session, segments.all_segments(session), today, now, ids, refreshing=True)


def rebuild(session: Session, now: datetime) -> None:
    """Everybody at once; for a small shop, and after a restore."""
    facts.alone(session)
    ensure_shipped(session, now)
    today, which = today_of(session, now), segments.all_segments(session)
    for part in range(0, facts.last_id(session) + 1, CHUNK):
        facts.refresh(session, today, span := (part + 1, part + CHUNK))
        segments.follow(session, which, today, now, span)
