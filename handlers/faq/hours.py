"""Opening hours in words: today's first, then the week with equal days put together, then special days soon."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from itertools import groupby

from babel.dates import get_day_names

from handlers.dialogue import Turn
from handlers.dialogue.texts import locale
from storage.stores import Store

Spans = tuple[tuple[time, time], ...]
SOON = timedelta(days=14)
AHEAD = timedelta(days=120)


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
    lines = [turn.texts.label("faq.today", turn.language, {"spans": said(turn, spans_on(store, today))})]
    colon = ": " if turn.language == "en" else "："
    lines += [f"{days}{colon}{said(turn, spans)}" for days, spans in _week(turn, store)]
    return "\n".join([*lines, *_special(turn, store, today + SOON)])


def holidays(turn: Turn, store: Store) -> str:
    """The special days that are on file; that the week is as usual where there are none."""
    lines = _special(turn, store, turn.today(store) + AHEAD)
    return "\n".join(lines) or turn.texts.label("faq.no_special_day", turn.language, {})


def _special(turn: Turn, store: Store, until: date) -> list[str]:
    """The days after today that differ from their weekday."""
    return by_day(turn, store, [one.day for one in store.special_days if turn.today(store) < one.day <= until])


def by_day(turn: Turn, store: Store, days: Sequence[date]) -> list[str]:
    """The hours of these days, a line each; days in a row that are alike make one line."""
    runs: list[list[date]] = []
    for day in days:
        if runs and runs[-1][-1] + timedelta(days=1) == day and _like(turn, store, day) == _like(turn, store, runs[-1][0]):
            runs[-1].append(day)
        else:
            runs.append([day])
    found = []
    for first, *_, last in ([*run, run[-1]] for run in runs):
        name, spans = _like(turn, store, first)
        values = {"day": first, "last": last if last != first else None, "name": name, "spans": said(turn, spans)}
        found.append(turn.texts.label("faq.on_days", turn.language, values))
    return found


def _like(turn: Turn, store: Store, day: date) -> tuple[str, Spans]:
    """What a day is called, and when it is open."""
    names = next((special.names for special in store.special_days if special.day == day), {})
    return names.get(turn.language, ""), spans_on(store, day)


def said(turn: Turn, spans: Spans) -> str:
    """Hours as they are written, or that it is closed."""
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
