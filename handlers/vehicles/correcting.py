"""A plate that is told for a car that we know, in free words: "change the plate to 粤B12345", 车牌写错了，是粤B12345."""

import re

from handlers.dialogue import Answers, Button, Reply, Start, Turn
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import is_question
from handlers.prices import finding
from handlers.vehicles import actions, cars, plates, slots
from handlers.vehicles.hearing import Facts, hear
from storage.vehicles import Vehicle

# Matched on folded words: lower case, Simplified characters.
_OTHERWISE = re.compile(
    r"\b(?:chang(?:e|ed)|correct(?:ion)?|update|wrong|mistake|typo|sorry|oops|actually|instead|should (?:be|read)|not|new|fix)\b"
    r"|改|换|更正|更新|错|应该|不是|唔系|唔啱|新|才对|其实"
)
# What stands before the plate as it should be.
_BEFORE_IT = re.compile(r"\b(?:to|be|is|its|it's)\b|[成为為是系係：:]", re.IGNORECASE)
# All that may stand around it: with any other word it may be the plate of somebody else's car.
_AROUND = re.compile(
    r"(?:\W|\b(?:my|the|this|its|it|it's|a|of|for|on|car's?|plates?|registration|reg|number|licen[cs]e|is|was|be|as|to|by|way|should|read|has"
    r"|have|i|you|we|can|could|pls|please|chang(?:e|ed)|correct(?:ion|ed)?|updated?|fix|wrong|mistake|typo|sorry|oops|actually|instead|no|not"
    r"|new|now|got|gave|wait|hi|hello|thanks|ok)\b"
    r"|车牌|牌照|牌号|号牌|号码|号|我|的|嘅|这|那|台|架|部|辆|车|请|帮|麻烦|把|将|一下|改|换|更正|更新|成|为|做|到|错|写|打|输|了|咗|应该|不是|唔系|唔啱|是|系|新"
    r"|先|啱|才|对|其实|不好意思|唔好意思|抱歉|过|返|吧|啦|呀){1,60}"
)
_NOT_THIS = re.compile(r"(?:\bnot|\bno longer|\bwrong(?: one)?|不是|唔系)(?: my)?\W*$")
_PLATE = re.compile(r"\b(?:plates?|registration|reg|number ?plate|licen[cs]e)\b|车牌|牌照|牌号|号牌")


def told(turn: Turn) -> Facts:
    """{"plate": …} or {"plate?": …} of words that tell a plate and nothing else about a car; {} else."""
    facts = hear(turn)
    known: Facts = {name: facts[name] for name in ("plate", "plate?") if name in facts}
    text = fold(turn.words)
    if not known and _PLATE.search(text) and _OTHERWISE.search(text):
        written = plates.read(_BEFORE_IT.split(turn.words)[-1], turn.store.region if turn.store else "CN")
        known = {"plate": written.text} if written and not written.doubt else {}
    if not known or facts.keys() - known.keys() or is_question(turn.words) or "?" in text:
        return {}
    ours = _says_no_more(turn.words, known.get("plate") or known["plate?"][0])
    return known if ours and not turn.memoised(finding.load).services_in(turn.words) else {}


def _says_no_more(text: str, plate: str) -> bool:
    """Whether nothing but this plate is spoken of, and it is not the one that is wrong."""
    written = re.compile(r"[\W_]{0,3}".join(map(re.escape, plates.key(plate) or "")))
    before, *after = written.split(plates.wide_words(text), maxsplit=1)
    before = fold(before)
    return bool(after) and not _NOT_THIS.search(before) and _AROUND.fullmatch(f"{before} {fold(after[0])} ") is not None


def asked_for(turn: Turn) -> Reply | Start | None:
    """The plate of their car, of which there is one, or one without a plate: written down, or asked about if it looks wrong."""
    if turn.chat.form is not None or not _PLATE.search(fold(turn.words)) or not (facts := told(turn)):
        return None
    own = actions.own(turn)
    if any(car.plate_key == plates.key(facts.get("plate")) for car in own if "plate" in facts):
        return None
    car = _meant(turn, own)
    if car is None and len(own) > 1 and "plate" in facts and _OTHERWISE.search(fold(turn.words)):
        shown = cars.options(turn, own)[: slots.MOST_BUTTONS]
        buttons = [Button(one.label, "vehicles.correct", [one.value["id"], "plate", facts["plate"]]) for one in shown]
        return Reply(turn.text("vehicles.which"), buttons)
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
