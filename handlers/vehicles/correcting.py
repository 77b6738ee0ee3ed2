"""A plate that is told for a car that we know, in free words: "change the plate to 粤B12345", 车牌写错了，是粤B12345."""

import re

from handlers.dialogue import Answers, Reply, Start, Turn
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import ends_as_question
from handlers.prices import finding
from handlers.vehicles import actions, cars, plates
from handlers.vehicles.hearing import Facts, hear
from storage.vehicles import Vehicle

# Matched on folded words: lower case, Simplified characters.
_OTHERWISE = re.compile(
    r"\b(?:chang(?:e|ed)|correct(?:ion)?|update|wrong|mistake|typo|sorry|oops|actually|instead|should (?:be|read)|not|new|fix)\b"
    r"|改|换|更正|更新|错|应该|不是|唔系|唔啱|新|才对|其实"
)
# What stands before the plate as it should be.
_BEFORE_IT = re.compile(r"\b(?:to|be|is|its|it's)\b|[成为為是系係：:]", re.IGNORECASE)
_PLATE = re.compile(r"\b(?:plates?|registration|reg|number ?plate|licen[cs]e)\b|车牌|牌照|牌号|号牌")


def told(turn: Turn) -> Facts:
    """{"plate": …} or {"plate?": …} of words that tell a plate and nothing else about a car; {} else."""
    facts = hear(turn)
    known: Facts = {name: facts[name] for name in ("plate", "plate?") if name in facts}
    text = fold(turn.words)
    if not known and _PLATE.search(text) and _OTHERWISE.search(text):
        written = plates.read(_BEFORE_IT.split(turn.words)[-1], turn.store.region if turn.store else "CN")
        known = {"plate": written.text} if written and not written.doubt else {}
    other = facts.keys() - known.keys() or ends_as_question(turn.words) or turn.memoised(finding.load).services_in(turn.words)
    return {} if other else known


def asked_for(turn: Turn) -> Reply | Start | None:
    """The plate of their car, of which there is one, or one without a plate: written down, or asked about if it looks wrong."""
    if turn.chat.form is not None or not _PLATE.search(fold(turn.words)) or not (facts := told(turn)):
        return None
    own = actions.own(turn)
    if any(car.plate_key == plates.key(facts.get("plate")) for car in own if "plate" in facts):
        return None
    car = _meant(turn, own)
    if car is None:
        return Start("vehicles.add", facts) if not own else None
    if "plate" not in facts:
        return Start("vehicles.correct", {"id": car.id, "field": "plate", **facts})
    actions.learn(turn, car, facts)
    return Reply(turn.text("vehicles.plate_noted", car=cars.label(turn, car)))


def _meant(turn: Turn, own: list[Vehicle]) -> Vehicle | None:
    open_ = [car for car in own if car.plate is None]
    if len(own) == 1 and (open_ or _OTHERWISE.search(fold(turn.words))):
        return own[0]
    return open_[0] if len(open_) == 1 else None


def heard(turn: Turn, answers: Answers, name: str = "car") -> bool:
    """Takes the plate of the car that a form is about: `answers[name]`, a value of `slots.Car`."""
    car, facts = answers.get(name), told(turn)
    if not car or "plate" not in facts or any(one.plate_key == plates.key(facts["plate"]) for one in actions.own(turn)):
        return False
    vehicle = cars.look(turn, car).vehicle
    before = car.get("plate") or (vehicle.plate if vehicle else None)
    if before and not _OTHERWISE.search(fold(turn.words)) and not _PLATE.search(fold(turn.words)):
        return False
    answers[name] = {**car, "plate": facts["plate"]}
    return True
