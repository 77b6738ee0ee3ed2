"""A sparse inverted index over phrasings: how near a text is to each of them, in a fraction of a millisecond."""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from knowledge_base.reading import Reading

Floats = NDArray[np.float32]
Numbers = NDArray[np.int32]

# What each block of a reading (words, letters, sounds, meanings) adds to the nearness of two texts; the sum is one.
SHARES = np.array([0.3, 0.5, 0.1, 0.1], dtype=np.float32)
# Postings looked at for one question at most. The rarest features come first, so what is left out says little.
MOST_POSTINGS = 20_000
# In a base of up to so many rows, a feature that more than this part of the rows has is kept as a full column: adding columns
# up is several times as fast as following postings. The columns have a quarter of a million numbers at most (one megabyte).
LARGEST_WITH_COLUMNS, FREQUENT, MOST_IN_COLUMNS = 20_000, 0.03, 250_000
# The weights of rows are kept as whole numbers; what one of them stands for.
STEP = np.float32(1 / 65_535)
_BLOCKS = np.arange(len(SHARES))
_LAST = np.uint32(0xFFFFFFFF)


class Vector(NamedTuple):
    """A text in the index's own terms; unseen is the share of its weight that lies in words the base does not know."""

    features: Numbers | NDArray[np.int64]
    weights: Floats
    unseen: float


