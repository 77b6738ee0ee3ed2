"""Takes a folded text apart: words, letters, sounds and meanings, four ways to compare it with another."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from knowledge_base.meanings import meanings
from knowledge_base.sounds import sounds
from knowledge_base.stems import stem

# A viscosity ("5w-30") is one word; a number is a word with its commas gone; Han runs stay whole until they are cut below.
_TOKEN = re.compile(r"[\u3400-\u9fff]+|\d+w-?\d+|\d+(?:[.,]\d+)*|[^\W\d_\u3400-\u9fff]+")
_LARGE = re.compile(r"((?<![\d.])\d{1,12}(?:\.\d{1,6})?|[一二两三四五六七八九十])([万千k])(?![a-z])")
_MAYBE_LARGE = re.compile(r"[\d一二两三四五六七八九十][万千k]")  # Looked for first: a hit is rare, and a miss costs little.
_DIGIT = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_SIZE = {"万": 10_000, "千": 1_000, "k": 1_000}

WORDS, LETTERS, SOUNDS, MEANINGS = range(4)


class Reading(NamedTuple):
    """The features of one text, in the order of the four blocks above, and its plain words.

    A feature is a string that says its block by its first character, so that one vocabulary can hold them all.
    """

    blocks: tuple[tuple[str, ...], ...]
    words: tuple[str, ...]


def read(text: str, letters_too: bool = True) -> Reading:
    """The features of a text that is folded already; a feature that comes twice counts once.

    Letters are three quarters of all features; a very large base does without them.
    """
    if _MAYBE_LARGE.search(text):
        text = _LARGE.sub(_spell_out, text)
    words: list[str] = []
    letters: list[str] = []
    heard: list[str] = []
    meant: list[str] = []
    plain: list[str] = []
    stems: list[str] = []
    openings: list[tuple[int, tuple[int, ...]]] = []
    for token in _TOKEN.findall(text):
        if "\u3400" <= token[0] <= "\u9fff":
            _read_han(token, words, letters if letters_too else None, heard, meant)
            plain.append(token)
            continue
        word, root, grams, meaning, sizes = _read_word(token)
        if meaning is not None:
            meant.append(meaning)
        if sizes:
            openings.append((len(stems), sizes))
        plain.append(word)
        stems.append(root)
        if letters_too:
            letters += grams
    if stems:
        words += stems
        words += map(" ".join, pairwise(stems))
    if openings:
        known = meanings()
        for place, sizes in openings:
            for size in sizes:
                meaning = known.names.get(" ".join(stems[place : place + size]))
                if meaning is not None:
                    meant.append(meaning)
    return Reading((_once(words), _once(letters), _once(heard), _once(meant)), tuple(plain))


def _once(features: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(features)) if len(features) > 1 else tuple(features)


class _Word(NamedTuple):
    """A word that is not Chinese: its stem, letters and meaning, and how many stems the longer meanings have that it may open."""

    plain: str
    stem: str
    grams: tuple[str, ...]
    meaning: str | None
    sizes: tuple[int, ...]


@lru_cache(maxsize=50_000)
def _read_word(token: str) -> _Word:
    token = token.replace(",", "").replace("-", "")
    root = token if token[0].isdigit() else stem(token)
    padded = f" {token} "
    grams = () if token[0].isdigit() else tuple(f"~{padded[i : i + n]}" for n in (3, 4) for i in range(len(padded) - n + 1))
    known = meanings()
    sizes = tuple(size for size in known.sizes.get(root, ()) if size > 1)
    return _Word(token, root, grams, known.names.get(root), sizes)


def _read_han(run: str, words: list[str], letters: list[str] | None, heard: list[str], meant: list[str]) -> None:
    known = meanings()
    pairs = [run[i : i + 2] for i in range(len(run) - 1)]
    triples = [run[i : i + 3] for i in range(len(run) - 2)]
    words += pairs
    words += triples
    if letters is not None:
        letters += [f"~{character}" for character in run]
        letters += [f"~{pair}" for pair in pairs]
    for place, character in enumerate(run):
        for size in known.sizes.get(character, ()):
            meaning = known.names.get(run[place : place + size])
            if meaning is not None:
                meant.append(meaning)
    table = sounds()
    syllables = [table.get(character, character) for character in run]
    heard += [f"^{one} {two}" for one, two in pairwise(syllables)]
    heard += [f"^{' '.join(syllables[i : i + 3])}" for i in range(len(syllables) - 2)]


def _spell_out(found: re.Match[str]) -> str:
    amount = _DIGIT.get(found[1]) or float(found[1])
    return f"{amount * _SIZE[found[2]]:.0f} "


def in_common(one: str, other: str) -> tuple[str, ...]:
    """The words and meanings that two folded texts share, for people to read."""
    first, second = read(one), read(other)
    known = {feature for block in second.blocks for feature in block}
    return tuple(feature for block in (WORDS, MEANINGS) for feature in first.blocks[block] if feature in known)
