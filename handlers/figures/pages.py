"""The console page of figures: managers see their store's, others those of all stores or of one that they choose."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta

from handlers.desk import MANAGERS, Desk, Page
from handlers.dialogue.texts import locale
from handlers.figures import report
from storage import staff

SPANS = (7, 30, 90)


def show(desk: Desk) -> Mapping[str, Any]:
    only = bool(desk.asked("store")) or desk.wall is not None
    stores = [desk.store] if only and desk.store else desk.stores
    asked = desk.asked("days", 3)
    days = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in SPANS else SPANS[1]
    names = {member.id: member.name for member in staff.everybody(desk.session)}
    return {
        "report": report.make(desk.session, stores, desk.now, days, only=only),
        "days": days,
        "spans": SPANS,
        "chosen": desk.asked("store"),
        "store_name": lambda number: _store(desk, number),
        "staff_name": lambda number: names.get(number, "?"),
        "percent": lambda share: "–" if share is None else f"{share:.0%}",
        "lasting": lambda length: _lasting(desk, length),
    }


def _store(desk: Desk, number: int | None) -> str:
    store = desk.store_of(number)
    return desk.named(store.names) if store else desk.plain("figures.no_store")


def _lasting(desk: Desk, length: timedelta | None) -> str:
    """ "5 minutes", "5 分钟"; never 0."""
    if length is None:
        return "–"
    return format_timedelta(max(length, timedelta(minutes=1)), threshold=1.5, granularity="minute", locale=locale(desk.language))


PAGES = [Page(path="/figures", roles=MANAGERS, get=show, template="figures/figures.html", menu="figures.menu")]
