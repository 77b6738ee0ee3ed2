"""Names inside a sentence: services, car models, anything with a list of names; exact, or misspelt by a letter or a character."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from knowledge_base.folding import fold
from knowledge_base.stems import stem

_TOKEN = re.compile(r"[^\W_㐀-鿿]+|[㐀-鿿]")
_HAN = re.compile(r"[㐀-鿿]")
# Words that may stand inside a name without changing it: "rotate my tyres", 换个机油, 洗下车.
_BETWEEN = frozenset(("my", "our", "your", "his", "her", "its", "the"))
_MEASURES = frozenset("个下条只副对套")
_COUNTS = frozenset("一二两三四")
_DONE_TO = frozenset("换做洗补打贴修检查验装加保喷校较调镀洁护")
# Below these a likeness proves nothing: "换油" and "换胎" share half of their characters.
_ALIKE_LETTERS = 84
_ALIKE_HAN = 74
_ALIKE_WORD = 60
_FEWEST_LETTERS = 5
_FEWEST_HAN = 4
# Words that are typed for others all the same, for they sound like them: "breaks".
_MISTAKEN = frozenset(("break", "breaks", "breaking", "tier", "tiers", "filer"))
# Words that hold a sentence together, and are no slips for others: "when was my car…" is no "wash my car".
_PLAIN = frozenset(
    ("was", "were", "has", "have", "had", "want", "will", "with", "when", "where", "there", "here", "this", "that")
)


@dataclass(frozen=True, slots=True)
class Found:
    """A name that stands in a text: whose it is, where (tokens of the folded text), and how sure (0–100)."""

    key: str
    start: int
    end: int
    score: float

    @property
    def length(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class _Name:
    key: str
    tokens: tuple[str, ...]
    text: str


class Names:
    """Finds which of some things a text names. `names`: (key, one of its names), as many as there are."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        unique = {(key, tuple(_kept(tokens(name)).values())): None for key, name in names}
        self._by_first: dict[str, list[_Name]] = {}
        self._by_size: dict[tuple[int, int], list[_Name]] = {}
        for name in (_Name(key, parts, _joined(parts)) for key, parts in unique if parts):
            self._by_first.setdefault(name.tokens[0], []).append(name)
            if not _too_short(name.text):
                cutoff = _ALIKE_HAN if _HAN.search(name.text) else _ALIKE_LETTERS
                self._by_size.setdefault((len(name.tokens), cutoff), []).append(name)
        # One turn looks at the same words more than once.
        self.find = lru_cache(maxsize=1024)(self._find)

    def _find(self, text: str) -> tuple[Found, ...]:
        """The names in the text that are not part of a longer one, best first; several keys for the same words stay together."""
        at = _kept(tokens(text[:400]))
        found = self._written(tuple(at.values()))
        places = list(at)
        found = [Found(f.key, places[f.start], places[f.end - 1] + 1, f.score) for f in found]
        kept: list[Found] = []
        # A longer name wins over a shorter one, unless it is only alike: "brake pads" beats something like "brake pads f_r".
        for candidate in sorted(found, key=lambda f: (-f.length * (f.score / 100) ** 4, f.start)):
            same_words = [k for k in kept if (k.start, k.end) == (candidate.start, candidate.end) and k.score == candidate.score]
            apart = all(candidate.end <= k.start or k.end <= candidate.start for k in kept)
            if (apart or same_words) and candidate.key not in {k.key for k in kept}:
                kept.append(candidate)
        return tuple(sorted(kept, key=lambda f: (-f.score, -f.length, f.start)))

    def _written(self, parts: tuple[str, ...]) -> list[Found]:
        found = list(self._exact(parts))
        return [*found, *self._alike(parts, found)]

    def _exact(self, parts: tuple[str, ...]) -> Iterable[Found]:
        for start, first in enumerate(parts):
            for name in self._by_first.get(first, []):
                end = start + len(name.tokens)
                if parts[start:end] == name.tokens:
                    yield Found(name.key, start, end, 100.0)

    def _alike(self, parts: tuple[str, ...], exact: list[Found]) -> Iterable[Found]:
        """Names that some words of the text are nearly; all windows against all names of their length at once."""
        taken = {index for found in exact for index in range(found.start, found.end)}
        for (size, cutoff), names in self._by_size.items():
            starts = [at for at in range(len(parts) - size + 1) if not taken.issuperset(range(at, at + size))]
            if not starts:
                continue
            windows = [_joined(parts[at : at + size]) for at in starts]
            scores = process.cdist([name.text for name in names], windows, scorer=fuzz.ratio, score_cutoff=cutoff)
            for row, column in zip(*scores.nonzero(), strict=True):
                name, at = names[row], starts[column]
                if _word_by_word(name.tokens, parts[at : at + size]):
                    yield Found(name.key, at, at + size, float(scores[row, column]))


