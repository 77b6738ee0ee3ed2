"""Writing the letters, one a transaction: whose turn it is, a time held for them, the words filled in, and the gate."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import actions as booking
from handlers.booking import words as visits
from handlers.booking.history import SWEEP, Person
from handlers.booking.plan import Wish as Work
from handlers.contact import actions as gate
from handlers.contact.rules import MARKETING, Decision, Policy, Wish, awake
from handlers.dialogue import Button, Refusal, Reply
from handlers.dialogue.push import Push
from handlers.dialogue.shop import Shop
from handlers.dialogue.voice import Voice
from handlers.recall import actions, rules
from handlers.reminders import birthdays, loading, mileage, rulebook, wording
from handlers.reminders.due import OUTRANKED
from handlers.rewards import actions as rewards
from handlers.rewards import words as gifts
from storage import campaigns, chats, contact, odometer, pushes, stores, vehicles
from storage.appointments import Appointment
from storage.campaigns import DROPPED, HELD_BACK, HOLD_OUT, POSTED, RUNNING, WITHHELD, Campaign, Recipient
from storage.chats import Chat
from storage.coupons import Coupon, Offer
from storage.customers import Customer
from storage.stores import Store
from storage.vehicles import Vehicle

# So many at a tick, and none while so many messages wait to leave: what is in the outbox cannot follow an edit any more.
AT_ONCE, MOST_WAITING = 200, 600
# Of the free times of the next days so many are left to those who come by themselves.
LEFT_FREE = 3


class Looking(Protocol):
    """A push, or a desk that shows a sample."""

    session: Session
    now: datetime

    @property
    def shop(self) -> Shop: ...


class _HeldBack(Exception):  # noqa: N818 - takes back what was tried
    """The gate said no: the coupon was never made and the time never held."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """One person's turn."""

    push: Push
    campaign: Campaign
    row: Recipient
    customer: Customer
    chat: Chat

    @property
    def voice(self) -> Voice:
        return Voice(self.chat.language or self.customer.language or "en", self.push.texts, self.push.shop)

    @property
    def wish(self) -> Wish:
        return Wish(MARKETING, "offers", self.push.now, expires_at=self.campaign.ends_at)


def due(session: Session, now: datetime) -> list[int]:
    """Whose turn it is now, in all campaigns that run; nobody at night, when nobody is written to anyway."""
    found: list[int] = []
    first = stores.first(session)
    if first is None or not _awake(session, now, ZoneInfo(first.timezone)):
        return found
    room = MOST_WAITING - campaigns.waiting_pushes(session, MOST_WAITING)
    for campaign in campaigns.in_status(session, RUNNING):
        if campaign.starts_at <= now < campaign.ends_at and room > 0:
            most = min(room, AT_ONCE)
            if campaign.places:
                most = min(most, campaign.places - campaigns.held_places(session, campaign.id, now))
            if most > 0:
                found += campaigns.left(session, campaign.id, most)
    return found


def over(session: Session, now: datetime) -> list[int]:
    """Campaigns that are at their end."""
    going = [*campaigns.in_status(session, RUNNING), *campaigns.in_status(session, campaigns.PAUSED)]
    return [one.id for one in going if actions.is_over(session, one, now)]


def write(push: Push, recipient_id: int) -> None:
    """One person's turn, a letter or deliberately none, in one transaction: a killed worker loses and doubles nothing."""
    session, now = push.session, push.now
    planned = session.get(Recipient, recipient_id)
    if planned is None:
        return
    # All chats of the person first: a "stop" in any of them is before us or after us, never beside us.
    theirs = [
        chats.lock(session, chat.id) for chat in sorted(chats.of_customer(session, planned.customer_id), key=lambda c: c.id)
    ]
    campaign = campaigns.lock(session, planned.campaign_id, share=True)
    row = campaigns.take(session, recipient_id)
    if row is None or campaign.status != RUNNING or not campaign.starts_at <= now < campaign.ends_at:
        return
    chat = next((one for one in sorted(theirs, key=lambda c: c.seen_at or now, reverse=True) if one.reachable), None)
    if row.arm == HOLD_OUT:
        _settle(campaign, row, WITHHELD, "", now)
    elif chat is None:
        _settle(campaign, row, DROPPED, "unreachable", now)
    else:
        turn = _Turn(push, campaign, row, session.get_one(Customer, row.customer_id), chat)
        if birthdays.near(push.memo.get(session, rulebook.load), push.shop, turn.customer, loading.today_in(_home(turn), now)):
            _leave_room(turn)
        else:
            _write(turn)
    session.flush()


