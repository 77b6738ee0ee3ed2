"""What staff press to give something to a customer, and to decide what somebody else wishes to give."""

from handlers.dialogue import Refusal
from handlers.rewards import rules, words
from handlers.tickets import gifts
from handlers.tickets.place import log
from handlers.tickets.pressing import MOST, Press, ask, settle
from storage.staff import Staff


def ask_gift(at: Press) -> str:
    """What can be given here; 🔑 stands at what somebody above has to agree to."""
    if not at.ticket.alive:
        raise Refusal("tickets.not_alive")
    here = gifts.offered(at.work, at.ticket)[:MOST]
    if not here:
        raise Refusal("tickets.gift.nothing")
    member = at.work.session.get_one(Staff, at.work.by.staff_id)
    rows = []
    for offer in here:
        key = "" if rules.may_give(member.role, offer) else "🔑 "
        label = f"{key}{words.name(offer, at.language)} · {gifts.worth(at.work.session, offer, at.work, at.language)}"
        rows.append([{"label": label[:64], "do": "gift", "value": offer.code}])
    ask(at, at.said("group.ask.coupon"), buttons=rows)
    return ""


def give(at: Press) -> str:
    coupon = gifts.give(at.work, at.ticket, str(at.value))
    log(at.work, at.ticket, "gift" if coupon else "gift_asked", offer=at.value)
    done = at.said("gift.done" if coupon else "gift.waits")
    settle(at, done)
    return done


def grant(at: Press) -> str:
    return _decide(at, granted=True)


def decline(at: Press) -> str:
    return _decide(at, granted=False)


def _decide(at: Press, *, granted: bool) -> str:
    gifts.decide(at.work, at.ticket, int(at.value), granted)
    log(at.work, at.ticket, "gift_granted" if granted else "gift_declined", approval=at.value)
    done = at.said("gift.granted" if granted else "gift.refused")
    settle(at, done)
    return done
