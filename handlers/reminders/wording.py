"""The words of a push: `{name}` placeholders from an allow-list, substituted and never evaluated.

A line with a placeholder for which there is nothing to say is left out, so the first line names only what is always known.
Several versions are divided by a line "---"; they follow each other month by month.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date

from handlers.dialogue.texts import escape, locale
from handlers.reminders.triggers import After, Before, Entered, Feast, Interval, OnDate, Rating, Silence, Trigger
from handlers.reminders.wrong import Wrong

ALWAYS = ("name", "car", "store", "services")
ANYWHERE = (*ALWAYS, "plate", "phone", "gift")
# What may be missing, so that a first line does not name it; of a visit also what was done, as long as nobody has said it.
_UNSURE = ("plate", "phone", "gift", "km", "address")
MOST_CHARACTERS = 1000
_BRACES = re.compile(r"\{([^{}]*)\}|[{}]")
_GAPS = re.compile(r"\n{3,}")
_VERSIONS = re.compile(r"^---+[ \t]*$", re.MULTILINE)


def allowed(trigger: Trigger) -> tuple[str, ...]:
    """What a text of a rule with this trigger may name."""
    match trigger:
        case OnDate(field="birthday"):
            return (*ANYWHERE, "date", "days")
        case OnDate(field="delivered_on"):
            return (*ANYWHERE, "date", "days", "years")
        case OnDate():
            return (*ANYWHERE, "date", "days")
        case Interval() | Silence() | Entered():
            return (*ANYWHERE, "date", "km")
        case After() | Feast():
            return (*ANYWHERE, "date")
        case Before():
            return (*ALWAYS, "when", "ahead", "address", "plate", "phone")
        case Rating():
            return (*ALWAYS, "date", "plate", "phone")
    return ANYWHERE


def versions(text: str) -> list[str]:
    return [one.strip() for one in _VERSIONS.split(text) if one.strip()]


def check(where: str, text: str, trigger: Trigger) -> None:
    """Raises ValueError with a sentence for what would go out wrong."""
    known = allowed(trigger)
    for version in versions(text) or [""]:
        if len(version) > MOST_CHARACTERS:
            raise Wrong("too_long", where=where, characters=len(version), limit=MOST_CHARACTERS)
        for found in _BRACES.finditer(version):
            if found[1] is None:
                raise Wrong("brace", where=where, name=found[0])
            if found[1] not in known:
                names = ", ".join(f"{{{name}}}" for name in known)
                raise Wrong("placeholder", where=where, name=f"{{{found[1][:40]}}}", known=names)
        first = version.split("\n", 1)[0]
        unsure = [
            name for name in _BRACES.findall(first) if name in _UNSURE or (name == "services" and isinstance(trigger, Rating))
        ]
        if not first or unsure:
            raise Wrong("first_line", where=where, name=f"{{{unsure[0]}}}") if unsure else Wrong("first_empty", where=where)


def render(text: str, values: Mapping[str, str | None], month: int) -> str:
    """The version of this month as HTML; everything is shown literally, whatever somebody is called."""
    known = versions(text)
    version = known[(month - 1) % len(known)]
    kept = []
    for line in version.split("\n"):
        named = [name for name in _BRACES.findall(line) if name]
        if all(values.get(name) for name in named):
            kept.append(_capital(_BRACES.sub(lambda found: values.get(found[1]) or found[0], line)))
    return escape(_GAPS.sub("\n\n", "\n".join(kept)).strip())


def _capital(line: str) -> str:
    return line[:1].upper() + line[1:]


def on_day(value: date, today: date, language: str) -> str:
    """ "3 May"; with the year where it is another one."""
    pattern = "d MMMM" if language == "en" else "M月d日"
    if value.year != today.year:
        pattern = "d MMMM y" if language == "en" else "y年M月d日"
    return str(format_date(value, pattern, locale=locale(language)))


def called(name: str, language: str) -> str:
    """As people are greeted: in English by the first name, where there is one."""
    parts = name.split()
    return parts[0] if language == "en" and len(parts) > 1 and name.isascii() else name


def number(value: Any) -> str | None:
    return f"{value:,}" if isinstance(value, int) else None
