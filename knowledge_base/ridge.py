"""Kernel ridge regression, one score per entry: it learns which words carry an entry's topic and which carry none."""

import numpy as np
from numpy.typing import NDArray

from knowledge_base.index import Floats

# How much a phrasing is allowed to be wrong about its own entry; measured flat between 0.3 and 1.
RIDGE = 0.7


class Ridge:
    """Fitted on the nearness of all phrasings to one another; labels say which entry each belongs to."""

    def __init__(self, nearness: Floats, labels: NDArray[np.int64], entries: int) -> None:
        size = len(labels)
        self._labels = labels
        self._targets = np.zeros((size, entries), dtype=np.float32)
        self._targets[np.arange(size), labels] = 1
        nearness = nearness.copy()
        nearness.flat[:: size + 1] += RIDGE
        self._inverse: Floats = np.linalg.inv(nearness).astype(np.float32)
        self.weights: Floats = self._inverse @ self._targets

    def scores(self, nearness: Floats) -> Floats:
        return nearness @ self.weights

    def without_one(self) -> Floats:
        """What each phrasing would score had it not been there (the closed form of leaving one out)."""
        return self._targets - self.weights / np.diag(self._inverse)[:, None]

    def without_entry(self, entry: int) -> tuple[NDArray[np.int64], Floats]:
        """The phrasings of an entry, and what they would score had the whole entry not been there."""
        rows = np.flatnonzero(self._labels == entry)
        block = self._inverse[np.ix_(rows, rows)]
        scores = (self._targets[rows] - np.linalg.solve(block, self.weights[rows])).astype(np.float32)
        scores[:, entry] = -1
        return rows, scores
