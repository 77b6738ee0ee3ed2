"""Logistic regression with few numbers to find, so small that it can be read: signals in, probability out."""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

_STEPS = 30


def probability(steep: Doubles) -> Doubles:
    result: Doubles = 1 / (1 + np.exp(-np.maximum(np.minimum(steep, 30), -30)))
    return result


def fit(inputs: Doubles, right: NDArray[np.bool_], importance: Doubles, start: Doubles, pull: Doubles) -> Doubles:
    """Weights by Newton's method, the last one for a constant; pull holds each near its start, worth so many examples."""
    inputs = np.column_stack([inputs, np.ones(len(inputs))])
    weights, target = start.copy(), right.astype(np.float64)
    for _ in range(_STEPS):
        guess = probability(inputs @ weights)
        slope = inputs.T @ (importance * (target - guess)) - pull * (weights - start)
        curve = (inputs * (importance * guess * (1 - guess))[:, None]).T @ inputs + np.diag(pull)
        step = np.linalg.solve(curve, slope)
        # A long step is shortened as a whole: shortened number by number it would lead elsewhere.
        step *= min(1.0, 3 / max(1e-9, float(np.abs(step).max())))
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights
