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
# A row that shares less than this part of what the nearest row shares is no neighbour.
_FAR = 0.1
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands among the phrasings: what it shares with them, and the places of its words in the table."""

    vector: Vector
    words: tuple[int, ...]


class Space:
    """Sense vectors (half a kilobyte a row) are kept up to a size; a very large base adds up its neighbours' each time."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._words: list[tuple[int, ...]] = []
        self.index = Index(self._noted(readings))
        self._senses = senses().vectors(self._words).astype(np.float16) if self.index.size <= _KEPT else None

    def _noted(self, readings: Iterable[Reading]) -> Iterable[Reading]:
        # Readings are large; they pass through once and are gone.
        for reading in readings:
            self._words.append(tuple(senses().find(reading.words)))
            yield reading

    def place(self, reading: Reading) -> Place:
        return Place(self.index.vector(reading), tuple(senses().find(reading.words)))

    def row(self, number: int) -> Place:
        return Place(self.index.row(number), self._words[number])

    def everything(self) -> "Everything":
        assert self._senses is not None
        return Everything(self.index, self._senses.astype(np.float32))

    def neighbours(self, place: Place, most: int, hidden: range) -> tuple[NDArray[np.int64], Floats, Floats]:
        """The rows that share most with a text, their nearness to it, and their nearness to one another."""
        shared = self.index.nearness(place.vector)
        shared[hidden.start : hidden.stop] = 0
        # Most of a large base shares next to nothing with a text; only the rest is put in order.
        rows = np.flatnonzero(shared > _FAR * shared.max())
        if len(rows) > most:
            rows = rows[np.argpartition(shared[rows], len(rows) - most)[-most:]]
        rows.sort()
        asked = senses().vectors([place.words])[0]
        own = (
            senses().vectors([self._words[row] for row in rows])
            if self._senses is None
            else self._senses[rows].astype(np.float32)
        )
        table: Floats = (1 - SENSE_SHARE) * self.index.among(rows) + SENSE_SHARE * (own @ own.T)
        return rows, (1 - SENSE_SHARE) * shared[rows] + SENSE_SHARE * (own @ asked), table


class Everything:
    """Nearness to all rows at once, for bases where that is affordable."""

    def __init__(self, index: Index, senses_of_rows: Floats) -> None:
        self._index, self._senses = index, senses_of_rows

    def nearness(self, place: Place) -> Floats:
        """Between minus a half and one, to every row."""
        near: Floats = (1 - SENSE_SHARE) * self._index.nearness(place.vector)
        near += SENSE_SHARE * (self._senses @ senses().vectors([place.words])[0])
        return near

    def table(self) -> Floats:
        """The nearness of every row to every other."""
        result: Floats = self._senses @ self._senses.T
        result *= SENSE_SHARE
        for row in range(self._index.size):
            result[row] += (1 - SENSE_SHARE) * self._index.nearness(self._index.row(row))
        return result
