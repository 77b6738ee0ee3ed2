"""The left pane: which queue, tier and words the address asks for, and what the list shows of them."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from handlers.customers import rules as customers
from handlers.desk import Desk
from handlers.inbox import bulk, rules
from handlers.tickets import promises
from storage import drafts, handiness, pulse, queues, staff
from storage.queues import Row, Wish
from storage.tickets import TIERS

AT_ONCE, MOST_WARNED = 50, 20
PARTS = ("queue", "tier", "tag", "find", "deep", "page")


def wish_of(desk: Desk) -> Wish:
    """What the address asks for; what it does not know is left out."""
    queue, tier, words = desk.asked("queue"), desk.asked("tier"), desk.asked("find", 80)
    wanted = customers.wanted(words)
    return Wish(
        queue if queue in queues.QUEUES else queues.ALL, desk.staff.id, desk.wall, desk.now, tier if tier in TIERS else "",
        wanted.words if wanted else (), wanted.digits if wanted else (), wanted.plate if wanted else "",
        deep=desk.asked("deep") in ("1", "2"), far=desk.asked("deep") == "2", tag=desk.asked("tag", 40), today=today(desk),
    )  # fmt: skip


def today(desk: Desk) -> list[tuple[int, datetime, datetime]]:
    """Of each store that they see: when its day began, and when it ends."""
    days = []
    for store in desk.stores:
        zone = ZoneInfo(store.timezone)
        began = datetime.combine(desk.now.astimezone(zone).date(), time(), zone)
        days.append((store.id, began, datetime.combine(began.date() + timedelta(days=1), time(), zone)))
    return days


def listed(desk: Desk, beside: int = 0) -> Mapping[str, Any]:
    """Everything that the left pane needs; `query` goes on through its links. `beside`: the ticket that is open, for its tags."""
    wish, page = wish_of(desk), _page(desk)
    found = queues.rows(desk.session, wish, AT_ONCE + 1, (page - 1) * AT_ONCE)
    return {
        "wish": wish,
        "words": desk.asked("find", 80),
        "queues": queues.QUEUES,
        "rare": queues.RARE,
        "tiers": tuple(reversed(TIERS)),
        "counts": queues.counts(desk.session, wish),
        "rows": found[:AT_ONCE],
        "more": len(found) > AT_ONCE,
        "next_page": query(desk, page=str(page + 1)),
        "page": page,
        "further": queues.goes_further(desk.session, wish) if len(found) <= AT_ONCE else False,
        "clock": lambda row: clock_of(desk, row),
        "begun": drafts.of_staff(desk.session, desk.staff.id),
        "query": query(desk),
        "link": lambda **changes: query(desk, page="", **changes),
        "mark": pulse.mark(desk.session),
        "filters": handiness.filters_of(desk.session, desk.staff.id),
        "tags_of": handiness.tags_of(desk.session, {beside, *(row.id for row in found)}),
        "colleagues": [one for one in desk.once(staff.everybody) if rules.works_with(desk.staff, one)],
        **bulk.standing(desk),
    }


def clock_of(desk: Desk, row: Row) -> rules.Clock:
    store = desk.store_of(row.store_id) or next(iter(desk.shop.stores), None)
    percent = desk.once(promises.warnings).of(row.tier, store.code if store else "")
    return rules.clock(row.status, answered=row.answered, due=row.due, since=row.since, now=desk.now, percent=percent)


def query(desk: Desk, **changes: str) -> str:
    """The question in the address as it is, but for `changes`: "?queue=mine&tier=serious", or nothing."""
    parts = {name: changes.get(name, desk.asked(name, 80)) for name in PARTS}
    kept = urlencode({name: value for name, value in parts.items() if value})
    return f"?{kept}" if kept else ""


def _page(desk: Desk) -> int:
    asked = desk.asked("page", 6)
    return max(1, int(asked)) if asked.isascii() and asked.isdigit() else 1
