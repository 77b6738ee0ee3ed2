"""Times of a week as a store writes them: spans such as "08:30-12:00" for each weekday."""

from collections.abc import Callable, Mapping
from datetime import time
from itertools import pairwise
from typing import Any

from handlers.transfer import values
from handlers.transfer.report import Wrong

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Spans = list[tuple[time, time]]


def read_week(table: Mapping[str, Any], place: str) -> list[Spans]:
    """Seven lists, Monday first; a weekday that is left out is empty. Raises Wrong."""
    if unknown := table.keys() - set(WEEKDAYS):
        raise Wrong(f"There is no such weekday. Write {', '.join(WEEKDAYS)}.", f"{place}.{min(unknown)}")
    return [located(f"{place}.{day}", read_spans, table.get(day, [])) for day in WEEKDAYS]


def read_spans(value: object) -> Spans:
    if not isinstance(value, list) or not all(isinstance(span, str) for span in value):
        raise Wrong('Write a list such as ["08:30-12:00", "13:30-18:00"], and [] for a closed day.')
    spans = sorted(values.a_span(span) for span in value)
    for (_, closes), (opens, _) in pairwise(spans):
        if opens < closes:
            raise Wrong(
                f'Two times overlap: one opens at {opens:%H:%M} before {closes:%H:%M}. Write "08:30-12:00", "13:30-18:00".'
            )
    return spans


def write_week(week: list[Spans]) -> dict[str, list[str]]:
    return {day: [write_span(*span) for span in spans] for day, spans in zip(WEEKDAYS, week, strict=True)}


def write_span(opens: time, closes: time) -> str:
    return f"{opens:%H:%M}-{closes:%H:%M}"


def located(place: str, parse: Callable[..., Any], *arguments: Any) -> Any:
    """What `parse` gives; a Wrong that it raises says the place."""
    try:
        return parse(*arguments)
    except Wrong as error:
        error.column = f"{place}: {error.column}" if error.column else place
        raise
