"""What was just spoken of: a time said below an answer with a "book a visit" button means a visit for that."""

import re
from typing import Any

from handlers.booking import deadlines, hearing, naming, phrases, recalled
from handlers.booking.slots_what import heard
from handlers.dialogue import Answers, Turn, assent, lately
from handlers.dialogue.folding import fold
from handlers.dialogue.questions import ends_as_question
from handlers.faq import flow as faq
from handlers.prices import finding
from handlers.vehicles import actions as vehicles
from knowledge_base.names import tokens

_FEW = 9
# All of the work whose prices were told, one after the other.
_BOTH = re.compile(
    r"\b(?:both|all (?:of (?:them|it|that)|three)|the two|the lot|them all)\b"
    r"|[两二]个都|[两二]样都?|都(?:做|要|约|弄|换|订)|一[起齐](?:做|约|弄|换)|全部"
)


def carried(turn: Turn, value: Any) -> Answers:
    """What a "book a visit" button stands for: the slots that a price was about, or the question that was answered."""
    if isinstance(value, str):
        named = naming.services(turn, value)
        return {"service": named.sure} if named.sure else {"service+": named.one_of} if naming.compares(value) else {}
    if isinstance(value, dict) and "fault" in value:
        named_too = carried(turn, value["fault"])
        looked_for = [code for code, service in turn.shop.services.items() if service.category == "diagnostics"]
        return named_too or ({"service+": looked_for} if looked_for else {})
    if isinstance(value, dict):
        return {
            name: value[name]
            for name in ("service", "service+", "with", "car", "car+", "store", "day", "time", "window", "later")
            if name in value
        }
    return {}


def offered(turn: Turn) -> Answers | None:
    """The same of the button below the newest answer; None where that has none."""
    said = lately.answer(turn)
    buttons = lately.buttons(said) if said else []
    return next((_of_button(turn, button) for button in buttons if button["do"] in ("booking.book", "reminders.book")), None)


def _of_button(turn: Turn, button: dict[str, Any]) -> Answers:
    value = button.get("value")
    if button["do"] == "booking.book" or not isinstance(value, dict):
        return carried(turn, value)
    # A reminder, or what is due next, keeps the id of their car, and several codes.
    named = {"service": [code for code in value.get("services", ()) if code in turn.shop.services]}
    car = {"id": value["car"]} if value.get("car") in {one.id for one in vehicles.own(turn)} else None
    return {name: kept for name, kept in {**named, "car": car, "coupon": value.get("coupon")}.items() if kept}


def taken_up(turn: Turn) -> Answers | None:
    """What was offered, and what the words add, if they are a yes or hardly more than a time to come at, and ask nothing."""
    text = phrases.spaced(turn.words)
    if phrases.has("yes", text.strip(" .!。！")) or asks_when(turn, text) or _agreed(turn):
        return offered(turn)
    if any(phrases.has(name, text) for name in ("open", "over", "trouble", "not_now", "drivable")) or finding.asks_price(
        turn.words
    ):
        return None
    if deadlines.only_fetched(turn) and ends_as_question(turn.words):
        return None
    said = hearing.when(turn, turn.words, turn.store)
    known = {} if said.nothing else heard(turn, turn.words)
    if not {"day", "window", "which"} & known.keys() or {"service", "service+"} & known.keys():
        return None
    rest = hearing.without(turn.words, said)
    bare = turn.memoised(finding.load).nothing_else(rest)
    if not bare and not phrases.has("coming", phrases.spaced(rest)):
        return None
    before = offered(turn) if faq.is_sure(turn) is None else None
    if (
        before is None
        and turn.chat.form in (None, "prices.quote")
        and (bare or faq.is_sure(turn) is None)
        and recalled.work(turn)
    ):
        before = {}
    if not before and not bare and len(tokens(rest)) > _FEW:
        return None  # the button stood there for anything, and a tale with a day in it may be about anything
    return None if before is None else with_talk(turn, {**before, **known})


def _agreed(turn: Turn) -> bool:
    """A mere yes, also one that says elsewhere that it was read, to an answer that ends with a question."""
    said = lately.answer(turn) if assent.said(turn) == "yes" else None
    return said is not None and said.text.rstrip().endswith(("?", "？"))


def asks_when(turn: Turn, text: str) -> bool:
    """ "OK, when can I come?" below an answer is about that; 想约个保养 names its own work."""
    if not phrases.has("whenever", text) or len(tokens(text)) > _FEW or naming.services(turn, turn.words).answers:
        return False
    return hearing.when(turn, turn.words, turn.store).nothing


def added(turn: Turn, known: Answers) -> Answers:
    """A wish that names no service is for what was offered."""
    if {"service", "service+"} & known.keys():
        return with_talk(turn, known)
    before = offered(turn) or {}
    if _BOTH.search(fold(turn.words)) and len(codes := recalled.priced(turn)) > 1:
        before["service"] = codes
    return with_talk(turn, {**before, **known})


def with_talk(turn: Turn, known: Answers) -> Answers:
    """With what was said before in this talk and is not said now; a bare time is on the day that was spoken of."""
    before = recalled.before(turn)
    if {"service", "service+"} & known.keys():
        before = {name: value for name, value in before.items() if name not in ("service", "service+", "with", "store")}
    if (day := before.pop("day", None)) and not {"day", "which", "window"} & known.keys():
        known = {**known, "day": day}
    elif day and "time" in known:
        known = {**known, **heard(turn, turn.words, known.get("store"), day)}
    return {**before, **known}
