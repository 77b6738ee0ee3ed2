"""Rewards: offers, personal coupons made from them, shown to the customer, booked with and redeemed at the desk."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep
from handlers.rewards import actions, at_desk, flow, pages

FEATURE = Feature(
    "rewards",
    actions={"mine": flow.mine, "show": flow.show, "code": flow.code, "book": flow.book, "redeem": at_desk.redeem},
    commands={"offers": flow.mine},
    urgent=at_desk.typed,  # of the codes, made at random, some read as a time to come
    trigger=flow.asks,
    pages=pages.PAGES,
    things=[pages.OFFER, pages.COUPON],
    panels=[pages.PANEL],
    sweeps=[Sweep(actions.over, lambda session, number, _texts, now: actions.expire(session, number, now))],
)
