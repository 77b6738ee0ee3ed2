"""Misspelt names of days and months: one slip (a letter more, less, other, or two swapped) is understood."""

import re
from functools import cache

from handlers.dialogue.when.lexicon import slips

_NAMES = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "august",
    "september",
    "october",
    "november",
    "december",
    "tomorrow",
    "tonight",
    "morning",
    "afternoon",
    "evening",
    "weekend",
    "christmas",
    "midday",
    "fortnight",
    "o'clock",
]
# Words of their own that are one slip away from a name.
_OTHERS = frozenset(
    ["mourning", "adjust", "moaning", "warning", "fortnite", "evenings", "weekends", "mornings", "afternoons", "even", "events"]
)


_VOWELS = re.compile(r"[aeiou]|(?<=y)s$")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_DOUBLED = re.compile(r"(.)\1")
# The consonants of a day: whoever leaves out vowels or doubles letters still writes these.
_BONES = {
    "mndy": "monday", "tsdy": "tuesday", "wdnsdy": "wednesday", "wndsdy": "wednesday", "wnsdy": "wednesday", "thrsdy": "thursday",
    "thsdy": "thursday", "trsdy": "thursday", "frdy": "friday", "strdy": "saturday", "stdy": "saturday", "sndy": "sunday",
    "tmrw": "tomorrow", "tmrrw": "tomorrow",
}  # fmt: skip
_NO_DAYS = frozenset(
    ["sandy", "mandy", "sturdy", "study", "steady", "wendy", "sindy", "ready", "moody", "tidy", "trendy", "cindy", "sundy"]
)
_DAY_LIKE = re.compile(r"(?:mo|tu|te|we|wd|th|fr|sa|st|su|sn)[a-z]{0,6}d[aeiy]{1,3}s?")


def looks_like_a_day(word: str) -> bool:
    """Whether a word that we do not know may be a day of the week all the same: "wendnesday"."""
    return (
        word not in _NO_DAYS
        and bool(_DAY_LIKE.fullmatch(word))
        and word[-3:] in ("day", "dya", "dey", "dai", "dee", "die")
        and len(word) > 5
    )


def meant(word: str) -> str:
    """The word itself or the one that it was meant to be."""
    if _DRAWN_OUT.search(word):
        # "Nooooo".
        word = _DRAWN_OUT.sub(r"\1", word)
    if slip := slips().get(word):
        return slip
    if not 5 <= len(word) <= 11 or word in _OTHERS:
        return word
    if (
        word not in _NO_DAYS
        and word.endswith(("y", "w", "ays"))
        and (bones := _BONES.get(_DOUBLED.sub(r"\1", _VOWELS.sub("", word))))
    ):
        return bones
    for key in _shorter(word):
        for name in _keys().get(key, ()):
            if name[0] == word[0] and abs(len(name) - len(word)) <= 1 and _one_slip(word, name):
                return name
    return word


def _shorter(word: str) -> list[str]:
    return [word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]


@cache
def _keys() -> dict[str, list[str]]:
    """Every name, and every name less one letter: two words one slip apart share such a key."""
    keys: dict[str, list[str]] = {}
    for name in _NAMES:
        for key in _shorter(name):
            keys.setdefault(key, []).append(name)
    return keys


def _one_slip(word: str, name: str) -> bool:
    if word == name:
        return True
    first = next((i for i, (a, b) in enumerate(zip(word, name, strict=False)) if a != b), min(len(word), len(name)))
    a, b = word[first:], name[first:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])