class Index:
    """Rows are phrasings. A feature weighs the more the rarer it is among them; one the base has never seen weighs most."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        numbers, counts = self._number(readings)
        size, blocks = len(counts), len(SHARES)
        self.size = size
        rows = np.repeat(np.arange(size, dtype=np.int32), counts.sum(axis=1))
        frequencies = np.bincount(numbers, minlength=len(self._sums))
        self._rarity = np.log((size + 1) / (frequencies + 0.5)).astype(np.float32)
        self._rarity[-1] = np.log((size + 1) / 0.7)
        values = self._rarity[numbers]
        cells = np.repeat(np.arange(size * blocks, dtype=np.int32), counts.ravel())
        lengths = np.bincount(cells, weights=values * values, minlength=size * blocks)
        values *= (np.tile(np.sqrt(SHARES), size) / np.sqrt(np.maximum(lengths, 1e-9))).astype(np.float32)[cells]
        self._row_starts = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
        # In two bytes: a base has hundreds of thousands of them.
        self._row_features, self._row_values = numbers, np.round(values / STEP).astype(np.uint16)
        order = np.argsort(numbers, kind="stable")
        self._rows = rows[order] if size > np.iinfo(np.uint16).max else rows[order].astype(np.uint16)
        self._values = self._row_values[order]
        self._starts = np.concatenate([[0], np.cumsum(frequencies)]).astype(np.int32)
        often = np.flatnonzero(frequencies > max(8, FREQUENT * size))
        most = MOST_IN_COLUMNS // size if size <= LARGEST_WITH_COLUMNS else 0
        often = often[np.argsort(-frequencies[often], kind="stable")[:most]]
        self._column_of = np.full(len(frequencies), -1, dtype=np.int32)
        self._column_of[often] = np.arange(len(often))
        self._columns = np.zeros((len(often), size), dtype=np.float32)
        for column, feature in zip(self._columns, often, strict=True):
            part = slice(self._starts[feature], self._starts[feature + 1])
            column[self._rows[part]] = self._values[part] * STEP

    def _number(self, readings: Iterable[Reading]) -> tuple[Numbers, NDArray[np.int64]]:
        """Each feature of each reading as a number, and how many each block of each reading has; keeps what finds the numbers.

        A number is the place of a checksum: a dict of words would be most of what a base takes. Two features that share one,
        one in 20,000 or so, are one. The last number is that of all features which the base has never seen.
        """
        vocabulary: defaultdict[str, int] = defaultdict()
        vocabulary.default_factory = vocabulary.__len__
        numbers, counts = array("i"), array("i")
        for reading in readings:
            numbers.extend(map(vocabulary.__getitem__, chain(*reading.blocks)))
            counts.extend(map(len, reading.blocks))
        known, place_of = np.unique(_checksums(vocabulary), return_inverse=True)
        self._sums = np.append(known, _LAST)
        places = place_of.astype(np.int32)[np.frombuffer(numbers, dtype=np.int32)]
        return places, np.frombuffer(counts, dtype=np.int32).astype(np.int64).reshape(-1, len(SHARES))

    def vector(self, reading: Reading) -> Vector:
        wanted = _checksums(chain(*reading.blocks))
        block_of = _BLOCKS.repeat([len(block) for block in reading.blocks])
        features = self._sums.searchsorted(wanted)
        unknown = self._sums[features] != wanted
        features[unknown] = len(self._sums) - 1
        weights = self._rarity[features]
        lengths = np.bincount(block_of, weights=weights * weights, minlength=len(SHARES))
        weights *= np.sqrt(SHARES / np.maximum(lengths, 1e-9)).astype(np.float32)[block_of]
        lost = weights[unknown]
        return Vector(features, weights, float(lost @ lost))

    def row(self, number: int) -> Vector:
        part = slice(self._row_starts[number], self._row_starts[number + 1])
        return Vector(self._row_features[part], self._row_values[part] * STEP, 0.0)

    def nearness(self, vector: Vector) -> Floats:
        """The cosine between the text and every row; in a very large base only its rarest features are looked at."""
        columns = self._column_of[vector.features]
        often = columns >= 0
        rare = ~often
        found = self._followed(vector.features[rare], vector.weights[rare])
        if len(self._columns):
            found += vector.weights[often] @ self._columns[columns[often]]
        return found

    def _followed(self, features: Numbers | NDArray[np.int64], weights: Floats) -> Floats:
        """What the features add to every row, by their postings."""
        starts = self._starts[features]
        lengths = self._starts[features + 1] - starts
        if lengths.sum() > MOST_POSTINGS:
            rarest = np.argsort(lengths, kind="stable")
            rarest = rarest[: max(1, int(np.searchsorted(np.cumsum(lengths[rarest]), MOST_POSTINGS)))]
            starts, weights, lengths = starts[rarest], weights[rarest], lengths[rarest]
        places = (starts + lengths - lengths.cumsum()).repeat(lengths)
        places += np.arange(len(places))
        found = self._values[places] * (weights * STEP).repeat(lengths)
        return np.bincount(self._rows[places], weights=found, minlength=self.size).astype(np.float32)

    def among(self, rows: NDArray[np.int64]) -> Floats:
        """The cosines between the given rows, exactly."""
        lengths = self._row_starts[rows + 1] - self._row_starts[rows]
        ends = np.cumsum(lengths)
        places = np.repeat(self._row_starts[rows] - (ends - lengths), lengths) + np.arange(ends[-1] if len(ends) else 0)
        features, found = self._row_features[places], self._row_values[places] * STEP
        owners = np.repeat(np.arange(len(rows)), lengths)
        # Sorting numbers that hold both, the feature and the place, is several times faster than sorting places by feature.
        ordered = np.sort(features.astype(np.int64) << 32 | np.arange(len(features)))
        features, order = ordered >> 32, ordered & 0xFFFFFFFF
        starts = np.concatenate([[True], features[1:] != features[:-1]])[: len(features)]
        # What only one of the rows has brings no two together.
        shared = ~(starts & np.concatenate([starts[1:], [True]])[: len(features)])
        first = starts & shared
        column, kept = np.cumsum(first)[shared] - 1, order[shared]
        dense = np.zeros((len(rows), int(first.sum())), dtype=np.float32)
        dense[owners[kept], column] = found[kept]
        result: Floats = dense @ dense.T
        np.fill_diagonal(result, 1)
        return result

    def unseen_without(self, row: int, hidden: range) -> float:
        """The unseen share of a row, had the hidden rows not been there."""
        part = slice(self._row_starts[row], self._row_starts[row + 1])
        features, values = self._row_features[part], self._row_values[part]
        first, last = self._rows[self._starts[features]], self._rows[self._starts[features + 1] - 1]
        alone = values[(first >= hidden.start) & (last < hidden.stop)] * STEP
        return float(alone @ alone)


def _checksums(features: Iterable[str]) -> NDArray[np.uint32]:
    return np.array([*map(crc32, map(str.encode, features))], dtype=np.uint32)
