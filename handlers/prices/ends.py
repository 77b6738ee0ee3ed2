"""Front and rear: "front and rear brake pads" are two works, and both are wanted."""

import re
from collections.abc import Mapping

from handlers.dialogue.folding import fold
from storage.catalogue import Service

# Both ends of the car are meant, and not one of them.
_EITHER, _AND = r"(?:front|rear|back)", r"(?:and|n|plus) (?:the )?"
# "Rear brakes and front tyres" are two works, each at its end.
_SAME = r"(?! (?!(?:ones?|brakes?|pads?|discs?|too|as|also|please|pls|on|at|for|tom\w*|this|next|\w{3,6}day)\b)[a-z])"
_AND_HAN = r"(?:面|边|轮|刹车片?)?(?:and|和|跟|同|与|、|加)?"
_BOTH_ENDS = re.compile(
    rf"\b{_EITHER}s? {_AND}{_EITHER}s?\b|\b{_EITHER}(?: \w{{1,8}}){{1,3}} {_AND}{_EITHER}s?\b{_SAME}"
    rf"|\ball four corners\b|\bboth axles\b|前{_AND_HAN}后|后{_AND_HAN}前"
)
_END = re.compile(r"\b(?:front|rear)\b|[前后後]", re.IGNORECASE)
_OTHER_END = {"front": "rear", "rear": "front", "前": "后", "后": "前", "後": "前"}
_ENDS = {"front": "front", "rear": "rear", "back": "rear", "前": "front", "后": "rear", "後": "rear"}
_BESIDE = re.compile(r"\b(?:front|rear)\b|(?<![之以])[前后](?=[面轮轴刹煞]|的(?!话))")
_ONLY = re.compile(
    r"\b(?:just|only)(?: do| need| want)?(?: the| my)? (front|rear|back)(?: ones?| (?:brake )?pads?| brakes?)?\b"
    r"|(?:只|净|单)(?:是|系|要|换|做|整|需要|想){0,2}(前|后)"
)


def both(text: str, codes: list[str], services: Mapping[str, Service]) -> list[list[str]]:
    """Of services that the same words name: each alone, and the same at the other end, where the text wants both."""
    if not _BOTH_ENDS.search(fold(text)):
        return [codes]
    by_name = {name: code for code, service in services.items() for name in _lower(service)}
    others = {
        code: by_name[other]
        for code in codes
        for name in _lower(services[code])
        if (other := _END.sub(lambda end: _OTHER_END[end[0]], name)) != name and other in by_name
    }
    return [[one] for pair in others.items() for one in pair] if others else [codes]


def only_one(text: str, codes: list[str], services: Mapping[str, Service]) -> list[str]:
    """ "Just the front ones": of these services without the same at the other end; all of them where nothing such is said."""
    said = _ONLY.search(fold(text))
    return _at(_ENDS[next(word for word in said.groups() if word)], codes, services) if said else codes


def at_end(text: str, codes: list[str], services: Mapping[str, Service]) -> list[str]:
    """ "Brake pads front": of the same at both ends, which the name alone leaves open, the end that is said beside it."""
    ends = {_ENDS[found[0]] for found in _BESIDE.finditer(fold(text))}
    return _at(next(iter(ends)), codes, services) if len(ends) == 1 and len(codes) > 1 else codes


def _at(end: str, codes: list[str], services: Mapping[str, Service]) -> list[str]:
    kept = []
    for code in codes:
        names = _lower(services[code])
        other = {_END.sub(lambda found: _OTHER_END[found[0]], name) for name in names if _END.search(name)}
        paired = any(other & set(_lower(services[one])) for one in codes if one != code)
        ends = {_ENDS[found[0]] for name in names if (found := _END.search(name))}
        kept += [] if paired and ends and end not in ends else [code]
    return kept


def _lower(service: Service) -> list[str]:
    return [name.lower().replace("後", "后") for name in service.names.values()]
