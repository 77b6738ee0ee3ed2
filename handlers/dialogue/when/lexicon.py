"""The word lists in `data/`: what kind of token each word is, names of feasts, short forms, and patterns that veto.

Read on first use; a line is `kind value: word, word`, and lines that begin with spaces go on with the one above.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from handlers.dialogue.when.numerals import CARDINALS, ORDINALS

Meaning = tuple[str, object]
Phrase = tuple[tuple[str, ...], str, object]

_DATA = Path(__file__).parent / "data"
# What may stand between "call me" and "at 10", up to the time itself.
_SMALL_WORDS = (
    r"(?:\s(?:at|by|around|about|on|until|till|til|from|is|for|the|this|up|again|back|in|off|only|just|after|before|@|a))*\s*$"
)


@cache
def english_words() -> dict[str, Meaning]:
    numbers: dict[str, Meaning] = {word: ("n", number) for word, number in CARDINALS.items() if number}
    numbers |= {word: ("f", number) for word, number in ORDINALS.items()}
    feasts = {name: ("D", f"feast:{feast}") for name, feast in _feasts().items() if " " not in name}
    return numbers | feasts | dict(_words("english.txt"))


@cache
def english_phrases() -> dict[str, list[Phrase]]:
    """By the first word, longest first; apostrophes and hyphens do not count."""
    written: dict[str, Meaning] = {
        name: ("D", f"feast:{feast}") for name, feast in _feasts().items() if " " in name or "-" in name
    }
    written |= dict(_words("english_phrases.txt"))
    found: dict[str, list[Phrase]] = {}
    for phrase, (kind, value) in written.items():
        words = tuple(phrase.replace("'", "").replace("-", " ").split())
        found.setdefault(words[0], []).append((words, kind, value))
    for entries in found.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return found


@cache
def chinese_words() -> dict[str, list[tuple[str, Meaning]]]:
    """By the first character, longest first."""
    written: dict[str, Meaning] = {name: ("D", f"feast:{feast}") for name, feast in _feasts().items() if not name.isascii()}
    written |= dict(_words("chinese.txt"))
    found: dict[str, list[tuple[str, Meaning]]] = {}
    for word, meaning in written.items():
        found.setdefault(word[0], []).append((word, meaning))
    for words in found.values():
        words.sort(key=lambda entry: -len(entry[0]))
    return found


@cache
def slips() -> dict[str, str]:
    """Short forms and misspellings, and the words that they stand for."""
    return {form: word for word, forms in _lines("slips.txt") for form in forms}


@cache
def slips_of_characters() -> list[tuple[re.Pattern[str], str]]:
    """Chinese characters typed for others, and those that were meant, which are as many."""
    lines = [line for line in (_DATA / "slips_chinese.txt").read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(re.compile(wrong), meant) for wrong, _, meant in (line.partition(" => ") for line in lines)]


def vetoes() -> list[str]:
    return [
        line for line in (_DATA / "vetoes.txt").read_text(encoding="utf-8").splitlines() if line and not line.startswith("# ")
    ]


@cache
def clauses() -> dict[str, list[str]]:
    """Patterns over clauses by name."""
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in (_DATA / "clauses.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("[") and "] " in line and line[1].islower():
            found[line[1 : line.index("]")]] = current = []
        elif line and not line.startswith("# "):
            current.append(line)
    return {name: [pattern.replace("{so}", _SMALL_WORDS) for pattern in patterns] for name, patterns in found.items()}


@cache
def _feasts() -> dict[str, str]:
    return {name: feast for feast, names in _lines("feasts.txt") for name in names}


def _words(file: str) -> Iterator[tuple[str, Meaning]]:
    for head, words in _lines(file):
        kind, *values = head.split()
        value: object = " ".join(values) or None
        if kind == "D" and len(values) == 2:
            value = int(values[0]), values[1]
        elif len(values) == 1 and values[0].isdigit():
            value = int(values[0])
        elif len(values) == 1 and "." in values[0]:
            value = float(values[0])
        for word in words:
            yield word, (kind, value)


def _lines(file: str) -> Iterator[tuple[str, list[str]]]:
    head, words = "", ""
    for line in [*(_DATA / file).read_text(encoding="utf-8").splitlines(), "# "]:
        if line.startswith(" "):
            words += line
            continue
        if head:
            yield head, [word.strip() for word in words.split(",")]
        head, _, words = ("", "", "") if line.startswith("# ") else line.partition(": ")
