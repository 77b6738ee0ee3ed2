"""Words that mean the same at every point of every dialogue: menu, back, cancel, a person, language, help, stop."""

from functools import cached_property

from rapidfuzz import fuzz, process

from handlers.dialogue.folding import fold
from handlers.dialogue.texts import Texts

UNIVERSAL = ("start", "menu", "help", "back", "cancel", "language", "person", "stop")
# A typo is forgiven in words of some length only: "bak" might be anything.
_LONG_ENOUGH = 5
_ALIKE = 88


class UniversalWords:
    """Which universal word, if any, a message is. The lists are texts, all languages together."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    @cached_property
    def _meanings(self) -> dict[str, str]:
        return {fold(word): name for name in UNIVERSAL for word in self._texts.words(f"dialogue.universal.{name}")}

    @cached_property
    def _long(self) -> list[str]:
        return [word for word in self._meanings if len(word) >= _LONG_ENOUGH and word.isascii()]

    def find(self, text: str) -> str | None:
        """The name of the universal word that the whole message is, a small typo forgiven."""
        words = fold(text)
        if not words or len(words) > 40:
            return None
        if words in self._meanings:
            return self._meanings[words]
        if len(words) < _LONG_ENOUGH or not words.isascii():
            return None
        best = process.extractOne(words, self._long, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return self._meanings[best[0]] if best else None
