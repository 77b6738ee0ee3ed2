"""Giving something to a customer from their ticket, and saying yes or no to what somebody else wishes to give."""

from collections.abc import Mapping
from typing import Any

from handlers.desk import Desk, Go
from handlers.dialogue import Refusal
from handlers.inbox import doing
from handlers.rewards import rules as rewards
from handlers.rewards import words
from handlers.rewards.pages import value
from handlers.tickets import gifts
from storage import coupons
from storage.tickets import Ticket


def shown(desk: Desk, ticket: Ticket) -> Mapping[str, Any]:
    """What the reader can give or ask for, and what waits for a yes; `mine`: the reader may decide it."""
    work = doing.work_of(desk)

    def named(offer: Any) -> str:
        return f"{words.name(offer, desk.language)} · {value(desk, offer)}"

    offered = gifts.offered(work, ticket, desk.once(coupons.offers)) if ticket.alive else []
    return {
        "gifts": [(offer.code, named(offer), not rewards.may_give(desk.staff.role, offer)) for offer in offered],
        "wishes": [
            (wish, named(offer), asker, gifts.may_decide(desk.session, desk.staff, ticket, wish))
            for wish, offer, asker in gifts.wishes(work, ticket)
        ],
    }


def give(desk: Desk) -> Go:
    ticket: Ticket = desk.things["ticket"]
    code = desk.field("offer", 40)
    coupon = gifts.give(doing.work_of(desk), ticket, code)
    said = "inbox.gift_given" if coupon else "inbox.gift_asked"
    return doing.done(desk, ticket, "gift" if coupon else "gift_asked", said, offer=code)


def decide(desk: Desk) -> Go:
    ticket: Ticket = desk.things["ticket"]
    number, wish = desk.house.tokens.read("approval", desk.field("approval")), desk.field("do")
    if number is None or wish not in ("grant", "decline"):
        raise Refusal("inbox.choose")
    gifts.decide(doing.work_of(desk), ticket, number, granted=wish == "grant")
    granted = wish == "grant"
    deed, said = ("gift_granted", "inbox.gift_granted") if granted else ("gift_declined", "inbox.gift_declined")
    return doing.done(desk, ticket, deed, said, approval=number)
