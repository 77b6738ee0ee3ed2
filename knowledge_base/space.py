"""How near two texts are: by words, letters, sounds and meanings (the sparse index) and by what their words mean (the table)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.index import Floats, Index, Vector
from knowledge_base.reading import Reading
from knowledge_base.senses import senses

# The share of the sense table in the nearness of two texts; the index has the rest. Measured flat between 0.4 and 0.6.
SENSE_SHARE = np.float32(0.5)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands among the phrasings: what it shares with them, and the places of its words in the table."""

    vector: Vector
    words: tuple[int, ...]


class Space:
    """Sense vectors are kept only where a model of the whole base needs them at every question (a kilobyte a row)."""

    def __init__(self, readings: Iterable[Reading], keep_senses: bool) -> None:
        self._words: list[tuple[int, ...]] = []
        self.index = Index(self._noted(readings))
        self._senses = senses().vectors(self._words) if keep_senses else None

    def _noted(self, readings: Iterable[Reading]) -> Iterable[Reading]:
        # Readings are large; they pass through once and are gone.
        for reading in readings:
            self._words.append(tuple(senses().find(reading.words)))
            yield reading

    def place(self, reading: Reading) -> Place:
        return Place(self.index.vector(reading), tuple(senses().find(reading.words)))

    def row(self, number: int) -> Place:
        return Place(self.index.row(number), self._words[number])

    def nearness(self, place: Place) -> Floats:
        """Between minus a half and one, to every row."""
        assert self._senses is not None
        sense = senses().vectors([place.words])[0]
        near: Floats = (1 - SENSE_SHARE) * self.index.nearness(place.vector) + SENSE_SHARE * (self._senses @ sense)
        return near

    def table(self) -> Floats:
        """The nearness of every row to every other; for bases where that fits into memory."""
        assert self._senses is not None
        result: Floats = self._senses @ self._senses.T
        result *= SENSE_SHARE
        for row in range(self.index.size):
            result[row] += (1 - SENSE_SHARE) * self.index.nearness(self.index.row(row))
        return result

    def neighbours(self, place: Place, most: int, hidden: range) -> tuple[NDArray[np.int64], Floats, Floats]:
        """The rows that share most with a text, their nearness to it, and their nearness to one another."""
        shared = self.index.nearness(place.vector)
        shared[hidden.start : hidden.stop] = 0
        if len(shared) > most:
            rows = np.argpartition(shared, len(shared) - most)[-most:]
            rows = rows[shared[rows] > 0]
        else:
            rows = np.flatnonzero(shared > 0)
        rows.sort()
        vectors = senses().vectors([*(self._words[row] for row in rows), place.words])
        own, asked = vectors[:-1], vectors[-1]
        table: Floats = (1 - SENSE_SHARE) * self.index.among(rows) + SENSE_SHARE * (own @ own.T)
        return rows, (1 - SENSE_SHARE) * shared[rows] + SENSE_SHARE * (own @ asked), table
