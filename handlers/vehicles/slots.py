"""Slots that any form may use: which car, its plate, its mileage. What they need is said where each is defined.

A form that wants to know the car:

    from handlers.vehicles import actions, cars, slots

    BOOK = Form("book", slots=[…, slots.Car(name="car"), …], submit=book)

    def asked_for(turn):                           # a trigger that starts the form
        car = slots.heard(turn)                    # what the words say already, None for nothing
        return Start("booking.book", {"car": car} if car else {})

    cars.look(turn, answers["car"])         # before anything is saved: .model (CarModel | None), .label ("Audi A4 · 粤B·1")
    actions.settle(turn, answers["car"])    # in `submit`: the Vehicle, made if it is new

The question is not asked of somebody with one car; `slots.reopen(answers, "car")` asks it all the same ("another car" on a
summary). The texts are those of this feature, so the form brings none.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from handlers.dialogue import Answers, Button, Option, Reply, Slot, Turn, Unclear, assent
from handlers.dialogue.questions import is_question
from handlers.faq import flow as faq
from handlers.prices import finding, known
from handlers.profile import names
from handlers.vehicles import actions, cars, colours, mileage, plates
from handlers.vehicles.hearing import Facts, hear
from knowledge_base.folding import fold
from storage import odometer

MOST_BUTTONS = 8
# How many of the customer's own words may be the name of a car that we do not have.
_LONGEST_NAME = 40
# So many digits are a number that somebody gives us.
_FEWEST_OF_A_PHONE = 7
# How many of something, and when it can be, is no car: "4 of them", 4条, 几点有位.
_NO_CAR = re.compile(
    r"^(?:all |just |only )?(?:\d{1,2}|one|two|three|four|[一二两三四]) ?"
    r"(?:of (?:them|em|those)|ty[ry]es?|tires?|pcs|pieces|条|個|个|只|副|套|对)?"
    r"(?:呀|啊|吧|都要|都换|都)?$|^(?:at )?what (?:time|day)\b|^几点"
    r"|^(?:any(?:thing)?|either|whatever|whichever|yesterday|today|tomorrow)(?: one)?$|随便|无所谓|冇所谓|^都(?:可以|行|得|好)"
    r"|^(?:昨天|今天|明天|后天|寻日|今日|听日)$"
)


@dataclass(frozen=True, kw_only=True)
class Car(Slot):
    """Which car it is about. The value: {"id": …} for a car on file, else facts for a new one (see `hearing.Facts`).

    What was said of a new car before its model is known waits in the answers under the slot's name and "+".
    """

    def known(self, turn: Turn, answers: Answers) -> Facts | None:
        if self._draft in answers:
            return None
        if one := cars.only(turn, actions.own(turn)):
            return {"id": one.id}
        model = turn.model(turn.chat.model_id) if turn.chat.model_id is not None and not actions.own(turn) else None
        return {"model": model.code} if model in cars.models_of_make(turn) else None

    def overhear(self, turn: Turn, answers: Answers) -> Facts | None:
        # "Does an A4 need special oil?" is a question, and no choice of a car.
        if faq.is_sure(turn) is not None and not turn.memoised(finding.load).nothing_else(turn.words):
            return None
        return heard(turn)

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        own = [] if answers.get(self._draft) else actions.own(turn)
        theirs = [Button(one.label, "answer", one.value) for one in cars.options(turn, own)[:MOST_BUTTONS]]
        if own and not cars.fits_none(turn, own):
            return Reply(
                turn.text("vehicles.which"), [*theirs, Button(_label(turn, "vehicles.another"), "answer", {"new": True})]
            )
        reply = Reply(turn.text("vehicles.which_new"), [*model_buttons(turn), *([one] for one in theirs)])
        if turn.chat.customer_id is None and turn.chat.channel == "telegram" and self.name not in turn.chat.asked:
            return replace(reply, share=_label(turn, "profile.button.share"))
        return reply

    def read(self, turn: Turn, answers: Answers) -> Facts:
        facts = {**(answers.get(self._draft) or {}), **hear(turn)}
        facts.pop("new", None)
        if not facts.get("model") and _asks_about_work(turn):
            raise Unclear("vehicles.no_such_car")  # what a service of 60,000 km costs says nothing about a car
        own = [] if answers.get(self._draft) else actions.own(turn)
        typed = turn.words.strip().casefold()
        for option in cars.options(turn, own):
            if option.label.casefold() == typed:
                answers.pop(self._draft, None)
                return dict(option.value)
        other = facts.get("model") or "plate" in facts or "vin" in facts or known.named(turn.words, asked=True)
        if own and not other and len(same := cars.of_make(turn, own, turn.words)) == 1:
            answers.pop(self._draft, None)
            return _of_file(same[0].id, facts)
        if own and facts:
            fitting = cars.meant(turn, own, facts)
            if len(fitting) == 1:
                answers.pop(self._draft, None)
                return _of_file(fitting[0].id, facts)
            if fitting:
                raise Unclear("vehicles.several", meant=True, options=cars.options(turn, fitting))
        if not facts.get("model") and (name := known.named(turn.words, asked=True)):
            facts["name"] = name
        if facts.get("model") or facts.get("name"):
            answers.pop(self._draft, None)
            return facts
        if facts and facts != answers.get(self._draft):
            answers[self._draft] = facts
            raise Unclear("vehicles.model_wanted", meant=True, options=as_typed(turn), heard=told(turn, facts))
        raise Unclear("vehicles.no_such_car", options=as_typed(turn))

    def accept(self, turn: Turn, value: Any, answers: Answers) -> Facts:
        if value.get("new"):
            answers[self._draft] = {"new": True}
            raise Unclear("")
        if "id" in value:
            if value["id"] not in {car.id for car in actions.own(turn)}:
                raise Unclear("vehicles.gone")
            return dict(value)
        draft = {name: said for name, said in (answers.pop(self._draft, None) or {}).items() if name != "new"}
        return {**draft, **value}

    @property
    def _draft(self) -> str:
        return f"{self.name}+"


def _asks_about_work(turn: Turn) -> bool:
    asks = turn.incoming.kind == "text" and finding.asks_price(turn.words)
    return asks and bool(turn.memoised(finding.load).services_in(turn.words))


def heard(turn: Turn, text: str | None = None) -> Facts | None:
    """The car that free words (those of the turn) name, as a value of `Car`; None without one.

    It is one of their own, a model of the catalogue, or for somebody without a car another that is known by name.
    """
    facts = hear(turn, text)
    own = actions.own(turn)
    if own and ("model" in facts or "plate" in facts or "vin" in facts):
        fitting = cars.meant(turn, own, facts)
        if len(fitting) == 1:
            return _of_file(fitting[0].id, facts)
        if fitting:
            return None
    if "model" not in facts and not own and (name := known.named(turn.words if text is None else text)):
        facts["name"] = name
    return facts if "model" in facts or "name" in facts else None


def reopen(answers: Answers, name: str = "car") -> None:
    """The car is asked (again), even of somebody who has only one."""
    answers.pop(name, None)
    answers[f"{name}+"] = {}


@dataclass(frozen=True, kw_only=True)
class Plate(Slot):
    """The number plate, written as plates of its place are. Texts: `<feature>.<name>.ask`; a wrong one is spoken of here."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply(turn.text(f"{turn.feature}.{self.name}.ask"))

    def read(self, turn: Turn, answers: Answers) -> str:
        return read_plate(turn)


