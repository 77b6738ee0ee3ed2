"""What speaks for the best few entries: a handful of signals each, the same for a question and for a held-out phrasing."""

from typing import NamedTuple

import numpy as np
from rapidfuzz import fuzz

from knowledge_base.index import Floats
from knowledge_base.phrasings import Phrasings
from knowledge_base.scorers import NOTHING_HIDDEN, View

CANDIDATES = 5
SIGNALS = ("score", "score_lead", "known_words", "same_words")
# What says whether the base covers a text at all, whichever entry it be.
COVERING = ("score", "second_score", "nearness", "nearness_of_five", "nearness_of_kin", "known_words")
_MANY = 1_000


class Evidence(NamedTuple):
    """The candidates (entry numbers, best score first), a row of signals for each, and the nearest phrasing of each.

    Covering: the signals that say whether any of them can be right.
    """

    candidates: tuple[int, ...]
    signals: tuple[tuple[float, ...], ...]
    nearest: tuple[int, ...]
    covering: tuple[float, ...]


class Question(NamedTuple):
    """A text as the base sees it: folded, read, how much of it is new to the base, and how near it is to what."""

    text: str
    unseen: float
    view: View


def weigh(phrasings: Phrasings, asked: Question, hidden: range = NOTHING_HIDDEN) -> Evidence:
    """Hidden rows count as if they were not in the base: that is how phrasings are held out."""
    nearness, scores = asked.view.nearness, asked.view.scores
    best = _largest(scores, CANDIDATES + 1)
    best_scores: list[float] = scores[best].tolist()
    signals: list[tuple[float, ...]] = []
    candidates: list[int] = []
    closest_rows: list[int] = []
    for place, entry in enumerate(best):
        rows = phrasings.rows(entry)
        if len(candidates) == CANDIDATES or (rows.start >= hidden.start and rows.stop <= hidden.stop):
            continue
        closest = rows.start + int(nearness[rows.start : rows.stop].argmax())
        score, rival = best_scores[place], best_scores[place == 0] if len(best) > 1 else 0.0
        alike = fuzz.token_sort_ratio(asked.text, phrasings.texts[closest]) / 100
        signals.append((score, score - rival, 1 - asked.unseen, alike))
        candidates.append(entry)
        closest_rows.append(closest)
    first, second = (*(found[0] for found in signals[:2]), 0.0, 0.0)[:2]
    return Evidence(
        tuple(candidates),
        tuple(signals),
        tuple(closest_rows),
        (first, second, *asked.view.around, 1 - asked.unseen),
    )


def _largest(values: Floats, count: int) -> list[int]:
    if len(values) <= _MANY:
        found: list[int] = (-values).argsort(kind="stable")[:count].tolist()
        return found
    # In a large base all but a few scores are zero.
    places = np.flatnonzero(values)
    if len(places) > count:
        places = places[values[places].argpartition(len(places) - count)[-count:]]
    ordered: list[int] = places[(-values[places]).argsort(kind="stable")].tolist()
    return ordered
