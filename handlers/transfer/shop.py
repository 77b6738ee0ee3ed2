"""Stores as TOML: names, addresses, opening hours, special days and bays."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel.numbers import list_currencies
from sqlalchemy.orm import Session

from handlers.transfer import values
from handlers.transfer.fields import LANGUAGES
from handlers.transfer.files import Row
from handlers.transfer.report import Report, Wrong
from storage import stores

KINDS = ("dealership", "detailing")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = ("code", "kind", "position", "names", "addresses", "parking", "phone", "timezone", "region", "currency", "hours",
         "special_days", "bays")  # fmt: skip
Spans = list[tuple[time, time]]


class StoreImport:
    """The import of one file of stores. Hours and special days of a store become those of the file; bays that are gone go."""

    def __init__(self, session: Session, report: Report) -> None:
        self.session = session
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
        stores.put(self.session, wish)


def read_store(table: Mapping[str, Any], position: int) -> dict[str, Any]:
    """What `stores.put` wants. Raises Wrong with the place inside the store."""
    if unknown := table.keys() - set(_KEYS):
        raise Wrong(f"There is no such key in a store. The keys are {', '.join(_KEYS)}.", min(unknown))
    region = _at("region", a_region, _text(table, "region"))
    return {
        "code": _at("code", values.a_code, _text(table, "code"), 40),
        "kind": _at("kind", values.a_choice, _text(table, "kind"), KINDS),
        "position": _at("position", values.a_whole_number, str(table.get("position", position)), 0, 999_999),
        "names": _texts(table, "names", required=True),
        "addresses": _texts(table, "addresses", required=True),
        "parking": _texts(table, "parking", required=False),
        "phone": _at("phone", values.a_phone, _text(table, "phone"), region),
        "timezone": _at("timezone", a_timezone, _text(table, "timezone")),
        "region": region,
        "currency": _at("currency", a_currency, _text(table, "currency")),
        "hours": _hours(_table(table, "hours")),
        "special_days": _special_days(table.get("special_days", [])),
        "bays": _bays(_table(table, "bays", {})),
    }


def rows_out(session: Session) -> Iterator[dict[str, Any]]:
    """Each store as it is written in TOML."""
    for store in stores.all_stores(session):
        wish = describe(store)
        days = {name: [_span(*span) for span in spans] for name, spans in zip(WEEKDAYS, wish["hours"], strict=True)}
        special = [{**day, "hours": [_span(*span) for span in day["hours"]]} for day in wish["special_days"]]
        yield {**wish, "hours": days, "special_days": special}


def describe(store: stores.Store) -> dict[str, Any]:
    """A store of the database in the form of `read_store`."""
    plain = {key: getattr(store, key) for key in _KEYS if key not in ("hours", "special_days", "bays")}
    return {
        **plain,
        "hours": [[(span.opens, span.closes) for span in store.hours if span.weekday == day] for day in range(7)],
        "special_days": [
            {"day": day.day, "names": day.names, "hours": [(_time(one), _time(other)) for one, other in day.spans]}
            for day in store.special_days
        ],
        "bays": {bay.code: bay.kind for bay in store.bays},
    }


def a_timezone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Wrong(f'"{text[:60]}" is not a time zone. Write one such as "Asia/Shanghai" or "Europe/London".') from None


def a_currency(text: str) -> str:
    if text.upper() not in list_currencies():
        raise Wrong(f'"{text[:20]}" is not a currency. Write its three letters, such as "CNY".')
    return text.upper()


def a_region(text: str) -> str:
    if text.upper() not in phonenumbers.SUPPORTED_REGIONS:
        raise Wrong(f'"{text[:20]}" is not a country. Write its two letters, such as "CN".')
    return text.upper()


def _hours(table: Mapping[str, Any]) -> list[Spans]:
    if unknown := table.keys() - set(WEEKDAYS):
        raise Wrong(f"There is no such weekday. Write {', '.join(WEEKDAYS)}.", f"hours.{min(unknown)}")
    return [_at(f"hours.{day}", read_spans, table.get(day, [])) for day in WEEKDAYS]


def read_spans(value: object) -> Spans:
    if not isinstance(value, list) or not all(isinstance(span, str) for span in value):
        raise Wrong('Write a list such as ["08:30-12:00", "13:30-18:00"], and [] for a closed day.')
    spans = sorted(values.a_span(span) for span in value)
    for (_, closes), (opens, _) in pairwise(spans):
        if opens < closes:
            raise Wrong(
                f'Two times overlap: one opens at {opens:%H:%M} before {closes:%H:%M}. Write "08:30-12:00", "13:30-18:00".'
            )
    return spans


def _special_days(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(day, dict) for day in value):
        raise Wrong('Write each day below a heading "[[store.special_days]]".', "special_days")
    days: dict[date, dict[str, Any]] = {}
    for number, table in enumerate(value, 1):
        place = f"special_days {number}"
        if unknown := table.keys() - {"day", "hours", "names"}:
            raise Wrong("There is no such key. The keys are day, hours and names.", f"{place}.{min(unknown)}")
        day = _at(f"{place}.day", values.a_day, str(table.get("day", "")))
        if day in days:
            raise Wrong(f"{day} is there twice. Keep one.", place)
        names = _at(place, _texts, table, "names", False)
        days[day] = {"day": day, "names": names, "hours": _at(f"{place}.hours", read_spans, table.get("hours", []))}
    return [days[day] for day in sorted(days)]


def _bays(table: Mapping[str, Any]) -> dict[str, str]:
    bays = {}
    for name, kind in table.items():
        if not isinstance(kind, str):
            raise Wrong('Write the kind of the bay, such as "lift" or "wash".', f"bays.{name}")
        bays[_at(f"bays.{name}", values.a_code, name, 40)] = _at(f"bays.{name}", values.a_code, kind, 20)
    return bays


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or not value.strip():
        raise Wrong('This is missing or not a text. Write it between quotes ("…").', key)
    return value.strip()


def _table(table: Mapping[str, Any], key: str, default: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    value = table.get(key, default)
    if not isinstance(value, dict):
        raise Wrong(f'This is missing or not a table. Write it below a heading "[store.{key}]".', key)
    return value


def _texts(table: Mapping[str, Any], key: str, required: bool) -> dict[str, str]:
    """One text a language; a language that was left out gets the words of the first that is there."""
    found = _table(table, key, None if required else {})
    if unknown := found.keys() - set(LANGUAGES):
        raise Wrong(f"There is no such language. Write {', '.join(LANGUAGES)}.", f"{key}.{min(unknown)}")
    given = {language: _at(f"{key}.{language}", _words, found[language]) for language in found if found[language] != ""}
    if required and not given:
        raise Wrong("At least one language must be filled in.", key)
    first = next((given[language] for language in LANGUAGES if language in given), "")
    return {language: given.get(language, first) for language in LANGUAGES}


def _words(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong('This is not a text. Write it between quotes ("…").')
    return values.a_text(value, 500)


def _at(place: str, parse: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return parse(*arguments)
    except Wrong as error:
        error.column = f"{place}: {error.column}" if error.column else place
        raise


def _settled(wish: Mapping[str, Any]) -> dict[str, Any]:
    return {**wish, "bays": sorted(wish["bays"].items())}


def _span(opens: time, closes: time) -> str:
    return f"{opens:%H:%M}-{closes:%H:%M}"


def _time(text: str) -> time:
    return time.fromisoformat(text)
