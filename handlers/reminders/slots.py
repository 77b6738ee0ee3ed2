"""The questions after "already done": what, when, at which mileage; until when papers are valid; a mileage in doubt."""

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.dialogue import Answers, Button, Reply, Slot, Turn, Unclear
from handlers.dialogue.folding import fold
from handlers.dialogue.when import understand
from handlers.reminders.saying import services
from handlers.reminders.triggers import in_year
from handlers.vehicles import cars, mileage
from handlers.vehicles import slots as vehicle_slots
from storage.vehicles import Vehicle

# What was done longer ago is due again anyway.
LONGEST = timedelta(days=3 * 365)
NOT_KNOWN = 0
_AGO = re.compile(
    r"(\d{1,3}|a|an|one|two|three|six|一|两|二|三|四|五|六|半)\s*个?\s*(days?|weeks?|months?|years?|天|日|周|星期|礼拜|月|年)\s*(?:ago|以?前)"
)
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "six": 6, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6,
}  # fmt: skip
_UNITS = {"d": 1, "天": 1, "日": 1, "w": 7, "周": 7, "星": 7, "礼": 7, "m": 30, "月": 30, "y": 365, "年": 365}
_NAMED = (
    (re.compile(r"\btoday\b|\bjust now\b|今天|刚刚|刚做"), 0), (re.compile(r"\byesterday\b|昨天"), 1), (re.compile(r"前天"), 2),
    (re.compile(r"\blast week\b|上(?:个)?(?:周|星期|礼拜)(?![一二三四五六日天])"), 7),
    (re.compile(r"\blast month\b|上(?:个)?月(?!\d)"), 30),
    (re.compile(r"\blast year\b|去年(?!\s*\d)"), 365),
)  # fmt: skip


class What(Slot):
    """All the work that the push named, or only what it was about. The value: codes of services."""

    def known(self, turn: Turn, answers: Answers) -> list[str] | None:
        return list(answers["own"]) if set(answers["all"]) <= set(answers["own"]) else None

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        buttons = [
            Button(services(turn.shop, answers[name], turn.language)[:64], "answer", answers[name]) for name in ("own", "all")
        ]
        return Reply(turn.text("reminders.what.ask"), buttons)

    def read(self, turn: Turn, answers: Answers) -> Any:
        raise Unclear("reminders.what.unclear")


class When(Slot):
    """A day that has been (ISO)."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        today = _today(turn)
        ago = (("days_ago", 3), ("month_ago", 30), ("quarter_ago", 90))
        buttons = [
            turn.button(f"reminders.when.{name}", "answer", (today - timedelta(days=days)).isoformat()) for name, days in ago
        ]  # fmt: skip
        return Reply(
            turn.text("reminders.done.when", car=cars.look(turn, {"id": answers["id"]}).label), [[one] for one in buttons]
        )

    def read(self, turn: Turn, answers: Answers) -> str:
        day = past_day(turn)
        today = _today(turn)
        if day is None:
            raise Unclear("reminders.when.unclear")
        if day > today:
            raise Unclear("reminders.when.future", meant=True)
        if today - day > LONGEST:
            raise Unclear("reminders.when.long_ago", meant=True)
        return day.isoformat()


class Km(Slot):
    """The mileage of that day; 0 for not known."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply(turn.text("reminders.km.ask"), [[turn.button("reminders.button.skip", "answer", NOT_KNOWN)]])

    def read(self, turn: Turn, answers: Answers) -> int:
        if fold(turn.words) in turn.texts.folded("dialogue.skip"):
            return NOT_KNOWN
        found = mileage.read(turn.words)
        if found is None or found.others:
            raise Unclear("vehicles.km_unclear")
        return found.km


class Until(Slot):
    """Until when papers are valid now (ISO); one more year is a tap."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        car = turn.session.get(Vehicle, answers["id"])
        before: date | None = getattr(car, answers["field"], None)
        buttons = []
        if before is not None:
            for years in (1, 2) if answers["field"] == "inspection_due" else (1,):
                day = in_year(before, before.year + years, "02-28")
                buttons.append([Button(day.isoformat(), "answer", day.isoformat())])
        return Reply(turn.text("reminders.until.ask"), buttons)

    def read(self, turn: Turn, answers: Answers) -> str:
        store = turn.store
        zone = ZoneInfo(store.timezone if store else "UTC")
        found = understand(turn.words, turn.now.astimezone(zone), store.region if store else "CN", turn.language)
        if found.reason == "past":
            raise Unclear("reminders.until.past", meant=True)
        if found.date is None:
            raise Unclear("reminders.until.unclear")
        if found.date <= _today(turn):
            raise Unclear("reminders.until.past", meant=True)
        return found.date.isoformat()


class Reading(Slot):
    """A mileage that does not fit the last one: once more, or yes, it is right."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        try:
            vehicle_slots.check_km(turn, answers["doubt"], answers["id"])
        except Unclear as doubt:
            buttons = [Button(option.label, "answer", option.value) for option in doubt.options]
            return Reply(turn.text(doubt.key, **doubt.values), buttons)
        return Reply(turn.text("vehicles.km.ask"))

    def read(self, turn: Turn, answers: Answers) -> int:
        return vehicle_slots.read_km(turn, answers["id"])


def past_day(turn: Turn) -> date | None:
    """The day that words about something done name: "10 October" is the last one, "three weeks ago" is counted back."""
    words, today = fold(turn.words), _today(turn)
    if found := _AGO.search(words):
        number = 0.5 if found[1] == "半" else _NUMBERS.get(found[1]) or int(found[1])
        return today - timedelta(days=round(number * _UNITS[found[2][0]]))
    for named, days in _NAMED:
        if named.search(words):
            return today - timedelta(days=days)
    store = turn.store
    there = turn.now.astimezone(ZoneInfo(store.timezone if store else "UTC"))
    # Days without a year are read as the next ones; seen from a year ago, that is the last time they were.
    then = there.replace(year=there.year - 1, day=min(there.day, 28))
    return understand(turn.words, then, store.region if store else "CN", turn.language).date


def _today(turn: Turn) -> date:
    return turn.now.astimezone(ZoneInfo(turn.store.timezone if turn.store else "UTC")).date()
