"""Logistic regression small enough to read: a few signals in, a probability out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

# Pulls weights towards zero, in the weight of as many examples: a base of ten entries must not jump to conclusions.
PULL = 2.0
_STEPS = 25


@dataclass(frozen=True, slots=True)
class Logistic:
    middle: Doubles
    spread: Doubles
    weights: Doubles
    offset: float

    def probabilities(self, signals: Doubles) -> Doubles:
        steep = ((signals - self.middle) / self.spread) @ self.weights + self.offset
        result: Doubles = 1 / (1 + np.exp(-np.clip(steep, -30, 30)))
        return result


def fit(signals: Doubles, right: NDArray[np.bool_], importance: Doubles) -> Logistic:
    """By Newton's method; importance says how much each example counts."""
    middle, spread = signals.mean(axis=0), np.maximum(signals.std(axis=0), 1e-6)
    inputs = np.column_stack([(signals - middle) / spread, np.ones(len(signals))])
    weights = np.zeros(inputs.shape[1])
    pull = np.full(len(weights), PULL)
    pull[-1] = 0.01
    target = right.astype(np.float64)
    for _ in range(_STEPS):
        guess = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (importance * (target - guess)) - pull * weights
        curve = (inputs * (importance * guess * (1 - guess))[:, None]).T @ inputs + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return Logistic(middle, spread, weights[:-1], float(weights[-1]))
