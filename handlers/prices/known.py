"""Cars that a catalogue may not have, by the names people give them (`data/cars.txt`): so that none has to be said twice."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from pathlib import Path

from knowledge_base.folding import fold

_LIST, _MAKES = (Path(__file__).parent / "data" / name for name in ("cars.txt", "makes.txt"))
# Behind a make: an address, another shop, words that only begin like it: "12 Ford Road", "the Toyota dealer", 大众点评.
_NO_CAR = re.compile(
    r"(?! (?:road|rd|street|avenue|ave|lane|drive|square|building|tower|dealer\w*|garages?|workshops?|showroom)\b)"
    r"(?!点评|化|价|交通|浴|[东西南北中]?(?:路|街|大道|大街|大厦|广场|公园)|酒店|连锁"
    r"|(?:的|嘅)?(?:4s|专卖店|经销商|车行))"
)
# Before a make that is not meant.
_NOT = re.compile(
    r"\b(?:not|except|instead of|rather than)(?: (?:for|the|my|our|an?|his|her|on|with)){0,3} $"
    r"|(?:不是|唔系|不要|唔要|不用|别用|除了)(?:我们?|给|帮|的|嘅|那|这|嗰|呢|架|台|部|辆|开|揸){0,4} ?$"
)
# "My wife's", folded.
PERSON = r"(?:wife|husband|mum|mom|mother|dad|father|son|daughter|brother|sister|friend|mate|boss|partner|girlfriend|boyfriend)"
_OWNED = re.compile(
    rf"\b(?:(?:my|our)(?: {PERSON})?|his|her|i drive an?|i have an?|ive got an?|got an?|on the)"
    r" (?:(?:old|new|little|19\d\d|20\d\d) )?$"
    r"|(?:我的|我[个架部台辆]|[部架台辆]车?[是系]?|[白黑红蓝灰银绿黄金棕]色?的?|我?开的?(?:是)?|车[是系]) ?$"
)
# How many there are of something is no BMW X3: "dents x3", "2 x tyres".
_COUNT = re.compile(
    r"\b(?:dent|scratch|chip|ty[ry]e|tire|wheel|rim|alloy|bulb|lamp|light|wiper|blade|pad|disc|disk|rotor|panel|door|window|seat|key"
    r"|mat|filter|plug|bottle|litre|liter|coupon|voucher)(?:e?s)? ?[x×] ?\d\b"
    r"|(?:[轮车]胎|轮毂|凹[痕陷]|划痕|刮[痕伤]|火花塞|灯泡|雨[刮刷]|[券次张条个只处]) ?[x×] ?\d"
    r"|(?<!bmw )(?<!my )[x×] ?\d (?=(?:dents|scratches|chips|bulbs|coupons|vouchers)\b)"
)
_FAR = 24
_FEW = 20
_HAN = re.compile(r"[㐀-鿿]")
_BETWEEN = re.compile(r"[\s._-]+")
_PARTS = re.compile(r"[\s._-]+|(?<=[㐀-鿿])(?=[a-z0-9])|(?<=[a-z0-9])(?=[㐀-鿿])")


def named(text: str, asked: bool = False) -> str | None:
    """The car in these words, as "Honda Jazz"; the longest name counts. `asked`: which car it is had been asked.

    Then, as somebody's own, or as a name among Chinese words is an ordinary word a car: "my jazz"; "it does not fit" has none.
    """
    found = _named_in(text, asked)
    return _cars()[_plain(max(found, key=lambda match: len(match[0]))[0])] if found else None


def _named_in(text: str, asked: bool) -> list[re.Match[str]]:
    """Where in the folded text."""
    said = fold(text)
    sure, asked_for = _sure().those_in(said), _asked_for().those_in(said)
    found = [match for pattern in ((sure, asked_for) if asked else (sure,)) for match in pattern.finditer(said)]
    if not found and not asked:
        found = [match for match in asked_for.finditer(said) if _OWNED.search(said[: match.start()][-_FAR:])]
    if not found and _HAN.search(text):
        # A capital in a Chinese sentence is a name: "Kicks 大保養".
        found = [match for match in asked_for.finditer(said) if match[0].isascii() and match[0].capitalize() in text]
    return found


def is_name(text: str) -> bool:
    """Whether the text is the name of a car and nothing else."""
    return _plain(text) in _cars()


def begins(text: str) -> bool:
    """Whether the words begin with the name of a car."""
    said = fold(text)
    return _sure().those_in(said).match(said) is not None


def longer(text: str, name: str) -> bool:
    """Whether a car is named of which `name` is only the beginning or the end: "Corolla Cross" is no Corolla."""
    said = fold(text)
    found = [_plain(match[0]) for match in _sure().those_in(said).finditer(said)]
    return any(_plain(name) in one and _plain(name) != one for one in found)


def uncounted(text: str) -> str:
    """The folded text without words for how many there are of something: "dents x3"."""
    return _COUNT.sub(" ", fold(text))


def without(text: str) -> str:
    """The folded text without the names of cars in it."""
    said = fold(text)
    return _sure().those_in(said).sub(" ", said)


def without_any(text: str) -> str:
    """The folded text without the cars that `named` finds, and without makes of cars: "my Jazz", 我的本田."""
    said = fold(text)
    for match in sorted(_named_in(text, asked=False), key=lambda match: -match.start()):
        said = f"{said[: match.start()]} {said[match.end() :]}"
    return _makes().sub(" ", said)


def makes(text: str, *, refused: bool = False) -> frozenset[str]:
    """The make of car that the words name, in all the ways it is called, without spaces; empty where they name none.

    `refused`: instead the one that is not meant: "not the Audi", 不是奥迪.
    """
    said = fold(text)
    found = (match for match in _makes().finditer(said) if bool(_NOT.search(said[: match.start()][-_FAR:])) is refused)
    there = {_plain(match[0]) for match in found}
    groups = [{_plain(name) for name in parts} for parts in _lines(_MAKES)] if there else []
    return frozenset().union(*(group for group in groups if group & there))


def is_of(names: Iterable[str], makes: Collection[str]) -> bool:
    """Whether a car of these names, which begin with it, is of one of these makes (see `makes`)."""
    return any(_plain(name).startswith(tuple(makes)) for name in names)


@lru_cache(maxsize=4096)  # the names of the catalogue's cars, over and over
def _plain(name: str) -> str:
    return _BETWEEN.sub("", fold(name))


@cache
def _cars() -> dict[str, str]:
    """By each name without spaces."""
    return {_plain(name.lstrip("?")): parts[0] for parts in _lines() for name in parts}


class _Names:
    """Of a thousand names, those that a text has the letters of: a pattern of them all takes a tenth of a second to compile."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)
        self._by_beginning: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        for name in self._names:
            plain = _plain(name)
            self._by_beginning[plain[:2]].append((plain, name))
        self._all = cache(lambda: _pattern_of(self._names))

    def those_in(self, said: str) -> re.Pattern[str]:
        """What finds them in this folded text."""
        plain = _BETWEEN.sub("", said)
        beginnings = {plain[at : at + 2] for at in range(len(plain) - 1)} & self._by_beginning.keys()
        there = sorted(name for two in beginnings for letters, name in self._by_beginning[two] if letters in plain)
        # A text that is full of names gets a pattern that is kept for all such texts.
        return _any_of(tuple(there)) if len(there) <= _FEW else self._all()


