"""Whoever comes by a campaign's link, from a poster, a text message or an article: the offer, once a person."""

import re
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dialogue import Button, Refusal, Reply, Start, Turn
from handlers.profile import actions as profile
from handlers.recall import flow, rules
from handlers.rewards import actions as rewards
from handlers.rewards import words
from storage import campaign_links
from storage.campaign_links import GIVEN, Opening
from storage.campaigns import Campaign
from storage.coupons import ISSUED, REDEEMED, Coupon, Offer

# What stands before the word of a link in the payload of a start: "s_K7QM3XWP-poster".
MARK = "s_"
# Where links hang; another word may be written behind the hyphen.
PLACES = ("poster", "sms", "article")
_PAYLOAD = re.compile(r"([0-9A-Za-z]{8})(?:-([a-z0-9]{1,20}))?", re.ASCII)


def payload(campaign: Campaign, place: str) -> str:
    return f"{MARK}{campaign.link}-{place}"


def opened(turn: Turn, said: str) -> Reply:
    """`said`: the payload behind the mark. An unknown link and one whose time is over are answered kindly, too."""
    found = _PAYLOAD.fullmatch(said)
    campaign = campaign_links.by_link(turn.session, found[1].upper()) if found else None
    if campaign is None or found is None:
        return _without(turn, "unknown")
    stands = rules.of_link(campaign.status, campaign.starts_at, campaign.ends_at, turn.now)
    if stands != rules.OPEN:
        zone = ZoneInfo((turn.store or turn.shop.stores[0]).timezone)
        return _without(turn, stands, day=campaign.starts_at.astimezone(zone).date())
    turn.chat.store_id = turn.chat.store_id or campaign.store_id
    customer = profile.customer_of(turn.session, turn.chat, turn.now)
    until = turn.now + timedelta(days=campaign.report_days)
    row = campaign_links.open_once(
        turn.session,
        {
            "campaign_id": campaign.id, "customer_id": customer.id, "place": found[2] or "", "taken_at": turn.now,
            "taken_on": turn.now.date(), "until_at": until, "until_on": until.date(),
        },
    )  # fmt: skip
    if campaign.offer_id is None:
        return Reply(turn.text("recall.link.hello"), [_book(turn, campaign)])
    return _gift(turn, campaign, row)


def book(turn: Turn, campaign_id: Any) -> Start:
    """The button below the offer: a visit with the coupon that is still theirs."""
    campaign = turn.session.get(Campaign, campaign_id) if isinstance(campaign_id, int) else None
    customer = turn.chat.customer_id
    row = campaign_links.of_person(turn.session, campaign.id, customer) if campaign and customer else None
    if campaign is None or row is None:
        return Start("booking.book", {})
    return flow.visit(turn, campaign, row.coupon_id)


def _gift(turn: Turn, campaign: Campaign, row: Opening) -> Reply:
    """The same coupon as a letter of this campaign would have brought, and the same again whenever they come back."""
    offer = turn.session.get_one(Offer, campaign.offer_id)
    customer = profile.customer_of(turn.session, turn.chat, turn.now)
    key = f"campaign:{campaign.id}:{customer.id}"
    try:
        coupon = _mine(turn, row) or rewards.issue(
            turn.session, offer.code, customer, f"campaign {campaign.id}", turn.now, key=key
        )
    except Refusal as no:
        row.came_of = no.key.rsplit(".", 1)[-1]
        turn.session.flush()
        mine = [turn.button("rewards.button.mine", "rewards.mine")] if row.came_of == "has_one" else []
        said = row.came_of if row.came_of in ("gone", "has_one", "not_yet") else "over"
        return _without(turn, said, mine, day=offer.starts_on)
    row.coupon_id, row.came_of = coupon.id, GIVEN
    turn.session.flush()
    if coupon.state != ISSUED or coupon.valid_until < turn.today(turn.store or turn.shop.stores[0]):
        return _without(turn, "used" if coupon.state == REDEEMED else "over", day=coupon.valid_until)
    rows = [_book(turn, campaign), [turn.button("recall.button.offer", "rewards.show", coupon.id)]]
    return Reply(turn.text("recall.link.offer", **words.card(turn, coupon, offer)), rows)


def _mine(turn: Turn, row: Opening) -> Coupon | None:
    """What they got before, also when a number has made somebody else of them since."""
    return turn.session.get(Coupon, row.coupon_id) if row.coupon_id is not None else None


def _book(turn: Turn, campaign: Campaign) -> list[Button]:
    return [turn.button("recall.button.book", "recall.visit", campaign.id)]


def _without(turn: Turn, said: str, more: list[Button] | None = None, **values: Any) -> Reply:
    rows = [[turn.button("recall.button.book", "booking.book")], *([more] if more else [])]
    return Reply(turn.text(f"recall.link.{said}", **values), [*rows, [turn.button("dialogue.button.menu", "menu")]])