def _leave_room(turn: _Turn) -> None:
    """One offer a week: whose birthday comes is greeted, and not written to as one of many."""
    contact.write_down(
        turn.push.session, key=_key(turn), chat_id=turn.chat.id, customer_id=turn.customer.id, kind="offers", purpose=MARKETING,
        priority=turn.wish.priority, verdict=HELD_BACK, reason=OUTRANKED, due_at=None, at=turn.push.now,
    )  # fmt: skip
    _settle(turn.campaign, turn.row, HELD_BACK, OUTRANKED, turn.push.now)


def _key(turn: _Turn) -> str:
    return f"campaign:{turn.row.campaign_id}:{turn.row.customer_id}:{turn.row.tries}"


def _home(turn: _Turn) -> Store:
    return loading.home(turn.push.shop, turn.customer.store_id)


def _write(turn: _Turn) -> None:
    session, row, push = turn.push.session, turn.row, turn.push
    key = _key(turn)
    try:
        with session.begin_nested():
            held = _place(turn)
            if turn.campaign.places and held is None:
                return  # no room any more: their turn comes with the next free place
            coupon = _gift(turn)
            if _post(turn, key, coupon, held).send_at is None:
                raise _HeldBack
            row.coupon_id, row.appointment_id = coupon.id if coupon else None, held.id if held else None
    except _HeldBack:
        decision = _post(turn, key, None, None)
        _settle(turn.campaign, row, HELD_BACK, decision.reason, push.now)
    except Refusal as no:
        _pause(turn, no)
    else:
        row.key = key
        _settle(turn.campaign, row, POSTED, "", push.now)
        push.posted = True


def _pause(turn: _Turn, no: Refusal) -> None:
    """A coupon that this person may not have concerns them alone; an offer that is gone, everybody who comes after."""
    if no.key == "rewards.refused.has_one":
        _settle(turn.campaign, turn.row, DROPPED, "has_one", turn.push.now)
    else:
        actions.pause(turn.push.session, turn.push.shop, turn.campaign, turn.push.now, note=no.key.rsplit(".", 1)[-1])


def _settle(campaign: Campaign, row: Recipient, status: str, reason: str, now: datetime) -> None:
    row.status, row.reason = status, reason
    row.taken_at, row.until_at = now, now + timedelta(days=campaign.report_days)
    row.taken_on, row.until_on = row.taken_at.date(), row.until_at.date()


def _gift(turn: _Turn) -> Coupon | None:
    """The same coupon again for somebody whose letter was taken back before it left. Raises Refusal when there is none left."""
    campaign, session = turn.campaign, turn.push.session
    if campaign.offer_id is None:
        return None
    offer = session.get_one(Offer, campaign.offer_id)
    key = f"campaign:{campaign.id}:{turn.customer.id}"
    return rewards.issue(session, offer.code, turn.customer, f"campaign {campaign.id}", turn.push.now, key=key)


def _place(turn: _Turn) -> Appointment | None:
    """A free time, held for them; None when the next days are (nearly) full."""
    campaign, push = turn.campaign, turn.push
    if not campaign.places:
        return None
    store = next(store for store in push.shop.stores if store.id == campaign.store_id)
    car = _car(turn)
    model = push.shop.models_by_id.get(car.model_id) if car is not None and car.model_id is not None else None
    wish = Work(store.code, tuple(campaign.services), model.code if model else None, car.id if car else None)
    first = push.now + timedelta(hours=campaign.hold_hours)
    latest = push.now + timedelta(days=campaign.days_ahead)
    try:
        free = booking.next_free(push.session, push.shop, wish, push.now, count=1 + LEFT_FREE, after=first)
        if len(free) <= LEFT_FREE or free[0].starts_at > latest:
            return None
        person = Person(turn.customer.id, turn.chat.id, turn.customer.name, turn.customer.phone)
        return booking.hold(
            push.session, push.shop, wish, free[0].starts_at, person, push.now, by=SWEEP, source="campaign",
            minutes=campaign.hold_hours * 60,
        )  # fmt: skip
    except Refusal:
        return None