def tokens(text: str) -> tuple[str, ...]:
    """Words and single Chinese characters of the folded text: "A4小保养" gives ("a4", "小", "保", "养")."""
    return tuple(_TOKEN.findall(fold(text)))


def _kept(parts: tuple[str, ...]) -> dict[int, str]:
    """The tokens that count, by where they are."""
    return {index: part for index, part in enumerate(parts) if not _between(parts, index)} or dict(enumerate(parts))


def _between(parts: tuple[str, ...], index: int) -> bool:
    """Whether the token only counts what follows it: the 一 and the 个 of 换一个轮胎."""
    if parts[index] in _BETWEEN:
        return index > 0
    if index == 0 or index + 1 == len(parts):
        return False
    if parts[index] in _COUNTS:
        return parts[index - 1] in _DONE_TO and parts[index + 1] in _MEASURES
    before = parts[index - 2] if parts[index - 1] in _COUNTS and index > 1 else parts[index - 1]
    return parts[index] in _MEASURES and before in _DONE_TO and bool(_HAN.fullmatch(parts[index + 1]))


def _word_by_word(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    """A typo changes letters of a word; another word in its place is another name."""
    if not all(_HAN.fullmatch(a) or _alike(a, b) for a, b in zip(name, words, strict=True)):
        return False
    if any(b in _PLAIN and a != b for a, b in zip(name, words, strict=True)):
        return False
    han = [a == b for a, b in zip(name, words, strict=True) if _HAN.fullmatch(a)]
    if any(b in _DONE_TO and a != b and a not in _DONE_TO for a, b in zip(name, words, strict=True)):
        return False  # 做一次保养 is no slip for 第一次保养
    if len(han) < len(name) and 2 * sum(han) < len(han):
        return False  # the word that "check電池" has in common with "check迫力" is not what it is about
    # "Oil charge" is a slip for "oil change"; a word that stands alone is what it is: "plus" is no plug.
    return any(a == b for a, b in zip(name, words, strict=True)) or not any(map(_another_word, name, words))


def _another_word(name: str, word: str) -> bool:
    """Whether the dictionary has the word that stands where the name has another."""
    from knowledge_base.spelling import is_word  # late: the bot greets while numpy is being imported

    return word.isascii() and word not in _MISTAKEN and stem(word) != stem(name) and is_word(word)


def _alike(name: str, word: str) -> bool:
    """A letter alone is a word of its own: "a service" is no "ac service"."""
    return name == word or (min(len(name), len(word)) > 1 and fuzz.ratio(name, word) >= _ALIKE_WORD)


def _joined(parts: tuple[str, ...]) -> str:
    return ("" if parts and _HAN.fullmatch(parts[0]) else " ").join(parts)


def _too_short(name: str) -> bool:
    """Whether it must be written as it is: few letters, or digits, in which a typo makes another name."""
    return len(name) < (_FEWEST_HAN if _HAN.search(name) else _FEWEST_LETTERS) or any(c.isdigit() for c in name)
