"""An appointment in words: what is done, when, where, and what it costs; for a turn and for a push."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import get_timezone_name

from handlers.booking.plan import Free
from handlers.dialogue import Button
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts, locale
from handlers.profile import phones
from storage import terms
from storage.appointments import Appointment
from storage.stores import Store


class HasShop(Protocol):
    @property
    def shop(self) -> Shop: ...


class Speaker(HasShop, Protocol):
    """Who makes texts in one language: a turn, or a voice."""

    @property
    def language(self) -> str: ...
    @property
    def texts(self) -> Texts: ...
    def text(self, key: str, **values: Any) -> str: ...
    def button(self, key: str, do: str, value: Any = None, **values: Any) -> Button: ...
    def money(self, amount: int, currency: str) -> str: ...


def services(speaker: Speaker, codes: Iterable[str]) -> str:
    known = [speaker.shop.services.get(code) for code in codes]
    return " + ".join(service.names[speaker.language] if service else "?" for service in known)


def label(speaker: Speaker, key: str, **values: Any) -> str:
    """A text for a place without formatting."""
    return speaker.texts.label(key, speaker.language, values)


def moment(speaker: Speaker, store: Store, at: datetime) -> str:
    """Weekday, date and time in the store: "Tue 24 Nov, 10:00"."""
    return label(speaker, "booking.moment", at=at.astimezone(ZoneInfo(store.timezone)))


def zone(speaker: Speaker, store: Store, at: datetime, phone: str | None) -> str:
    """The name of the store's time zone, when the person may live by another one; else ""."""
    zones = {one.timezone for one in speaker.shop.stores} | set(_zones_of(phone))
    there = at.astimezone(ZoneInfo(store.timezone))
    if all(at.astimezone(ZoneInfo(name)).utcoffset() == there.utcoffset() for name in zones):
        return ""
    return zone_name(speaker, store, at)


def zone_name(speaker: Speaker, store: Store, at: datetime) -> str:
    there = at.astimezone(ZoneInfo(store.timezone))
    return str(get_timezone_name(there, width="long", locale=locale(speaker.language)))


def _zones_of(phone: str | None) -> tuple[str, ...]:
    """Where a number is at home, as far as that is one place or a few that agree."""
    if not phone:
        return ()
    from phonenumbers import timezone as phone_zones  # late: it reads the prefixes of the whole world

    try:
        zones = phone_zones.time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ()
    return tuple(name for name in zones if "/" in name and not name.startswith("Etc/"))


def free(speaker: Speaker, store: Store, one: Free, *, short: bool = False) -> str:
    """A free time on a button, with its price where it is lower than at other times."""
    there = one.starts_at.astimezone(ZoneInfo(store.timezone))
    said = label(speaker, "booking.clock" if short else "booking.moment", at=there)
    if not one.discount:
        return said
    price = "" if one.price is None or short else speaker.money(one.price, store.currency)
    return label(speaker, "booking.off_peak", at=said, percent=one.discount, price=price)


def card(speaker: Speaker, row: Appointment, **more: Any) -> dict[str, Any]:
    """The values of texts that describe an appointment."""
    store = store_of(speaker, row)
    model = speaker.shop.models_by_id.get(row.model_id) if row.model_id is not None else None
    begins, ends = (at.astimezone(ZoneInfo(store.timezone)) for at in (row.starts_at, row.ends_at))
    ready = "booking.clock" if begins.date() == ends.date() else "booking.moment"
    values = {
        "services": services(speaker, row.services), "when": moment(speaker, store, row.starts_at),
        "zone": zone(speaker, store, row.starts_at, row.phone), "store": store.names[speaker.language],
        "ready": label(speaker, ready, at=ends),
        "car": model.names[speaker.language] if model else "", "address": store.addresses[speaker.language],
        "transport": _transport(speaker, store, row),
        "price": speaker.money(row.price, store.currency) if row.price else "", "discount": row.discount,
        "note": row.note, "advisor": "",
    }  # fmt: skip
    return {**values, **more}


def _transport(speaker: Speaker, store: Store, row: Appointment) -> str:
    """Nothing where there is nothing to choose, or no car of theirs stays: a test drive, a talk."""
    own, kind = terms.read(store.booking), row.transport
    theirs = [speaker.shop.services[code].bay_kind for code in row.services if code in speaker.shop.services]
    if kind == "wait" and (not (own.loaners or own.pickups) or set(theirs) <= {"none", "demo"}):
        return ""
    return label(speaker, f"booking.transport.said.{kind}")


def store_of(knows: HasShop, row: Appointment) -> Store:
    return next(store for store in knows.shop.stores if store.id == row.store_id)


def phone_of(store: Store) -> str:
    """The store's number as people write it; as it is on file when it cannot be read."""
    try:
        return phones.shown(store.phone)
    except phonenumbers.NumberParseException:
        return store.phone


def zone_of(store: Store) -> ZoneInfo:
    return ZoneInfo(store.timezone)
