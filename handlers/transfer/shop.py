"""Stores on their way into the tables and out of them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import rezoning
from handlers.transfer import store_booking
from handlers.transfer.files import Row
from handlers.transfer.report import Report, Wrong
from handlers.transfer.spans import write_span, write_week
from handlers.transfer.stores import KEYS, read_store
from storage import stores
from storage.stores import DEMO


class StoreImport:
    """The import of one file of stores. Hours and special days of a store become those of the file; bays that are gone go."""

    def __init__(self, session: Session, now: datetime, report: Report) -> None:
        self.session = session
        self.now = now
        self.report = report
        self._lines: dict[str, int] = {}

    def check_columns(self, columns: Sequence[str]) -> None:
        raise Wrong("Stores are written in TOML. Export them once to see the form.")

    def take(self, rows: Sequence[Row]) -> None:
        for row in rows:
            try:
                wish = self._read(row)
            except Wrong as error:
                self.report.wrong(row.number, error)
                continue
            if self.report.ok:
                self._put(wish)

    def finish(self) -> None:
        """A file of stores has no end that could be wrong."""

    def _read(self, row: Row) -> dict[str, Any]:
        table = row.cells.get("store")
        if not isinstance(table, dict):
            raise Wrong('Write each store below a heading "[[store]]".')
        wish = read_store(table, position=len(self._lines) + 1)
        first = self._lines.setdefault(wish["code"], row.number)
        if first != row.number:
            raise Wrong(f'"{wish["code"]}" is already the code of the store in line {first}. Give each store its own.', "code")
        return wish

    def _put(self, wish: Mapping[str, Any]) -> None:
        store = stores.by_code(self.session, wish["code"])
        if store is None:
            self.report.added += 1
        elif _settled(describe(store)) == _settled(wish):
            self.report.unchanged += 1
            return
        else:
            self.report.changed += 1
            if store.timezone != wish["timezone"]:
                before, after = ZoneInfo(store.timezone), ZoneInfo(wish["timezone"])
                rezoning.keep_wall_times(self.session, store.id, lambda told: told.astimezone(before), after, self.now)
        stores.put(self.session, wish)


def rows_out(session: Session) -> Iterator[dict[str, Any]]:
    """Each store as it is written in TOML."""
    for store in stores.all_stores(session):
        wish = describe(store)
        special = [{**day, "hours": [write_span(*span) for span in day["hours"]]} for day in wish["special_days"]]
        own = store_booking.write(wish["booking"], wish["technicians"])
        yield {**wish, "hours": write_week(wish["hours"]), "special_days": special, **own}


def describe(store: stores.Store) -> dict[str, Any]:
    """A store of the database in the form of `read_store`."""
    plain = {key: getattr(store, key) for key in KEYS if key not in ("hours", "special_days", "bays", "demo_cars", "technicians")}
    return {
        **plain,
        "hours": [[(span.opens, span.closes) for span in store.hours if span.weekday == day] for day in range(7)],
        "special_days": [
            {"day": day.day, "names": day.names, "hours": [(_time(one), _time(other)) for one, other in day.spans]}
            for day in store.special_days
        ],
        "bays": {bay.code: bay.kind for bay in store.bays if bay.kind != DEMO},
        "demo_cars": {bay.code: bay.model for bay in store.bays if bay.kind == DEMO},
        "technicians": [
            {
                "code": person.code,
                "name": person.name,
                "skills": person.skills,
                "shifts": [[(one.starts, one.ends) for one in person.shifts if one.weekday == day] for day in range(7)],
            }
            for person in store.technicians
        ],
    }


def _settled(wish: Mapping[str, Any]) -> dict[str, Any]:
    people = sorted(wish["technicians"], key=lambda one: str(one["code"]))
    return {**wish, "bays": sorted(wish["bays"].items()), "technicians": people}


def _time(text: str) -> time:
    return time.fromisoformat(text)
