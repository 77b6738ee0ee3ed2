"""My cars: the list, one car, and the conversations that add, correct and remove one."""

import re
from collections.abc import Callable
from typing import Any

from handlers.dialogue import Answers, Button, Choice, Form, Option, Refusal, Reply, Start, Turn
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import ends_as_question
from handlers.prices import finding, known
from handlers.profile import actions as profile
from handlers.vehicles import actions, cars, colours, correcting, facts, mileage, plates, sharing, vins
from handlers.vehicles.hearing import Facts, hear
from knowledge_base.names import tokens
from storage import odometer
from storage.vehicles import Vehicle

# More than a family has; a fleet is brought in by import.
MOST_CARS = 30
_SHOWN = 20

# Matched on folded words: lower case, Simplified characters.
_ADD = re.compile(
    r"^(?:(?:i|want|would|like|to|please|can|you|we)\W+)*(?:add|register|save|enter)\W+(?:(?:a|my|new|another|the|second|other)\W+)*(?:car|vehicle)\b"
    r"|^(?:我想|我要|帮我|请|想)*(?:添加|新增|登记|录入|增加|加)(?:一下|一?[台辆部个])?(?:我的|新的?)?(?:车辆|爱车|车子|汽车|车)$"
)
_DRIVES = re.compile(
    r"\b(?:my|the|our|has|have|got|done|did|is|its|at|on|with|about|now|just|over|hit|reached|clock|already|it|she|he|a|and|i|drive|mileage|kms?|km)\b"
    r"|[我的架部台辆车开跑行咗了过已经现在大概差不多约有是系个而家刚好左右公里里程,，。.]"
)
# A car of theirs, and nothing else: "I also own an Audi A6", 我还有一台Q5.
_OWNS = re.compile(
    r"^\W*(?:(?:and|oh|also|btw|by the way|so|actually|hi|hello|well)\W+){0,3}(?:i|we)(?: ?'?(?:ve|d))?"
    r"(?: (?:also|too|even|now|actually|have|just)){0,3} (?:own|have|drive|got|bought)(?: (?:got|also)){0,2}"
    r" (?:an?|another|the|my|one)\b"
    r"|^\W*(?:我|我们|我哋|我家|我屋企)(?:还|仲|也|另外|都|家里|屋企|自己|平时|现在){0,3}(?:有|是?开|系?揸|买了|买咗)"
    r"(?:的是|嘅系|着|住|一|另外|多|的|嘅){0,3}[台辆部架]?"
)
_OWNED = re.compile(
    r"\b(?:i|we|an?|the|it|is|ve|also|too|as well|own|have|got|drive|bought|another|one|second|cars?|my|other|just|now|oh|and|btw"
    r"|by the way|well)\b|[我们哋家屋企里还仲也都有是系开揸买了咗台辆部架个的嘅另外自己平时现在着住多啊呀哦]"
)


# -- seeing ------------------------------------------------------------------------------------------------------------------


def mine(turn: Turn, _: Any = None) -> Reply:
    own = actions.own(turn)
    add_one = turn.button("vehicles.button.add", "vehicles.add")
    if not own:
        share = turn.texts.label("profile.button.share", turn.language, {}) if _may_share(turn) else ""
        buttons = [add_one] if turn.chat.customer_id else [add_one, turn.button("profile.button.number", "profile.number")]
        return Reply(turn.text("vehicles.none_yet"), [buttons], share=share)
    shown = cars.options(turn, own)[:_SHOWN]
    rows = [[Button(option.label, "vehicles.show", option.value["id"])] for option in shown]
    return Reply(turn.text("vehicles.list", n=len(own)), [*rows, [add_one]], passing=True)


def _may_share(turn: Turn) -> bool:
    return turn.chat.channel == "telegram" and turn.chat.customer_id is None


def show(turn: Turn, vehicle_id: Any) -> Reply:
    car = _own(turn, vehicle_id)
    return card(turn, car) if car else gone(turn)


