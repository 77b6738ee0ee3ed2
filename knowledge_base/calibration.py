"""Learns from the base itself how sure is sure enough: held-out phrasings, held-out entries and questions from elsewhere."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from math import exp
from operator import mul

import numpy as np

from knowledge_base.evidence import Evidence
from knowledge_base.logistic import fit

# How the signals weigh against each other, in the order of evidence.SIGNALS, and the start of the scale below. Fitted once on the
# development halves of two question sets (see docs/matching.md); they carry over from base to base, thresholds do not.
WEIGHTS = (8.0, 11.0, 1.7, 2.0)
OFFSET = -4.9
# The same for evidence.COVERING: what says whether any entry is right. Found on all three sets and on halves of their entries.
COVERING_WEIGHTS = (15.0, 4.5, 4.5, 4.5, -1.5, 0.75)
COVERING_OFFSET = -8.0
# Of all questions people ask, these shares are taken to be: about an entry, near the base but not in it, and about anything else.
INSIDE, NEAR, FAR = 0.7, 0.15, 0.15
# Wrong answers to held-out questions. They are harder than those of people (the base has a phrasing less), who should get a wrong
# answer to one question in twenty at most. With sentence vectors the difference is larger.
WRONG_AT_MOST, WRONG_AT_MOST_SEMANTIC = 0.055, 0.065
# Two entries that overlap are the owner's to part; they take up this share of the wrong answers at most, so that they do not
# make the whole base timid.
OF_ONE_PAIR = 0.4
# No answer below this, however well a small base separates.
ANSWER_FLOOR = 0.5
# Two entries are close when the second is more than so much as likely as the first: the customer should choose.
CLOSE = 0.6
# Below this chance that one of the three best is right a suggestion is only noise.
WORTH_SUGGESTING = 0.28
# How many examples the start of the scale is worth.
_PULL = np.array([3.0, 0.5])


@dataclass(frozen=True, slots=True)
class Example:
    """A held-out question: what the matcher would have seen, the entry that is right (None: none), and whose words these are."""

    evidence: Evidence
    right: int | None
    importance: float
    owner: int | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """Slopes and offsets turn signals into probabilities: of a candidate to be right, and of the base to cover a text."""

    slope: float
    offset: float
    covering_slope: float
    covering_offset: float
    answer_from: float

    def right(self, evidence: Evidence) -> tuple[float, ...]:
        """One probability per candidate; together they are at most one, since at most one entry is right."""
        found = [_probability(sum(map(mul, signals, WEIGHTS)) * self.slope + self.offset) for signals in evidence.signals]
        together = max(1.0, sum(found))
        return tuple(one / together for one in found)

    def covered(self, evidence: Evidence) -> float:
        """The probability that the base has an answer to the text, whichever it is."""
        steep = sum(map(mul, evidence.covering, COVERING_WEIGHTS)) + COVERING_OFFSET
        return _probability(steep * self.covering_slope + self.covering_offset)


def _probability(steep: float) -> float:
    return 1 / (1 + exp(-min(30.0, max(-30.0, steep))))


def calibrate(examples: Sequence[Example], semantic: bool = False) -> Calibration:
    importance = np.array([example.importance for example in examples])
    importance *= len(examples) / max(1e-9, float(importance.sum()))
    steep = np.array([signals for example in examples for signals in example.evidence.signals]) @ np.array(WEIGHTS)
    right = np.array([candidate == example.right for example in examples for candidate in example.evidence.candidates])
    of_candidates = np.repeat(importance, [len(example.evidence.candidates) for example in examples])
    slope, offset = fit(steep[:, None], right, of_candidates, np.array([1.0, OFFSET]), _PULL)
    covering = np.array([example.evidence.covering for example in examples]) @ np.array(COVERING_WEIGHTS) + COVERING_OFFSET
    inside = np.array([example.right is not None for example in examples])
    of_covering = fit(covering[:, None], inside, importance, np.array([1.0, 0.0]), _PULL)
    draft = Calibration(max(0.2, float(slope)), float(offset), max(0.2, float(of_covering[0])), float(of_covering[1]), 1.0)
    return replace(draft, answer_from=_answer_from(draft, examples, WRONG_AT_MOST_SEMANTIC if semantic else WRONG_AT_MOST))


def _answer_from(draft: Calibration, examples: Sequence[Example], wrong_at_most: float) -> float:
    """The lowest confidence at which wrong answers stay below this share."""
    outcomes = []
    for example in examples:
        confidences = draft.right(example.evidence)
        if confidences:
            confidence = max(confidences)
            outcomes.append((confidence, example.evidence.candidates[confidences.index(confidence)], example))
    allowed = wrong_at_most * sum(example.importance for example in examples)
    wrong, lowest = 0.0, 1.0
    of_pair: defaultdict[tuple[int, int], float] = defaultdict(float)
    for confidence, found, example in sorted(outcomes, key=lambda outcome: -outcome[0]):
        if found != example.right:
            counted = example.importance
            if example.owner is not None:
                before = of_pair[example.owner, found]
                of_pair[example.owner, found] = min(before + counted, max(OF_ONE_PAIR * allowed, counted))
                counted = of_pair[example.owner, found] - before
            wrong += counted
        if wrong > allowed:
            break
        lowest = confidence
    return max(lowest, ANSWER_FLOOR)


@cache
def elsewhere() -> tuple[str, ...]:
    """Questions that no dealership's base answers, in three languages; ours, written for this purpose."""
    text = files("knowledge_base").joinpath("data/elsewhere.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
