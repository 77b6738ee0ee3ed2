"""What words mean, as vectors: two small static tables, distilled once from sentence models, read without them.

The tables (``data/senses*``) are made by scripts in ``tests/benchmarks``. The words stand in this order: English that only the
second table knows; English, the most frequent first; Simplified Chinese, the most frequent first. The first table covers all but
the first group and brings both languages together; the second covers English and tells more apart there.
Numbers have four bits, and each word a scale. A text's vector is the sum of its words.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DATA = Path(__file__).with_name("data")
_LONGEST = 4
_AT_ONCE = 128
_UNKNOWN_RANK = 1_000_000
# Words whose places are at hand, looked up or in vain.
_REMEMBERED = 8192
# Words whose numbers are at hand, unpacked: a kilobyte and a half each.
_UNPACKED = 512
# What the second table adds to the nearness of two English texts; measured flat between a half and 0.8.
_SECOND = 0.7
_OF_FIRST, _OF_SECOND = np.float32((1 - _SECOND) ** 0.5), np.float32(_SECOND**0.5)


# The two numbers of a byte, side by side as one, so that a byte is looked up once.
_PAIRS = np.array([[(byte >> 4) - 7.5, (byte & 15) - 7.5] for byte in range(256)], dtype=np.float32).view(np.int64).ravel()


class Table:
    """Vectors of the words from a place on, two numbers to a byte."""

    def __init__(self, first: int, halves: NDArray[np.uint8], scales: Floats) -> None:
        self._first, self._halves, self._scales = first, halves, scales
        self.size = 2 * halves.shape[1]

    def sums(self, words: NDArray[np.int64], counts: Floats) -> Floats:
        """A row for each text, of length one (zero where no word is known); counts says how often a text (row) has a word."""
        words = words - self._first
        known = (words >= 0) & (words < len(self._halves))
        rows = words[known]
        sums: Floats = (counts if len(rows) == len(words) else counts[:, known]) @ (
            self._unpacked(rows) * self._scales[rows][:, None]
        )
        sums /= np.maximum(_lengths(sums), 1e-9)
        return sums

    def word(self, place: int) -> Floats:
        """The numbers of one word, zeros where it is not in this table."""
        row = place - self._first
        if not 0 <= row < len(self._halves):
            return np.zeros(self.size, dtype=np.float32)
        vector: Floats = self._unpacked(row) * self._scales[row]
        return vector

    def _unpacked(self, rows: NDArray[np.int64] | int) -> Floats:
        values: Floats = _PAIRS.take(self._halves[rows]).view(np.float32)
        return values


class Senses:
    def __init__(self) -> None:
        with np.load(DATA / "senses.npz") as stored:
            sums = _checksums(stored["words"])
            self._ranked, self._chinese = map(int, stored["starts"])
            self._first = Table(self._ranked, _mapped("senses_first.npy"), stored["first_scales"])
            self._second = Table(0, _mapped("senses_second.npy"), stored["second_scales"])
        order = np.argsort(sums, kind="stable")
        # As a dict of words this would be twelve megabytes; a word that is not among them is taken for one in 50,000 times.
        self._sums, self._places = array("I", sums[order].tobytes()), array("I", order.astype(np.uint32).tobytes())
        self._place = lru_cache(maxsize=_REMEMBERED)(self._look_up)
        self._word = lru_cache(maxsize=_UNPACKED)(self._of_word)

    def _look_up(self, word: str) -> int | None:
        """The word's place in the table, None for one that is not in it."""
        wanted = _checksum(word)
        at = bisect_left(self._sums, wanted)
        return self._places[at] if at < len(self._sums) and self._sums[at] == wanted else None

    def knows(self, word: str) -> bool:
        return self._place(word) is not None

    def english(self) -> list[str]:
        """The most frequent first."""
        return _words()[self._ranked : self._chinese]

    def rank(self, word: str) -> int:
        """Its place among the words of its language, most frequent first."""
        place = self._place(word)
        if place is None:
            return _UNKNOWN_RANK
        return max(place - (self._chinese if place >= self._chinese else self._ranked), 0)

    def cut(self, run: str) -> list[str]:
        """A run of Chinese as the longest words there are, from left to right; what is no word stays a single character."""
        pieces, start = [], 0
        while start < len(run):
            size = min(_LONGEST, len(run) - start)
            while size > 1 and not self.knows(run[start : start + size]):
                size -= 1
            pieces.append(run[start : start + size])
            start += size
        return pieces

    def find(self, words: Iterable[str]) -> list[int]:
        """The places of a text's words in the table, Chinese runs cut; unknown ones are left out."""
        found: list[int | None] = []
        for word in words:
            if word >= "\u3400" and word[0] <= "\u9fff":
                found += map(self._place, self.cut(word))
                continue
            place = self._place(word)
            if place is None and word.endswith("s"):
                place = self._place(word[:-1])
            found.append(place)
        return [place for place in found if place is not None]

    def vectors(self, texts: Sequence[Sequence[int]]) -> Floats:
        """A row for each text, given the places of its words: of length one, or zero where no word is known."""
        result = np.zeros((len(texts), self._first.size + self._second.size), dtype=np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            part = texts[start : start + _AT_ONCE]
            places = np.array([place for text in part for place in text], dtype=np.int64)
            owners = np.repeat(np.arange(len(part)), [len(text) for text in part])
            # Texts that are compared share many words: each is unpacked once, and the rest is one product of matrices.
            words, which = np.unique(places, return_inverse=True)
            counts = np.bincount(owners * len(words) + which, minlength=len(part) * len(words))
            table = counts.reshape(len(part), -1).astype(np.float32)
            rows = result[start : start + len(part)]
            rows[:, : self._first.size] = self._first.sums(words, table) * _OF_FIRST
            rows[:, self._first.size :] = self._second.sums(words, table) * _OF_SECOND
            rows /= np.maximum(_lengths(rows), 1e-9)
        return result

    def vector(self, places: Sequence[int]) -> Floats:
        """The same for a single text."""
        result = np.zeros(self._first.size + self._second.size, dtype=np.float32)
        for place in places:
            result += self._word(place)
        first, second = result[: self._first.size], result[self._first.size :]
        one, other = float(first @ first) ** 0.5, float(second @ second) ** 0.5
        if one:
            first *= (_OF_FIRST if other else 1) / one
        if other:
            second *= (_OF_SECOND if one else 1) / other
        return result

    def _of_word(self, place: int) -> Floats:
        return np.concatenate((self._first.word(place), self._second.word(place)))


def _words() -> list[str]:
    """All of them, in the order of the table."""
    with np.load(DATA / "senses.npz") as stored:
        return str(stored["words"].tobytes(), "utf-8").split("\n")


def _checksum(word: str) -> int:
    return crc32(word.encode("utf-8", "replace"))


def _checksums(lines: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Of each word, one to a line; read where it lies: fifty thousand words of their own take four megabytes for a moment."""
    ends = np.append(np.flatnonzero(lines == ord("\n")), len(lines)).tolist()
    text, start, found = lines.data, 0, array("I")
    for end in ends:
        found.append(crc32(text[start:end]))
        start = end + 1
    return np.frombuffer(found, dtype=np.uint32)


def _mapped(name: str) -> NDArray[np.uint8]:
    """Numbers that are read where they lie: of the words that nobody uses, none comes into memory."""
    return np.asarray(np.load(DATA / name, mmap_mode="r"))


def _lengths(rows: Floats) -> Floats:
    lengths: Floats = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return lengths


@cache
def senses() -> Senses:
    return Senses()
