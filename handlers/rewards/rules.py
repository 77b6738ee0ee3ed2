"""What an offer may be, how long a coupon lasts, and what it takes off a bill: pure rules on values."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from handlers.dialogue import Refusal
from storage.coupons import AMOUNT, KINDS, PERCENT, SERVICE, Offer
from storage.staff import ROLES

# A coupon without a life of its own lasts so long; one that comes back after a refund can be used for so long at least.
USUAL_DAYS, AGAIN = 90, timedelta(days=14)
LONGEST_DAYS, MOST_MONEY, MOST_STOCK = 3660, 100_000_000, 10_000_000
LANGUAGES = ("en", "zh-Hans", "zh-Hant")
# What one person may have is counted over so long: less than a year of moons, by which some birthdays go.
ONE_YEAR = timedelta(days=300)
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")


@dataclass(frozen=True, slots=True)
class NewOffer:
    """An offer as somebody has written it; see `storage.coupons.Offer` for what each part means."""

    code: str
    names: dict[str, str]
    kind: str
    percent: int | None = None
    amount: int | None = None
    service: str | None = None
    currency: str = ""
    stores: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    minimum: int = 0
    stacks: bool = False
    stock: int | None = None
    budget: int | None = None
    per_customer: int = 1
    days: int | None = USUAL_DAYS
    starts_on: date | None = None
    ends_on: date | None = None
    issuer: str = "advisor"
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the shop has: codes of stores and services, and the currencies of the stores."""

    stores: Collection[str]
    services: Collection[str]
    currencies: Collection[str] = field(default_factory=tuple)


def check(offer: NewOffer, known: Known, today: date) -> None:
    """Raises Refusal with the sentence about the first thing that is wrong."""
    if not _CODE.fullmatch(offer.code):
        raise Refusal("rewards.wrong.code")
    if any(not offer.names.get(language, "").strip() for language in LANGUAGES):
        raise Refusal("rewards.wrong.names")
    if offer.kind not in KINDS:
        raise Refusal("rewards.wrong.kind")
    _check_value(offer, known)
    for number, most in ((offer.stock, MOST_STOCK), (offer.budget, 100 * MOST_MONEY), (offer.per_day, MOST_STOCK)):
        if number is not None and not 1 <= number <= most:
            raise Refusal("rewards.wrong.limit")
    if not 0 <= offer.minimum <= MOST_MONEY or not 1 <= offer.per_customer <= 1000:
        raise Refusal("rewards.wrong.limit")
    if offer.budget is not None and offer.amount is None:
        raise Refusal("rewards.wrong.budget_needs_most")
    if offer.days is not None and not 1 <= offer.days <= LONGEST_DAYS:
        raise Refusal("rewards.wrong.days")
    if offer.days is None and offer.ends_on is None:
        raise Refusal("rewards.wrong.no_end")
    if offer.ends_on is not None and offer.ends_on < today:
        raise Refusal("rewards.wrong.past", day=offer.ends_on)
    if offer.starts_on is not None and offer.ends_on is not None and offer.ends_on < offer.starts_on:
        raise Refusal("rewards.wrong.ends_first")
    if not set(offer.stores) <= set(known.stores) or not set(offer.services) <= set(known.services):
        raise Refusal("rewards.wrong.scope")
    if offer.issuer not in ROLES:
        raise Refusal("rewards.wrong.issuer")


def _check_value(offer: NewOffer, known: Known) -> None:
    if offer.kind == PERCENT and (offer.percent is None or not 1 <= offer.percent <= 100):
        raise Refusal("rewards.wrong.percent")
    if offer.kind == AMOUNT and offer.amount is None:
        raise Refusal("rewards.wrong.amount")
    if offer.kind == SERVICE and offer.service not in known.services:
        raise Refusal("rewards.wrong.service")
    if offer.amount is not None and not 1 <= offer.amount <= MOST_MONEY:
        raise Refusal("rewards.wrong.amount")
    if offer.currency not in known.currencies:
        raise Refusal("rewards.wrong.currency")


def last_day(offer: Offer, today: date) -> date:
    """The last day of a coupon that is made today. Raises Refusal when the offer has not begun or is over."""
    if offer.starts_on is not None and today < offer.starts_on:
        raise Refusal("rewards.refused.not_yet", day=offer.starts_on)
    if offer.ends_on is not None and today > offer.ends_on:
        raise Refusal("rewards.refused.over", day=offer.ends_on)
    days = [offer.ends_on] if offer.ends_on is not None else []
    if offer.days is not None or not days:
        days.append(today + timedelta(days=(offer.days or USUAL_DAYS) - 1))
    return min(days)


def may_give(role: str, offer: Offer) -> bool:
    """Whether somebody of this role may give one by hand."""
    return role in ROLES and ROLES.index(role) >= ROLES.index(offer.issuer)


def scope(offer: Offer) -> list[str]:
    """The services (codes) of which one must be on the bill; none for any."""
    return [offer.service] if offer.service else list(offer.services)


def is_for(offer: Offer, store: str, services: Collection[str]) -> bool:
    """Whether it holds in this store and for at least one of these services (codes)."""
    wanted = scope(offer)
    return (not offer.stores or store in offer.stores) and (not wanted or bool(set(wanted) & set(services)))


def taken_off(offer: Offer, bill: int, already: int) -> int:
    """What the coupon takes off a bill of so much, of which other coupons have taken off `already`; never more than is left.

    For a free service `bill` is what that service costs. All in minor units.
    """
    left = max(0, bill - already)
    most = offer.amount if offer.amount is not None else left
    wish = left * (offer.percent or 0) // 100 if offer.kind == PERCENT else most
    return min(left, wish, most)