def read_plate(turn: Turn) -> str:
    """The plate in the turn's words; Unclear with what may be meant when it cannot be right, never for being foreign."""
    store = turn.store
    plate = plates.read(turn.words, store.region if store else "CN") if assent.said(turn) is None else None
    if plate is None:
        raise Unclear("vehicles.plate_unclear")
    if plate.doubt:
        raise doubt_of_plate(turn, plate.text, plate.better)
    return plate.text


def doubt_of_plate(turn: Turn, said: str, better: str) -> Unclear:
    """A plate with letters that cannot be, and what is meant; or words that are hardly a plate."""
    key = "vehicles.plate_letters" if better else "vehicles.plate_odd"
    return Unclear(key, meant=bool(better), plate=said, options=doubtful(turn, said, better))


def doubtful(turn: Turn, said: str, better: str) -> list[Option]:
    """What may be meant, then what was said."""
    as_said = Option(said, turn.texts.label("vehicles.as_said", turn.language, {"said": said}))
    return [Option(better, better), as_said] if better else [as_said]


@dataclass(frozen=True, kw_only=True)
class Mileage(Slot):
    """How far the car has come, in km. `car`: the name of the `Car` slot before it, whose last reading it is held against."""

    car: str = "car"

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply(turn.text("vehicles.km.ask"))

    def known(self, turn: Turn, answers: Answers) -> int | None:
        km = (answers.get(self.car) or {}).get("km")
        return km if isinstance(km, int) else None

    def read(self, turn: Turn, answers: Answers) -> int:
        car = answers.get(self.car) or {}
        return read_km(turn, car.get("id"))


