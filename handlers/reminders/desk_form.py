"""A rule as staff fill it in: fields of a form read into the plain values that `rules.read` takes."""

from typing import Any

from handlers.desk import Desk
from handlers.dialogue.texts import LANGUAGES
from handlers.reminders import rules
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import Rating

# Fields of triggers and audiences by what is typed into them.
_LISTS, _NUMBER_LISTS = ("since", "services", "stages", "energy", "stores", "segments", "had"), ("months",)
_NUMBERS = ("km", "ahead", "every", "day", "times", "quiet_days", "had_months", "hours", "minutes")
# Of these days or hours are filled in; what was emptied does not come back.
_DAYS_OR_HOURS = ("after", "appointment")


def read(desk: Desk, rule: Rule) -> Rule:
    """The rule with what was filled in. Raises ValueError with the sentence about the first thing that is wrong."""
    before = rules.written(rule)
    own = {} if rule.of_visit else {
        "at": desk.field("at", 5), "late": _number(desk.field("late", 6)), "services": _list(desk.field("services", 400)),
        "gift": desk.field("gift", 120),
    }  # fmt: skip
    table = {
        **before,
        "names": {language: desk.field(f"name_{language}", 80) for language in LANGUAGES},
        "texts": {language: desk.field(f"text_{language}") for language in LANGUAGES},
        "purpose": desk.field("purpose", 20),
        "kind": desk.field("kind", 20),
        "priority": _number(desk.field("priority", 6)),
        "buttons": [name for name in rules.buttons(rule.trigger) if name in desk.form.get("button", ())],
        "trigger": _trigger(desk, before["trigger"]),
        "audience": _audience(desk),
        **own,
    }
    return rules.read(table)


def shown(value: Any) -> str:
    """A value as it stands in its field."""
    return ", ".join(str(one) for one in value) if isinstance(value, list) else "" if value is None else str(value)


def fields(rule: Rule) -> list[tuple[str, str]]:
    """(name, value) of what can be changed about the trigger; its kind stays."""
    written = rules.written(rule)["trigger"]
    names = rules.TRIGGERS[written["kind"]]
    # Whether it is the question or the one that comes after it stays, too.
    fixed = ("first", "of") if isinstance(rule.trigger, Rating) else ("first",)
    return [(name, shown(written.get(name, ""))) for name in names if name not in fixed]


def _trigger(desk: Desk, before: dict[str, Any]) -> dict[str, Any]:
    kept = dict(before)
    if before["kind"] in _DAYS_OR_HOURS and {"trigger_days", "trigger_hours"} & desk.form.keys():
        kept = {name: value for name, value in before.items() if name not in ("days", "hours")}
    return {**kept, **_part(desk, "trigger", before)}


def _part(desk: Desk, prefix: str, before: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in rules.TRIGGERS[before["kind"]]:
        if f"{prefix}_{name}" in desk.form:
            found[name] = _value(name, desk.field(f"{prefix}_{name}", 400), isinstance(before.get(name), list))
    # An empty number of an interval, or of days or hours after something, means that it does not count.
    empty = ("hours", "days") if before["kind"] in _DAYS_OR_HOURS else ("km", "months")
    return {name: value for name, value in found.items() if not (name in empty and value in ("", []))} | (
        {name: 0 for name in ("km", "months") if before["kind"] == "interval" and found.get(name) == ""}
    )


def _value(name: str, text: str, many: bool) -> Any:
    if name in _LISTS:
        return _list(text)
    if (name in _NUMBER_LISTS and many) or (name == "days" and many):
        return [_number(one) for one in _list(text)]
    if name in (*_NUMBERS, "days", "months"):
        return _number(text)
    return text


def _audience(desk: Desk) -> dict[str, Any]:
    found: dict[str, Any] = {
        "store_kind": desk.field("audience_store_kind", 20), "parked": desk.field("audience_parked", 20),
        "stages": list(desk.form.get("audience_stages", ())), "energy": list(desk.form.get("audience_energy", ())),
        "stores": _list(desk.field("audience_stores", 400)), "not_stores": _list(desk.field("audience_not_stores", 400)),
        "segments": _list(desk.field("audience_segments", 400)),
        "had": _list(desk.field("audience_had", 400)), "models": _list(desk.field("audience_models", 400)),
        "built_from": _number(desk.field("audience_built_from", 6)),
        "built_until": _number(desk.field("audience_built_until", 6)),
        "had_months": _number(desk.field("audience_had_months", 6)), "quiet_days": _number(desk.field("audience_quiet_days", 6)),
    }  # fmt: skip
    return {name: value for name, value in found.items() if value not in ("", [])}


def _list(text: str) -> list[str]:
    return [one.strip() for one in text.replace("，", ",").replace("、", ",").split(",") if one.strip()]


def _number(text: str) -> Any:
    """A whole number; what is none stays as it is, for `rules.read` to say so."""
    sign = text[:1] in ("-", "−", "–")
    digits = text[1:] if sign else text
    return (-1 if sign else 1) * int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else text
