"""Redeeming on Telegram: staff send a code, typed or scanned, with the bill behind it, and say yes to what it takes off."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision

from handlers.dialogue import Refusal, Reply, Turn
from handlers.dialogue.texts import money
from handlers.rewards import actions, codes, rules, words
from handlers.rewards.actions import Bill
from storage import audit, staff_links
from storage.coupons import Coupon, Offer
from storage.customers import Customer
from storage.staff import Staff
from storage.stores import Store

CHANNEL = "telegram"
LONGEST = 60  # a code as a scanner reads it, and a bill


def typed(turn: Turn) -> Reply | None:
    """What it would take off and whose it is; None for whoever does not work here, and for words that hold no code."""
    if turn.chat.channel != CHANNEL or not codes.LENGTH <= len(turn.words) <= LONGEST:
        return None
    code, bill = _read(turn.words)
    member = _member(turn) if code else None
    if code is None or member is None:
        return None
    coupon = actions.found(turn.session, code, member, turn.now, CHANNEL)
    if coupon is None:
        raise Refusal("rewards.refused.no_such_code")
    offer = turn.session.get_one(Offer, coupon.offer_id)
    store = _store(turn, member, offer)
    if bill is None:
        return Reply(turn.text("rewards.staff.bill", code=codes.shown(code)))
    return _offered(turn, coupon, offer, store, int(bill.scaleb(get_currency_precision(store.currency))))


def _offered(turn: Turn, coupon: Coupon, offer: Offer, store: Store, amount: int) -> Reply:
    """What it takes off; which work is on the bill is asked where that matters, and checked by the answer."""
    off = actions.worth(turn.session, coupon, Bill(store, amount), turn.now)
    asked = [code for code in rules.scope(offer) if code in turn.shop.services]
    known = {
        "name": words.name(offer, turn.language), "who": turn.session.get_one(Customer, coupon.customer_id).name,
        "off": money(off, store.currency, turn.language), "bill": money(amount, store.currency, turn.language),
        "which": bool(asked),
    }  # fmt: skip
    names = {code: turn.shop.services[code].names.get(turn.language, code) for code in asked}
    this = [coupon.id, amount]
    if asked:
        buttons = [turn.button("rewards.button.for", "rewards.redeem", [*this, code], service=names[code]) for code in asked]
        buttons.append(turn.button("rewards.button.other", "rewards.redeem", [*this, ""]))
    else:
        buttons = [turn.button("rewards.button.redeem", "rewards.redeem", this)]
    return Reply(turn.text("rewards.staff.found", **known), buttons)


def redeem(turn: Turn, value: Any) -> Reply:
    """Looked at once more: whoever was dismissed since, or comes second, gets nothing."""
    member, coupon = _member(turn), turn.session.get(Coupon, value[0])
    if member is None or coupon is None:
        raise Refusal("rewards.refused.no_such_code")
    offer = turn.session.get_one(Offer, coupon.offer_id)
    store, amount, services = _store(turn, member, offer), value[1], tuple(value[2:])
    if rules.scope(offer) and not services:  # a button from before it was asked
        return _offered(turn, coupon, offer, store, amount)
    off = actions.redeem(turn.session, coupon, Bill(store, amount, services), turn.now, by=member)
    audit.write(
        turn.session, "coupon.redeem", staff_id=member.id, now=turn.now, about=f"coupon:{coupon.id}", place=CHANNEL,
        store=store.code,
    )  # fmt: skip
    return Reply(turn.text("rewards.staff.redeemed", off=money(off, store.currency, turn.language)))


def _read(said: str) -> tuple[str | None, Decimal | None]:
    """(code, bill): the last group of a code may be digits only, so everything is tried as a code first."""
    if code := codes.read(said):
        return code, None
    before, _, last = said.strip().rpartition(" ")
    figure = last.replace(",", "")
    whole, _, cents = figure.partition(".")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 9 and (not cents or (cents.isascii() and cents.isdigit()))):
        return None, None
    return codes.read(before), Decimal(figure).quantize(Decimal("0.01"))


def _member(turn: Turn) -> Staff | None:
    return staff_links.person(turn.session, turn.chat.address) if turn.chat.channel == CHANNEL else None


def _store(turn: Turn, member: Staff, offer: Offer) -> Store:
    """Theirs; for somebody of the whole group the only one that the offer holds in, or the one that is offered first."""
    mine = [store for store in turn.shop.stores if store.id == member.store_id]
    holds = [store for store in turn.shop.stores if store.code in offer.stores]
    return next(iter([*mine, *holds, *turn.shop.stores]))
