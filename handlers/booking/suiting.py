"""Work that is for cars with an engine, and an electric car does without; and the other way round. The price list knows."""

from collections.abc import Sequence

from handlers.booking import words
from handlers.dialogue import Answers, Refusal, Reply, Slot, Turn
from handlers.vehicles import cars
from storage.catalogue import CarModel


def unneeded(turn: Turn, codes: Sequence[str], model: CarModel | None) -> list[str]:
    """Those of the services that have prices for the other kind of car and none for this one's, of which the list has others."""
    if model is None:
        return []
    kind = _electric(model)
    others = [code for code in codes if code in turn.shop.services and _priced(turn, code) == {not kind}]
    return others if others and any(kind in _priced(turn, code) for code in turn.shop.services) else []


def instead(turn: Turn, model: CarModel) -> list[str]:
    """What is done to cars of its energy alone, as services are offered: the yearly check of an electric one."""
    return [code for code in turn.shop.services if _energies(turn, code) == {model.energy}]


def refusal(turn: Turn, codes: Sequence[str], model: CarModel | None) -> Refusal | None:
    """That the car does without some of this work, with the rest of it (`rest`) and what it has in its place (`instead`)."""
    if model is None or not (others := unneeded(turn, codes, model)):
        return None
    named = {"services": words.services(turn, others), "car": model.names[turn.language]}
    rest = [code for code in codes if code not in others]
    key = f"booking.unneeded.{'electric' if _electric(model) else 'engine'}"
    return Refusal(key, again="service", rest=rest, instead=instead(turn, model), **named)


def _electric(model: CarModel) -> bool:
    return model.energy == "electric"


def _priced(turn: Turn, code: str) -> set[bool]:
    """For which kinds of car (electric or not) the work has prices of their own; empty where one price is for all."""
    return {energy == "electric" for energy in _energies(turn, code)}


def _energies(turn: Turn, code: str) -> set[str]:
    prices = [price for store in turn.shop.stores for price in turn.prices(store, turn.shop.services[code])]
    if any(price.model_id is None for price in prices):
        return set()
    return {turn.shop.models_by_id[price.model_id].energy for price in prices if price.model_id in turn.shop.models_by_id}


class Suits(Slot):
    """Not asked: whether the car needs the work. The value: what it was looked at for."""

    def wanted(self, turn: Turn, answers: Answers) -> bool:
        return answers.get(self.name) != _looked_at(answers)

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        raise NotImplementedError("it is always known")

    def known(self, turn: Turn, answers: Answers) -> list[object]:
        """Raises Refusal, so that the work is asked again."""
        if no := refusal(turn, answers["service"], cars.look(turn, answers["car"]).model):
            raise no
        return _looked_at(answers)


def _looked_at(answers: Answers) -> list[object]:
    """What the look depends on, as it comes back from JSON."""
    return [answers.get("service"), answers.get("car")]
