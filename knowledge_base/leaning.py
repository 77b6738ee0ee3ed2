"""Directions of meaning in which the entries of a base differ count more than others: what is learnt from all of its entries."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# How much more the first direction counts than one in which all entries are alike: (1 + 1 / floor) to this power, a half more.
# Measured flat from 0.05 to 0.15; beyond, English gains and a base in several languages loses.
_POWER, _FLOOR = 0.1, 0.02
# More directions change nothing.
_DIRECTIONS = 96


class Leaning:
    """Learnt from vectors of length one and the entries whose they are, in order; works on any vectors of the same model."""

    def __init__(self, rows: Floats, labels: NDArray[np.int64]) -> None:
        _, starts, counts = np.unique(labels, return_index=True, return_counts=True)
        means = np.add.reduceat(rows.astype(np.float64), starts, axis=0) / counts[:, None]
        few = len(means) < means.shape[1]
        # The strongest come last.
        strengths, found = np.linalg.eigh(means @ means.T if few else means.T @ means)
        told = np.flatnonzero(strengths > max(1e-6 * strengths[-1], 1e-9))[: -_DIRECTIONS - 1 : -1]
        strength, kept = strengths[told], found[:, told]
        self._directions: Floats = (means.T @ kept / np.sqrt(strength) if few else kept).astype(np.float32)
        more = (strength / strength[:1] / _FLOOR + 1) ** _POWER - 1
        self._more: Floats = more.astype(np.float32)

    def of(self, rows: Floats) -> Floats:
        """As many vectors, of length one again; a single one, too. What is zero stays so."""
        leant: Floats = np.add(rows, (rows @ self._directions * self._more) @ self._directions.T)
        if leant.ndim == 1:
            leant /= max(float(leant @ leant) ** 0.5, 1e-9)
        else:
            leant /= np.maximum(np.sqrt(np.square(leant).sum(axis=1, keepdims=True)), np.float32(1e-9))
        return leant