def card(turn: Turn, car: Vehicle, said: str = "") -> Reply:
    """Everything that we know of a car, and a button to correct each fact."""
    last = odometer.latest(turn.session, car.id)
    text = turn.text(
        "vehicles.card", title=cars.title(turn, car), plate=car.plate, year=car.year, vin=car.vin, trim=car.trim,
        colour=colours.name(turn.texts, turn.language, car.colour) if car.colour else None,
        km=last.km if last else None, read_on=last.read_on if last else None,
    )  # fmt: skip
    fields = [turn.button(f"vehicles.field.{name}", "vehicles.correct", [car.id, name]) for name in facts.KINDS]
    rows: list[list[Button]] = [fields[start : start + 3] for start in range(0, len(fields), 3)]
    remove, list_ = (
        turn.button("vehicles.button.remove", "vehicles.remove", car.id),
        turn.button("vehicles.button.mine", "vehicles.mine"),
    )
    who = turn.button("vehicles.button.people", "vehicles.people", car.id)
    rows.append([*([who] if car.customer_id == turn.chat.customer_id else []), remove, list_])
    return Reply(f"{said}\n\n{text}" if said else text, rows, passing=True)


def gone(turn: Turn) -> Reply:
    return Reply(turn.text("vehicles.gone"), [turn.button("vehicles.button.mine", "vehicles.mine")])


def _own(turn: Turn, vehicle_id: Any) -> Vehicle | None:
    return next((car for car in actions.own(turn) if car.id == vehicle_id), None)


# -- adding, correcting, removing ---------------------------------------------------------------------------------------------


def wanted(turn: Turn) -> Reply | Start | None:
    """Free words that want the list, want to add a car, or are nothing but a description of one with its plate or VIN."""
    words = fold(turn.words)
    if words in turn.texts.folded("vehicles.mine"):
        return mine(turn)
    if (reply := sharing.joined(turn)) is not None:
        return reply
    if _ADD.search(words):
        return add(turn)
    if told := _driven(turn) or _owned(turn):
        return told
    if noted := correcting.asked_for(turn):
        return noted
    if not (plates.find(turn.words) or vins.find_span(turn.words)):
        return None
    heard = hear(turn)
    if "plate" in heard and (known := next((c for c in actions.own(turn) if c.plate_key == plates.key(heard["plate"])), None)):
        return card(turn, known) if heard.keys() == {"plate"} else None
    finder = turn.memoised(finding.load)
    asks = finder.services_in(turn.words) or turn.words.rstrip().endswith(("?", "？"))
    return None if asks or "model" not in heard else Start("vehicles.add", heard)


def _driven(turn: Turn) -> Reply | None:
    """ "My golf has 62,000 km", and nothing else: kept with the car on file, and asked what they would like."""
    found = mileage.find_span(turn.words, of_a_car=True) if turn.chat.form is None else None
    if found is None or ends_as_question(turn.words):
        return None
    facts_, finder = hear(turn), turn.memoised(finding.load)
    rest = _DRIVES.sub(" ", fold(turn.words).replace(found[1], " "))
    if "km" not in facts_ or "model" not in facts_ or finder.services_in(turn.words) or not finder.nothing_else(rest):
        return None
    fitting = cars.meant(turn, actions.own(turn), facts_)
    if len(fitting) == 1:
        actions.learn(turn, fitting[0], {"km": facts_["km"]})
    book = turn.button("faq.button.book", "booking.book", {"car": {"id": fitting[0].id} if len(fitting) == 1 else facts_})
    label = cars.label(turn, fitting[0]) if len(fitting) == 1 else cars.look(turn, facts_).label
    return Reply(turn.text("vehicles.heard", car=label, km=facts_["km"]), [book, turn.button("faq.button.prices", "prices.ask")])


def _owned(turn: Turn) -> Reply | None:
    """ "I also own an Audi A6", and nothing else: whether it shall be on file, and what can be done for it."""
    words = fold(turn.words)
    if turn.chat.form is not None or ends_as_question(turn.words) or not _OWNS.search(words):
        return None
    facts_, finder = hear(turn), turn.memoised(finding.load)
    if "model" not in facts_ and (name := known.named(turn.words, asked=True)):
        facts_["name"] = name
    rest = _OWNED.sub(" ", known.without(words))
    named = {place for one in finder.models.find(rest) for place in range(one.start, one.end)}
    left = [word for place, word in enumerate(tokens(rest)) if place not in named and not word.isdigit()]
    if not {"model", "name"} & facts_.keys() or finder.services_in(turn.words) or len(left) > ("colour" in facts_):
        return None
    own = actions.own(turn)
    if not own and (model := turn.shop.models.get(facts_.get("model", ""))):
        turn.chat.model_id = model.id
    fitting = cars.meant(turn, own, facts_) if "model" in facts_ else []
    if len(fitting) == 1:
        return card(turn, fitting[0])
    book = turn.button("faq.button.book", "booking.book", {"car": facts_})
    text = turn.text("vehicles.owned", car=cars.look(turn, facts_).label)
    return Reply(text, [[turn.button("vehicles.button.add_it", "vehicles.add", facts_)], [book]])


