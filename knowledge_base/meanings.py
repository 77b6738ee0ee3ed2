"""Words that mean the same: the car trade's synonyms and the kinds of question, in one list for all languages."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from knowledge_base.stems import stem


@dataclass(frozen=True, slots=True)
class Meanings:
    """Names: from words (stems joined by spaces, or a run of Han) to their meaning.

    Sizes: from a first stem or character to the lengths of the words that begin with it, so that little is tried in vain.
    """

    names: dict[str, str]
    sizes: dict[str, tuple[int, ...]]


@cache
def meanings() -> Meanings:
    names: dict[str, str] = {}
    sizes: defaultdict[str, set[int]] = defaultdict(set)
    for line in files("knowledge_base").joinpath("data/meanings.txt").read_text("utf-8").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        name, _, words = line.partition(":")
        for word in words.split(","):
            parts = [stem(part) for part in word.split()]
            names[" ".join(parts)] = f"={name}"
            first, size = (parts[0], len(parts)) if parts[0] < "\u3400" else (parts[0][0], len(parts[0]))
            sizes[first].add(size)
    return Meanings(names, {first: tuple(sorted(found)) for first, found in sizes.items()})
