"""The sample shop's offers, and a coupon or two that customers have already."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.dialogue import shop as shops
from handlers.rewards import actions
from handlers.rewards.rules import NewOffer
from storage.customers import Customer


def _names(en: str, hans: str, hant: str) -> dict[str, str]:
    return {"en": en, "zh-Hans": hans, "zh-Hant": hant}


# What the reminders, the recall letters and the apologies give, by these codes.
OFFERS = (
    NewOffer("recall_200", _names("¥200 for your next service", "回店礼200元", "回店禮200元"), "amount", amount=20000,
             minimum=50000, days=45, budget=2_000_000, issuer="manager", currency="CNY"),
    NewOffer("alignment", _names("Wheel alignment on us", "免费四轮定位", "免費四輪定位"), "service", amount=40000, days=45,
             service="wheel_alignment", stacks=True, issuer="manager", currency="CNY"),
    NewOffer("birthday", _names("Birthday: 20 % off", "生日礼：八折", "生日禮：八折"), "percent", percent=20, amount=10000,
             days=30, currency="CNY"),
    NewOffer("first_service", _names("First service: ¥50 off", "首保立减50元", "首保現折50元"), "amount", amount=5000, days=60,
             currency="CNY"),
    NewOffer("goodwill", _names("A hand wash on us", "免费手工洗车", "免費手工洗車"), "service", amount=10000, days=90,
             service="hand_wash", stacks=True, per_day=5, per_customer=3, currency="CNY"),
)  # fmt: skip
_GIVEN = (("C-0001", "birthday"), ("C-0004", "goodwill"))


def write(session: Session, now: datetime) -> None:
    shop = shops.load(session)
    for wish in OFFERS:
        actions.make(session, shop, wish, now)
    people = {row.code: row for row in session.scalars(select(Customer).where(Customer.code.in_([code for code, _ in _GIVEN])))}
    for code, offer in _GIVEN:
        actions.issue(session, offer, people[code], "sample", now)