def _post(turn: _Turn, key: str, coupon: Coupon | None, held: Appointment | None) -> Decision:
    push, campaign = turn.push, turn.campaign
    letter = campaign.letters.get(turn.voice.language) or campaign.letters["en"]
    text = rules.filled(
        letter, values(push, turn.voice, turn.customer, campaign, coupon.valid_until if coupon else None, held, _car(turn))
    )
    return gate.post(
        push.session, push.shop, turn.chat, turn.wish, Reply(text, _buttons(turn, coupon, held)), push.now, key=key,
        feature="recall",
    )  # fmt: skip


def _buttons(turn: _Turn, coupon: Coupon | None, held: Appointment | None) -> list[list[Button]]:
    voice, number = turn.voice, turn.row.id
    rows = []
    if held is not None:
        at = visits.moment(voice, visits.store_of(voice, held), held.starts_at)
        rows += [
            [voice.button("recall.button.take", "recall.take", number, at=at)],
            [voice.button("recall.button.other", "recall.book", number)],
        ]
    else:
        rows += [[voice.button("recall.button.book", "recall.book", number)]]
    if coupon is not None:
        rows += [[voice.button("recall.button.offer", "recall.offer", number)]]
    return [*rows, [voice.button("recall.button.stop", "stop")]]


def values(
    push: Looking, voice: Voice, customer: Customer, campaign: Campaign, until: date | None, held: Appointment | None,
    car: Vehicle | None,
) -> dict[str, str]:  # fmt: skip
    """What the placeholders stand for; "" for what is not known."""
    session: Session = push.session
    offer = session.get(Offer, campaign.offer_id) if campaign.offer_id is not None else None
    store = next((one for one in push.shop.stores if one.id in (campaign.store_id, customer.store_id)), push.shop.stores[0])
    model = push.shop.models_by_id.get(car.model_id) if car is not None and car.model_id is not None else None
    return {
        "name": "" if customer.provisional else wording.called(customer.name, voice.language),
        "car": (model.names.get(voice.language) if model else car.name if car else None) or voice.text("recall.your_car"),
        "km": _km(session, car, push.now),
        "offer": gifts.name(offer, voice.language) if offer else "",
        "until": voice.text("recall.day", day=until) if until else "",
        "store": store.names.get(voice.language, store.code),
        "time": visits.moment(voice, visits.store_of(voice, held), held.starts_at) if held else "",
    }


def _km(session: Session, car: Vehicle | None, now: datetime) -> str:
    """The estimated mileage in round thousands; "" when we know too little of how the car is driven."""
    if car is None:
        return ""
    points = [mileage.Point(one.read_on, one.km) for one in odometer.of_vehicle(session, car.id) if one.source != "estimated"]
    found = mileage.estimate(points, car.delivered_on)
    km = found.km_on(now.date()) if found.trusted else None
    return f"{round(km, -3):,}" if km else ""


def _car(turn: _Turn) -> Vehicle | None:
    """The one that was here last, as far as we know: the newest of theirs."""
    return first_car(turn.push.session, turn.customer.id)


def first_car(session: Session, customer_id: int) -> Vehicle | None:
    mine = [car for car in vehicles.of_customer(session, customer_id) if car.customer_id == customer_id]
    return max(mine, key=lambda car: (car.year or 0, car.id), default=None)


def _awake(session: Session, now: datetime, zone: ZoneInfo) -> bool:
    return awake(now, zone, Policy.of(pushes.figures(session))) == now
