"""A rule: when, to whom, and what is said; read from plain values, with a sentence for everything that cannot be."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

from handlers.contact.rules import FEEDBACK, MARKETING, SAFETY, SERVICE
from handlers.dialogue.texts import LANGUAGES
from handlers.dialogue.when import feasts
from handlers.reminders import wording
from handlers.reminders.audience import ENERGIES, STAGES, STORE_KINDS, Audience
from handlers.reminders.figures import clock
from handlers.reminders.triggers import (
    FIELDS,
    OF_VISIT,
    WEEKDAYS,
    After,
    Before,
    Entered,
    Feast,
    Interval,
    Monthly,
    OnDate,
    Rating,
    Signal,
    Silence,
    Trigger,
    Weekly,
)
from handlers.reminders.wrong import Wrong

BUTTONS = ("book", "done", "later", "person", "stop")
PURPOSES = (SERVICE, MARKETING, SAFETY)
# What people may switch off one by one; see `handlers.contact.flow`.
KINDS = ("maintenance", "papers", "season", "offers")
# What goes under a reminder of an appointment, and under the question for stars.
OF_APPOINTMENT, OF_RATING = ("coming", "move", "cancel", "way"), ("stars", "stop")
_KEYS = (
    "code", "names", "on", "purpose", "kind", "priority", "at", "late", "buttons", "services", "gift", "trigger", "audience",
    "texts",
)  # fmt: skip
TRIGGERS: Mapping[str, tuple[str, ...]] = {
    "date": ("field", "days"), "interval": ("since", "km", "months", "ahead", "first"),
    "after": ("event", "days", "hours", "services"), "silence": ("of", "days", "times"), "weekly": ("weekday", "every"),
    "monthly": ("day", "months"), "feast": ("feast", "days"), "signal": ("signal",), "segment": ("segment", "days"),
    "appointment": ("days", "hours"), "rating": ("of", "minutes"),
}  # fmt: skip
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
_LONGEST_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Rule:
    """`at`: the time of the store's day; `late`: for so many days after its day it may still be said. `services`: what Book asks
    for. `gift`: codes of coupon offers, divided by commas, "" for none. A smaller `priority` matters more. `kind`: what people
    switch it off by.
    """

    code: str
    names: Mapping[str, str]
    on: bool
    purpose: str
    kind: str
    priority: int
    at: time
    late: int
    trigger: Trigger
    audience: Audience
    texts: Mapping[str, str]
    buttons: tuple[str, ...]
    services: tuple[str, ...]
    gift: str

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names["en"]

    @property
    def of_work(self) -> bool:
        """Whether it speaks of work on a car that is due."""
        return isinstance(self.trigger, Interval)

    @property
    def of_visit(self) -> bool:
        """Whether it is about one visit, and so has no time of day, no services and no gift of its own."""
        return isinstance(self.trigger, OF_VISIT)


def purposes(trigger: Trigger) -> tuple[str, ...]:
    """What a rule with this trigger may be for."""
    return (SERVICE,) if isinstance(trigger, Before) else (FEEDBACK,) if isinstance(trigger, Rating) else PURPOSES


def kinds(trigger: Trigger) -> tuple[str, ...]:
    """What people may switch it off by; their own appointments they cannot."""
    return ("appointment",) if isinstance(trigger, Before) else ("feedback",) if isinstance(trigger, Rating) else KINDS


def buttons(trigger: Trigger) -> tuple[str, ...]:
    """Those that a rule with this trigger may have."""
    return OF_APPOINTMENT if isinstance(trigger, Before) else OF_RATING if isinstance(trigger, Rating) else BUTTONS


def read(table: Any, number: int = 1) -> Rule:
    """Raises ValueError with one sentence that says where and what to write."""
    if not isinstance(table, Mapping):
        raise Wrong("below_heading", where=f"rule {number}")
    code = table.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise Wrong("code", where=f"rule {number}")
    cell = _Cells(f"rule {code}", table)
    cell.only(_KEYS)
    trigger = _trigger(cell.table("trigger"))
    rule = Rule(
        code=code,
        names=cell.texts("names", 80),
        on=cell.yes_or_no("on", True),
        purpose=cell.one_of("purpose", purposes(trigger)),
        kind=cell.one_of("kind", kinds(trigger)),
        priority=cell.whole("priority", 1, 9, 5),
        at=clock(table.get("at", "10:00"), f"rule {code}: at"),
        late=cell.whole("late", 0, 90, 1),
        trigger=trigger,
        audience=_audience(cell.table("audience")),
        texts=cell.texts("texts", _LONGEST_TEXT),
        buttons=cell.several("buttons", buttons(trigger)),
        services=tuple(cell.words("services")),
        gift=cell.word("gift", 120),
    )
    _together(rule)
    return rule


def written(rule: Rule) -> dict[str, Any]:
    """The rule as `read` takes it."""
    audience = {
        "store_kind": rule.audience.store_kind, "stores": list(rule.audience.stores),
        "not_stores": list(rule.audience.not_stores), "stages": list(rule.audience.stages),
        "segments": list(rule.audience.segments),
        "energy": list(rule.audience.energy), "parked": rule.audience.parked, "had": sorted(rule.audience.had),
        "had_months": rule.audience.had_months if rule.audience.had else None, "quiet_days": rule.audience.quiet_days,
        "models": list(rule.audience.models), "built_from": rule.audience.built_from, "built_until": rule.audience.built_until,
    }  # fmt: skip
    own = {"at": f"{rule.at:%H:%M}", "late": rule.late, "services": list(rule.services), "gift": rule.gift}
    return {
        "code": rule.code, "names": dict(rule.names), "on": rule.on, "purpose": rule.purpose, "kind": rule.kind,
        "priority": rule.priority, **({} if rule.of_visit else own), "buttons": list(rule.buttons),
        "trigger": _written_trigger(rule.trigger),
        "audience": {name: value for name, value in audience.items() if value}, "texts": dict(rule.texts),
    }  # fmt: skip


def switched(rule: Rule, on: bool) -> Rule:
    return replace(rule, on=on)


# -- parts ------------------------------------------------------------------------------------------------------------------


def _trigger(cell: "_Cells") -> Trigger:
    kind = cell.one_of("kind", tuple(TRIGGERS))
    cell.only(("kind", *TRIGGERS[kind]))
    match kind:
        case "date":
            name = cell.one_of("field", FIELDS)
            return OnDate(name, tuple(sorted(cell.numbers("days", -180, 180))))
        case "interval":
            km, months = cell.whole("km", 0, 500_000, 0), cell.whole("months", 0, 240, 0)
            if not km and not months:
                raise Wrong("km_or_months", where=cell.where)
            if km and km < 500:
                raise Wrong("km_least", where=cell.where)
            if not (since := cell.words("since")):
                raise Wrong("since", where=cell.where)
            return Interval(
                frozenset(since), km or None, months or None, cell.whole("ahead", -90, 60, 7), cell.yes_or_no("first", False)
            )
        case "after":
            event, hours = cell.one_of("event", ("visit", "delivery")), cell.whole("hours", 0, 168, 0)
            if hours and cell.given("days"):
                raise Wrong("hours_or_days", where=cell.where)
            if hours and event != "visit":
                raise Wrong("hours_of_visit", where=cell.where)
            days = 0 if hours else cell.whole("days", 0, 730, 1)
            return After(event, days, frozenset(cell.words("services")), hours)
        case "silence":
            of = cell.one_of("of", ("visit", "contact"))
            return Silence(of, cell.whole("days", 14, 1825, 30), cell.whole("times", 1, 12, 1))
        case "weekly":
            return Weekly(WEEKDAYS.index(cell.one_of("weekday", WEEKDAYS)), cell.whole("every", 1, 52, 1))
        case "monthly":
            months_ = cell.numbers("months", 1, 12) if cell.given("months") else list(range(1, 13))
            return Monthly(cell.whole("day", 1, 31, 1), tuple(sorted(months_)))
        case "feast":
            return Feast(cell.one_of("feast", tuple(feasts.RULES)), cell.whole("days", -60, 60, 0))
        case "segment":
            segment = cell.word("segment", 40)
            if not segment:
                raise Wrong("segment", where=cell.where)
            return Entered(segment, cell.whole("days", 0, 365, 0))
        case "appointment":
            before = Before(cell.whole("days", 0, 7, 0), cell.whole("hours", 0, 12, 0))
            if bool(before.days) == bool(before.hours):
                raise Wrong("days_or_hours", where=cell.where)
            return before
        case "rating":
            of = cell.one_of("of", ("visit", "question"))
            # The question is asked on the third day at the latest, and not a second time within hours.
            return Rating(of, cell.whole("minutes", 0, 1440, 90) if of == "visit" else cell.whole("minutes", 1200, 2880, 1440))
        case _:
            signal = cell.word("signal")
            if not _CODE.fullmatch(signal):
                raise Wrong("signal", where=cell.where)
            return Signal(signal)


def _written_trigger(trigger: Trigger) -> dict[str, Any]:
    match trigger:
        case OnDate():
            return {"kind": "date", "field": trigger.field, "days": list(trigger.days)}
        case Interval():
            given = {"km": trigger.km, "months": trigger.months, "first": trigger.first or None}
            known = {name: value for name, value in given.items() if value}
            return {"kind": "interval", "since": sorted(trigger.since), **known, "ahead": trigger.ahead}
        case After():
            delay = {"hours": trigger.hours} if trigger.hours else {"days": trigger.days}
            return {"kind": "after", "event": trigger.event, **delay, "services": sorted(trigger.services)}
        case Silence():
            return {"kind": "silence", "of": trigger.of, "days": trigger.days, "times": trigger.times}
        case Weekly():
            return {"kind": "weekly", "weekday": WEEKDAYS[trigger.weekday], "every": trigger.every}
        case Monthly():
            return {"kind": "monthly", "day": trigger.day, "months": list(trigger.months)}
        case Feast():
            return {"kind": "feast", "feast": trigger.feast, "days": trigger.days}
        case Signal():
            return {"kind": "signal", "signal": trigger.signal}
        case Entered():
            return {"kind": "segment", "segment": trigger.segment, "days": trigger.days}
        case Before():
            ahead = {"days": trigger.days} if trigger.days else {"hours": trigger.hours}
            return {"kind": "appointment", **ahead}
        case Rating():
            return {"kind": "rating", "of": trigger.of, "minutes": trigger.minutes}


def _audience(cell: "_Cells") -> Audience:
    cell.only((
        "store_kind", "stores", "not_stores", "stages", "segments", "energy", "parked", "had", "had_months", "quiet_days",
        "models", "built_from", "built_until",
    ))  # fmt: skip
    return Audience(
        cell.one_of("store_kind", ("", *STORE_KINDS), ""), tuple(cell.words("stores")), cell.several("stages", STAGES),
        tuple(cell.words("segments")),
        cell.several("energy", ENERGIES), cell.one_of("parked", ("", "outdoors", "garage"), ""), frozenset(cell.words("had")),
        cell.whole("had_months", 1, 120, 24), cell.whole("quiet_days", 0, 730, 0), tuple(cell.words("models")),
        cell.whole("built_from", 0, 2199, 0), cell.whole("built_until", 0, 2199, 0), tuple(cell.words("not_stores")),
    )  # fmt: skip


def _together(rule: Rule) -> None:
    """What no part is wrong by itself."""
    for language in LANGUAGES:
        wording.check(f"rule {rule.code}: texts: {language}", rule.texts[language], rule.trigger)
    offers = rule.kind in ("season", "offers")
    if rule.purpose == SERVICE and offers:
        raise Wrong("needs_a_yes", where=f"rule {rule.code}", kind=rule.kind, purpose=MARKETING)
    if rule.purpose == SAFETY and rule.on and not rule.audience.models:
        raise Wrong("safety_models", where=f"rule {rule.code}")
    if rule.of_visit:
        anybody = Audience(rule.audience.store_kind, rule.audience.stores, not_stores=rule.audience.not_stores)
        if rule.services or rule.gift or rule.audience != anybody:
            raise Wrong("for_everybody", where=f"rule {rule.code}")
        if isinstance(rule.trigger, Rating) and "stars" not in rule.buttons:
            raise Wrong("no_stars", where=f"rule {rule.code}", button="stars")
        return
    if rule.purpose != SAFETY and "stop" not in rule.buttons:
        raise Wrong("no_stop", where=f"rule {rule.code}", button="stop")
    trigger = rule.trigger
    if isinstance(trigger, Interval) and not trigger.since & set(rule.services):
        raise Wrong("services", where=f"rule {rule.code}", known=", ".join(sorted(trigger.since)))
    dated = isinstance(trigger, OnDate) and trigger.field in ("insured_until", "inspection_due")
    if "done" in rule.buttons and not (isinstance(trigger, Interval) or dated):
        raise Wrong("done", where=f"rule {rule.code}", button="done")
    if "later" in rule.buttons and not isinstance(trigger, (Interval, OnDate)):
        raise Wrong("later", where=f"rule {rule.code}", button="later")


@dataclass(frozen=True, slots=True)
class _Cells:
    """A table, and how to say where something in it is wrong."""

    where: str
    values: Mapping[str, Any]

    def only(self, names: tuple[str, ...]) -> None:
        if unknown := self.values.keys() - set(names):
            raise Wrong("no_such", where=self.where, name=min(unknown), known=", ".join(names))

    def given(self, name: str) -> bool:
        return name in self.values

    def table(self, name: str) -> "_Cells":
        value = self.values.get(name, {})
        if not isinstance(value, Mapping):
            raise Wrong("table", where=self.where, name=name)
        return _Cells(f"{self.where}: {name}", value)

    def one_of(self, name: str, choices: tuple[str, ...], default: str | None = None) -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str) or value not in choices:
            shown = ", ".join(choice for choice in choices[:20] if choice) + (" …" if len(choices) > 20 else "")
            raise Wrong("one_of", where=self.where, name=name, known=shown)
        return value

    def several(self, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
        found = self.words(name)
        if unknown := [one for one in found if one not in choices]:
            raise Wrong("several", where=self.where, name=name, known=", ".join(choices), given=unknown[0][:40])
        return tuple(dict.fromkeys(found))

    def words(self, name: str) -> list[str]:
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= 60 for one in value):
            raise Wrong("codes", where=self.where, name=name)
        return value

    def word(self, name: str, limit: int = 60) -> str:
        value = self.values.get(name, "")
        if not isinstance(value, str) or len(value) > limit:
            raise Wrong("short_code", where=self.where, name=name, limit=limit)
        return value

    def yes_or_no(self, name: str, default: bool) -> bool:
        value = self.values.get(name, default)
        if not isinstance(value, bool):
            raise Wrong("yes_or_no", where=self.where, name=name)
        return value

    def whole(self, name: str, least: int, most: int, default: int) -> int:
        value = self.values.get(name, default)
        if type(value) is not int or not least <= value <= most:
            raise Wrong("whole", where=self.where, name=name, least=least, most=most)
        return value

    def numbers(self, name: str, least: int, most: int) -> list[int]:
        value = self.values.get(name)
        good = isinstance(value, list) and 0 < len(value) <= 12 and len(set(value)) == len(value)
        if not good or not all(type(one) is int and least <= one <= most for one in value or []):
            raise Wrong("numbers", where=self.where, name=name, least=least, most=most)
        return list(value or [])

    def texts(self, name: str, limit: int) -> dict[str, str]:
        value = self.values.get(name, {})
        given = value if isinstance(value, Mapping) else {}
        for language in LANGUAGES:
            text = given.get(language)
            if not isinstance(text, str) or not text.strip():
                raise Wrong("language", where=self.where, name=name, language=language, known=", ".join(LANGUAGES))
            if len(text) > limit:
                raise Wrong("long", where=self.where, name=name, language=language, characters=len(text), limit=limit)
        return {language: given[language].strip() for language in LANGUAGES}
