"""What time does to a ticket: a warning, a promise that is broken and said to be, and the end of a settled case.

Each ticket is looked at under its lock, and what was done is in its row: a second worker, or a second run, finds nothing to do.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.texts import Texts
from handlers.profile import actions as profile
from handlers.rewards import actions as rewards
from handlers.tickets import actions, assignment, card, promises, sla
from handlers.tickets.promises import BROKEN, WARNED, Policy
from handlers.tickets.work import BOT, Work, store_of
from storage import coupons, marks, tickets
from storage.chats import Chat
from storage.tickets import Ticket

BROKEN_PROMISE = "broken promise: "
A_MONTH = timedelta(days=30)


def due(session: Session, now: datetime) -> Sequence[int]:
    return tickets.to_look_at(session, now, promises.rules_now(session))


def look(session: Session, ticket_id: int, texts: Texts, now: datetime) -> None:
    """Does what is due with this ticket, if it is still due."""
    work, ticket = Work(session, texts, now, BOT), tickets.get(session, ticket_id)
    assert ticket is not None, "tickets are never deleted"
    with work.holding(ticket) as (chat, ticket):
        if ticket.reckoned_with != promises.rules_now(session):
            _by_new_rules(work, chat, ticket)
        if ticket.alive and ticket.staff_id is not None and assignment.has_left(session, ticket.staff_id):
            actions.pass_on(work, chat, ticket)
        if ticket.look_at is None or ticket.look_at > now:
            return
        if not ticket.alive:
            _end(work, ticket)
        elif not _awake(work, ticket):
            # A worker that was down over the due time wakes nobody at night.
            promises.reckon(session, ticket, now)
            ticket.look_at = sla.next_open(promises.hours_of(session, ticket), now)
        else:
            _alarm(work, chat, ticket)


def place(session: Session, ticket_id: int, texts: Texts, now: datetime) -> None:
    """Gives a ticket that waited for somebody to come to work."""
    ticket = tickets.get(session, ticket_id)
    assert ticket is not None, "tickets are never deleted"
    actions.place(Work(session, texts, now, BOT), ticket)


def _by_new_rules(work: Work, chat: Chat, ticket: Ticket) -> None:
    """Opening hours or the policy have changed: another promise, and the card says so."""
    before = (ticket.first_response_due, ticket.solution_due)
    promises.reckon(work.session, ticket, work.now)
    if before != (ticket.first_response_due, ticket.solution_due):
        work.event(ticket, "reckoned", rules=ticket.reckoned_with)
        card.show(work, chat, ticket)


def _end(work: Work, ticket: Ticket) -> None:
    ticket.status, ticket.closed_at = tickets.CLOSED, work.now
    work.event(ticket, "closed", why="settled")
    promises.reckon(work.session, ticket, work.now)


def _awake(work: Work, ticket: Ticket) -> bool:
    policy = promises.policy_of(work.session, ticket)
    return policy.rings_at_night or sla.is_open(promises.hours_of(work.session, ticket), work.now)


def _alarm(work: Work, chat: Chat, ticket: Ticket) -> None:
    now = work.now
    if ticket.answered_at is None and _late(ticket.first_response_due, now):
        _broken(work, chat, ticket, "response")
    elif _late(ticket.solution_due, now) and ticket.solution_alarm < BROKEN:
        _broken(work, chat, ticket, "solution")
    else:
        _warn(work, chat, ticket)
    promises.reckon(work.session, ticket, now)


def _late(due: datetime | None, now: datetime) -> bool:
    return due is not None and due <= now


def _warn(work: Work, chat: Chat, ticket: Ticket) -> None:
    """So much of the time is gone that staff are warned."""
    which = "response" if ticket.answered_at is None and ticket.response_alarm == 0 else "solution"
    if which == "response":
        ticket.response_alarm, promised = WARNED, ticket.first_response_due
    else:
        ticket.solution_alarm, promised = WARNED, ticket.solution_due
    work.event(ticket, "warned", clock=which)
    key = f"{ticket.id}:{which}:{promised.isoformat() if promised else ''}"
    actions.notify(work, ticket, "warning", key)
    marks.mark(work.session, key=f"slipping:{key}", chat_id=chat.id, ticket_id=ticket.id, kind="slipping", now=work.now)


def _broken(work: Work, chat: Chat, ticket: Ticket, which: str) -> None:
    """One tier up, to the next person, with a new promise from now on; the customer is told as it is.

    At the top there is nobody further up: it is said once, and the clock stays where it ran out.
    """
    policy = promises.policy_of(work.session, ticket)
    was, promised = ticket.tier, ticket.first_response_due if which == "response" else ticket.solution_due
    key = f"{ticket.id}:{which}:{promised.isoformat() if promised else ''}"
    top = was == tickets.CRITICAL
    if which == "response":
        ticket.response_alarm = BROKEN
    else:
        ticket.solution_alarm = BROKEN
    before = tickets.last_event(work.session, ticket.id, "broken") is not None
    work.event(ticket, "broken", clock=which, tier=was)
    if not top:
        ticket.tier = tickets.TIERS[tickets.TIERS.index(was) + 1]
        ticket.response_alarm = ticket.solution_alarm = 0
        ticket.response_from = work.now if ticket.answered_at is None else ticket.response_from
        if which == "solution":
            ticket.solution_from = work.now
        work.event(ticket, "climbed", was=was, to=ticket.tier)
        to = assignment.choose(assignment.people(work.session, ticket, work.now), ticket)
        if to != ticket.staff_id:
            work.event(ticket, "assigned", was=ticket.staff_id, to=to)
            ticket.staff_id, ticket.unplaced = to, to is None
    promises.reckon(work.session, ticket, work.now)
    actions.notify(work, ticket, "broken", key)
    if ticket.kind == "booking":
        return
    _apologise(work, chat, ticket, which, policy, was, key=f"ticket:{key}:broken", before=before)
    card.show(work, chat, ticket)


def _apologise(work: Work, chat: Chat, ticket: Ticket, which: str, policy: Policy, tier: str, *, key: str, before: bool) -> None:
    who = card.holder(work, chat, ticket)
    due = ticket.solution_due if ticket.answered_at else ticket.first_response_due
    when = work.when(chat, ticket, due) if due and due > work.now else ""
    text = work.text(chat, f"broken.{which}", who=who, when=when)
    if policy.goodwill and ticket.kind == "complaint":
        offered = goodwill_for(work, chat, ticket, policy, tier, before=before)
        text += f"\n\n{offered}" if offered else ""
    work.say(chat, text, key=key, priority=1)


def goodwill_for(work: Work, chat: Chat, ticket: Ticket, policy: Policy, tier: str, *, before: bool) -> str:
    """What an apology offers: a coupon of the offer `goodwill`, one a ticket, within what the broken promise's tier may cost;
    words only where there is none to give. Nothing where it was offered `before`, with an earlier promise that was broken.
    """
    who, store = profile.customer_of(work.session, chat, work.now), store_of(work.session, ticket)
    # Staff read it as the coupon's reason, and the sums of a tier are made by it.
    reason = f"{BROKEN_PROMISE}{tier}, {store.code if store else ''}"
    try:
        with work.session.begin_nested():
            coupon = rewards.issue(work.session, rewards.GOODWILL, who, reason, work.now, key=f"goodwill:{ticket.id}")
            # Issuing has locked the offer: of two apologies at once the second one sees the first.
            if policy.goodwill_budget is not None and _spent(work, policy, tier) > policy.goodwill_budget:
                raise Refusal("rewards.refused.gone")
    except Refusal:
        return "" if before else work.text(chat, "broken.goodwill", token=ticket.token)
    if coupon.issued_at < work.now:
        return ""
    name, code = rewards.described(work.session, coupon, chat.language or "en")
    return work.text(chat, "broken.coupon", name=name, code=code, until=coupon.valid_until)


def _spent(work: Work, policy: Policy, tier: str) -> int:
    reason = f"{BROKEN_PROMISE}{tier}, {policy.store}"
    return coupons.worth_given(work.session, rewards.GOODWILL, reason, work.now - A_MONTH)
