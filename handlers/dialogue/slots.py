"""Slot types that any form may use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from handlers.dialogue.folding import fold
from handlers.dialogue.form import Answers, Option, Slot, Unclear
from handlers.dialogue.reply import Button, Reply
from handlers.dialogue.turn import Turn


@dataclass(frozen=True, kw_only=True)
class Words(Slot):
    """Free words of at most `limit` characters."""

    limit: int = 1000

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply(turn.text(f"{turn.feature}.{self.name}.ask", **answers))

    def read(self, turn: Turn, answers: Answers) -> str:
        words = turn.words.strip()
        if not words:
            raise Unclear("dialogue.words_wanted")
        if len(words) > self.limit:
            raise Unclear("dialogue.too_long", limit=self.limit, n=len(words))
        return words


@dataclass(frozen=True, kw_only=True)
class Choice(Slot):
    """One of some options, pressed or typed. `options(turn, answers)` gives them; `columns` stand side by side.

    `find(turn, answers)` understands free words beyond the labels: a value, or None.
    """

    options: Callable[[Turn, Answers], Sequence[Option]]
    find: Callable[[Turn, Answers], Any] | None = None
    columns: int = 2

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        buttons = [Button(option.label, "answer", option.value) for option in self.options(turn, answers)]
        rows = [buttons[start : start + self.columns] for start in range(0, len(buttons), self.columns)]
        return Reply(turn.text(f"{turn.feature}.{self.name}.ask", **answers), rows)

    def read(self, turn: Turn, answers: Answers) -> Any:
        typed = fold(turn.words)
        for option in self.options(turn, answers):
            if typed and fold(option.label) == typed:
                return option.value
        if self.find and (value := self.find(turn, answers)) is not None:
            return value
        raise Unclear(f"{turn.feature}.{self.name}.unclear")
