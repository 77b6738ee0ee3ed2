"""Phrases that a manager can write, and where they stand in what somebody typed.

"you * scratched/dented * my" are parts with gaps between: `/` stands between words of which any will do, `*` for a few words in
between (never for a "not"), and a part that ends with `?` may be missing. Width, case and script do not count; a long word may
have a typo, and a Chinese word of three characters or more may be written with homophones.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from knowledge_base.names import tokens
from knowledge_base.sounds import sounds

# How much may stand in a gap: six words of English, or as many characters as say the same in Chinese.
_GAP, _WORD, _CHARACTER = 15.0, 2.5, 1.0
# A slip in a word of at least so many letters is forgiven; "insured" for "injured" is none.
_LONG_WORD, _ALIKE = 5, 88
_BY_SOUND = 3
NEGATIONS = frozenset(("not", "no", "never", "without", "没", "不", "未", "无"))

Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    words: tuple[Tokens, ...]
    sounds: frozenset[str]
    optional: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    key: str
    parts: Sequence[_Part]
    needs: Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Found:
    """A phrase in a text: whose it is, and the words that it was found in."""

    key: str
    words: str


class Phrases:
    """Finds which of some things a text speaks of. `phrases`: by the key of the thing."""

    def __init__(self, phrases: Mapping[str, Sequence[str]]) -> None:
        self._starts: dict[str, list[_Phrase]] = defaultdict(list)
        vocabulary: set[str] = set()
        for key, texts in phrases.items():
            for text in texts:
                parts = _parse(text)
                needs = [part.sounds for part in parts if not part.optional and not part.gap]
                first = next((n for n, part in enumerate(parts) if not part.optional and not part.gap), 0)
                phrase = _Phrase(key, parts, tuple(needs[1:]))
                for sound in {sound for part in parts[: first + 1] for sound in part.sounds}:
                    self._starts[sound].append(phrase)
                vocabulary.update(token for part in parts for words in part.words for token in words)
        self._known = vocabulary
        self._corrected = lru_cache(maxsize=4096)(self._correct)
        self._long = sorted(token for token in vocabulary if token.isascii() and token.isalpha() and len(token) >= _LONG_WORD)
        # One turn looks at the same words, and at their clauses, many times over.
        self._remembered = lru_cache(maxsize=64)(self._find)

    def find(self, text: str) -> tuple[Found, ...]:
        """Each thing once, with the first words that speak of it."""
        return self._remembered(text)

    def _find(self, text: str) -> tuple[Found, ...]:
        typed = tokens(text)
        read = tuple(self._corrected(token) for token in typed)
        heard = [_sound(token) for token in read]
        present = frozenset(heard)
        found: dict[str, Found] = {}
        for start, sound in enumerate(heard):
            for phrase in self._starts.get(sound, ()):
                # Most phrases end here: one of their words is not in the text at all.
                if phrase.key in found or any(need.isdisjoint(present) for need in phrase.needs):
                    continue
                if (end := _match(phrase.parts, 0, read, start)) is not None and not _denied(read, start):
                    found[phrase.key] = Found(phrase.key, _joined(typed[start:end]))
        return tuple(found.values())

    def _correct(self, token: str) -> str:
        """The word of ours that a long word is a slip of."""
        if len(token) < _LONG_WORD or token in self._known or not token.isascii() or not token.isalpha():
            return token
        best = process.extractOne(token, self._long, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return best[0] if best else token


def check(phrase: str) -> bool:
    """Whether this can be found at all: words, and no gap at either end."""
    parts = _parse(phrase)
    return any(not part.gap and not part.optional for part in parts) and not (parts[0].gap or parts[-1].gap)


def _parse(text: str) -> Sequence[_Part]:
    return tuple(part for piece in text.split() if (part := _part(piece)))


@lru_cache(maxsize=4096)  # many phrases share them, and each is checked when it is read and parsed again for what finds it
def _part(piece: str) -> _Part | None:
    if piece == "*":
        return _Part((), frozenset(), gap=True)
    optional = piece.endswith("?") and len(piece) > 1
    words = tuple(found for word in piece.removesuffix("?").split("/") if (found := tokens(word.replace("_", " "))))
    return _Part(words, frozenset(_sound(word[0]) for word in words), optional) if words else None


def _match(parts: Sequence[_Part], number: int, read: Tokens, at: int) -> int | None:
    """Where a match of the parts from `number` on ends, when it begins at `at`; None when there is none."""
    if number == len(parts):
        return at
    part = parts[number]
    if part.gap:
        room = _GAP
        for skip in range(at, len(read) + 1):
            if (end := _match(parts, number + 1, read, skip)) is not None:
                return end
            if skip == len(read) or read[skip] in NEGATIONS:
                return None
            room -= _WORD if read[skip].isascii() else _CHARACTER
            if room < 0:
                return None
        return None
    for words in part.words:
        if _same(words, read[at : at + len(words)]) and ((end := _match(parts, number + 1, read, at + len(words))) is not None):
            return end
    return _match(parts, number + 1, read, at) if part.optional else None


def _same(words: Tokens, window: Tokens) -> bool:
    if words == window:
        return True
    if len(words) < _BY_SOUND or len(window) != len(words) or words[0].isascii():
        return False
    different = sum(a != b for a, b in zip(words, window, strict=True))
    return different <= len(words) // 2 and all(_sound(a) == _sound(b) for a, b in zip(words, window, strict=True))


def _denied(read: Tokens, start: int) -> bool:
    """ "No scratches", "not angry": the word before takes it back."""
    return start > 0 and read[start - 1] in NEGATIONS


def _sound(token: str) -> str:
    return token if token.isascii() else sounds().get(token, token)


def _joined(words: Iterable[str]) -> str:
    text = ""
    for word in words:
        text += (" " if text and (word.isascii() or text[-1].isascii()) else "") + word
    return text
