"""What staff fill in about offers and bills, read into values or refused with a sentence."""

from datetime import date
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision

from handlers.desk import Desk
from handlers.dialogue import Refusal
from handlers.rewards.rules import LANGUAGES, NewOffer


def money(desk: Desk, name: str, currency: str) -> int | None:
    """A sum as people write it ("199.50", "1,000") in minor units; None when the field is empty."""
    typed = desk.field(name, 20).replace(",", "").replace(" ", "")
    if not typed:
        return None
    try:
        exact = Decimal(typed).scaleb(get_currency_precision(currency))
        if not exact.is_finite() or exact != exact.to_integral_value() or abs(exact) > 10**10:
            raise InvalidOperation
    except InvalidOperation:
        raise Refusal("rewards.wrong.money") from None
    return int(exact)


def whole(desk: Desk, name: str) -> int | None:
    """A whole number, also a negative one, so that a rule can say what is wrong with it; None when the field is empty."""
    typed = desk.field(name, 12)
    if not typed:
        return None
    if not typed.isascii() or not typed.removeprefix("-").isdigit():
        raise Refusal("rewards.wrong.number")
    return int(typed)


def day(desk: Desk, name: str) -> date | None:
    typed = desk.field(name, 10)
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise Refusal("rewards.wrong.day") from None


def offer(desk: Desk) -> NewOffer:
    """Behind a store's wall an offer holds in that store and nowhere else."""
    stores = tuple(desk.form.get("store", ()))
    if desk.wall is not None:
        stores = tuple(store.code for store in desk.stores)
    named = [store for store in desk.shop.stores if store.code in stores] or desk.shop.stores
    currency = named[0].currency if named else ""
    kind = desk.field("kind", 10)
    per_customer = whole(desk, "per_customer")
    return NewOffer(
        code=desk.field("code", 40).lower(), names={language: desk.field(f"name_{language}", 120) for language in LANGUAGES},
        kind=kind, percent=whole(desk, "percent") if kind == "percent" else None, amount=money(desk, "amount", currency),
        service=desk.field("service", 40) or None if kind == "service" else None, currency=currency, stores=stores,
        services=tuple(desk.form.get("services", ())), minimum=money(desk, "minimum", currency) or 0,
        stacks=desk.ticked("stacks"), stock=whole(desk, "stock"), budget=money(desk, "budget", currency),
        per_customer=1 if per_customer is None else per_customer, days=whole(desk, "days"), starts_on=day(desk, "starts_on"),
        ends_on=day(desk, "ends_on"), issuer=desk.field("issuer", 20) or "advisor", per_day=whole(desk, "per_day"),
    )  # fmt: skip
