"""A coupon in words: what it is worth, until when and where; for the chat, the console and letters."""

from typing import Any, Protocol

from handlers.dialogue import Button
from handlers.dialogue.shop import Shop
from handlers.rewards import codes
from storage.coupons import Coupon, Offer


class Speaker(Protocol):
    """Who makes texts in one language: a turn, or a voice."""

    @property
    def language(self) -> str: ...
    @property
    def shop(self) -> Shop: ...
    def text(self, key: str, **values: Any) -> str: ...
    def button(self, key: str, do: str, value: Any = None, **values: Any) -> Button: ...
    def money(self, amount: int, currency: str) -> str: ...


def name(offer: Offer, language: str) -> str:
    return offer.names.get(language) or offer.code


def card(speaker: Speaker, coupon: Coupon, offer: Offer) -> dict[str, Any]:
    """The values of texts that describe a coupon."""
    gap = ", " if speaker.language == "en" else "、"
    places = [store.names.get(speaker.language, store.code) for store in speaker.shop.stores if store.code in offer.stores]
    return {
        "name": name(offer, speaker.language), "code": codes.shown(coupon.code), "until": coupon.valid_until,
        "minimum": speaker.money(offer.minimum, offer.currency) if offer.minimum else "",
        "stores": gap.join(places), "services": scope(speaker, offer),
    }  # fmt: skip


def scope(speaker: Speaker, offer: Offer) -> str:
    """The services that it is for, "" for all."""
    wanted = [
        service.names.get(speaker.language, code) for code, service in speaker.shop.services.items() if code in offer.services
    ]
    return (", " if speaker.language == "en" else "、").join(wanted)