@cache
def _sure() -> _Names:
    return _Names(name for parts in _lines() for name in parts if name[0] != "?")


@cache
def _asked_for() -> _Names:
    return _Names(name[1:] for parts in _lines() for name in parts if name[0] == "?")


@cache
def _makes() -> re.Pattern[str]:
    return re.compile(f"(?:{_pattern_of(name for parts in _lines(_MAKES) for name in parts).pattern}){_NO_CAR.pattern}")


@lru_cache(100)
def _any_of(names: tuple[str, ...]) -> re.Pattern[str]:
    return _pattern_of(names)


def _pattern_of(names: Iterable[str]) -> re.Pattern[str]:
    """The names with or without their spaces and hyphens, and not in the middle of another word."""
    longest_first = sorted(names, key=len, reverse=True)
    han = [_pattern(name) for name in longest_first if _HAN.search(name[-1]) and _HAN.search(name[0])]
    others = [_pattern(name) for name in longest_first if not (_HAN.search(name[-1]) and _HAN.search(name[0]))]
    either = [rf"(?<![a-z0-9])(?:{'|'.join(others)})(?![a-z0-9])"] if others else []
    return re.compile("|".join(either + han) or r"(?!)")


def _pattern(name: str) -> str:
    return r"[\s._-]*".join(map(re.escape, _PARTS.split(fold(name))))


@cache
def _lines(path: Path = _LIST) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [[part.strip() for part in line.split("|")] for line in lines if line and not line.startswith("#")]
