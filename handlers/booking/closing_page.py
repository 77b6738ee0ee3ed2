"""Console page on closures at short notice: what is out, something new that is, and whose visits cannot take place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.booking import closing, desk_form, grid, rezoning
from handlers.desk import EVERYBODY, Desk, Go, Page
from handlers.dialogue import Refusal
from storage import appointments, technicians
from storage.stores import Store
from storage.technicians import Closure


def closures(desk: Desk) -> Mapping[str, Any]:
    store = desk.store
    if store is None:
        return {"store": None}
    names = {one.id: one.code for one in store.bays}, {one.id: one.name for one in store.technicians}
    coming = _coming(desk, store)
    rows = appointments.starting_between(desk.session, [store.id], desk.now, desk.now + rezoning.FAR)
    return {
        "store": store,
        "coming": [(row, names[0].get(row.bay_id or 0) or names[1].get(row.technician_id or 0, "")) for row in coming],
        "struck": grid.described(desk.session, desk.shop, closing.struck(store, rows, coming, desk.now), desk.language),
        "today": desk.now.astimezone(ZoneInfo(store.timezone)).date(),
    }


def change(desk: Desk) -> Go:
    """Closes, or opens again; the page then shows whom to call or move."""
    store = desk.store
    if store is None:
        raise Refusal("booking.refused.not_here")
    if number := desk.field("reopen", 12):
        closure = next((one for one in _coming(desk, store) if str(one.id) == number), None)
        if closure is None:
            raise Refusal("booking.refused.gone")
        closing.reopen(desk.session, closure)
        desk.audit("closure.reopen", f"store:{store.id}")
        return _done(desk, store)
    starts_at, ends_at = _moment(desk, store, "from"), _moment(desk, store, "until")
    if ends_at <= max(starts_at, desk.now):
        raise Refusal("booking.desk.no_time")
    kind, _, code = desk.field("what", 60).partition(":")
    bay = next((one.id for one in store.bays if kind == "bay" and one.code == code), None)
    person = next((one.id for one in store.technicians if kind == "technician" and one.code == code), None)
    if kind != "store" and bay is None and person is None:
        raise Refusal("booking.desk.wrong_bay")
    closing.close(
        desk.session, store.id, starts_at, ends_at, desk.now, bay_id=bay, technician_id=person, reason=desk.field("reason", 200)
    )  # fmt: skip
    desk.audit("closure.close", f"store:{store.id}")
    return _done(desk, store)


def _done(desk: Desk, store: Store) -> Go:
    return Go(f"{desk.url('/bookings/closures')}?store={store.code}", desk.plain("booking.desk.saved"))


def _coming(desk: Desk, store: Store) -> list[Closure]:
    return [row for row in technicians.closures(desk.session) if row.store_id == store.id and row.ends_at > desk.now]


def _moment(desk: Desk, store: Store, which: str) -> datetime:
    """Day and clock of the store, UTC."""
    try:
        return desk_form.local_moment(desk, store, desk.field(f"{which}_day"), desk.field(f"{which}_time"))
    except (ValueError, OverflowError):
        raise Refusal("booking.desk.no_time") from None


PAGE = Page(path="/bookings/closures", roles=EVERYBODY, get=closures, post=change, template="booking/closures.html")
