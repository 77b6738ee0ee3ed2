"""Slot types that any form may use."""

import re
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
        options = self.options(turn, answers)
        if turn.incoming.kind == "text" and (number := numbered(turn.words, len(options))) is not None:
            return options[number].value
        raise Unclear(f"{turn.feature}.{self.name}.unclear")


# The place in a list, typed: "1", "2.", "number 3", "the first one", 第二个.
_PLACE = re.compile(
    r"(?:(?:ok|the|number|no|option|choice|选|拣|要|就) ?)*(?:第 ?)?(?:(\d{1,2})|(first|second|third|fourth|fifth|sixth)"
    r"|(?:(?<=第)|(?<![^ ]))([一二三四五六]))(?: ?(?:st|nd|rd|th))?"
    r"(?: ?(?:one|option|time|slot|please|pls|个|间|家|嗰?个|时间|吧|啦))*"
)
# "-1" is no place in a list.
_MINUS = re.compile(r"\s{0,9}[-\u2212\uff0d]\d")
_PLACES = {word: n for n, word in enumerate(("first", "second", "third", "fourth", "fifth", "sixth"), 1)}
_PLACES |= {word: n for n, word in enumerate("一二三四五六", 1)}


def numbered(text: str, count: int) -> int | None:
    """The index of the option that words choose by its place among `count`; None if they say anything else."""
    match = _PLACE.fullmatch(fold(text))
    if match is None or _MINUS.match(text):
        return None
    number = int(match[1]) if match[1] else _PLACES[match[2] or match[3]]
    return number - 1 if 1 <= number <= count else None


_FIRST = re.compile(r"\b(?:first|1st|former)\b|第一|头一|上面")
_SECOND = re.compile(r"\b(?:second|2nd|latter)\b|第二|下面|后面")
# "The front or the back?" chooses none of them.
_OR = re.compile(r"\bor\b|(?<![那就我嗯])(?<=[㐀-鿿])还是|定系|抑或")
_TOKEN = re.compile(r"[a-z0-9]+|[㐀-鿿]")
_MOST = 8
_FEW = 4


def picked(text: str, labels: Sequence[str]) -> int | None:
    """Which of a few labels short words mean: "the minor one", "小的就行", "the second"; None when that is not clear."""
    typed = fold(text)
    words = _TOKEN.findall(typed)
    if not 0 < len(words) <= _MOST or not 1 < len(labels) <= _FEW or _OR.search(typed):
        return None
    for number, place in enumerate((_FIRST, _SECOND)):
        if place.search(typed):
            return number
    parts = [set(_TOKEN.findall(fold(label))) for label in labels]
    own = [part - set().union(*(other for other in parts if other is not part)) for part in parts]
    hits = [number for number, part in enumerate(own) if part & set(words)]
    return hits[0] if len(hits) == 1 else None
