"""What was just spoken of: a time said below an answer with a "book a visit" button means a visit for that."""

from typing import Any

from handlers.booking import hearing, phrases
from handlers.booking.slots_what import heard
from handlers.dialogue import Answers, Turn, lately
from handlers.faq import flow as faq
from handlers.prices import finding


def carried(turn: Turn, value: Any) -> Answers:
    """What a "book a visit" button stands for: the slots that a price was about, or the question that was answered."""
    if isinstance(value, str):
        return {"service": named} if (named := hearing.services(turn, value).sure) else {}
    if isinstance(value, dict):
        return {name: value[name] for name in ("service", "car", "store", "day", "time") if name in value}
    return {}


def offered(turn: Turn) -> Answers | None:
    """The same of the button below the newest answer; None where that has none."""
    said = lately.answer(turn)
    buttons = lately.buttons(said) if said else []
    return next((carried(turn, button.get("value")) for button in buttons if button["do"] == "booking.book"), None)


def taken_up(turn: Turn) -> Answers | None:
    """What was offered, and what the words add, if they are a yes or hardly more than a time to come at, and ask nothing."""
    text = phrases.spaced(turn.words)
    if phrases.has("yes", text.strip(" .!。！")):
        return offered(turn)
    if any(phrases.has(name, text) for name in ("open", "over", "trouble", "not_now")) or finding.asks_price(turn.words):
        return None
    said = hearing.when(turn, turn.words, turn.store)
    known = {} if said.nothing else heard(turn, turn.words)
    if not {"day", "window", "which"} & known.keys() or {"service", "service+"} & known.keys():
        return None
    rest = hearing.without(turn.words, said)
    around = phrases.has("coming", phrases.spaced(rest)) or turn.memoised(finding.load).nothing_else(rest)
    before = offered(turn) if around and faq.is_sure(turn) is None else None
    return None if before is None else {**before, **known}


def added(turn: Turn, known: Answers) -> Answers:
    """A wish that names no service is for what was offered."""
    return known if {"service", "service+"} & known.keys() else {**(offered(turn) or {}), **known}
