"""Words that mean the same: the car trade's synonyms and the kinds of question, in one list for all languages."""

from functools import cache
from importlib.resources import files

from knowledge_base.stems import stem


@cache
def meanings() -> dict[str, str]:
    """From a surface (stems joined by spaces, or Han characters) to the name of its meaning."""
    text = files("knowledge_base").joinpath("data/meanings.txt").read_text("utf-8")
    found: dict[str, str] = {}
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        name, _, words = line.partition(":")
        for word in words.split(","):
            found[" ".join(stem(part) for part in word.split())] = name
    return found
