"""What words mean, as vectors: a small static table, distilled once from a sentence model, read without it.

The table (``data/senses.npz``) is made by ``tests/benchmarks/distil_vectors.py``. Its words stand in order of frequency,
English first, then Simplified Chinese; each has 256 numbers of four bits and a scale. A text's vector is the sum of its words.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LONGEST = 4
_UNKNOWN_RANK = 1_000_000


class Senses:
    def __init__(self) -> None:
        with as_file(files("knowledge_base").joinpath("data/senses.npz")) as path, np.load(path) as stored:
            words = stored["words"].tobytes().decode("utf-8").split("\n")
            self._english = int(stored["english"])
            self._halves: NDArray[np.uint8] = stored["halves"]
            self._scales: Floats = stored["scales"]
        self._places = dict(zip(words, range(len(words)), strict=True))
        self._size = 2 * self._halves.shape[1]

    def knows(self, word: str) -> bool:
        return word in self._places

    def english(self) -> list[str]:
        return [word for word, place in self._places.items() if place < self._english]

    def rank(self, word: str) -> int:
        """Its place among the words of its language, most frequent first."""
        place: int = self._places.get(word, _UNKNOWN_RANK)
        return place if place < self._english else place - self._english

    def cut(self, run: str) -> list[str]:
        """A run of Chinese as the longest words there are, from left to right; what is no word stays a single character."""
        pieces, start = [], 0
        while start < len(run):
            size = min(_LONGEST, len(run) - start)
            while size > 1 and run[start : start + size] not in self._places:
                size -= 1
            pieces.append(run[start : start + size])
            start += size
        return pieces

    def find(self, words: Iterable[str]) -> list[int]:
        """The places of a text's words in the table, Chinese runs cut; unknown ones are left out."""
        found = []
        for word in words:
            for piece in self.cut(word) if "\u3400" <= word[0] <= "\u9fff" else (word,):
                place = self._places.get(piece)
                if place is None and piece.endswith("s"):
                    place = self._places.get(piece[:-1])
                if place is not None:
                    found.append(place)
        return found

    def vectors(self, texts: Sequence[Sequence[int]]) -> Floats:
        """A row for each text, given the places of its words: of length one, or zero where no word is known."""
        result = np.zeros((len(texts), self._size), dtype=np.float32)
        for start in range(0, len(texts), 512):
            part = texts[start : start + 512]
            counts = np.array([len(places) for places in part])
            filled = np.flatnonzero(counts)
            if not len(filled):
                continue
            places = np.concatenate([np.asarray(part[int(number)], dtype=np.int64) for number in filled])
            halves, scales = self._halves[places], self._scales[places][:, None]
            values = np.empty((len(places), self._size), dtype=np.float32)
            values[:, 0::2] = halves >> 4
            values[:, 1::2] = halves & 15
            values -= 7.5
            values *= scales
            starts = np.concatenate([[0], np.cumsum(counts[filled])[:-1]])
            sums = np.add.reduceat(values, starts, axis=0)
            sums /= np.maximum(np.sqrt((sums * sums).sum(axis=1, keepdims=True)), 1e-9)
            result[start + filled] = sums
        return result


@cache
def senses() -> Senses:
    return Senses()
