"""The figures of pushes that a shop may change, with what they are when it has not."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import time
from typing import Any

from handlers.reminders.wrong import Wrong

LEAP_DAYS = ("02-28", "03-01")


@dataclass(frozen=True, slots=True)
class Figures:
    """`look_at`: from this time of the store's day on it is looked who is due that day. `most_a_day`: to more people a rule does
    not write on a day before somebody has looked. `bundle_days`: work that falls due so soon after is named in the same message.
    `rest_days`: after a visit no work is spoken of; `apart_days`: nor after it was. `leap_day`: when 29 February is kept in
    other years. Stages of customers, in days since the last visit: `warning_days`, `lost_days` for detailing, `dormant_days`
    for dealerships; `loyal_visits`: so many in a year (dealership) or in a month (detailing). The contact gate's own (see
    `handlers.contact.rules.Policy`): nobody is written to from `quiet_from` to `quiet_until`; offers a person in 7 and in 30
    days, and of these the routine ones (priority 8 and 9); `adult_from`: years of age, 0 for whatever age.
    """

    look_at: time = time(6)
    most_a_day: int = 500
    bundle_days: int = 45
    rest_days: int = 7
    apart_days: int = 21
    leap_day: str = "02-28"
    warning_days: int = 60
    lost_days: int = 90
    dormant_days: int = 365
    loyal_visits: int = 3
    quiet_from: time = time(21)
    quiet_until: time = time(9)
    per_week: int = 1
    per_month: int = 3
    routine_per_month: int = 1
    adult_from: int = 18


CLOCKS = ("look_at", "quiet_from", "quiet_until")
_BOUNDS = {
    "most_a_day": (1, 1_000_000), "bundle_days": (0, 90), "rest_days": (0, 60), "apart_days": (0, 90),
    "warning_days": (7, 730), "lost_days": (7, 1095), "dormant_days": (30, 1825), "loyal_visits": (1, 50),
    "per_week": (0, 7), "per_month": (0, 30), "routine_per_month": (0, 30),
    "adult_from": (0, 25),
}  # fmt: skip


def read(values: Mapping[str, Any]) -> Figures:
    """Raises ValueError with one sentence for what cannot be."""
    known = {one.name for one in fields(Figures)}
    if unknown := values.keys() - known:
        raise Wrong("no_such", where="settings", name=min(unknown), known=", ".join(sorted(known)))
    given: dict[str, Any] = dict(values)
    for name, (least, most) in _BOUNDS.items():
        if name in given and (type(given[name]) is not int or not least <= given[name] <= most):
            raise Wrong("whole", where="settings", name=name, least=least, most=most)
    if given.get("leap_day", LEAP_DAYS[0]) not in LEAP_DAYS:
        raise Wrong("one_of", where="settings", name="leap_day", known=", ".join(LEAP_DAYS))
    for name in CLOCKS:
        if name in given:
            given[name] = clock(given[name], f"settings: {name}")
    made = Figures(**given)
    if made.lost_days < made.warning_days:
        raise Wrong("lost_first", where="settings")
    return made


def written(figures: Figures) -> dict[str, Any]:
    return {**asdict(figures), **{name: f"{getattr(figures, name):%H:%M}" for name in CLOCKS}}


def clock(value: Any, where: str) -> time:
    """ "10:00". Raises ValueError with a sentence."""
    try:
        if not isinstance(value, str) or len(value) != 5:
            raise ValueError
        return time.fromisoformat(value)
    except ValueError:
        raise Wrong("clock", where=where) from None
