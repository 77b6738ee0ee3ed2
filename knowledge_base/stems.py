"""A light stemmer for English: enough that "charges", "charged" and "charging" meet."""

from functools import lru_cache

_IRREGULAR = {
    "tyre": "tire",
    "tyres": "tire",
    "bought": "buy",
    "paid": "pay",
    "broke": "break",
    "broken": "break",
    "took": "take",
    "taken": "take",
    "got": "get",
    "gotten": "get",
    "went": "go",
    "gone": "go",
    "did": "do",
    "does": "do",
    "done": "do",
    "was": "is",
    "are": "is",
    "were": "is",
    "has": "have",
    "had": "have",
    "colour": "color",
    "centre": "center",
    "licence": "license",
    "cheque": "check",
    "lost": "lose",
    "sold": "sell",
    "sent": "send",
    "said": "say",
    "made": "make",
    "came": "come",
    "left": "leave",
    "wanna": "want",
    "gonna": "go",
    "cheaper": "cheap",
    "cheapest": "cheap",
    "stolen": "steal",
    "stole": "steal",
    "people": "person",
    "children": "child",
    "u": "you",
    "r": "is",
    "ur": "your",
    "pls": "please",
    "thx": "thanks",
    "hrs": "hour",
    "mins": "minute",
    "kms": "km",
    "wont": "will",
    "cant": "can",
    "dont": "do",
    "thru": "through",
    "tonite": "tonight",
}
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    word = _IRREGULAR.get(word, word)
    if len(word) < 4 or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "i"
    if word.endswith(("sses", "shes", "ches", "xes")):
        return _tidy(word[:-2])
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        bare = word.removesuffix(ending)
        if bare != word and len(bare) >= 3 and not _VOWELS.isdisjoint(bare):
            return _tidy(bare[:-1] if len(bare) > 3 and bare[-1] == bare[-2] and bare[-1] not in "lsz" else bare)
    return _tidy(word)


def _tidy(word: str) -> str:
    # "charge", "charging" and "charges" lose the e; "bee" and "fee" keep it.
    if len(word) > 3 and word.endswith("e") and word[-2] not in _VOWELS:
        return word[:-1]
    if len(word) > 3 and word.endswith("y") and word[-2] not in _VOWELS:
        return word[:-1] + "i"
    return word
