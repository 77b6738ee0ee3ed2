"""A test drive is of one of the shop's cars and not of theirs: which ones there are, and the question which one."""

import re
from typing import Any

from handlers.dialogue import Answers, Button, Reply, Turn, Unclear
from handlers.dialogue.folding import fold
from handlers.prices import finding
from knowledge_base.names import tokens
from storage.stores import DEMO

# What stands around a drive and a car.
_AROUND = re.compile(r"[我们你想要来去约预可以能帮一下个台部辆架的吗嘛么呢吧啊呀请问有没有得唔]")
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


def by_its_character(turn: Turn, part: str) -> Answers:
    """汉 of 汉和Q5, or of 试驾汉: the one character that a model's name ends with, where a car must be meant."""
    text = fold(part).strip()
    named = [model.code for model in turn.shop.models.values() if any(fold(name).endswith(text) for name in model.names.values())]
    return {"model": named[0]} if len(text) == 1 and not text.isascii() and len(named) == 1 else {}


def named(turn: Turn, text: str) -> Answers:
    """The same beside the words for a drive, which are no work on a car; {} beside others."""
    found = [one for one in turn.memoised(finding.load).services.find(text) if turn.shop.services[one.key].bay_kind == DEMO]
    covered = {index for one in found for index in range(one.start, one.end)}
    rest = [word for index, word in enumerate(tokens(text)) if index not in covered]
    return by_its_character(turn, "".join(_AROUND.sub("", "".join(rest)))) if found else {}


def not_here(turn: Turn, answers: Answers) -> str:
    """What the car is called that the words want to drive and that cannot be driven here; "" without one."""
    found = answers.get("car", {})
    model = turn.shop.models.get(found.get("model") or "")
    if not wanted(turn, answers) or "id" in found or (model and model.code in models(turn, answers)):
        return ""
    return model.names[turn.language] if model else str(found.get("name", ""))


def elsewhere(turn: Turn, answers: Answers) -> bool:
    """Whether the car that is named can be driven in another store than that of the answers."""
    rest = {name: value for name, value in answers.items() if name != "store"}
    return "store" in answers and bool(not_here(turn, answers)) and not not_here(turn, rest)


def said(turn: Turn, answers: Answers, known: dict[str, Any]) -> str | None:
    """The model that was said before, or the only one; `known`: the car that the words have named."""
    able = models(turn, answers)
    if "id" not in known and known.get("model") in able:
        return str(known["model"])
    return able[0] if len(able) == 1 else None
