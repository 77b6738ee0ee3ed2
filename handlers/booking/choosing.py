"""Which of the times that were offered is meant, in a few words; or that none suits: "the latest", "too early", 那天没空."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from handlers.booking import hearing, phrases, shifting
from handlers.dialogue import Answers, Turn
from knowledge_base.names import tokens
from storage.stores import Store

_NOON, _FOUR, _TEN = "12:00", "16:00", "10:00"
# So many words beside a day are another matter, and so many letters are no short answer.
_FEW, _MOST = 5, 60
_GAPS, _BETWEEN_HAN = re.compile(r"[\s,，.。!！?？]+"), re.compile(r"(?<=[㐀-鿿]) (?=[㐀-鿿])")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the words make of the times that were offered: the one at `at`, or other ones.

    `window`: as of `hearing.Wanted`, to look in instead. `day`: the day to look at. `other`: a page of days.
    """

    at: datetime | None = None
    day: str | None = None
    window: dict[str, str] = field(default_factory=dict)
    other: bool = False


def chosen(turn: Turn, answers: Answers, offered: Sequence[datetime], store: Store) -> Chosen | None:
    """None for words that say something else. `offered`: in the time of the store."""
    if len(turn.words) > _MOST:
        return None
    text = _BETWEEN_HAN.sub("", _GAPS.sub(" ", phrases.spaced(turn.words)).strip())
    window, day = dict(answers.get("window", {})), answers.get("day")
    if offered and phrases.whole("pick_any", text):
        return Chosen(at=offered[0])
    if offered and (phrases.whole("pick_last", text) or phrases.whole("pick_first", text)):
        return Chosen(at=max(offered) if phrases.whole("pick_last", text) else min(offered))
    clocks = sorted(f"{one:%H:%M}" for one in offered)
    if clocks and phrases.whole("too_early", text):
        window.pop("late", None)
        return Chosen(day=day, window={**window, "early": _NOON if clocks[0] < _NOON else _FOUR})
    if clocks and phrases.whole("too_late", text):
        window.pop("early", None)
        return Chosen(day=day, window={**window, "late": _NOON if clocks[-1] > _NOON else _TEN})
    if offered and phrases.whole("pick_none", text):
        return Chosen(other=True)
    days = {f"{one:%Y-%m-%d}" for one in offered}
    meant = day or (next(iter(days)) if len(days) == 1 else None)
    if meant and phrases.whole("not_that_day", text):
        return Chosen(window=_without(window, meant))
    if refused := _refused(turn, text, store):
        return Chosen(window=_without(window, refused))
    said = shifting.shift(turn.words)
    if meant and said and said.same and said.by >= timedelta(days=1) and len(tokens(said.rest)) <= _FEW:
        hours = {name: window[name] for name in ("early", "late") if name in window}
        return Chosen(day=(date.fromisoformat(meant) + said.by).isoformat(), window=hours)
    return None


def _without(window: dict[str, str], day: str) -> dict[str, str]:
    return {**window, "not": " ".join([*window.get("not", "").split(), day])}


def _refused(turn: Turn, text: str, store: Store) -> str | None:
    """The day (ISO) of "Wednesday no good actually", 周三不行: nothing else is said."""
    rest = phrases.without("refuses_day", text)
    if rest == text or not hearing.when(turn, turn.words, store).nothing:
        return None
    said = hearing.when(turn, rest, store)
    if said.reading is None or said.reading.date is None or said.reading.time or said.reading.times:
        return None
    alone = not tokens(phrases.without("beside_refusal", hearing.without(rest, said)))
    return said.reading.date.isoformat() if alone else None
