"""The second ear: how likely words complain of us, by coefficients learnt from sentences; heard only where no rule holds.

A logistic regression over words, letters and senses as the knowledge base reads them. `tests/benchmarks/teach_ear.py` makes the
coefficients (`data/ear.npy`) and prints the figures that the two limits were chosen by.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

from handlers.dialogue.questions import ends_as_question
from handlers.tickets.rules import Verdict
from knowledge_base.folding import fold
from knowledge_base.reading import LETTERS, WORDS, read
from storage import tickets

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Of the rules that a ticket was opened by: this one is no rule. The other is the customer's yes to the question.
CODE, CONFIRMED = "ear", "ear_confirmed"
CODES = (CODE, CONFIRMED)
# In log-odds: from the one on it is a complaint, from the other on it is asked whether it is one.
SURE, PERHAPS = 1.5, 0.0
# The first for words that speak of nobody here: what a car does is mostly no complaint.
SURE_OF_OTHERS = 2.0
# What each way of comparing adds to a text's length of one. Measured flat around these values.
SHARES = (0.4, 0.3, 0.3)
# Features are found by a checksum: two that share a place in so large a table are rare.
PLACES = 1 << 14
_MOST_PARTS, _WINDOW = 40, 3
_PARTS = re.compile(r"[\u3400-\u9fff]{1,2}|[^\s\u3400-\u9fff]{1,40}")
# What is shorter says too little to be judged: characters of Chinese, half words of anything else.
_FEWEST = 4
_HAN = "\u3400"


@dataclass(frozen=True, slots=True)
class _Ear:
    places: "NDArray[Any]"
    senses: "NDArray[Any]"
    constant: float


@cache
def _ear() -> _Ear:
    import numpy as np

    stored = np.load(Path(__file__).with_name("data") / "ear.npy").astype(np.float32)
    return _Ear(stored[:PLACES], stored[PLACES:-1], float(stored[-1]))


@lru_cache(maxsize=512)
def likely(text: str) -> float:
    """Log-odds that the words complain of us; deterministic, about a quarter of a millisecond."""
    ear = _ear()
    places, weights, sense = features(text)
    if not places:
        return ear.constant
    return float(ear.places[places] @ weights + ear.senses @ sense) + ear.constant


def features(text: str) -> "tuple[list[int], NDArray[Any], NDArray[Any]]":
    """Places in the table with their weights, and the direction of the sense."""
    import numpy as np

    from knowledge_base.senses import senses  # it imports numpy too, and a start does not wait for that

    folded = fold(text)
    reading = read(folded)
    if sum(len(word) if word > _HAN else 2 for word in reading.words) < _FEWEST:
        return [], np.zeros(0, np.float32), np.zeros(0, np.float32)
    blocks = ([*reading.blocks[WORDS], *_manner(text, reading.words)], reading.blocks[LETTERS])
    places = [crc32(f"{number}{feature}".encode()) % PLACES for number, block in enumerate(blocks) for feature in block]
    weights = np.repeat(
        [(share / max(1, len(block))) ** 0.5 for share, block in zip(SHARES, blocks, strict=False)], [*map(len, blocks)]
    )
    sense = senses().vector(senses().find(reading.words)) * np.float32(SHARES[-1] ** 0.5)
    return places, weights.astype(np.float32), sense


def _manner(text: str, words: Sequence[str]) -> list[str]:
    """How it begins and ends, whether it asks; the single characters of Chinese."""
    first, last = words[0], words[-1]
    marks = ["^" + (first[:2] if first > _HAN else " ".join(words[:2])), "$" + (last[-1] if last > _HAN else last)]
    if ends_as_question(text):
        marks.append("?")
    return [*marks, *dict.fromkeys(character for word in words if word > _HAN for character in word)]


def as_complaint(verdict: Verdict, code: str, text: str) -> Verdict:
    """What the rules made of the words, and that they complain: minor unless a rule knows better."""
    reasons = (*verdict.reasons, (code, why(text)))
    return replace(verdict, complaint=True, tier=verdict.tier or tickets.MINOR, reasons=reasons)


def named(code: str, label: Callable[[str], str]) -> str:
    """A reason of a ticket as staff read it; rules go by their codes. `label` gives the text of a key."""
    return label(f"tickets.ear.{code}") if code in CODES else code


def why(text: str) -> str:
    """The few words next to one another that speak for a complaint most, as they were typed; for staff."""
    parts = list(_PARTS.finditer(text))[:_MOST_PARTS]
    if len(parts) <= _WINDOW:
        return text.strip()[:80]
    windows = [(part.start(), parts[at + _WINDOW - 1].end()) for at, part in enumerate(parts[: 1 - _WINDOW])]
    start, end = min(windows, key=lambda window: likely(f"{text[: window[0]]} {text[window[1] :]}"))
    return text[start:end].strip(" ,.;:!?，。；：！？、")[:80]
