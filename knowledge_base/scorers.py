"""Two ways to score entries for a text: by one model of the whole base, or of the text's neighbourhood where it is large."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from heapq import nsmallest
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge_base.phrasings import Phrasings
from knowledge_base.ridge import Floats, inverse, regularised, shares, sharpen, targets, taught_again
from knowledge_base.space import KEPT, Place, Space

# Up to here one model of all phrasings is fitted at once (half a second, and a table of so many squared numbers).
LARGEST_WHOLE = 2_000
# The phrasings nearest to a text in a larger base: with these the scores are about as good. In a very large one, time counts
# more; with two thirds of them, top-1 accuracy falls by a point at most.
NEIGHBOURS, NEIGHBOURS_OF_MANY = 96, 64
NOTHING_HIDDEN = range(0)
# Held-out phrasings to learn confidence from, each for two milliseconds; with fewer, which ones decides much.
EXAMPLES_OF_WHOLE, EXAMPLES, EXAMPLES_OF_MANY = 500, 240, 120


# So many of the nearest rows together say whether a text lies in the midst of the base or at its edge.
_AROUND = 5


class View(NamedTuple):
    """How a text looks to the base: its nearness to every row, its score for every entry, and what is around it.

    Around: how near the nearest row is, the nearest few on average, and the nearest row to another one of its entry.
    """

    nearness: Floats
    scores: Floats
    around: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """A row, the rows hidden from the base (itself, or its whole entry), and how it looked then."""

    row: int
    hidden: range
    view: View


class Whole:
    def __init__(self, phrasings: Phrasings, space: Space) -> None:
        self._phrasings, self._everything = phrasings, space.everything()
        self._table = self._everything.table()
        self._inverse = inverse(regularised(self._table))
        self._targets = taught_again(targets(phrasings.labels, shares(phrasings.sizes)), self._inverse)
        self._weights = self._inverse @ self._targets
        self._kin = [self._kin_of(row) for row in range(len(self._table))]

    def view(self, place: Place) -> View:
        nearness = self._everything.nearness(place)
        return View(nearness, sharpen(nearness) @ self._weights, _around(nearness, self._kin.__getitem__))

    def held_out(self) -> Iterator[HeldOut]:
        """Without fitting anything again: leaving rows out of a ridge regression has a closed form. Ends the training."""
        for row in drawn(self._phrasings, EXAMPLES_OF_WHOLE):
            scores = self._targets[row] - self._weights[row] / self._inverse[row, row]
            yield self._without(row, range(row, row + 1), scores)
            rows = self._phrasings.rows(int(self._phrasings.labels[row]))
            block = self._inverse[rows.start : rows.stop, rows.start : rows.stop]
            scores = self._targets[row] - np.linalg.solve(block, self._weights[rows.start : rows.stop])[row - rows.start]
            yield self._without(row, rows, scores)
        del self._table, self._inverse, self._targets

    def _without(self, row: int, hidden: range, scores: Floats) -> HeldOut:
        nearness = self._table[row].copy()
        nearness[hidden.start : hidden.stop] = 0
        return HeldOut(row, hidden, View(nearness, scores, _around(nearness, partial(self._kin_of, hidden=hidden))))

    def _kin_of(self, row: int, hidden: range = NOTHING_HIDDEN) -> float:
        others = self._table[row].copy()
        others[row] = others[hidden.start : hidden.stop] = 0
        own = self._phrasings.rows(int(self._phrasings.labels[row]))
        return _kin(others, others[own.start : own.stop])


class Neighbourhood:
    def __init__(self, phrasings: Phrasings, space: Space) -> None:
        self._phrasings, self._space = phrasings, space
        self._shares = shares(phrasings.sizes)
        many = len(phrasings.texts) > KEPT
        self._most, self._examples = (NEIGHBOURS_OF_MANY, EXAMPLES_OF_MANY) if many else (NEIGHBOURS, EXAMPLES)

    def view(self, place: Place) -> View:
        rows, near, table = self._space.neighbours(place, self._most)
        entries, labels = np.unique(self._phrasings.labels[rows], return_inverse=True)
        inverted = inverse(regularised(table))
        scored = (
            (inverted @ sharpen(near)) @ taught_again(targets(labels, self._shares[entries]), inverted) if len(rows) else near
        )
        return self._everywhere(rows, near, entries, scored, _around(near, partial(_kin_among, table, labels)))

    def held_out(self) -> Iterator[HeldOut]:
        """By the same closed form, among the neighbours of each row."""
        for row in drawn(self._phrasings, self._examples):
            rows, near, table = self._space.neighbours(self._space.row(row), self._most)
            if row not in rows:  # So many others are the same in their rarest words that it is not among the nearest itself.
                continue
            entries, labels = np.unique(self._phrasings.labels[rows], return_inverse=True)
            inverted = inverse(regularised(table))
            known = taught_again(targets(labels, self._shares[entries]), inverted)
            weights = inverted @ known
            for hidden in (range(row, row + 1), self._phrasings.rows(int(self._phrasings.labels[row]))):
                out = np.flatnonzero((rows >= hidden.start) & (rows < hidden.stop))
                itself = int(np.flatnonzero(rows[out] == row)[0])
                wrong_by = np.linalg.solve(inverted[np.ix_(out, out)], weights[out])[itself]
                left = near.copy()
                left[out] = 0
                around = _around(left, partial(_kin_among, table, labels, hidden=out))
                yield HeldOut(row, hidden, self._everywhere(rows, left, entries, known[out[itself]] - wrong_by, around))

    def _everywhere(
        self,
        rows: NDArray[np.int64],
        near: Floats,
        entries: NDArray[np.int64],
        scored: NDArray[Any],
        around: tuple[float, float, float],
    ) -> View:
        """What is known of the neighbours and their entries, and nothing of all others."""
        nearness = np.zeros(len(self._phrasings.texts), dtype=np.float32)
        scores = np.zeros(len(self._phrasings.ids), dtype=np.float32)
        nearness[rows], scores[entries] = near, scored
        return View(nearness, scores, around)


def _around(nearness: Floats, kin_of: Callable[[int], float]) -> tuple[float, float, float]:
    if not len(nearness):
        return 0.0, 0.0, 0.0
    few = min(_AROUND, len(nearness))
    nearest = int(nearness.argmax())
    parted = nearness.copy()
    parted.partition(len(parted) - few)
    best: list[float] = parted[-few:].tolist()
    return max(best), sum(best) / few, kin_of(nearest)


def _kin_among(table: Floats, labels: NDArray[np.int64], row: int, hidden: NDArray[np.int64] | None = None) -> float:
    others = table[row].copy()
    others[row] = 0
    if hidden is not None:
        others[hidden] = 0
    return _kin(others, others[labels == labels[row]])


def _kin(others: Floats, of_entry: Floats) -> float:
    """How near the next row of the entry is; where it has but one, the next of any."""
    return float(of_entry.max()) or float(others.max())


def drawn(phrasings: Phrasings, most: int) -> list[int]:
    """So many of the rows that people may ask, drawn by their words: after an edit nearly the same ones, so that what is learnt
    from them stays."""
    asked = [row for row in range(len(phrasings.texts)) if row not in phrasings.names]
    return sorted(nsmallest(most, asked, key=lambda row: crc32(phrasings.texts[row].encode())))
