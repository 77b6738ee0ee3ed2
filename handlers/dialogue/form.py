"""A dialogue as data: a form lists its slots; the engine asks for the first one that is missing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from handlers.dialogue import leaving

if TYPE_CHECKING:
    from handlers.dialogue.reply import Reply
    from handlers.dialogue.turn import Turn

# What is known so far, by slot name. The values live in a JSON column.
Answers = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose: a JSON value, and what the button says."""

    value: Any
    label: str


class Unclear(Exception):  # noqa: N818 - it is a thing said to a person, not an error
    """That does not answer the question. `key` is the text that says what would; an empty one only asks once more.

    `meant`: it was an answer, only not a good one, so that nothing else is looked for in the words. `options`: values that
    may be meant, with the labels of their buttons; a plain "yes" takes the first.
    """

    def __init__(self, key: str, *, meant: bool = False, options: "Sequence[Option]" = (), **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.meant = meant
        self.options = options
        self.values = values


class Refusal(Exception):  # noqa: N818 - it is a thing said to a person, not an error
    """A rule says no. `key` is the text that says why; `again` names the slot to ask again, else the form ends."""

    def __init__(self, key: str, *, again: str = "", **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.again = again
        self.values = values


@dataclass(frozen=True, slots=True)
class Start:
    """The way into a form, with what the words have said already. `form` is "feature.form".

    `before`: reply text that is said above its first question.
    """

    form: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    before: str = ""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One thing to know. Subclasses say how to ask for it and how to read an answer.

    `unless(turn, answers)` true: not asked. The question is the text `<feature>.<slot name>.ask`.
    """

    name: str
    unless: "Callable[[Turn, Answers], bool] | None" = None

    def wanted(self, turn: "Turn", answers: Answers) -> bool:
        return self.name not in answers and not (self.unless and self.unless(turn, answers))

    def known(self, turn: "Turn", answers: Answers) -> Any:
        """What need not be asked, because we know it already; None to ask."""
        return None

    def overhear(self, turn: "Turn", answers: Answers) -> Any:
        """What words that answer another question say about this one ("A4" when the service was asked); None for nothing."""
        return None

    def ask(self, turn: "Turn", answers: Answers) -> "Reply":
        """The question, with buttons where there is something to choose."""
        raise NotImplementedError

    def read(self, turn: "Turn", answers: Answers) -> Any:
        """The answer in the incoming message as a JSON value. Raises Unclear when it is none.

        None, here and from `accept`: no answer, but the answers were changed, and the form goes on with the first that misses.
        """
        raise NotImplementedError

    def accept(self, turn: "Turn", value: Any, answers: Answers) -> Any:
        """The answer that a button of this slot carries. Raises Unclear when it is not offered any more."""
        return value

    def back(self, turn: "Turn", answers: Answers) -> bool:
        """One step back within this slot, such as from a page to the one before; False when there is none."""
        return False

    def refused(self, turn: "Turn", answers: Answers, no: Refusal) -> None:
        """A rule said no to the answer, which is taken back; `no` may bring others to offer."""


@dataclass(frozen=True, slots=True)
class Form:
    """A named list of slots and what happens when all are known: `submit` replies, or starts another form.

    `hear(turn, answers)`: takes from words that do not answer the question what they say of any slot, also of one that was
    answered ("not Tuesday, Thursday"), and says what it took ("" for nothing to say), or None if there was nothing. Without it
    every slot may `overhear`.
    `left`: key of what is said when the person cancels it, or what says it.
    `drops(words)`: whether words that are no answer leave it; see `leaving`.
    `question`: it only asks something. Another form in whose middle it is asked waits for it, and goes on when it ends.
    """

    name: str
    slots: Sequence[Slot]
    submit: "Callable[[Turn, Answers], Reply | Start]"
    hear: "Callable[[Turn, Answers], str | None] | None" = None
    left: "str | Callable[[Turn], Reply]" = "dialogue.cancelled"
    drops: Callable[[str], bool] = leaving.at_all
    question: bool = False

    def slot(self, name: str | None) -> Slot | None:
        return next((slot for slot in self.slots if slot.name == name), None)

    def next_slot(self, turn: "Turn", answers: Answers) -> Slot | None:
        return next((slot for slot in self.slots if slot.wanted(turn, answers)), None)
