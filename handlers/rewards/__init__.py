"""Rewards: offers, personal coupons made from them, shown to the customer, booked with and redeemed at the desk."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep
from handlers.rewards import actions, flow, pages

FEATURE = Feature(
    "rewards",
    actions={"mine": flow.mine, "show": flow.show, "code": flow.code, "book": flow.book},
    commands={"offers": flow.mine},
    trigger=flow.asks,
    pages=pages.PAGES,
    things=[pages.OFFER, pages.COUPON],
    panels=[pages.PANEL],
    sweeps=[Sweep(actions.over, lambda session, number, _texts, now: actions.expire(session, number, now))],
)
