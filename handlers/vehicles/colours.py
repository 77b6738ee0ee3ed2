"""Colours of cars: the words for them in every language, and the code that is stored."""

import re
from functools import lru_cache

from handlers.dialogue.texts import Texts
from knowledge_base.folding import fold

CODES = (
    "white", "black", "silver", "grey", "red", "blue", "green", "yellow", "orange", "brown", "gold", "purple", "beige", "pink",
)  # fmt: skip
# One character is a colour only where a name can not begin: 红旗 is a make, "白A4" a white car.
_ENDS = r"(?=[色的\sa-z0-9,，.。、]|$)"


@lru_cache(maxsize=8)
def _pattern(texts: Texts) -> re.Pattern[str]:
    words = sorted({fold(word) for code in CODES for word in texts.words(f"vehicles.colours.{code}")}, key=len, reverse=True)
    return re.compile(
        "|".join(rf"\b{re.escape(w)}\b" if w.isascii() else re.escape(w) + (_ENDS if len(w) == 1 else "") for w in words)
    )


@lru_cache(maxsize=8)
def _codes(texts: Texts) -> dict[str, str]:
    return {fold(word): code for code in CODES for word in texts.words(f"vehicles.colours.{code}")}


def find(texts: Texts, text: str) -> str | None:
    """The code of the colour that the words name; None without one, and for several: "white and black" is no colour."""
    found = {_codes(texts)[word] for word in _pattern(texts).findall(fold(text))}
    return found.pop() if len(found) == 1 else None


def name(texts: Texts, language: str, colour: str) -> str:
    """How a stored colour is said; one that the shop wrote in its own words stays as it is."""
    return texts.label(f"vehicles.colour_name.{colour}", language, {}) if colour in CODES else colour
