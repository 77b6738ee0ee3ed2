"""Opening hours in words: today's first, then the week with equal days put together, then special days soon."""

from datetime import date, time, timedelta
from itertools import groupby

from babel.dates import get_day_names

from handlers.dialogue import Turn
from handlers.dialogue.texts import locale
from storage.stores import Store

Spans = tuple[tuple[time, time], ...]
SOON = timedelta(days=14)


def spans_on(store: Store, day: date) -> Spans:
    """When the store is open on that day, in its own time; the special day wins over the weekday."""
    special = next((special for special in store.special_days if special.day == day), None)
    if special is not None:
        return tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in special.spans)
    return _weekday_spans(store, day.weekday())


def _weekday_spans(store: Store, weekday: int) -> Spans:
    return tuple((span.opens, span.closes) for span in store.hours if span.weekday == weekday)


def in_words(turn: Turn, store: Store) -> str:
    today = turn.today(store)
    lines = [turn.texts.label("faq.today", turn.language, {"spans": _said(turn, spans_on(store, today))})]
    colon = ": " if turn.language == "en" else "："
    lines += [f"{days}{colon}{_said(turn, spans)}" for days, spans in _week(turn, store)]
    for special in store.special_days:
        if today < special.day <= today + SOON:
            name = special.names.get(turn.language, "")
            values = {"day": special.day, "name": name, "spans": _said(turn, spans_on(store, special.day))}
            lines.append(turn.texts.label("faq.special_day", turn.language, values))
    return "\n".join(lines)


def _said(turn: Turn, spans: Spans) -> str:
    if not spans:
        return turn.texts.label("faq.closed", turn.language, {})
    separator = ", " if turn.language == "en" else "、"
    return separator.join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in spans)


def _week(turn: Turn, store: Store) -> list[tuple[str, Spans]]:
    names = get_day_names("abbreviated", locale=locale(turn.language))
    week = []
    for spans, days in groupby(range(7), key=lambda weekday: _weekday_spans(store, weekday)):
        first, *_, last = [*days] * 2
        separator = "–" if turn.language == "en" else "至"
        week.append((names[first] if first == last else f"{names[first]}{separator}{names[last]}", spans))
    return week
