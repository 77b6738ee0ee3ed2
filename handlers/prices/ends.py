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


def _lower(service: Service) -> list[str]:
    return [name.lower().replace("後", "后") for name in service.names.values()]
