"""What a store wants of feedback, in TOML; all of it may be left out."""

import re
from collections.abc import Mapping
from typing import Any

from handlers.feedback.rules import DEFAULTS
from handlers.transfer import values
from handlers.transfer.report import Wrong
from handlers.transfer.spans import located

# Fewer than three would show what single people have answered.
_BETWEEN = {"fewest": (3, 1000)}
# What stood here before it was a rule.
_RULES = ("ask", "after", "remind")
_LINK = re.compile(r"https://[^\s\"'<>]{3,490}")


def read(table: Mapping[str, Any]) -> dict[str, Any]:
    """`feedback` as `stores.put` wants it. Raises Wrong."""
    given = table.get("feedback", {})
    if not isinstance(given, dict):
        raise Wrong('This is not a table. Write it below a heading "[store.feedback]".', "feedback")
    return {"feedback": {name: located(f"feedback.{name}", _value, name, value) for name, value in given.items()}}


def _value(name: str, value: object) -> Any:
    if name in _RULES:
        raise Wrong("That is a rule of pushes now, feedback or feedback_again: see Pushes in the console, or docs/pushes.md.")
    if name not in DEFAULTS:
        raise Wrong(f"There is no such key. The keys are {', '.join(DEFAULTS)}.")
    if name in _BETWEEN:
        if type(value) is not int:
            raise Wrong("Write a whole number, without quotes.")
        return values.a_whole_number(str(value), *_BETWEEN[name])
    if isinstance(DEFAULTS[name], bool):
        if not isinstance(value, bool):
            raise Wrong("Write true or false, without quotes.")
        return value
    if not isinstance(value, str) or (value and not _LINK.fullmatch(value)):
        raise Wrong('Write an address that begins with "https://", or "" for none.')
    return value
