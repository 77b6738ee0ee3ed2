"""What the people of a campaign have brought in: revenue, and what was left of it where costs or a margin are on file."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy.orm import Session

from handlers.dialogue.shop import Shop
from handlers.prices import margins
from handlers.recall.rules import Sum
from storage import campaigns
from storage.campaigns import Bill


@dataclass(slots=True)
class Takings:
    """Of one arm, money in minor units, a person's visits together. `unknown`: of the visits, those without a known margin."""

    revenue: Sum = field(default_factory=Sum)
    margin: Sum = field(default_factory=Sum)
    visits: int = 0
    unknown: int = 0


def by_arm(session: Session, shop: Shop, campaign_id: int) -> dict[str, Takings]:
    return _summed(shop, campaigns.bills(session, campaign_id))


def _summed(shop: Shop, bills: Iterable[Bill]) -> dict[str, Takings]:
    found: dict[str, Takings] = {}
    for (arm, _), theirs in groupby(bills, key=lambda bill: (bill.arm, bill.person)):
        takings = found.setdefault(arm, Takings())
        revenue = left = 0
        for bill in theirs:
            of_bill = margins.margin(shop, bill.store_id, bill.model_id, bill.services, bill.day, bill.amount)
            revenue, left = revenue + (bill.amount or 0), left + (of_bill or 0)
            takings.visits += 1
            takings.unknown += of_bill is None
        takings.revenue.add(revenue)
        takings.margin.add(left)
    return found
