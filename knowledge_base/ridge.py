"""Kernel ridge regression: learns which ways of asking carry an entry's topic and which carry none."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# How much a phrasing is allowed to be wrong about its own entry; measured flat between 0.1 and 0.5.
RIDGE = 0.2
# How fast the influence of a phrasing fades with distance. With plain nearness many far phrasings add up,
# and everything looks a little known.
FADE = 3.0
# How much of its error on a phrasing held out is taught again, and how sharply rivals are told apart there.
_AGAIN, _SHARP = np.float32(0.6), np.float32(12)
_SMALL = 48
# How much an entry with many phrasings is held back against one with few: their numbers to this power.
_EVEN = -0.3
_MOST_EVENED = 0.7


def sharpen(nearness: Floats) -> Floats:
    """From nearness (at most one) to influence: one for the same text, quickly less for others."""
    influence: Floats = np.exp(FADE * (nearness - 1), dtype=np.float32)
    return influence


def regularised(table: Floats) -> Floats:
    """The influence of all rows on one another, with the ridge on its diagonal."""
    influence = sharpen(table)
    influence.flat[:: len(table) + 1] += RIDGE
    return influence


def inverse(matrix: Floats) -> Floats:
    """Of a symmetric positive definite matrix, by halves: nearly all matrix products, five times as fast as the general way."""
    size = len(matrix)
    if size <= _SMALL:
        small: Floats = np.linalg.inv(matrix)
        return small
    half = size // 2
    first = inverse(matrix[:half, :half])
    across = matrix[half:, :half] @ first
    rest = (matrix[half:, half:] - across @ matrix[:half, half:]).astype(np.float32, copy=False)
    last = inverse(rest)
    corner = -(last @ across)
    result = np.empty_like(matrix)
    result[half:, half:] = last
    result[half:, :half] = corner
    result[:half, half:] = corner.T
    result[:half, :half] = first - across.T @ corner
    return result


def shares(sizes: NDArray[np.int64]) -> Floats:
    """What an entry's own phrasings are to be scored with: one where all entries have as many of them.

    Phrasings add up, so that an entry of sixty would win over one of three also where the question is about the latter.
    Twice or half at most: of ten thousand phrasings the next is likely to be one more.
    """
    logs = np.log(np.maximum(sizes, 1)) * _EVEN
    around = logs - logs.mean() if len(logs) else logs
    evened: Floats = np.exp(around.clip(-_MOST_EVENED, _MOST_EVENED), dtype=np.float32)
    return evened


def targets(labels: NDArray[np.int64], of_entry: Floats) -> Floats:
    """An entry's share for its own rows, zero for all others."""
    result = np.zeros((len(labels), len(of_entry)), dtype=np.float32)
    result[np.arange(len(labels)), labels] = of_entry[labels]
    return result


def taught_again(known: Floats, inverted: Floats) -> Floats:
    """The targets, corrected by what the base would get wrong about each phrasing without it.

    An entry that takes another's phrasing is told so, and the entry that was missed is told to ask for more: one step from ridge
    regression towards softmax. Outsiders, who are between entries, look less known then.
    """
    unseen = known - (inverted @ known) / inverted.diagonal()[:, None]
    guess = np.exp(_SHARP * (unseen - unseen.max(axis=1, keepdims=True)))
    guess /= guess.sum(axis=1, keepdims=True)
    corrected: Floats = known + _AGAIN * (known - guess)
    return corrected
