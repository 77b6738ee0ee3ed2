"""The questions about one car, each about one fact: all but the model may be left out, and several answers at once are taken.

Slots of the forms `add` and `correct`. A fact that is left out has the value "".
"""

from dataclasses import dataclass
from typing import Any

from handlers.dialogue import Answers, Button, Reply, Slot, Turn, Unclear, assent
from handlers.dialogue.folding import fold
from handlers.vehicles import actions, colours, slots, vins
from handlers.vehicles.hearing import Facts, hear, year_of

SKIP, DONE = "", "done"


@dataclass(frozen=True, kw_only=True)
class Fact(Slot):
    """One fact. `answers["field"]`: the one fact that is being corrected."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        rows = self.choices(turn, answers)
        if "field" in answers:
            ways = [turn.button("vehicles.button.empty", "answer", SKIP)] if self.name not in ("model", "km") else []
        else:
            ways = [turn.button("vehicles.button.skip", "answer", SKIP), turn.button("vehicles.button.done", "answer", DONE)]
        return Reply(turn.text(f"vehicles.{self.name}.ask"), [*rows, *([ways] if ways else [])])

    def choices(self, turn: Turn, answers: Answers) -> list[list[Button]]:
        return []

    def overhear(self, turn: Turn, answers: Answers) -> Any:
        return hear(turn).get(self.name) if "field" not in answers else None

    def read(self, turn: Turn, answers: Answers) -> Any:
        heard = hear(turn)
        if self.name in heard:
            value = self.check(turn, heard.pop(self.name), answers)
            _take(answers, heard)
            return value
        said = assent.said(turn)
        if self.name != "model" and (said == "no" or fold(turn.words) in turn.texts.folded("dialogue.skip")):
            return self._as_it_is(turn, answers)
        if said == "yes":  # is no plate and no colour
            raise Unclear(f"vehicles.{self.name}{'_' if self.name in ('plate', 'km') else '.'}unclear")
        value = self.alone(turn, heard, answers)
        return self.check(turn, value, answers)

    def _as_it_is(self, turn: Turn, answers: Answers) -> Any:
        """Left out; a fact that was to be corrected stays, and is emptied by its button only."""
        car = next((car for car in actions.own(turn) if car.id == answers.get("id")), None) if "field" in answers else None
        return getattr(car, self.name, None) or SKIP

    def accept(self, turn: Turn, value: Any, answers: Answers) -> Any:
        answers.pop(f"{self.name}?", None)
        if value == DONE:
            for name in KINDS:
                answers.setdefault(name, SKIP)
            return SKIP
        return value

    def alone(self, turn: Turn, heard: Facts, answers: Answers) -> Any:
        """The fact in words that answer only this question. Raises Unclear."""
        raise Unclear(f"vehicles.{self.name}.unclear")

    def check(self, turn: Turn, value: Any, answers: Answers) -> Any:
        """The fact, if there is no doubt about it. Raises Unclear with what may be meant."""
        return value


def _take(answers: Answers, heard: Facts) -> None:
    """Facts that came along with an answer; what had been said before stays, unless it is being corrected."""
    if "field" not in answers:
        for name, value in heard.items():
            answers.setdefault(name, value)


class Model(Fact):
    """Make and model, from the catalogue or in the customer's own words."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply(turn.text("vehicles.which_new"), slots.model_buttons(turn))

    def alone(self, turn: Turn, heard: Facts, answers: Answers) -> Any:
        if heard and "field" not in answers:
            _take(answers, heard)
            raise Unclear("vehicles.model_wanted", meant=True, heard=slots.told(turn, heard))
        raise Unclear("vehicles.no_such_car", options=slots.as_typed(turn))

    def accept(self, turn: Turn, value: Any, answers: Answers) -> Any:
        if "name" in value:
            answers["name"] = value["name"]
            return SKIP
        answers.pop("name", None)
        return value["model"]


class Plate(Fact):
    """The number plate; a doubt from the words that began the form is spoken of when its turn comes."""

    def choices(self, turn: Turn, answers: Answers) -> list[list[Button]]:
        doubt = answers.get("plate?")
        return [[Button(o.label, "answer", o.value)] for o in slots.doubtful(turn, *doubt)] if doubt else []

    def alone(self, turn: Turn, heard: Facts, answers: Answers) -> Any:
        if heard.keys() - {"plate?"}:
            raise Unclear("vehicles.plate_unclear")
        return slots.read_plate(turn)


class Vin(Fact):
    """The vehicle identification number."""

    def choices(self, turn: Turn, answers: Answers) -> list[list[Button]]:
        doubt = answers.get("vin?")
        return [[Button(o.label, "answer", o.value)] for o in slots.doubtful(turn, *doubt)] if doubt else []

    def alone(self, turn: Turn, heard: Facts, answers: Answers) -> Any:
        vin = vins.read(turn.words)
        if vin is None:
            raise Unclear("vehicles.vin.unclear")
        if vin.doubt == "length":
            raise Unclear(
                "vehicles.vin.length", meant=True, n=len(vins.clean(turn.words)), options=slots.doubtful(turn, vin.text, "")
            )
        if vin.doubt:
            raise Unclear(
                f"vehicles.vin.{vin.doubt}", meant=True, vin=vin.text, options=slots.doubtful(turn, vin.text, vin.better)
            )
        return vin.text


class Year(Fact):
    """The model year."""

    def alone(self, turn: Turn, heard: Facts, answers: Answers) -> Any:
        if heard:
            raise Unclear("vehicles.year.unclear")
        digits = "".join(c for c in fold(turn.words) if c.isascii() and c.isdigit())
        year = year_of(digits, turn.now.year)
        if year is None:
            raise Unclear(
                "vehicles.year.range" if digits else "vehicles.year.unclear", meant=bool(digits), until=turn.now.year + 1
            )
        return year


class Km(Fact):
    """What the odometer shows."""

    def alone(self, turn: Turn, heard: Facts, answers: Answers) -> Any:
        return slots.read_km(turn, answers.get("id"))

    def check(self, turn: Turn, value: Any, answers: Answers) -> Any:
        return slots.check_km(turn, value, answers.get("id"))


class Colour(Fact):
    """The colour: one that has a name in our languages, or the customer's own word for it."""

    def choices(self, turn: Turn, answers: Answers) -> list[list[Button]]:
        buttons = [Button(colours.name(turn.texts, turn.language, code), "answer", code) for code in colours.CODES[:6]]
        return [buttons[:3], buttons[3:]]

    def alone(self, turn: Turn, heard: Facts, answers: Answers) -> Any:
        words = " ".join(turn.words.split())
        if heard or not 1 <= len(words) <= 30 or any(c.isdigit() for c in words) or len(words.split()) > 3 or words[-1] in "?？":
            raise Unclear("vehicles.colour.unclear")
        raise Unclear("vehicles.colour.unclear", options=slots.doubtful(turn, words, ""))


class Trim(Fact):
    """Engine and version, in the customer's own words."""

    def alone(self, turn: Turn, heard: Facts, answers: Answers) -> Any:
        words = " ".join(turn.words.split())
        if heard or not 1 <= len(words) <= 40 or words[-1] in "?？":
            raise Unclear("vehicles.trim.unclear")
        raise Unclear("vehicles.trim.unclear", options=slots.doubtful(turn, words, ""))


# In the order in which they are asked; the version is taken when it is said, and corrected, but not asked.
KINDS: dict[str, type[Fact]] = {
    "model": Model, "plate": Plate, "year": Year, "km": Km, "colour": Colour, "vin": Vin, "trim": Trim,
}  # fmt: skip
# The name is taken when it is said.
ALL = (*KINDS, "name")
