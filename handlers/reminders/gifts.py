"""The present that comes with a push: coupons, promised by name and given when the push is on its way."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.reminders.due import Due
from handlers.rewards import actions as rewards
from storage import coupons
from storage.coupons import Offer
from storage.customers import Customer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gift:
    """`name`: what the text says; `coupons`: ids, none where it is only looked what would be given."""

    name: str
    coupons: tuple[int, ...] = ()


def codes(gift: str) -> list[str]:
    """A rule may give several offers: "recall_200, alignment"."""
    return [code.strip() for code in gift.split(",") if code.strip()]


def promised(session: Session, due: Due, language: str) -> Gift | None:
    """What would be given, for whoever looks ahead."""
    found = [offer for code in codes(due.rule.gift) if (offer := coupons.offer(session, code)) and offer.closed_at is None]
    return Gift(_named(found, language)) if found else None


def give(session: Session, due: Due, language: str, now: datetime) -> Gift | None:
    """Coupons for this person, one for each offer that has any left; None without any. The same push gives the same ones."""
    given = []
    for code in codes(due.rule.gift):
        customer = session.get_one(Customer, due.person.id)
        try:
            coupon = rewards.issue(
                session, code, customer, f"rule:{due.rule.code}", now, key=f"{due.key}:{code}"[-120:]
            )  # fmt: skip
        except Refusal as no:
            log.info("the rule %s gives nothing of the offer %s: %s", due.rule.code, code, no.key)
            continue
        given.append(coupon)
    offers = [session.get_one(Offer, coupon.offer_id) for coupon in given]
    return Gift(_named(offers, language), tuple(coupon.id for coupon in given)) if given else None


def _named(offers: list[Offer], language: str) -> str:
    return (" + " if language == "en" else "＋").join(offer.names.get(language) or offer.code for offer in offers)
