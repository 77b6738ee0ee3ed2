"""A test drive is of one of the shop's cars and not of theirs: which ones there are, and the question which one."""

from typing import Any

from handlers.dialogue import Answers, Button, Reply, Turn, Unclear
from handlers.prices import finding
from storage.stores import DEMO

# A car among the answers that is the shop's.
SHOPS = "demo"


def wanted(turn: Turn, answers: Answers) -> bool:
    """Whether all that is to be done is to drive a car of the shop."""
    services = [turn.shop.services.get(code) for code in answers.get("service", ())]
    return bool(services) and all(service is not None and service.bay_kind == DEMO for service in services)


def models(turn: Turn, answers: Answers) -> list[str]:
    """Codes of the models that can be driven, in the store that was chosen or in any."""
    chosen = turn.shop.store(answers.get("store", ""))
    bays = [bay for store in ([chosen] if chosen else turn.shop.stores) for bay in store.bays if bay.active and bay.kind == DEMO]
    return list(dict.fromkeys(bay.model for bay in bays if bay.model in turn.shop.models))


def car(model: str) -> dict[str, Any]:
    """As the slot of the car keeps it."""
    return {"model": model, SHOPS: True}


def ask(turn: Turn, answers: Answers) -> Reply:
    named = [(code, turn.shop.models[code].names[turn.language]) for code in models(turn, answers)]
    return Reply(turn.text("booking.drive.ask"), [[Button(name, "answer", car(code))] for code, name in named])


def read(turn: Turn, answers: Answers) -> dict[str, Any]:
    """The model that the words name. Raises Unclear for one that cannot be driven here."""
    model = turn.memoised(finding.load).model_in(turn.words) if turn.incoming.kind == "text" else None
    if model is None:
        raise Unclear("booking.drive.unclear")
    if model not in models(turn, answers):
        raise Unclear("booking.drive.not_here", meant=True, car=turn.shop.models[model].names[turn.language])
    return car(model)


def said(turn: Turn, answers: Answers, known: dict[str, Any]) -> str | None:
    """The model that was said before, or the only one; `known`: the car that the words have named."""
    able = models(turn, answers)
    if "id" not in known and known.get("model") in able:
        return str(known["model"])
    return able[0] if len(able) == 1 else None
