"""What is asked of a car by its name: the name is rare, and because of it the whole is near to nothing that we know."""

import re
from collections.abc import Callable

from handlers.dialogue import Turn
from handlers.faq import topic
from knowledge_base import Decision
from knowledge_base.folding import fold

# What an electric car has not, whatever the answer for others is; on folded words.
_OF_AN_ENGINE = re.compile(
    r"\b(?:oil|spark|fuel|petrol|diesel|gas|exhaust|timing|cambelt|engine)\b|机油|火花塞|火咀|汽油|柴油|加油|油耗|排气|正时|引擎|发动机"
)
_HAN = re.compile(r"[㐀-鿿]")


# The one that an electric car drives by, unless the small one is named.
_BATTERY = re.compile(
    r"^(?!.*(?:\b12 ?v|12伏|电瓶|\bstarter\b|\bkey\b|\bfob\b|钥匙|车匙)).*(?:\bbattery\b|\bbatteries\b|电池|粒电)"
)
_OWN = re.compile(r"\b(?:of|in|on|for) (?:my|our|a|the|an)?(?: |$)|\b(?:my|our)\b|我(?:的|嘅)?")


def _of_its_battery(decide: Callable[[str], Decision], asked: str, decision: Decision) -> Decision:
    """The decision about "electric car" in place of its name: what holds for a battery below a bonnet is another matter."""
    bare = " ".join(_OWN.sub(" ", asked).split())
    found = decide(f"电动车{bare}" if _HAN.search(bare) else f"electric car {bare}")
    return found if found.matches and found.kind != "unknown" else decision


def sharper(turn: Turn, decide: Callable[[str], Decision], decision: Decision) -> Decision:
    """The decision about the whole, or the answer to the words without the car's name, if it is among what the whole may be.

    "My RAV4 needs its tyres rotated how often", Golf多久换一次机油. An electric car must not make another question of it.
    """
    if not decision.matches:
        return decision
    from handlers.prices import finding, otherwise  # late: prices know answers

    finder = turn.memoised(finding.load)
    if _BATTERY.search(fold(turn.words)) and otherwise.runs_on_power(turn, finder.model_in(turn.words)):
        return _of_its_battery(decide, finder.without_cars(turn.words), decision)
    if decision.kind == "answer":
        return decision
    asked = finder.without_cars(turn.words)
    if asked == " ".join(fold(turn.words).split()) or topic.names_nothing(asked):
        return decision
    found = decide(asked)
    if found.kind != "answer" or found.matches[0].entry_id not in {match.entry_id for match in decision.matches}:
        return decision
    model = turn.shop.models.get(finder.model_in(turn.words) or "")
    if model and model.energy == "electric":
        of_electric = decide(f"电动车{asked}" if _HAN.search(asked) else f"electric car {asked}")
        if _OF_AN_ENGINE.search(asked) or not of_electric.matches or of_electric.matches[0].entry_id != found.matches[0].entry_id:
            return decision
    return found
