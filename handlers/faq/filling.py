"""Placeholders of answers, filled from the store and the catalogue. Substitution from an allow-list, never an expression."""

import re
from collections.abc import Callable
from datetime import timedelta

import phonenumbers

from handlers.dialogue import Turn
from handlers.faq.hours import holidays, in_words
from storage import catalogue
from storage.stores import Store

PLACEHOLDER = re.compile(r"\{([a-z_.]+)(?::([a-z0-9_]+))?\}")


class Missing(Exception):  # noqa: N818 - it is handled, and turned into words for the customer
    """The shop has no figure for this placeholder. `code` is the service."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def fill(turn: Turn, answer: str) -> str:
    """The answer with its placeholders filled. Raises Missing for a figure that is not on file."""
    store = turn.store

    def value(found: re.Match[str]) -> str:
        name, code = found[1], found[2] or ""
        if name not in ALLOWED:
            return found[0]
        if store is None:
            raise Missing(code or name)
        return ALLOWED[name](turn, store, code)

    return PLACEHOLDER.sub(value, answer)


def prices_in(answer: str) -> list[str]:
    """Codes of the services whose prices stand in the answer."""
    return [found[2] for found in PLACEHOLDER.finditer(answer) if found[1] == "price" and found[2]]


def spoken(number: str) -> str:
    """An E.164 number with spaces where people expect them; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _price(turn: Turn, store: Store, code: str) -> str:
    """The lowest price of today in the customer's store, else in the first store that has one, which is then named."""
    service = _service(turn, code)
    for place in [store, *(other for other in turn.stores if other.id != store.id)]:
        if prices := turn.prices(place, service):
            amounts = {price.amount for price in prices}
            key = "faq.from_price" if len(amounts) > 1 else "faq.price"
            elsewhere = place.names[turn.language] if place.id != store.id else ""
            values = {"price": turn.money(min(amounts), place.currency), "store": elsewhere}
            return turn.texts.label(key, turn.language, values)
    raise Missing(code)


def _duration(turn: Turn, store: Store, code: str) -> str:
    return duration(turn, _service(turn, code).minutes)


def _service(turn: Turn, code: str) -> catalogue.Service:
    service = turn.shop.services.get(code)
    if service is None:
        raise Missing(code)
    return service


def duration(turn: Turn, minutes: int) -> str:
    """A length of time as people say it: about 45 minutes, about 1.5 hours, about 2 days."""
    length = timedelta(minutes=minutes)
    if length < timedelta(minutes=90) and minutes != 60:
        return turn.texts.label("faq.minutes", turn.language, {"n": minutes})
    if length < timedelta(hours=12):
        return turn.texts.label("faq.hours", turn.language, {"n": _half(minutes / 60)})
    # As the calendar counts it: the car stays overnight, and a day's work that begins at nine is ready at nine.
    return turn.texts.label("faq.days", turn.language, {"n": max(1, round(length / timedelta(days=1)))})


def _half(hours: float) -> int | float:
    rounded = round(hours * 2) / 2
    return int(rounded) if rounded.is_integer() else rounded


ALLOWED: dict[str, Callable[[Turn, Store, str], str]] = {
    "store.name": lambda turn, store, _: store.names[turn.language],
    "store.phone": lambda turn, store, _: spoken(store.phone),
    "store.address": lambda turn, store, _: store.addresses[turn.language],
    "store.parking": lambda turn, store, _: store.parking[turn.language],
    "store.hours": lambda turn, store, _: in_words(turn, store),
    "store.holidays": lambda turn, store, _: holidays(turn, store),
    "price": _price,
    "duration": _duration,
}
