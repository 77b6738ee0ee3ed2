"""Gifts: what staff give to make up for something, from the shop's offers; what is above one's role somebody higher decides."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.texts import money
from handlers.profile import actions as profile
from handlers.rewards import actions as rewards
from handlers.rewards import rules, words
from handlers.tickets import actions
from handlers.tickets.work import Work, may_see, store_of
from storage import approvals, catalogue, chats, coupons, marks, messages, staff_links, tickets
from storage.approvals import Approval
from storage.chats import Chat
from storage.coupons import Coupon, Offer
from storage.staff import ROLES, Staff
from storage.tickets import Ticket

# What issuing says to somebody whose role or day does not go so far; everything else is a no for everybody.
ABOVE = ("rewards.refused.not_yours_to_give", "rewards.refused.enough_today")


def offered(work: Work, ticket: Ticket, known: Sequence[Offer] | None = None) -> list[Offer]:
    """What can be given in this ticket's store today, by whoever may. `known`: the shop's offers, if they have been read."""
    store = store_of(work.session, ticket)
    today = rewards.today_in(store, work.now)
    return [
        offer
        for offer in (coupons.offers(work.session) if known is None else known)
        if offer.closed_at is None
        and (offer.starts_on or today) <= today <= (offer.ends_on or today)
        and (not offer.stores or (store is not None and store.code in offer.stores))
    ]


def worth(session: Session, offer: Offer, work: Work, language: str) -> str:
    """ "20 % off, at most ¥50", "¥200 off", "Hand wash free"."""
    most = money(offer.amount, offer.currency, language) if offer.amount is not None else ""
    service = next((one for one in catalogue.services(session) if one.code == offer.service), None)
    named = service.names.get(language, service.code) if service else offer.service or ""
    return work.texts.label(f"rewards.value.{offer.kind}", language, {"percent": offer.percent, "most": most, "service": named})


def give(work: Work, ticket: Ticket, code: str, *, ask: bool = True) -> Coupon | None:
    """Gives the customer a coupon of this offer, once a ticket; None: that is above the giver, and somebody higher is asked.

    With `ask` off it is a Refusal instead. Raises Refusal as `rewards.issue` does.
    """
    giver = _member(work)
    with work.holding(ticket) as (chat, ticket):
        if not ticket.alive:
            raise Refusal("tickets.not_alive")
        offer = next((one for one in offered(work, ticket) if one.code == code), None)
        if offer is None:
            raise Refusal("rewards.refused.unknown")
        if coupons.by_key(work.session, _key(ticket, offer)) is not None:
            raise Refusal("tickets.gift.given")
        if any(one.offer == code for one in approvals.pending(work.session, ticket.id)):
            raise Refusal("tickets.gift.asked")
        try:
            return _issue(work, chat, ticket, offer, giver)
        except Refusal as no:
            if no.key not in ABOVE or not ask:
                raise
        _ask(work, ticket, offer, giver)
        return None


def may_decide(session: Session, member: Staff, ticket: Ticket, wish: Approval) -> bool:
    """Whoever is above the one who asked, may give it, and sees the store."""
    asker, offer = session.get_one(Staff, wish.asked_by), coupons.offer(session, wish.offer)
    above = ROLES.index(member.role) > ROLES.index(asker.role)
    return above and offer is not None and rules.may_give(member.role, offer) and may_see(member, ticket)


def deciders(session: Session, ticket: Ticket, wish: Approval) -> list[tuple[Staff, str]]:
    """Those of them who are linked, with their address."""
    return [one for one in staff_links.everybody(session) if may_decide(session, one[0], ticket, wish)]


def decide(work: Work, ticket: Ticket, number: int, granted: bool) -> None:
    """Yes: the customer has it at once. No: a note says so. Raises Refusal: not theirs to decide, decided already."""
    member = _member(work)
    with work.holding(ticket) as (chat, ticket):
        wish = approvals.lock(work.session, number)
        if wish is None or wish.ticket_id != ticket.id:
            raise Refusal("tickets.gift.decided")
        if not may_decide(work.session, member, ticket, wish):
            raise Refusal("tickets.gift.not_yours_to_decide")
        offer = coupons.offer(work.session, wish.offer)
        assert offer is not None, "offers are never deleted"
        wish.decided_by, wish.decided_at, wish.granted = member.id, work.now, granted
        marks.done_with(work.session, f"approval:{wish.id}", work.now)
        if granted:
            _issue(work, chat, ticket, offer, member)
        else:
            work.event(ticket, "gift_declined", offer=offer.code)
            language = member.language
            said = work.texts.label("tickets.gift.declined", language, {"name": words.name(offer, language)})
            actions.note(work, ticket, said)


def wishes(work: Work, ticket: Ticket) -> Sequence[tuple[Approval, Offer, Staff]]:
    """What waits for a yes or no: the wish, what is to be given, and who asked."""
    found = []
    for wish in approvals.pending(work.session, ticket.id):
        offer = coupons.offer(work.session, wish.offer)
        assert offer is not None, "offers are never deleted"
        found.append((wish, offer, work.session.get_one(Staff, wish.asked_by)))
    return found


def _ask(work: Work, ticket: Ticket, offer: Offer, giver: Staff) -> None:
    wish = Approval(ticket_id=ticket.id, offer=offer.code, asked_by=giver.id, asked_at=work.now)
    work.session.add(wish)
    work.session.flush()
    work.event(ticket, "gift_asked", offer=offer.code)
    actions.notify(work, ticket, "approval", str(wish.id))


def _issue(work: Work, chat: Chat, ticket: Ticket, offer: Offer, giver: Staff) -> Coupon:
    customer = profile.customer_of(work.session, chat, work.now)
    chats.save(work.session, chat)  # whose chat it is decides whether somebody gives to themselves
    key = _key(ticket, offer)
    coupon = rewards.issue(work.session, offer.code, customer, f"ticket {ticket.token}", work.now, key=key, by=giver)
    work.event(ticket, "gift", offer=offer.code, coupon=coupon.id)
    name, code = rewards.described(work.session, coupon, chat.language or "en")
    text = work.text(chat, "gift.said", name=name, code=code, until=coupon.valid_until)
    work.say(chat, text, key=f"ticket:{key}", data={"by": work.by.who})
    tickets.link(work.session, ticket.id, [messages.last_id(work.session, chat.id)])
    return coupon


def _key(ticket: Ticket, offer: Offer) -> str:
    return f"ticket:{ticket.id}:{offer.code}"


def _member(work: Work) -> Staff:
    if work.by.staff_id is None:
        raise Refusal("tickets.staff_only")
    return work.session.get_one(Staff, work.by.staff_id)
