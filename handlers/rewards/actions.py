"""What changes offers and coupons; the same for rules, campaigns, tickets, the chat and the console.

Each takes the session of a transaction that may write, and `now`. What a rule forbids is a Refusal whose text begins with
`rewards.refused.`; then nothing was changed. Stock, budget and single use are held by the database.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from handlers.rewards import codes, rules
from handlers.rewards.rules import Known, NewOffer
from storage import alarms, audit, coupons, stores
from storage.coupons import EXPIRED, ISSUED, REDEEMED, REVERSED, SERVICE, VOID, Coupon, Offer
from storage.customers import Customer
from storage.staff import Staff
from storage.stores import Store

TRIES = 3
# The offer that is given by itself when a promise to a complaining customer is broken, if the shop has one of this code.
GOODWILL = "goodwill"
BATCH = 500
# Of codes that do not exist one member of staff may type so many in so long.
MOST_GUESSES, GUESSING = 20, timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Bill:
    """What a coupon is used for. `amount`: minor units; `services`: codes; `number`: of the work order, "" if there is none."""

    store: Store
    amount: int
    services: tuple[str, ...] = ()
    number: str = ""


def make(session: Session, shop: Shop, wish: NewOffer, now: datetime) -> Offer:
    """A new offer. Raises Refusal (`rewards.wrong.…`) with what has to be put right."""
    known = Known(
        {store.code for store in shop.stores}, set(shop.services), {store.currency for store in shop.stores}
    )  # fmt: skip
    rules.check(wish, known, _today(shop.stores, now))
    if coupons.offer(session, wish.code) is not None:
        raise Refusal("rewards.wrong.taken", code=wish.code)
    given = {**asdict(wish), "stores": list(wish.stores), "services": list(wish.services)}
    offer = Offer(**given, issued=0, committed=0, spent=0, created_at=now, closed_at=None)
    session.add(offer)
    session.flush()
    return offer


def close(session: Session, offer: Offer, now: datetime) -> None:
    """No more coupons of it; those that people have stay good."""
    offer.closed_at = offer.closed_at or now
    session.flush()


def found(session: Session, code: str, by: Staff, now: datetime, place: str) -> Coupon | None:
    """The coupon with the code that somebody of the staff typed; None for a wrong one, which the log keeps.

    Raises Refusal (enough_codes) for whoever has typed too many of those in an hour, right or wrong as the next may be.
    """
    tried = f"codes:{by.id}"
    if audit.times(session, tried, now - GUESSING) >= MOST_GUESSES:
        raise Refusal("rewards.refused.enough_codes", n=MOST_GUESSES)
    coupon = coupons.by_code(session, code)
    if coupon is None:
        audit.write(session, "coupon.wrong_code", staff_id=by.id, now=now, about=tried, place=place)
    return coupon


def issue(
    session: Session, offer_code: str, customer: Customer, reason: str, now: datetime, *, key: str | None = None,
    by: Staff | None = None, extra: timedelta = timedelta(0),
) -> Coupon:  # fmt: skip
    """A coupon of this offer for this person. The same `key` again gives the same coupon.

    `reason`: why, in a word or two for staff ("rule:birthday"). `by`: whoever gives it by hand, within the limits of their role.
    Raises Refusal: unknown, not_yet, over, gone (stock, budget or closed), has_one, not_yours_to_give, enough_today, yourself.
    """
    if key is not None and (known := coupons.by_key(session, key)):
        return known
    offer = coupons.offer(session, offer_code)
    if offer is None:
        raise Refusal("rewards.refused.unknown")
    today = _today(stores.listed(session), now, offer, customer)
    until = rules.last_day(offer, today)
    if offer.ends_on is None and extra:
        until += extra
    if by is not None and not rules.may_give(by.role, offer):
        raise Refusal("rewards.refused.not_yours_to_give")
    _not_yourself(session, customer.id, by)
    with session.begin_nested():
        if not coupons.reserve(session, offer.id, offer.amount or 0):
            raise Refusal("rewards.refused.gone")
        # From here on the offer's row is locked: of all who give at once each sees what the others gave.
        if by is not None and offer.per_day is not None and _given(session, offer, by, now) >= offer.per_day:
            raise Refusal("rewards.refused.enough_today", n=offer.per_day)
        if coupons.count_of(session, offer.id, customer.id, now - rules.ONE_YEAR) >= offer.per_customer:
            raise Refusal("rewards.refused.has_one", n=offer.per_customer)
        coupon = _written(session, offer, customer, reason, until, now, key)
        coupons.enter(
            session, coupon, ISSUED, 0, now, worth=offer.amount or 0, staff_id=by.id if by else None, note=reason[:200]
        )  # fmt: skip
    if (by is not None or offer_code == GOODWILL) and (who := alarms.staff_of(session, customer.id)):
        alarms.ring(session, "coupon", staff_id=by.id if by else None, now=now, offer=offer.code, coupon=coupon.id, to=who)
    return session.get_one(Coupon, coupon.id)


def _written(
    session: Session, offer: Offer, customer: Customer, reason: str, until: date, now: datetime, key: str | None
) -> Coupon:
    for _ in range(TRIES):
        coupon = Coupon(
            code=codes.new(), key=key, offer_id=offer.id, customer_id=customer.id, state=ISSUED, uses=0, reason=reason[:80],
            valid_until=until, issued_at=now,
        )  # fmt: skip
        if coupons.add(session, coupon):
            return coupon
    # Somebody else issues for the same occasion at this moment.
    raise Refusal("rewards.refused.gone")


def _not_yourself(session: Session, customer_id: int, by: Staff | None) -> None:
    """What is for oneself a colleague gives, and takes in."""
    if by is not None and alarms.staff_of(session, customer_id) == by.id:
        raise Refusal("rewards.refused.yourself")


def _given(session: Session, offer: Offer, by: Staff, now: datetime) -> int:
    return coupons.given_by(session, offer.id, by.id, now - timedelta(days=1))


def worth(session: Session, coupon: Coupon, bill: Bill, now: datetime) -> int:
    """What it would take off, in minor units; nothing is changed. Raises Refusal as `redeem` does."""
    offer = session.get_one(Offer, coupon.offer_id)
    _check_use(coupon, offer, bill, now)
    others = coupons.on_bill(session, _bill_key(coupon, bill, now))
    if others and not (offer.stacks and all(other.stacks for other, _ in others)):
        raise Refusal("rewards.refused.not_with_others")
    return rules.taken_off(offer, bill.amount, sum(amount for _, amount in others))


def redeem(session: Session, coupon: Coupon, bill: Bill, now: datetime, *, by: Staff | None = None) -> int:
    """Uses it up; what it takes off, in minor units. Of all who try it at once one succeeds.

    Raises Refusal: used, taken_back, expired (its last day in the store's time is over), not_here, not_for_this, currency,
    minimum, no_amount, yourself, not_with_others (of the same bill; without a number: of the same person, store and day).
    """
    _not_yourself(session, coupon.customer_id, by)
    number = _bill_key(coupon, bill, now)
    coupons.lock_bill(session, number)
    row = coupons.lock(session, coupon.id)
    amount = worth(session, row, bill, now)
    turn = coupons.turn_into(session, row.id, REDEEMED, ISSUED, uses=1)
    if turn is None:
        raise Refusal("rewards.refused.used")
    coupons.enter(
        session, row, REDEEMED, turn, now, amount=amount, bill=number, store_id=bill.store.id, staff_id=by.id if by else None
    )  # fmt: skip
    session.refresh(row)
    return amount


def reverse(session: Session, coupon: Coupon, now: datetime, *, by: Staff | None = None, note: str = "") -> Coupon:
    """The bill was refunded: the coupon can be used again, for two weeks at least. Refusal: not_used, yourself."""
    _not_yourself(session, coupon.customer_id, by)
    row = coupons.lock(session, coupon.id)
    used = coupons.last_entry(session, row.id, REDEEMED)
    turn = coupons.turn_into(session, row.id, ISSUED, REDEEMED)
    if turn is None or used is None:
        raise Refusal("rewards.refused.not_used")
    coupons.enter(
        session, row, REVERSED, turn, now, amount=-used.amount, bill=used.bill, store_id=used.store_id,
        staff_id=by.id if by else None, note=note[:200],
    )  # fmt: skip
    session.refresh(row)
    place = [store for store in stores.listed(session) if store.id == used.store_id]
    row.valid_until = max(row.valid_until, _today(place, now) + rules.AGAIN)
    session.flush()
    return row


def take_back(session: Session, coupon: Coupon, now: datetime, *, by: Staff | None = None, note: str = "") -> None:
    """It was given by mistake. Refusal `used` when it is too late."""
    if _end(session, coupon, VOID, now, by, note) is None:
        raise Refusal("rewards.refused.used")


def expire(session: Session, coupon_id: int, now: datetime) -> None:
    """Gives back what a coupon that nobody used holds of the budget; twice has one effect."""
    _end(session, coupons.lock(session, coupon_id), EXPIRED, now, None, "")


def over(session: Session, now: datetime) -> list[int]:
    """Coupons whose last day is over in every time zone."""
    return list(coupons.over(session, (now - timedelta(hours=12)).date(), BATCH))


def carry(session: Session, coupon: Coupon, appointment_id: int, store: str, services: tuple[str, ...]) -> bool:
    """Takes a coupon into an appointment, to be redeemed at the desk; False when it does not hold there."""
    offer = session.get_one(Offer, coupon.offer_id)
    if coupon.state != ISSUED or not rules.is_for(offer, store, services):
        return False
    coupon.appointment_id = appointment_id
    session.flush()
    return True


def _end(session: Session, coupon: Coupon, state: str, now: datetime, by: Staff | None, note: str) -> int | None:
    made = coupons.last_entry(session, coupon.id, ISSUED)
    turn = coupons.turn_into(session, coupon.id, state, ISSUED)
    if turn is not None and made is not None:
        coupons.enter(
            session, coupon, state, turn, now, worth=-made.worth, staff_id=by.id if by else None, note=note[:200]
        )  # fmt: skip
        session.refresh(coupon)
    return turn


def _check_use(coupon: Coupon, offer: Offer, bill: Bill, now: datetime) -> None:
    if coupon.state != ISSUED:
        key = {REDEEMED: "used", VOID: "taken_back"}.get(coupon.state, "expired")
        raise Refusal(f"rewards.refused.{key}", day=coupon.valid_until)
    if _today([bill.store], now) > coupon.valid_until:
        raise Refusal("rewards.refused.expired", day=coupon.valid_until)
    if offer.stores and bill.store.code not in offer.stores:
        raise Refusal("rewards.refused.not_here")
    if bill.store.currency != offer.currency:
        raise Refusal("rewards.refused.currency", currency=offer.currency)
    if bill.services and not rules.is_for(offer, bill.store.code, bill.services):
        raise Refusal("rewards.refused.not_for_this")
    if bill.amount <= 0 or bill.amount > rules.MOST_MONEY:
        raise Refusal("rewards.refused.no_service_price" if offer.kind == SERVICE else "rewards.refused.no_amount")
    if bill.amount < offer.minimum:
        raise Refusal("rewards.refused.minimum", minimum=offer.minimum, currency=offer.currency)


def _bill_key(coupon: Coupon, bill: Bill, now: datetime) -> str:
    """Within one store a bill is its number; without one, what a person pays there on one day."""
    name = bill.number.strip() or f"{coupon.customer_id}@{_today([bill.store], now)}"
    return f"{bill.store.code}:{name}"[:80]


def _today(known: list[Store], now: datetime, offer: Offer | None = None, customer: Customer | None = None) -> date:
    """The calendar day in the store that it is about: the customer's own if the offer holds there, else the first it holds in."""
    fitting = [store for store in known if offer is None or not offer.stores or store.code in offer.stores] or known
    own = [store for store in fitting if customer is not None and store.id == customer.store_id]
    zone = next(iter([*own, *fitting]), None)
    return now.astimezone(ZoneInfo(zone.timezone if zone else "UTC")).date()


def described(session: Session, coupon: Coupon, language: str) -> tuple[str, str]:
    """(name of the offer, code in groups) for a text."""
    offer = session.get_one(Offer, coupon.offer_id)
    return offer.names.get(language) or offer.code, codes.shown(coupon.code)


def today_in(store: Store | None, now: datetime) -> date:
    """The calendar day in the store."""
    return _today([store] if store else [], now)
