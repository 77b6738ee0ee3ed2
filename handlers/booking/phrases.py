"""Phrases that want a visit, ask about visits, or speak of one (`data/phrases.txt`); matched on the words of `spaced`."""

import re
from functools import cache
from pathlib import Path

from knowledge_base.folding import fold, without_filler

_LISTS = Path(__file__).parent / "data" / "phrases.txt"
_APART = re.compile(r"(?<=[a-z0-9])(?=[㐀-鿿])|(?<=[㐀-鿿])(?=[a-z0-9])")
# Stands for the name of a service.
WORK = "§"
DONE_TO = re.compile(rf"\bchang(?:e|ed|ing)(?: \w{{1,12}}){{0,2}} {WORK}|{WORK}")


def spaced(text: str) -> str:
    """Lower case, Simplified, contractions spelt out; the scripts apart, so that "book咗" has a word "book"."""
    return _APART.sub(" ", fold(text))


def has(name: str, text: str) -> bool:
    """Whether a phrase of this list stands in the text (see `spaced`)."""
    return _pattern(name).search(text) is not None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Compiled when it is first needed: most talks need a few of them, and all together take a while."""
    return re.compile("|".join(_lists()[name]))


@cache
def _lists() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _LISTS.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"\[([a-z_]+)\] ", line):
            found[heading[1]] = current = []
        elif line and not line.startswith("# "):
            current.append(line)
    return found


def wants(text: str) -> bool:
    """Asks for a visit, not about visits."""
    return has("book", text) and (not has("asks", text) or has("polite", text))


def only_wants(text: str) -> bool:
    """A wish to book and hardly a word more."""
    return len(re.findall(r"[a-z0-9]+|[㐀-鿿]", _pattern("book").sub(" ", without_filler(text)))) <= 7


def without(name: str, text: str, instead: str = " ") -> str:
    """The text without the phrases of a list."""
    return _pattern(name).sub(instead, text)


def stays(text: str) -> bool:
    """Whether an appointment shall stay as it is, and nothing else shall be cancelled."""
    return has("keep", text) and not has("cancel", without("keep", text))
