"""What the buttons of a letter do: the held time is taken, another one is booked, the offer is shown."""

from typing import Any

from handlers.booking import actions as booking
from handlers.booking import mine
from handlers.dialogue import Answers, Refusal, Reply, Start, Turn
from handlers.reminders import visits as reminders
from handlers.rewards import flow as gifts
from storage import appointments, campaigns
from storage.campaigns import Campaign, Recipient
from storage.stores import Store


def take(turn: Turn, recipient_id: Any) -> Reply | Start:
    """The time that is held for them; if that was too late, a booking with everything that is known."""
    row = _clicked(turn, recipient_id)
    held = appointments.get(turn.session, row.appointment_id) if row and row.appointment_id else None
    if row is None or held is None:
        return gifts.mine(turn)
    try:
        held = booking.confirm(turn.session, turn.shop, held, turn.now)
    except Refusal:
        return book(turn, recipient_id)
    done = mine.done(turn, held, "booking.done", reminded=reminders.promised(turn, held))
    said = gifts.carried(turn, {"coupon": row.coupon_id}, held) if row.coupon_id else ""
    return Reply(f"{done.text}\n\n{said}" if said else done.text, done.buttons, document=done.document)


def book(turn: Turn, recipient_id: Any) -> Reply | Start:
    row = _clicked(turn, recipient_id)
    if row is None:
        return Start("booking.book", {})
    return visit(turn, turn.session.get_one(Campaign, row.campaign_id), row.coupon_id)


def visit(turn: Turn, campaign: Campaign, coupon_id: int | None) -> Start:
    """A booking with what the campaign is about, and the coupon with it."""
    known: Answers = {"coupon": coupon_id} if coupon_id else {}
    if campaign.services and set(campaign.services) <= set(turn.shop.services):
        known["service"] = list(campaign.services)
    store = turn.session.get(Store, campaign.store_id) if campaign.store_id is not None else None
    if store is not None:
        known["store"] = store.code
    return Start("booking.book", known)


def offer(turn: Turn, recipient_id: Any) -> Reply:
    row = _clicked(turn, recipient_id)
    return gifts.show(turn, row.coupon_id) if row and row.coupon_id else gifts.mine(turn)


def _clicked(turn: Turn, recipient_id: Any) -> Recipient | None:
    """Their own row, with the first tap noted; somebody else's is as if it did not exist."""
    row = campaigns.of_customer_now(turn.session, recipient_id, turn.chat.customer_id) if isinstance(recipient_id, int) else None
    if row is not None and row.clicked_at is None:
        row.clicked_at = turn.now
        turn.session.flush()
    return row
