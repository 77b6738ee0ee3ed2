"""Which of the prices on file is the one to say."""

from collections.abc import Iterable
from dataclasses import dataclass

from storage.catalogue import PriceOnFile


@dataclass(frozen=True, slots=True)
class Quote:
    """What to say: one amount, or from the lowest to the highest of the models when the car does not matter or is unknown."""

    lowest: int
    highest: int
    price: PriceOnFile


def quote(prices: Iterable[PriceOnFile], model_id: int | None) -> Quote | None:
    """The price for this model, else the one for every model. `prices` hold today, the newest first.

    Without a model the span over all models. None when the shop has none on file.
    """
    on_file = list(prices)
    if model_id is not None:
        for wanted in (model_id, None):
            if price := next((price for price in on_file if price.model_id == wanted), None):
                return Quote(price.amount, price.amount, price)
        return None
    if not on_file:
        return None
    newest: dict[int | None, PriceOnFile] = {}
    for price in on_file:
        newest.setdefault(price.model_id, price)
    amounts = [price.amount for price in newest.values()]
    return Quote(min(amounts), max(amounts), on_file[0])


def depends_on_model(prices: Iterable[PriceOnFile]) -> bool:
    return any(price.model_id is not None for price in prices)
