"""How a store books, in TOML: its terms, its technicians and their shifts, its demo cars; all of it may be left out."""

import re
from collections.abc import Mapping
from typing import Any

from handlers.transfer import values
from handlers.transfer.report import Wrong
from handlers.transfer.spans import WEEKDAYS, located, read_week, write_week
from storage.terms import NUMBERS

_OFF_PEAK = re.compile(r"(\w{3}) +(\S+) +(\d{1,2})%", re.ASCII)
# Whatever is not here may be anything from 0 on.
_LEAST = {"step": 15, "horizon_days": 1, "hold": 1, "offer": 1, "most_open": 1, "most_holds": 1}
_MOST = {"step": 480, "horizon_days": 366, "buffer": 480, "hold": 60, "offer": 1440}


def read(table: Mapping[str, Any]) -> dict[str, Any]:
    """`booking`, `technicians` and `demo_cars` as `stores.put` wants them. Raises Wrong."""
    return {
        "booking": _terms(_inner(table, "booking")),
        "technicians": [
            located(f"technicians.{code}", _technician, code, one) for code, one in _inner(table, "technicians").items()
        ],
        "demo_cars": {
            located(f"demo_cars.{code}", values.a_code, code, 40): located(f"demo_cars.{code}", _code, model)
            for code, model in _inner(table, "demo_cars").items()
        },
    }


def write(terms: Mapping[str, Any], technicians: list[Mapping[str, Any]]) -> dict[str, Any]:
    """The same as TOML."""
    booking = dict(terms)
    if "off_peak" in terms:
        booking["off_peak"] = [
            f"{WEEKDAYS[one['weekday']]} {one['starts']}-{one['ends']} {one['percent']}%" for one in terms["off_peak"]
        ]
    staff: dict[str, Any] = {}
    for one in technicians:
        staff[one["code"]] = {"name": one["name"], "skills": one["skills"]}
        if any(one["shifts"]):
            staff[one["code"]]["shifts"] = write_week(one["shifts"])
    return {"booking": booking, "technicians": staff}


def _terms(table: Mapping[str, Any]) -> dict[str, Any]:
    terms: dict[str, Any] = {}
    for name, value in table.items():
        place = f"booking.{name}"
        if name in NUMBERS:
            terms[name] = located(place, _number, name, value)
        elif name == "confirms":
            if not isinstance(value, bool):
                raise Wrong("Write true or false, without quotes.", place)
            terms[name] = value
        elif name == "off_peak":
            if not isinstance(value, list):
                raise Wrong('Write a list such as ["wed 14:00-16:00 20%"], and [] for none.', place)
            terms[name] = [located(place, _off_peak, one) for one in value]
        else:
            raise Wrong(f"There is no such key. The keys are {', '.join((*NUMBERS, 'confirms', 'off_peak'))}.", place)
    return terms


def _number(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise Wrong("Write a whole number, without quotes.")
    number = values.a_whole_number(str(value), _LEAST.get(name, 0), _MOST.get(name, 100_000))
    if name == "step" and number % 15:
        raise Wrong("Write 15, 30, 45, 60 … minutes: times are planned in quarter hours.")
    return number


def _off_peak(value: object) -> dict[str, Any]:
    found = _OFF_PEAK.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if found is None or found[1] not in WEEKDAYS:
        raise Wrong('Write the weekday, the time and the discount, such as "wed 14:00-16:00 20%".')
    starts, ends = values.a_span(found[2])
    return {"weekday": WEEKDAYS.index(found[1]), "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}", "percent": int(found[3])}


def _technician(code: str, table: object) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise Wrong("Write name, skills and, if they do not always work, shifts.")
    if unknown := table.keys() - {"name", "skills", "shifts"}:
        raise Wrong("There is no such key. The keys are name, skills and shifts.", min(unknown))
    name, skills = table.get("name"), table.get("skills", [])
    if not isinstance(name, str) or not name.strip():
        raise Wrong('This is missing or not a text. Write it between quotes ("…").', "name")
    if not isinstance(skills, list):
        raise Wrong('Write a list such as ["mechanic"].', "skills")
    return {
        "code": values.a_code(code, 40),
        "name": values.a_text(name, 200),
        "skills": [located("skills", _code, skill) for skill in skills],
        "shifts": read_week(_inner(table, "shifts"), "shifts"),
    }


def _code(value: object) -> str:
    if not isinstance(value, str):
        raise Wrong('This is not a text. Write it between quotes ("…").')
    return values.a_code(value, 40)


def _inner(table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = table.get(key, {})
    if not isinstance(value, dict):
        raise Wrong(f"This is not a table. Write it below a heading that ends in .{key}.", key)
    return value
