"""What a store must look like in TOML: names, address, opening hours, special days, bays."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel.numbers import list_currencies

from handlers.transfer import store_booking, store_feedback, values
from handlers.transfer.fields import LANGUAGES
from handlers.transfer.report import Wrong
from handlers.transfer.spans import located, read_spans, read_week

KINDS = ("dealership", "detailing")
KEYS = ("code", "kind", "position", "names", "addresses", "parking", "phone", "timezone", "region", "currency", "hours",
         "special_days", "bays", "demo_cars", "booking", "technicians", "feedback", "margin")  # fmt: skip


def read_store(table: Mapping[str, Any], position: int) -> dict[str, Any]:
    """What `stores.put` wants. Raises Wrong with the place inside the store."""
    if unknown := table.keys() - set(KEYS):
        raise Wrong(f"There is no such key in a store. The keys are {', '.join(KEYS)}.", min(unknown))
    region = located("region", a_region, _text(table, "region"))
    return {
        "code": located("code", values.a_code, _text(table, "code"), 40),
        "kind": located("kind", values.a_choice, _text(table, "kind"), KINDS),
        "position": located("position", values.a_whole_number, str(table.get("position", position)), 0, 999_999),
        "names": _texts(table, "names", required=True),
        "addresses": _texts(table, "addresses", required=True),
        "parking": _texts(table, "parking", required=False),
        "phone": located("phone", values.a_phone, _text(table, "phone"), region),
        "timezone": located("timezone", a_timezone, _text(table, "timezone")),
        "region": region,
        "currency": located("currency", a_currency, _text(table, "currency")),
        "hours": read_week(_table(table, "hours"), "hours"),
        "special_days": _special_days(table.get("special_days", [])),
        "bays": _bays(_table(table, "bays", {})),
        "margin": located("margin", values.a_whole_number, str(table["margin"]), 0, 100) if "margin" in table else None,
        **store_booking.read(table),
        **store_feedback.read(table),
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


def _special_days(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(day, dict) for day in value):
        raise Wrong('Write each day below a heading "[[store.special_days]]".', "special_days")
    days: dict[date, dict[str, Any]] = {}
    for number, table in enumerate(value, 1):
        place = f"special_days {number}"
        if unknown := table.keys() - {"day", "hours", "names"}:
            raise Wrong("There is no such key. The keys are day, hours and names.", f"{place}.{min(unknown)}")
        day = located(f"{place}.day", values.a_day, str(table.get("day", "")))
        if day in days:
            raise Wrong(f"{day} is there twice. Keep one.", place)
        names = located(place, _texts, table, "names", False)
        days[day] = {"day": day, "names": names, "hours": located(f"{place}.hours", read_spans, table.get("hours", []))}
    return [days[day] for day in sorted(days)]


def _bays(table: Mapping[str, Any]) -> dict[str, str]:
    bays = {}
    for name, kind in table.items():
        if not isinstance(kind, str):
            raise Wrong('Write the kind of the bay, such as "lift" or "wash".', f"bays.{name}")
        bays[located(f"bays.{name}", values.a_code, name, 40)] = located(f"bays.{name}", values.a_code, kind, 20)
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
    given = {language: located(f"{key}.{language}", _words, found[language]) for language in found if found[language] != ""}
    if required and not given:
        raise Wrong("At least one language must be filled in.", key)
    first = next((given[language] for language in LANGUAGES if language in given), "")
    return {language: given.get(language, first) for language in LANGUAGES}


def _words(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong('This is not a text. Write it between quotes ("…").')
    return values.a_text(value, 500)