def read_km(turn: Turn, vehicle_id: int | None) -> int:
    """Kilometres in the turn's words; Unclear with what may be meant when it is too short or does not fit the last reading."""
    found = mileage.read(turn.words)
    if found is None:
        raise Unclear("vehicles.km_unclear")
    if found.others:
        choices = [found.km, *found.others]
        raise Unclear("vehicles.km_short", meant=True, options=[_km_option(turn, km) for km in choices])
    return check_km(turn, found.km, vehicle_id)


def check_km(turn: Turn, km: int, vehicle_id: int | None) -> int:
    """The same kilometres, unless they do not fit the last reading: then Unclear, with a button to insist."""
    last = odometer.latest(turn.session, vehicle_id) if vehicle_id is not None else None
    if last is not None:
        doubt = mileage.plausible(km, (turn.now.date() - last.read_on).days, last.km)
        if doubt:
            said = {"km": km, "last": last.km, "day": last.read_on}
            raise Unclear(f"vehicles.km_{doubt}", meant=True, options=[_km_option(turn, km)], **said)
    return km


def told(turn: Turn, facts: Facts) -> str:
    """What was heard about a car, for an echo: "粤B·12345, white, 2019"."""
    parts = [facts.get("plate") or (facts.get("plate?") or [""])[0], facts.get("vin", "")]
    if "colour" in facts:
        parts.append(colours.name(turn.texts, turn.language, facts["colour"]))
    parts += [str(facts["year"])] if "year" in facts else []
    parts += [turn.texts.label("vehicles.km_said", turn.language, {"km": facts["km"]})] if "km" in facts else []
    parts += [facts["trim"]] if "trim" in facts else []
    return ", ".join(part for part in parts if part)


def _km_option(turn: Turn, km: int) -> Option:
    return Option(km, turn.texts.label("vehicles.km_said", turn.language, {"km": km}))


def _of_file(vehicle_id: int, facts: Facts) -> Facts:
    """A car on file, with what it did not know yet: the plate that told the cars apart is known."""
    return {"id": vehicle_id, **{name: facts[name] for name in ("km", "plate") if name in facts}}


def as_typed(turn: Turn) -> list[Option]:
    """A car that the catalogue does not have, in the customer's own words, if they may be a name at all."""
    words = " ".join(turn.words.split())
    a_name = 2 <= len(words) <= _LONGEST_NAME and words[-1] not in "?？" and any(c.isalpha() for c in words)
    a_name = a_name and not assent.agrees(words) and sum(c.isdigit() for c in words) < _FEWEST_OF_A_PHONE
    a_name = a_name and not names.told(words) and not is_question(words) and not _NO_CAR.search(fold(words))
    if turn.incoming.kind != "text" or not a_name:
        return []
    sure = faq.is_sure(turn)
    if turn.memoised(finding.load).services.find(words) or (sure is not None and not sure.buttons):
        return []  # work, or a word of politeness
    return [Option({"name": words}, turn.texts.label("vehicles.as_said", turn.language, {"said": words}))]


def _label(turn: Turn, key: str) -> str:
    return turn.texts.label(key, turn.language, {})


def model_buttons(turn: Turn) -> list[list[Button]]:
    """Models of the catalogue, two side by side; the others are typed."""
    models = cars.models_of_make(turn)[:MOST_BUTTONS]
    buttons = [Button(model.names[turn.language], "answer", {"model": model.code}) for model in models]
    return [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
