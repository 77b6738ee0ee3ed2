"""Words that mean the same at every point of every dialogue: menu, back, cancel, a person, language, help, stop."""

from functools import lru_cache

from rapidfuzz import fuzz, process

from handlers.dialogue.folding import fold
from handlers.dialogue.texts import Texts

UNIVERSAL = ("start", "menu", "help", "back", "cancel", "language", "person", "stop")
# A typo is forgiven in words of some length only: "bak" might be anything.
_LONG_ENOUGH = 5
_ALIKE = 88


@lru_cache(maxsize=8)
def _meanings(texts: Texts) -> dict[str, str]:
    return {fold(word): name for name in UNIVERSAL for word in texts.words(f"dialogue.universal.{name}")}


@lru_cache(maxsize=8)
def _long(texts: Texts) -> list[str]:
    return [word for word in _meanings(texts) if len(word) >= _LONG_ENOUGH and word.isascii()]


def find(texts: Texts, text: str) -> str | None:
    """The name of the universal word, of any language, that the whole message is, a small typo forgiven."""
    words = fold(text)
    if not words or len(words) > 40:
        return None
    meanings = _meanings(texts)
    if words in meanings:
        return meanings[words]
    if len(words) < _LONG_ENOUGH or not words.isascii():
        return None
    best = process.extractOne(words, _long(texts), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return meanings[best[0]] if best else None
