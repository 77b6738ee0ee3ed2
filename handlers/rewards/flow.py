"""My offers: the coupons that somebody has, each with its code, and the visit that is booked with one."""

import re
from typing import Any

from handlers.dialogue import Answers, Button, Reply, Start, Turn
from handlers.dialogue.folding import fold
from handlers.rewards import actions, qr, words
from storage import coupons
from storage.appointments import Appointment
from storage.coupons import ISSUED, Coupon, Offer

SHOWN = 8
_MINE = re.compile(
    r"(?:please )?(?:show |see |what are |where are |list )?(?:me )?my (?:offers?|coupons?|vouchers?|gifts?)[ ?!.]*"
    r"|(?:do i have|have i got) (?:any )?(?:offers?|coupons?|vouchers?)[ ?!.]*"
    r"|请?(?:查看|看看|看一下|查一下|查)?(?:我的|我有(?:什么|哪些|没有)?|我还有(?:什么|哪些)?)"
    r"(?:优惠券?|卡券|代金券|折扣券|折价券|券|礼包)(?:吗|呢|有哪些)?[ ?？!。]*"
)


def asks(turn: Turn) -> Reply | None:
    return mine(turn) if _MINE.fullmatch(fold(turn.words).strip()) else None


def of_chat(turn: Turn) -> list[tuple[Coupon, Offer]]:
    """What the person in this chat can still use today."""
    if turn.chat.customer_id is None:
        return []
    today = turn.today(turn.store) if turn.store else turn.now.date()
    theirs = coupons.of_customer(turn.session, turn.chat.customer_id)
    return [(coupon, offer) for coupon, offer in theirs if coupon.valid_until >= today]


def mine(turn: Turn, _: Any = None) -> Reply:
    theirs = of_chat(turn)
    if len(theirs) == 1:
        return _card(turn, *theirs[0])
    if not theirs:
        return Reply(turn.text("rewards.mine.none"), [turn.button("rewards.button.book", "booking.book")])
    rows = [Button(_label(turn, coupon, offer), "rewards.show", coupon.id) for coupon, offer in theirs[:SHOWN]]
    return Reply(turn.text("rewards.mine.some", n=len(theirs)), rows, passing=True)


def show(turn: Turn, coupon_id: Any) -> Reply:
    found = _own(turn, coupon_id)
    return _card(turn, *found) if found else _gone(turn)


def code(turn: Turn, coupon_id: Any) -> Reply:
    """The code as a picture for the desk."""
    found = _own(turn, coupon_id)
    if found is None:
        return _gone(turn)
    picture = qr.picture(turn.session, found[0], turn.chat.id, turn.now)
    return Reply(turn.text("rewards.qr", **words.card(turn, *found)), picture=picture)


def book(turn: Turn, coupon_id: Any) -> Reply | Start:
    """A visit with this coupon: what it is for and where it holds need not be asked."""
    found = _own(turn, coupon_id)
    if found is None:
        return _gone(turn)
    coupon, offer = found
    known: Answers = {"coupon": coupon.id}
    wanted = [offer.service] if offer.service else offer.services
    if len(wanted) == 1 and wanted[0] in turn.shop.services:
        known["service"] = list(wanted)
    if len(offer.stores) == 1 and turn.shop.store(offer.stores[0]):
        known["store"] = offer.stores[0]
    return Start("booking.book", known)


def carried(turn: Turn, answers: Answers, row: Appointment) -> str:
    """What is said of the coupon that came along into a booking; "" if none did."""
    coupon = turn.session.get(Coupon, answers.get("coupon") or 0)
    if coupon is None or coupon.customer_id != row.customer_id:
        return ""
    store = next(store for store in turn.shop.stores if store.id == row.store_id)
    taken = actions.carry(turn.session, coupon, row.id, store.code, tuple(row.services))
    offer = turn.session.get_one(Offer, coupon.offer_id)
    return turn.text("rewards.carried" if taken else "rewards.not_carried", name=words.name(offer, turn.language))


def _card(turn: Turn, coupon: Coupon, offer: Offer) -> Reply:
    rows = [
        [turn.button("rewards.button.book", "rewards.book", coupon.id)],
        [turn.button("rewards.button.qr", "rewards.code", coupon.id)],
    ]
    return Reply(turn.text("rewards.card", **words.card(turn, coupon, offer)), rows)


def _label(turn: Turn, coupon: Coupon, offer: Offer) -> str:
    return turn.texts.label(
        "rewards.line", turn.language, {"name": words.name(offer, turn.language), "until": coupon.valid_until}
    )


def _own(turn: Turn, coupon_id: Any) -> tuple[Coupon, Offer] | None:
    """Theirs and still good; somebody else's is as if it did not exist."""
    return next(((coupon, offer) for coupon, offer in of_chat(turn) if coupon.id == coupon_id and coupon.state == ISSUED), None)


def _gone(turn: Turn) -> Reply:
    return Reply(turn.text("rewards.gone"), [turn.button("rewards.button.mine", "rewards.mine")])
