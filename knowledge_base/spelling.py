"""Repairs what was misspelt, towards the words of the base: English by letters, Chinese by sound."""

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from importlib.resources import as_file, files

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge_base.senses import senses
from knowledge_base.sounds import sounds
from knowledge_base.stems import stem

_LATIN = re.compile(r"[a-z]{3,20}")
_HAN = re.compile("[\u3400-\u9fff]{2,}")
# A long message is repaired at its beginning only: each repair looks through part of the vocabulary.
_MOST_REPAIRS = 4
# A Chinese word at least this frequent (its rank) is meant as it stands, whatever it sounds like.
_FREQUENT = 9_000
# Repairs lead to words that people use: so many of the base's, and nearly all of the English that the table knows.
_COMMON, _COMMON_ENGLISH = 6_000, 20_000
# From here on a word that the base does not know may have two letters wrong, too: few others are as near.
_LONG = 8
_NOTHING = (9, 0, 0, 0, "")
SEEDS = (0, 0x9747B28C, 0x1B873593, 0x85EBCA6B)


class Spelling:
    """Knows the words of all phrasings; only read once it is built."""

    def __init__(self, texts: Sequence[str]) -> None:
        words = Counter(word for text in texts for word in _LATIN.findall(text))
        # Owners write down misspellings as people type them. What is no word and comes once or twice is repaired like a question.
        words = Counter({word: count for word, count in words.items() if count > 2 or len(word) < 5 or is_word(word)})
        self._words = set(words) | {stem(word) for word in words}
        self._alike = _by_length(word for word, _ in words.most_common(_COMMON))
        chinese = (text for text in texts if not text.isascii())
        pairs = Counter(run[i : i + 2] for text in chinese for run in _HAN.findall(text) for i in range(len(run) - 1))
        self._pairs = set(pairs)
        self._by_sound: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for pair, _ in pairs.most_common():
            # Only real words: where two words of a phrasing touch, their pair means nothing.
            if senses().knows(pair):
                self._by_sound[_heard(pair)].append(pair)

    def repair(self, text: str) -> str:
        repairs = 0
        strange = [word for word in _LATIN.findall(text) if word not in self._words]
        for word in dict.fromkeys(strange):
            if repairs < _MOST_REPAIRS and stem(word) not in self._words and not is_word(word):
                text = re.sub(rf"\b{word}\b", self._nearest(word), text)
                repairs += 1
        if text.isascii() or not self._by_sound:
            return text
        return _HAN.sub(lambda found: self._repair_run(found[0]), text)

    def _nearest(self, word: str) -> str:
        """The nearest word of the base, unless an English word is nearer still; the more frequent of two as near.

        What the base has in another form ("helping" where it says "help") is a word of the base.
        """
        best = min(_near(word, self._alike, 2), default=_NOTHING)
        if best[:2] > (1, 0):
            for edits, replaced, _, rank, found in _near(word, _english(), 2):
                strange = stem(found) not in self._words
                if edits == 1 or not strange or len(word) >= _LONG:
                    best = min(best, (edits, replaced, int(strange), rank, found))
        return best[-1] or word

    def _repair_run(self, run: str) -> str:
        """Looks only where the table finds no word, or a rare one that the base does not use."""
        cut, repaired = senses().cut(run), []
        place = 0
        while place < len(cut):
            piece = cut[place]
            pair = piece if len(piece) == 2 else piece + cut[place + 1] if place + 1 < len(cut) else piece
            if len(pair) == 2 and pair not in self._pairs and not senses().rank(pair) < _FREQUENT:
                meant = self._by_sound.get(_heard(pair))
                if meant:
                    # Most often only one of the two characters is wrong; of two words as likely the more frequent.
                    repaired.append(max(meant, key=partial(_as_typed, pair)))
                    place += 1 if len(piece) == 2 else 2
                    continue
            repaired.append(piece)
            place += 1
        return "".join(repaired)


def _near(word: str, words: dict[int, list[str]], most: int) -> Iterator[tuple[int, int, int, int, str]]:
    """Words that it may be: how many edits away, how unlikely an edit, zero, how rare the word among those of its length.

    Letters left out, doubled or swapped are what fingers do; another letter in its place is less likely. Two edits from seven
    letters on, and from six where the first letter is the same.
    """
    for size in range(max(3, len(word) - most), len(word) + most + 1):
        allowed = min(most, 2 if len(word) > 5 else 1)
        for found, distance, rank in process.extract(
            word, words.get(size, ()), scorer=OSA.distance, score_cutoff=allowed, limit=8
        ):
            if distance == 1 or len(word) > 6 or found[0] == word[0]:
                replaced = size == len(word) and sorted(found) != sorted(word)
                yield int(distance), int(replaced), 0, rank, found


def is_word(word: str) -> bool:
    """Whether people write this: English words, names and much of what other languages write in Latin letters.

    A Bloom filter over 45,000 words: it never forgets one, and takes one misspelling in two hundred for a word.
    """
    if senses().knows(word):
        return True
    bits, encoded = _known(), word.encode()
    size = 8 * len(bits)
    return all(bits[(place := zlib.crc32(encoded, seed) % size) >> 3] & (128 >> (place & 7)) for seed in SEEDS)


@cache
def _known() -> bytes:
    with as_file(files("knowledge_base").joinpath("data/words.npz")) as path, np.load(path) as stored:
        bits: bytes = stored["bits"].tobytes()
    return bits


@cache
def _english() -> dict[int, list[str]]:
    return _by_length(senses().english()[:_COMMON_ENGLISH])


def _by_length(words: Iterable[str]) -> dict[int, list[str]]:
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for word in words:
        groups[len(word)].append(word)
    return dict(groups)


def _as_typed(pair: str, meant: str) -> int:
    return (pair[0] == meant[0]) + (pair[1] == meant[1])


def _heard(pair: str) -> tuple[str, str]:
    table = sounds()
    return table.get(pair[0], pair[0]), table.get(pair[1], pair[1])