def add(turn: Turn, value: Facts | None = None) -> Start:
    """`value`: what a button tells of the car."""
    if len(actions.own(turn)) >= MOST_CARS:
        raise Refusal("vehicles.too_many")
    heard = hear(turn) if turn.incoming.kind == "text" else {**(value or {})}
    return Start("vehicles.add", heard)


def save(turn: Turn, answers: Answers) -> Reply:
    car = actions.add(turn, {name: answers[name] for name in facts.ALL if answers.get(name) not in (None, facts.SKIP)})
    return card(turn, car, turn.text("vehicles.saved"))


def correct(turn: Turn, value: Any) -> Start | Reply:
    vehicle_id, field, *told = value
    known = {field: told[0]} if told else {}
    return Start("vehicles.correct", {"id": vehicle_id, "field": field, **known}) if _own(turn, vehicle_id) else gone(turn)


def put_right(turn: Turn, answers: Answers) -> Reply:
    car, field = _own(turn, answers["id"]), answers["field"]
    if car is None:
        return gone(turn)
    told = {name: answers[name] for name in (field, "name", "trim") if name in answers}
    actions.learn(turn, car, {name: None if value == facts.SKIP else value for name, value in told.items()})
    return card(turn, car, turn.text("vehicles.saved"))


def ask_removal(turn: Turn, vehicle_id: Any) -> Start | Reply:
    return Start("vehicles.remove", {"id": vehicle_id}) if _own(turn, vehicle_id) else gone(turn)


def _yes_or_no(turn: Turn, answers: Answers) -> list[Option]:
    return [Option(value, turn.texts.label(f"vehicles.sure.{value}", turn.language, {})) for value in ("yes", "no")]


def _typed_yes_or_no(turn: Turn, answers: Answers) -> str | None:
    typed = fold(turn.words)
    return next((name for name in ("yes", "no") if typed in turn.texts.folded(f"dialogue.{name}")), None)


class _Sure(Choice):
    """Whether the car shall really go; the question names it."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        car = _own(turn, answers["id"])
        return super().ask(turn, {**answers, "car": cars.label(turn, car) if car else ""})


def take_away(turn: Turn, answers: Answers) -> Reply:
    car = _own(turn, answers["id"])
    if car is None:
        return gone(turn)
    if answers["sure"] == "no":
        return card(turn, car, turn.text("vehicles.kept"))
    label = cars.label(turn, car)
    actions.remove(turn.session, car, profile.customer_of(turn.session, turn.chat, turn.now), turn.now)
    if turn.chat.model_id == car.model_id:
        turn.chat.model_id = None
    return Reply(turn.text("vehicles.removed", car=label), [turn.button("vehicles.button.mine", "vehicles.mine")])


def _not(field: str) -> Callable[[Turn, Answers], bool]:
    return lambda _turn, answers: answers["field"] != field


def _no_need(name: str) -> Callable[[Turn, Answers], bool] | None:
    """The VIN and the version are taken when they are said, and the VIN asked only if what was said looks wrong."""
    if name == "trim":
        return lambda _turn, _answers: True
    return (lambda _turn, answers: "vin?" not in answers) if name == "vin" else None


ADD = Form("add", slots=[kind(name=name, unless=_no_need(name)) for name, kind in facts.KINDS.items()], submit=save)
CORRECT = Form("correct", slots=[kind(name=name, unless=_not(name)) for name, kind in facts.KINDS.items()], submit=put_right)
REMOVE = Form("remove", slots=[_Sure(name="sure", options=_yes_or_no, find=_typed_yes_or_no)], submit=take_away)
