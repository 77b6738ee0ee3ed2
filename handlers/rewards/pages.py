"""Console pages on coupons: redeeming one that is typed or scanned, its history, the offers, and what a customer has."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from handlers.desk import EVERYBODY, MANAGERS, Desk, Go, Page, Panel, Thing
from handlers.dialogue import Refusal
from handlers.rewards import actions, codes, desk_form, rules, words
from handlers.rewards.actions import Bill
from storage import coupons, people, stores
from storage.coupons import EXPIRED, ISSUED, KINDS, REDEEMED, Coupon, Offer
from storage.customers import Customer
from storage.staff import ROLES

ON_CARD = 12


# -- redeeming -------------------------------------------------------------------------------------------------------------


def counter(desk: Desk) -> Mapping[str, Any]:
    """The empty field, or what was typed into it."""
    return {**_choices(desk), "found": None, "off": None}


def use(desk: Desk) -> Mapping[str, Any] | Go:
    """The first post shows whose it is and what it takes off; the second one uses it up."""
    typed = desk.field("code", 200)
    code = codes.read(typed)
    if code is None:
        raise Refusal("rewards.refused.no_such_code")
    coupon = actions.found(desk.session, code, desk.staff, desk.now, "console")
    if coupon is None:  # no exception: that it was tried is kept
        return Go(desk.url("/coupons"), desk.plain("rewards.refused.no_such_code"), refused=True)
    store = desk.store
    if store is None:
        raise Refusal("rewards.refused.not_here")
    offer = desk.session.get_one(Offer, coupon.offer_id)
    service = desk.field("service", 40)
    bill = Bill(
        store,
        desk_form.money(desk, "amount", store.currency) or _price(desk, offer),
        (service,) if service in desk.shop.services else (),
        desk.field("number", 40),
    )
    if desk.field("do") != "redeem":
        off = actions.worth(desk.session, coupon, bill, desk.now)
        return {**_choices(desk), "found": _shown(desk, coupon, offer), "off": desk.money(off, store.currency)}
    off = actions.redeem(desk.session, coupon, bill, desk.now, by=desk.staff)
    desk.audit("coupon.redeem", f"coupon:{coupon.id}", store=store.code)
    return Go(desk.url("/coupons"), desk.plain("rewards.desk.redeemed", off=desk.money(off, store.currency)))


def history(desk: Desk) -> Mapping[str, Any]:
    coupon: Coupon = desk.things["coupon"]
    offer = desk.session.get_one(Offer, coupon.offer_id)
    return {
        "found": _shown(desk, coupon, offer),
        "entries": coupons.entries_of(desk.session, coupon.id),
        "currency": offer.currency,
        "may": desk.may(MANAGERS),
    }


def undo(desk: Desk) -> Go:
    """A refund gives a used coupon back; one that was given by mistake is taken back."""
    coupon: Coupon = desk.things["coupon"]
    if coupon.state == REDEEMED:
        actions.reverse(desk.session, coupon, desk.now, by=desk.staff, note=desk.field("note", 200))
        desk.audit("coupon.reverse", f"coupon:{coupon.id}")
        return Go(desk.url("/coupons/{coupon}", coupon=coupon.id), desk.plain("rewards.desk.reversed"))
    actions.take_back(desk.session, coupon, desk.now, by=desk.staff, note=desk.field("note", 200))
    desk.audit("coupon.take_back", f"coupon:{coupon.id}")
    return Go(desk.url("/coupons/{coupon}", coupon=coupon.id), desk.plain("rewards.desk.taken_back"))


# -- offers ----------------------------------------------------------------------------------------------------------------


def offers(desk: Desk) -> Mapping[str, Any]:
    return {
        "offers": [offer for offer in coupons.offers(desk.session) if desk.wall is None or _seen(desk.session, offer, desk.wall)],
        "value": lambda offer: value(desk, offer),
        "may": desk.may(MANAGERS),
        "mine": lambda offer: _may_close(desk, offer),
        "name": lambda offer: words.name(offer, desk.language),
    }


def blank(desk: Desk) -> Mapping[str, Any]:
    return {
        "kinds": KINDS,
        "roles": ROLES,
        "languages": rules.LANGUAGES,
        "services": desk.shop.services,
        "usual": rules.USUAL_DAYS,
        "chosen": lambda name: desk.form.get(name, ()),
    }


def create(desk: Desk) -> Go:
    offer = actions.make(desk.session, desk.shop, desk_form.offer(desk), desk.now)
    desk.audit("offer.create", f"offer:{offer.id}")
    return Go(desk.url("/offers"), desk.plain("rewards.desk.made", name=words.name(offer, desk.language)))


def close(desk: Desk) -> Go:
    offer: Offer = desk.things["offer"]
    if not _may_close(desk, offer):
        raise Refusal("rewards.refused.not_yours_to_close")
    actions.close(desk.session, offer, desk.now)
    desk.audit("offer.close", f"offer:{offer.id}")
    return Go(desk.url("/offers"), desk.plain("rewards.desk.closed_now", name=words.name(offer, desk.language)))


# -- on a customer's card --------------------------------------------------------------------------------------------------


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any]:
    theirs = coupons.of_customer(desk.session, customer.id, (ISSUED, REDEEMED))
    today = actions.today_in(desk.store, desk.now)
    open_ = [offer for offer in desk.once(coupons.offers) if offer.closed_at is None and rules.may_give(desk.staff.role, offer)]
    return {
        "customer": customer,
        "rows": [_shown(desk, coupon, offer) for coupon, offer in reversed(theirs)][:ON_CARD],
        "offers": [offer for offer in open_ if (offer.ends_on or today) >= today and _at_home(desk, offer)],
        "name": lambda offer: words.name(offer, desk.language),
    }


def give(desk: Desk) -> Go:
    customer: Customer = desk.things["customer"]
    offer = coupons.offer(desk.session, desk.field("offer", 40))
    if offer is None or not _at_home(desk, offer):
        raise Refusal("rewards.refused.unknown")
    reason = desk.field("reason", 60) or desk.plain("rewards.desk.by_hand")
    coupon = actions.issue(desk.session, offer.code, customer, reason, desk.now, by=desk.staff)
    desk.audit("coupon.issue", f"coupon:{coupon.id}", offer=offer.code)
    said = desk.plain("rewards.desk.given", name=words.name(offer, desk.language), code=codes.shown(coupon.code))
    return Go(desk.url("/customers/{customer}", customer=customer.id), said)


# -- parts -----------------------------------------------------------------------------------------------------------------


def value(desk: Desk, offer: Offer) -> str:
    """ "20 % off, at most ¥50", "¥200 off", "Hand wash free"."""
    most = desk.money(offer.amount, offer.currency) if offer.amount is not None else ""
    service = desk.shop.services.get(offer.service or "")
    name = desk.named(service.names) if service else offer.service or ""
    return desk.plain(f"rewards.value.{offer.kind}", percent=offer.percent, most=most, service=name)


def _shown(desk: Desk, coupon: Coupon, offer: Offer) -> dict[str, Any]:
    customer = desk.session.get_one(Customer, coupon.customer_id)
    over = coupon.state == ISSUED and coupon.valid_until < actions.today_in(desk.store, desk.now)
    return {
        "coupon": coupon, "offer": offer, "name": words.name(offer, desk.language), "code": codes.shown(coupon.code),
        "value": value(desk, offer), "owner": customer, "state": EXPIRED if over else coupon.state,
        "undo": "reverse" if coupon.state == REDEEMED else "take_back" if coupon.state == ISSUED else "",
        "seen": desk.sees(customer),
    }  # fmt: skip


def _choices(desk: Desk) -> dict[str, Any]:
    return {
        "services": desk.shop.services,
        "chosen": desk.field("service", 40),
        "typed": desk.field("code", 200) or desk.asked("code"),
    }


def _price(desk: Desk, offer: Offer) -> int:
    """What a free service costs here, if nobody has typed a sum; 0 when it is not on file."""
    store, service = desk.store, desk.shop.services.get(offer.service or "")
    if store is None or service is None:
        return 0
    prices = desk.shop.prices_on(actions.today_in(store, desk.now), store, service)
    return next((price.amount for price in prices if price.model_id is None), 0)


def _seen(session: Session, offer: Offer, mine: Collection[int]) -> bool:
    """Offers that hold in one of these stores; those that hold everywhere too."""
    return not offer.stores or any(store.id in mine and store.code in offer.stores for store in stores.listed(session))


def _at_home(desk: Desk, offer: Offer) -> bool:
    return desk.wall is None or _seen(desk.session, offer, desk.wall)


def _may_close(desk: Desk, offer: Offer) -> bool:
    """Behind a store's wall only what holds nowhere else."""
    mine = {store.code for store in desk.stores}
    return desk.wall is None or (bool(offer.stores) and set(offer.stores) <= mine)


def _coupon_seen(session: Session, coupon: Coupon, mine: Collection[int]) -> bool:
    return people.may_see(session, session.get_one(Customer, coupon.customer_id), mine)


OFFER = Thing("offer", lambda session, number: session.get(Offer, number), _seen)
COUPON = Thing("coupon", lambda session, number: session.get(Coupon, number), _coupon_seen)
PANEL = Panel("rewards/on_card.html", on_card)
PAGES = [
    Page(path="/coupons", roles=EVERYBODY, get=counter, post=use, template="rewards/counter.html", menu="rewards.desk.menu"),
    Page(path="/coupons/{coupon}", roles=EVERYBODY, get=history, template="rewards/coupon.html"),
    Page(path="/coupons/{coupon}/undo", roles=MANAGERS, post=undo),
    Page(path="/offers", roles=EVERYBODY, get=offers, template="rewards/offers.html"),
    Page(path="/offers/new", roles=MANAGERS, get=blank, post=create, template="rewards/offer.html"),
    Page(path="/offers/{offer}/close", roles=MANAGERS, post=close),
    Page(path="/customers/{customer}/coupons", roles=EVERYBODY, post=give),
]
