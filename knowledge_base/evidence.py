"""What speaks for the best few entries: a handful of signals each, the same for a question and for a held-out phrasing."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from knowledge_base.index import Floats, Vector
from knowledge_base.phrasings import Phrasings
from knowledge_base.reading import MEANINGS, WORDS, Reading

CANDIDATES = 5
SIGNALS = (
    "score", "score_lead", "nearness", "nearness_lead", "known_words", "spelling", "same_words", "words_covered", "meanings_covered", "length",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """The candidates (entry numbers, best score first), a row of signals for each, and the nearest phrasing of each."""

    candidates: tuple[int, ...]
    signals: NDArray[np.float64]
    nearest: tuple[int, ...]


def weigh(
    phrasings: Phrasings, text: str, reading: Reading, vector: Vector, nearness: Floats, scores: Floats, hidden: frozenset[int]
) -> Evidence:
    """Hidden rows are treated as if they were not in the base: that is how phrasings are held out."""
    if hidden:
        nearness = nearness.copy()
        nearness[list(hidden)] = 0
    order = np.argsort(-scores, kind="stable")[: CANDIDATES + 1]
    candidates = [int(entry) for entry in order if any(row not in hidden for row in phrasings.rows[entry])][:CANDIDATES]
    per_entry = np.zeros(len(phrasings.ids), dtype=np.float32)
    np.maximum.at(per_entry, phrasings.labels, nearness)
    best_two = np.sort(np.partition(per_entry, -2)[-2:]) if len(per_entry) > 1 else np.array([0, per_entry[0]])
    best_scores = [float(scores[entry]) for entry in order[:2]] + [0.0]
    signals, nearest = [], []
    for entry in candidates:
        rows = [row for row in phrasings.rows[entry] if row not in hidden]
        closest = max(rows, key=nearness.__getitem__)
        near, score = float(per_entry[entry]), float(scores[entry])
        rival = float(best_two[0] if near >= best_two[1] else best_two[1])
        rival_score = best_scores[1] if entry == order[0] else best_scores[0]
        other = phrasings.texts[closest]
        shown = sorted(rows, key=nearness.__getitem__)[-8:]
        signals.append(
            (
                score, score - rival_score, near, near - rival, 1 - vector.unseen, fuzz.ratio(text, other) / 100, fuzz.token_sort_ratio(text, other) / 100,
                _covered(reading.blocks[WORDS], [phrasings.readings[row].blocks[WORDS] for row in shown]),
                _covered(reading.blocks[MEANINGS], [phrasings.readings[row].blocks[MEANINGS] for row in shown]),
                min(len(reading.blocks[WORDS]), 30) ** 0.5,
            )
        )  # fmt: skip
        nearest.append(closest)
    return Evidence(tuple(candidates), np.array(signals, dtype=np.float64).reshape(-1, len(SIGNALS)), tuple(nearest))


def _covered(asked: tuple[str, ...], known: list[tuple[str, ...]]) -> float:
    if not asked:
        return 0.5
    union = {feature for block in known for feature in block}
    return sum(feature in union for feature in asked) / len(asked)
