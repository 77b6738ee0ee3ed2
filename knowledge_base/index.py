"""A sparse inverted index over phrasings: how near a text is to each of them, in a fraction of a millisecond."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.reading import Reading

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]

# What each block of a reading (words, letters, sounds, meanings) adds to the nearness of two texts; the sum is one.
SHARES = np.array([0.4, 0.4, 0.1, 0.1], dtype=np.float32)
# Postings looked at for one question at most. The rarest features come first, so what is left out says little.
MOST_POSTINGS = 60_000


@dataclass(frozen=True, slots=True)
class Vector:
    """A text in the index's own terms; unseen is the share of its weight that lies in words the base does not know."""

    features: Numbers
    weights: Floats
    unseen: float


class Index:
    """Rows are phrasings. A feature weighs the more the rarer it is among them; one the base has never seen weighs most."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        self.size = len(readings)
        numbers, counts = self._number(readings)
        size, blocks = self.size, len(SHARES)
        rows = np.repeat(np.arange(size, dtype=np.int32), counts.sum(axis=1))
        frequencies = np.bincount(numbers, minlength=len(self._vocabulary))
        self._rarity = np.log((size + 1) / (frequencies + 0.5)).astype(np.float32)
        self._rarity_unseen = float(np.log((size + 1) / 0.7))
        values = self._rarity[numbers]
        cells = np.repeat(np.arange(size * blocks, dtype=np.int32), counts.ravel())
        lengths = np.bincount(cells, weights=values * values, minlength=size * blocks)
        values *= (np.tile(np.sqrt(SHARES), size) / np.sqrt(np.maximum(lengths, 1e-9))).astype(np.float32)[cells]
        self._row_starts = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
        self._row_features, self._row_values = numbers, values
        order = np.argsort(numbers, kind="stable")
        self._rows, self._values = rows[order], values[order]
        self._starts = np.concatenate([[0], np.cumsum(frequencies)])
        self._frequencies = frequencies

    def _number(self, readings: Sequence[Reading]) -> tuple[Numbers, NDArray[np.int64]]:
        """Each feature of each reading as a number, and how many each block of each reading has."""
        vocabulary: defaultdict[str, int] = defaultdict()
        vocabulary.default_factory = vocabulary.__len__
        numbers: list[int] = []
        for reading in readings:
            for block in reading.blocks:
                numbers += [vocabulary[feature] for feature in block]
        self._vocabulary = dict(vocabulary)
        counts = np.array([[len(block) for block in reading.blocks] for reading in readings], dtype=np.int64)
        return np.array(numbers, dtype=np.int32), counts.reshape(self.size, len(SHARES))

    def vector(self, reading: Reading) -> Vector:
        find = self._vocabulary.get
        features: list[int] = []
        scales: list[float] = []
        counts: list[int] = []
        unseen = 0.0
        for block, share in zip(reading.blocks, SHARES.tolist(), strict=True):
            known = [number for feature in block if (number := find(feature)) is not None]
            missing = (len(block) - len(known)) * self._rarity_unseen**2
            weights = self._rarity[known] if known else np.empty(0, np.float32)
            length = float(weights @ weights) + missing
            unseen += share * missing / length if length else 0.0
            features += known
            counts.append(len(known))
            scales.append((share / length) ** 0.5 if length else 0.0)
        numbers = np.array(features, dtype=np.int32)
        return Vector(numbers, self._rarity[numbers] * np.repeat(np.array(scales, dtype=np.float32), counts), unseen)

    def row(self, number: int) -> Vector:
        part = slice(self._row_starts[number], self._row_starts[number + 1])
        return Vector(self._row_features[part], self._row_values[part], 0.0)

    def nearness(self, vector: Vector) -> Floats:
        """The cosine between the text and every row; in a very large base only its rarest features are looked at."""
        features, weights = vector.features, vector.weights
        lengths = self._frequencies[features]
        if lengths.sum() > MOST_POSTINGS:
            rarest = np.argsort(lengths, kind="stable")
            rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(lengths[rarest]), MOST_POSTINGS)))]
            features, weights, lengths = features[rarest], weights[rarest], lengths[rarest]
        ends = np.cumsum(lengths)
        places = np.repeat(self._starts[features] - (ends - lengths), lengths) + np.arange(ends[-1] if len(ends) else 0)
        found = self._values[places] * np.repeat(weights, lengths)
        return np.bincount(self._rows[places], weights=found, minlength=self.size).astype(np.float32)

    def among(self, numbers: Sequence[int]) -> Floats:
        """The cosines between the given rows, exactly."""
        vectors = [self.row(number) for number in numbers]
        columns, places = np.unique(np.concatenate([vector.features for vector in vectors]), return_inverse=True)
        dense = np.zeros((len(vectors), len(columns)), dtype=np.float32)
        dense[np.repeat(np.arange(len(vectors)), [len(vector.features) for vector in vectors]), places] = np.concatenate(
            [vector.weights for vector in vectors]
        )
        return dense @ dense.T

    def vector_without(self, reading: Reading, hidden: frozenset[int]) -> Vector:
        """The vector a held-out row would have had: what only hidden rows know is unseen."""
        unseen = 0.0
        for block, share in zip(reading.blocks, SHARES.tolist(), strict=True):
            numbers = [self._vocabulary[feature] for feature in block]
            squares = self._rarity[numbers] ** 2
            alone = np.array(
                [
                    all(row in hidden for row in self._rows[self._starts[n] : self._starts[n + 1]][: len(hidden) + 1])
                    for n in numbers
                ],
                dtype=bool,
            )
            total = float(squares.sum())
            unseen += share * float(squares[alone].sum()) / total if total else 0.0
        return Vector(np.empty(0, np.int32), np.empty(0, np.float32), unseen)
