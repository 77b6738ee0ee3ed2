"""My offers: the coupons that somebody has, each with its code, and the visit that is booked with one."""

import re
from collections.abc import Sequence
from typing import Any

from handlers.dialogue import Answers, Button, Reply, Start, Turn, lately
from handlers.dialogue.folding import fold
from handlers.rewards import actions, qr, words
from storage import coupons
from storage.appointments import Appointment
from storage.coupons import ISSUED, Coupon, Offer

SHOWN = 8
_SHORT = 60
_MINE = re.compile(
    r"(?:please )?(?:show |see |what are |where are |list )?(?:me )?my (?:offers?|coupons?|vouchers?|gifts?)[ ?!.]*"
    r"|(?:do i have|have i got) (?:any )?(?:offers?|coupons?|vouchers?)[ ?!.]*"
    r"|请?(?:查看|看看|看一下|查一下|查)?(?:我的|我有(?:什么|哪些|没有)?|我还有(?:什么|哪些)?)"
    r"(?:优惠券?|卡券|代金券|折扣券|折价券|券|礼包)(?:吗|呢|有哪些)?[ ?？!。]*"
)
# Matched on folded words: an offer of ours; whether it is real, and until when it holds; that it shall be used.
_OFFER = re.compile(r"\b(?:vouchers?|coupons?|gifts?|gift pack|promo code|free \w+)\b|券|礼包|好礼|赠送|送的")
_GOOD = re.compile(
    r"\b(?:legit|real|really from you|scam|fake|genuine|until|till|til|expir\w*|valid|good for|how long|last day|by when)\b"
    r"|真的(?:吗|嘛|假的)|是真|真定假|系咪真|到期|过期|有效|几时|什么时候|啥时候|用到|期限|多久"
)
_USE = re.compile(
    r"\b(?:use|using|apply|with|redeem|put|attach|add)\b.{0,20}\b(?:vouchers?|coupons?|gift)\b|(?:用|使用|抵|加上|带上|套用).{0,8}(?:券|礼包)|券.{0,4}(?:用上|抵|用咗|用掉)"
)


def asks(turn: Turn) -> Reply | None:
    """Their offers, for whoever wants to see them, or asks of one that they have whether it is real and until when."""
    said = fold(turn.words)
    if _MINE.fullmatch(said.strip()):
        return mine(turn)
    if not _GOOD.search(said) or turn.chat.form is not None:
        return None
    before = next(lately.heard(turn), "")
    spoken_of = _OFFER.search(said) or (len(said) <= _SHORT and _OFFER.search(fold(before)))
    return mine(turn) if spoken_of and of_chat(turn) else None


def to_use(turn: Turn, services: Sequence[str]) -> int | None:
    """The coupon of theirs that the words want to use for a visit: the one for this work first; None when they want none."""
    if not _USE.search(fold(turn.words)):
        return None
    fitting = [(not {offer.service, *offer.services} & set(services), coupon.id) for coupon, offer in of_chat(turn)]
    return min(fitting)[1] if fitting else None


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
