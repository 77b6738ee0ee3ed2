"""What is left of a bill: by the costs on file, else by the store's margin, else nobody knows. Pure functions."""

from collections.abc import Sequence
from datetime import date

from handlers.dialogue.shop import Shop
from storage.stores import Store


def cost(shop: Shop, store: Store, model_id: int | None, services: Sequence[str], day: date) -> int | None:
    """What this work costs the shop, minor units; None unless that of every service is on file."""
    costs = [_cost(shop, store, model_id, code, day) for code in services]
    known = [one for one in costs if one is not None]
    return sum(known) if known and len(known) == len(costs) else None


def margin(shop: Shop, store_id: int, model_id: int | None, services: Sequence[str], day: date, amount: int | None) -> int | None:
    """What is left of a bill of `amount` minor units; None when that cannot be said."""
    store = next((one for one in shop.stores if one.id == store_id), None)
    if store is None or amount is None:
        return None
    spent = cost(shop, store, model_id, services, day)
    if spent is not None:
        return amount - spent
    return None if store.margin is None else round(amount * store.margin / 100)


def _cost(shop: Shop, store: Store, model_id: int | None, code: str, day: date) -> int | None:
    """Of the price for this model, else of the one for every model."""
    service = shop.services.get(code)
    on_file = shop.prices_on(day, store, service) if service else []
    price = next((one for wanted in (model_id, None) for one in on_file if one.model_id == wanted), None)
    return price.cost if price else None
