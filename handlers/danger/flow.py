"""What may not wait for the question that is open: the words that keep people safe come first, and a person is called."""

import re
from functools import cache
from pathlib import Path

from handlers.booking.words import phone_of
from handlers.dialogue import Reply, Turn
from handlers.dialogue.folding import fold
from handlers.tickets import flow as tickets
from handlers.tickets import rules

_LISTS = Path(__file__).parent / "data" / "signs.txt"
# What is longer tells of something that was.
_LONGEST = 220
# Only a person outside the shop helps with these at once: our own people are not called for them.
OTHERS = ("poison", "hurt", "locked")
# Rules of complaints that do not hold back the advice: that it began after our work makes it no less dangerous now.
_OF_NOW = frozenset(("danger", "failed_after_us"))


def heard(turn: Turn) -> Reply | None:
    """A danger of this moment in the words; a form that is open is left. What complains of our work is a complaint."""
    kind = kind_of(turn.words)
    if kind is None or {code for code, _ in turn.memoised(rules.load).judge(turn.words).reasons} - _OF_NOW:
        return None
    store = turn.store
    advice = turn.text(f"danger.{kind}", phone=phone_of(store) if store else "")
    if kind == "lamp":  # nobody has to run for it; a form that is open goes on, and the car may well be what it is about
        look = turn.button("faq.button.book", "booking.book", {"fault": turn.words[:200]})
        return Reply(advice, [look, turn.button("dialogue.button.person", "person")])
    if kind in OTHERS:
        return Reply(advice, [turn.button("dialogue.button.person", "person")], leaves=True)
    called = tickets.urgent(turn)
    return Reply(f"{advice}\n\n{called.text}", called.buttons, leaves=True)


def loud(turn: Turn) -> bool:
    return kind_of(turn.words) is not None


def kind_of(words: str) -> str | None:
    """brakes, voltage, fuel, fire, poison, locked, hurt, crash, stranded or lamp; None when nothing is wrong now."""
    said = fold(words)
    if len(said) > _LONGEST or _lists()["supposed"].search(said):
        return None
    return next((kind for kind, signs in _lists().items() if kind != "supposed" and signs.search(said)), None)


@cache
def _lists() -> dict[str, re.Pattern[str]]:
    found: dict[str, list[str]] = {}
    for line in _LISTS.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"\[([a-z]+)\] ", line):
            found[heading[1]] = []
        elif line and not line.startswith("# "):
            next(reversed(found.values())).append(line)
    return {name: re.compile("|".join(signs)) for name, signs in found.items()}
