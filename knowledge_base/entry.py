"""What the knowledge base holds and what it hands back: entries, matches, decisions."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = Literal["en", "zh-Hans", "zh-Hant", "zh"]
Kind = Literal["answer", "suggest", "unknown"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer in one language; the same id may come once per language ("zh" stands for any Chinese)."""

    id: str
    language: str
    question: str
    aliases: tuple[str, ...]
    answer: str
    category: str = "general"
    buttons: tuple[str, ...] = ()
    audience: str = "customer"
    valid_from: date | None = None
    valid_until: date | None = None
    stores: tuple[str, ...] = ()

    @property
    def phrasings(self) -> tuple[str, ...]:
        return (self.question, *self.aliases)


@dataclass(frozen=True, slots=True)
class Match:
    """An entry that may answer, and how sure that is, from 0 to 1.

    The first match has the calibrated probability that the base has an answer to the text; another has as much less as it is less
    probable. So two entries that are as near are both likely, and whether one is answered is for `decide` to say.
    """

    entry_id: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with a question, and the entries it is about (best first).

    Again: of a question that leans on another one, whether the best is only what that other one was answered with.
    """

    kind: Kind
    matches: tuple[Match, ...]
    again: bool = False
