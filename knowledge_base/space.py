"""How near two texts are: by words, letters, sounds and meanings (the sparse index) and by what they mean (dense vectors)."""

from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from knowledge_base.index import Floats, Index, Vector
from knowledge_base.leaning import Leaning
from knowledge_base.phrasings import Phrasings
from knowledge_base.reading import Reading
from knowledge_base.semantic import SentenceSpace, two_models
from knowledge_base.senses import senses


@dataclass(frozen=True, slots=True)
class Shares:
    """What each way of comparing adds to the nearness of two texts; together one."""

    index: float
    senses: float
    sentences: float


# Measured flat around these values, on halves of the entries too.
LIGHT = Shares(index=0.35, senses=0.65, sentences=0.0)
SEMANTIC = Shares(index=0.15, senses=0.25, sentences=0.6)
SEMANTIC_OF_TWO = Shares(index=0.1, senses=0.1, sentences=0.8)
# A row that shares less than this part of what the nearest row shares is no neighbour.
_FAR = 0.1
# Dense vectors (up to a kilobyte a row) are kept up to this size; a larger base adds up its neighbours' each time.
KEPT = 20_000


class Place(NamedTuple):
    """Where a text stands among the phrasings: what it shares with them, and its direction in meaning (shares included)."""

    vector: Vector
    dense: Floats


class Space:
    """Sentence vectors only for bases up to the size kept: they take some twenty milliseconds a phrasing."""

    def __init__(self, phrasings: Phrasings, readings: Iterable[Reading], semantic: bool) -> None:
        texts, labels = phrasings.texts, phrasings.labels
        self._words, self._ends = array("i"), array("i", [0])
        self.index = Index(self._noted(readings))
        self._sentences = SentenceSpace(texts, labels) if semantic and len(texts) <= KEPT else None
        self.shares = (SEMANTIC_OF_TWO if two_models() else SEMANTIC) if self._sentences else LIGHT
        self._dense: NDArray[np.float16] | NDArray[np.int8] | None = None
        self._step = np.float32(1)
        # In a larger base the sense of a row is made anew each time, and leans nowhere.
        self._leaning: Leaning | None = None
        if self.index.size <= KEPT:
            self._dense = self._kept(labels)
            self._words, self._ends = array("i"), array("i")

    def _noted(self, readings: Iterable[Reading]) -> Iterable[Reading]:
        # Readings are large; they pass through once and are gone.
        for reading in readings:
            self._words.extend(senses().find(reading.words))
            self._ends.append(len(self._words))
            yield reading

    def _sense(self, rows: Iterable[int]) -> Floats:
        """What the rows mean, made from their words."""
        return senses().vectors([self._words[self._ends[row] : self._ends[row + 1]] for row in rows])

    def _kept(self, labels: NDArray[np.int64]) -> NDArray[np.float16] | NDArray[np.int8]:
        """The sense of every row, in as few bytes as it bears; `_step` is what one of them stands for."""
        sense = self._sense(range(self.index.size))
        self._leaning = Leaning(sense, labels)
        parts = [self._leaning.of(sense) * self._share_of_senses]
        if self._sentences:
            parts.append(self._sentences.rows * np.float32(self.shares.sentences**0.5))
        dense = np.hstack(parts)
        if self._sentences:  # all of them are near each other: what tells them apart is in the later digits
            return dense.astype(np.float16)
        self._step = np.float32(np.abs(dense).max(initial=0) / 127) or self._step
        whole: NDArray[np.int8] = np.round(dense / self._step).astype(np.int8)
        return whole

    def place(self, text: str, reading: Reading) -> Place:
        sense = senses().vector(senses().find(reading.words))
        dense = (self._leaning.of(sense) if self._leaning else sense) * self._share_of_senses
        if self._sentences:
            dense = np.concatenate([dense, self._sentences.place(text) * np.float32(self.shares.sentences**0.5)])
        return Place(self.index.vector(reading), dense)

    def row(self, number: int) -> Place:
        return Place(self.index.row(number), self._rows(np.array([number]))[0])

    def everything(self) -> "Everything":
        assert self._dense is not None
        return Everything(self.index, self._dense.astype(np.float32) * self._step, np.float32(self.shares.index))

    def neighbours(self, place: Place, most: int) -> tuple[NDArray[np.int64], Floats, Floats]:
        """The rows that share most with a text, their nearness to it, and their nearness to one another."""
        shared = self.index.nearness(place.vector)
        # Most of a large base shares next to nothing with a text; only the rest is put in order.
        rows = np.flatnonzero(shared > _FAR * shared.max())
        if len(rows) > most:
            rows = rows[np.argpartition(shared[rows], len(rows) - most)[-most:]]
        rows.sort()
        dense, share = self._rows(rows), np.float32(self.shares.index)
        table: Floats = share * self.index.among(rows) + dense @ dense.T
        return rows, share * shared[rows] + dense @ place.dense, table

    def _rows(self, rows: NDArray[np.int64]) -> Floats:
        if self._dense is not None:
            return self._dense[rows].astype(np.float32) * self._step
        return self._sense(rows.tolist()) * self._share_of_senses

    @property
    def _share_of_senses(self) -> np.float32:
        return np.float32(self.shares.senses**0.5)


class Everything:
    """Nearness to all rows at once, for bases where that is affordable."""

    def __init__(self, index: Index, dense: Floats, share: np.float32) -> None:
        self._index, self._dense, self._share = index, dense, share

    def nearness(self, place: Place) -> Floats:
        """At most one, to every row."""
        near: Floats = self._dense @ place.dense
        near += self._share * self._index.nearness(place.vector)
        return near

    def table(self) -> Floats:
        """The nearness of every row to every other."""
        result: Floats = self._dense @ self._dense.T
        for row in range(self._index.size):
            result[row] += self._share * self._index.nearness(self._index.row(row))
        return result
