"""Learns from the base itself how sure is sure enough: held-out phrasings, held-out entries and questions from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from knowledge_base.evidence import Evidence
from knowledge_base.logistic import Logistic, fit

# Of all questions people ask, these shares are taken to be: about an entry, near the base but not in it, and about anything else.
INSIDE, NEAR, FAR = 0.65, 0.2, 0.15
# The goal is at most one wrong answer in twenty questions; a base differs from its customers, so that we aim lower.
WRONG_AT_MOST = 0.035
# A suggestion must have at least this chance that one of its entries is right.
WORTH_SUGGESTING = 0.25
# The second entry is so likely too that the customer should choose.
CLOSE = 0.35


@dataclass(frozen=True, slots=True)
class Example:
    """A held-out question: what the matcher would have seen, and the entry that is right (None: none is)."""

    evidence: Evidence
    right: int | None
    importance: float


@dataclass(frozen=True, slots=True)
class Calibration:
    model: Logistic
    answer_from: float
    suggest_from: float

    def confidences(self, evidence: Evidence) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """One probability per candidate; together they are at most one, since at most one entry is right."""
        if not evidence.candidates:
            return np.zeros(0)
        found = self.model.probabilities(evidence.signals)
        return found / max(1.0, float(found.sum()))


def calibrate(examples: Sequence[Example]) -> Calibration:
    signals, right, importance = [], [], []
    for example in examples:
        for place, candidate in enumerate(example.evidence.candidates):
            signals.append(example.evidence.signals[place])
            right.append(candidate == example.right)
            importance.append(example.importance)
    scale = len(examples) / max(1e-9, sum(example.importance for example in examples))
    model = fit(np.array(signals), np.array(right), np.array(importance) * scale)
    draft = Calibration(model, 1.0, 0.0)
    return Calibration(model, _answer_from(draft, examples), WORTH_SUGGESTING)


def _answer_from(draft: Calibration, examples: Sequence[Example]) -> float:
    """The lowest confidence at which wrong answers stay below the goal."""
    outcomes = []
    for example in examples:
        confidences = draft.confidences(example.evidence)
        if len(confidences):
            best = int(confidences.argmax())
            outcomes.append((float(confidences[best]), example.evidence.candidates[best] != example.right, example.importance))
    outcomes.sort(reverse=True)
    total = sum(example.importance for example in examples)
    wrong, lowest = 0.0, 1.0
    for confidence, is_wrong, importance in outcomes:
        wrong += importance * is_wrong
        if wrong > WRONG_AT_MOST * total:
            break
        lowest = confidence
    return max(lowest, 0.5)


@cache
def elsewhere() -> tuple[str, ...]:
    """Questions that no dealership's base answers, in three languages; ours, written for this purpose."""
    text = files("knowledge_base").joinpath("data/elsewhere.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
