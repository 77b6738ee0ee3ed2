"""A car in words: what it is called in lists and on buttons, and which of somebody's cars some words mean."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from handlers.dialogue import Option, Turn, lately
from handlers.prices import known
from handlers.vehicles import actions, colours, plates
from handlers.vehicles.hearing import Facts
from knowledge_base.folding import fold
from storage.catalogue import CarModel
from storage.vehicles import Vehicle

# So many of their messages are looked through for a make that they named.
_BEFORE = 3
_MAKE = re.compile(r"[a-z]{2,}|[㐀-鿿]{2,}")
Its = TypeVar("Its", Vehicle, CarModel)
_NOT = re.compile(r"\b(?:not|no)\b|不[是要用]|唔[系要]")


@dataclass(frozen=True, slots=True)
class Known:
    """What a `slots.Car` value stands for. `vehicle`: None for a car that is not on file yet; `model`: None if not ours."""

    vehicle: Vehicle | None
    model: CarModel | None
    label: str


def look(turn: Turn, value: Facts) -> Known:
    """What is known of the car that a slot's value means, before and after it is on file."""
    if "id" in value:
        own = actions.own(turn)
        car = next((car for car in own if car.id == value["id"]), None)
        if car is not None:
            known = " · ".join([title(turn, car), value["plate"]]) if value.get("plate") else label(turn, car)
            return Known(car, turn.model(car.model_id) if car.model_id else None, known)
    model = turn.shop.models.get(value.get("model") or "")
    name = model.names[turn.language] if model else value.get("name") or turn.texts.label("vehicles.nameless", turn.language, {})
    return Known(None, model, " · ".join([name, *([value["plate"]] if value.get("plate") else [])]))


def title(turn: Turn, car: Vehicle) -> str:
    """Make and model in the reply's language, else the customer's own words for the car."""
    model = turn.model(car.model_id) if car.model_id is not None else None
    return model.names[turn.language] if model else car.name or turn.texts.label("vehicles.nameless", turn.language, {})


def names(turn: Turn, car: Vehicle) -> list[str]:
    """What it is called in any language, beginning with its make; of a car that is not ours, in the customer's own words."""
    model = turn.model(car.model_id) if car.model_id is not None else None
    return named_by(model) if model else [car.name or ""]


def named_by(model: CarModel) -> list[str]:
    """Its make, and its names in any language."""
    return [model.make, *model.names.values()]


def label(turn: Turn, car: Vehicle) -> str:
    """The car on one line: model and plate, without a plate its year and colour."""
    year_and_colour = [str(car.year)] if car.year else []
    if car.colour:
        year_and_colour.append(colours.name(turn.texts, turn.language, car.colour))
    return " · ".join([title(turn, car), *([car.plate] if car.plate else year_and_colour)])


def options(turn: Turn, cars: Sequence[Vehicle]) -> list[Option]:
    """Cars to choose from; two that look the same are numbered."""
    labels = [label(turn, car) for car in cars]
    seen: dict[str, int] = {}
    shown = []
    for car, words in zip(cars, labels, strict=True):
        seen[words] = seen.get(words, 0) + 1
        number = f" ({seen[words]})" if labels.count(words) > 1 else ""
        shown.append(Option({"id": car.id}, words + number))
    return shown


def models_of_make(turn: Turn) -> list[CarModel]:
    """The catalogue's models of the make that was named last, in these words or just before; all of them where none was."""
    models, make = list(turn.shop.models.values()), _named_make(turn)
    return [model for model in models if known.is_of(named_by(model), make)] or models


def _named_make(turn: Turn) -> frozenset[str]:
    """The make that was named last in this talk (see `known.makes`); empty where none was."""
    return next(filter(None, map(known.makes, (turn.words, *islice(lately.heard(turn), _BEFORE)))), frozenset())


def only(turn: Turn, own: Sequence[Its]) -> Its | None:
    """The one of theirs that is meant unasked: that of the make that these words name, else the only one that they have.

    Where another make was named just before, none is: "book my BMW in", said by the owner of a Golf.
    """
    if refused := known.makes(turn.words, refused=True):
        own = [one for one in own if not _is_of(turn, one, refused)]
    if make := known.makes(turn.words):
        own = [one for one in own if _is_of(turn, one, make)]
    elif any(not _is_of(turn, one, make) for one in own if (make := _named_make(turn))):
        return None
    return own[0] if len(own) == 1 else None


def fits_none(turn: Turn, own: Sequence[Vehicle]) -> bool:
    """Whether a make was named that none of their cars is of."""
    make = _named_make(turn)
    return bool(make) and not any(_is_of(turn, one, make) for one in own)


def _is_of(turn: Turn, one: Vehicle | CarModel, make: frozenset[str]) -> bool:
    return known.is_of(names(turn, one) if isinstance(one, Vehicle) else named_by(one), make)


def may_be(turn: Turn, value: Facts, text: str) -> bool:
    """Whether the car that a slot's value means is of the make that the words name, and of none that they refuse."""
    make, refused, car = known.makes(text), known.makes(text, refused=True), look(turn, value)
    called = names(turn, car.vehicle) if car.vehicle else named_by(car.model) if car.model else [car.label]
    return (not make or known.is_of(called, make)) and not known.is_of(called, refused)


def of_make(turn: Turn, cars: Sequence[Vehicle], text: str) -> list[Vehicle]:
    """Those of the make that is named: "the Audi", 奥迪那台; [] where none is named, or one that is refused."""
    said = fold(text)
    return [] if _NOT.search(said) else [car for car in cars if any(_stands(make, said) for make in _makes(turn, car))]


def _makes(turn: Turn, car: Vehicle) -> set[str]:
    """The make in every language, as the names of its model begin; of a car that is not ours, the first of its words."""
    begins = [_MAKE.match(fold(name)) for name in names(turn, car)]
    return {found[0] for found in begins if found}


def _stands(make: str, said: str) -> bool:
    return re.search(rf"(?<![a-z]){re.escape(make)}(?![a-z])", said) is not None if make.isascii() else make in said


def meant(turn: Turn, cars: Sequence[Vehicle], facts: Facts) -> list[Vehicle]:
    """Which of these cars fit everything that the words said; all of them if they said nothing that tells cars apart."""
    model = turn.shop.models.get(facts.get("model", ""))
    wanted = {
        "plate_key": plates.key(facts.get("plate") or (facts.get("plate?") or [None])[0]),
        "vin": facts.get("vin"),
        "model_id": model.id if model else None,
    }
    for name in ("plate_key", "vin"):
        # A plate or VIN names one car, whatever else was said.
        if wanted[name] and (same := [car for car in cars if getattr(car, name) == wanted[name]]):
            return same
    told = {name: value for name, value in wanted.items() if value is not None}
    if "year" in facts:
        told["year"] = facts["year"]
    if "colour" in facts:
        told["colour"] = facts["colour"]
    # What is not on file may be so, but a car of which it is known fits better; and another model is another car.
    fitting = [car for car in cars if all(getattr(car, name) in (value, None) for name, value in told.items())]
    fitting = [car for car in fitting if "model_id" not in told or car.model_id == told["model_id"]]
    known = [sum(getattr(car, name) is not None for name in told) for car in fitting]
    return [car for car, number in zip(fitting, known, strict=True) if number == max(known)]
