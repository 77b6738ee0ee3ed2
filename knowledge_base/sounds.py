"""How a Chinese character sounds, so that a homophone typed by mistake still finds its word."""

import re
from functools import cache
from importlib.resources import files


@cache
def sounds() -> dict[str, str]:
    """From a character to its toneless syllable, folded as input methods and accents confuse them (zh/z, ing/in)."""
    text = files("knowledge_base").joinpath("data/sounds.txt").read_text("utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            syllable, characters = line.split()
            found.update(dict.fromkeys(characters, _blur(syllable)))
    return found


def _blur(syllable: str) -> str:
    return re.sub("ng$", "n", re.sub("^([zcs])h", r"\1", syllable))
