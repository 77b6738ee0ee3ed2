""" "The 60,000 km service": which of its services the catalogue has for such a mileage."""

import re
from collections.abc import Iterable, Sequence

from handlers.dialogue import Turn
from handlers.prices import finding
from knowledge_base.folding import fold

# What was done then, and not what is wanted now.
_BEFORE = re.compile(r"\blast\b|\bprevious\b|上次|上一次|做过|刚做|以前")


def meant(turn: Turn, codes: Sequence[str], text: str) -> list[str]:
    """Of services that the words leave open, those for the mileage that is named; `codes` where the catalogue says nothing."""
    from handlers.vehicles import mileage  # late: cars know prices

    if not is_servicing(turn, codes) or _BEFORE.search(fold(text)):
        return [*codes]
    driven = mileage.find_span(text, of_a_car=True)
    return of(turn, turn.shop.services, driven[0]) or [*codes] if driven else [*codes]


def of(turn: Turn, codes: Iterable[str], km: int) -> list[str]:
    """Which of these services the catalogue has for such a mileage."""
    return [code for code in codes if km in turn.shop.services[code].at_km]


def is_servicing(turn: Turn, codes: Iterable[str]) -> bool:
    """Whether they are what "servicing" may be: minor or major."""
    return {*codes} == {found.key for found in turn.memoised(finding.load).services.find("servicing")}
