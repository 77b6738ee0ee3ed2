"""Which day and what time: the next free times, a page of days, the times of a day; typed words work at each step."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from handlers.booking import choosing, deadlines, hearing, opening, phrases, picker, rules, times, words
from handlers.booking.plan import Free
from handlers.booking.wishes import Visit
from handlers.dialogue import Answers, Button, Option, Refusal, Reply, Slot, Turn, Unclear, assent, doubts, lately
from handlers.dialogue.folding import fold
from handlers.dialogue.slots import numbered
from handlers.dialogue.when import Reading, Understood, masked
from handlers.faq import flow as faq
from handlers.prices import lasting
from knowledge_base.names import tokens
from storage.entries import Gap
from storage.slots import quantum_at

NEXT = 6
# One of the offered times by its hour.
_THE_ONE = re.compile(
    r"(?:(?:ok|yes|yeah|then|no|sorry|maybe|ill take|i will take|lets do|take|do|can i have)[ ,]{1,2}){0,3}"
    r"the (?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?"
    r"(?: ?[ap]m)?(?: o'?clock)? (?:one|slot)(?: then| please| pls| works| is fine| is good)?"
    r"|(?:就|要|选|拣|那就|咁就){0,2}(?P<stroke>\d{1,2})点(?P<half>半)?(?:的|嘅)?(?:那个|嗰个|个|那一个)(?:吧|啦|就好|就行|可以)?"
)
# So many words beside a day that has been are a tale.
_TALE = 5
# So many days are looked at for the last time of each.
_DAYS = 10
# Letters of an answer that may have small words around the place in a list.
_SHORT_ANSWER = 40
# More than a phone shows at once is no help.
MOST_TIMES = 32
# Among the answers: what is spoken of beside the day and the time. `near`: free times to offer instead of one that is not,
# `wished`: the time ("10:00") for which they are offered.
DRAFTS = ("window", "near", "page", "full", "which", "over", "wished")
# What words may say about when; `which`: readings to choose from, as [label, value], `over`: because that day has been.
SAID = ("day", "time", "window", "which", "over")
MEANT = ("past", "no_such_date", "no_such_time", "disagree")


@dataclass(frozen=True, kw_only=True)
class _When(Slot):
    """What the day and the time have in common. `visit(turn, answers)`: what the time is for."""

    visit: Callable[[Turn, Answers], Visit]
    # What the words say beside the time.
    rest: Callable[[Turn, Answers], None] | None = None

    def read(self, turn: Turn, answers: Answers) -> None:
        self._read(turn, answers)
        if self.rest is not None:
            self.rest(turn, answers)

    def _read(self, turn: Turn, answers: Answers) -> None:
        visit = self.visit(turn, answers)
        if turn.incoming.kind != "text":
            raise Unclear("booking.when.unclear")
        text = phrases.spaced(turn.words)
        if lasting.asks_of_visit(turn.words) or _asks_hours(turn) or phrases.has("last_time", text) or phrases.waits(text):
            raise Unclear("booking.when.unclear")
        if nearer(turn, answers, [value for value in doubts.values(turn, self) if isinstance(value, dict)]):
            return
        if self._by_clock(turn, visit, answers) or self._picked(turn, visit, answers) or self._chosen(turn, visit, answers):
            return
        if visit.moving:
            start = visit.local(visit.moving.starts_at)
            day = answers.get("day") or _same_weekday(answers.get("window", {}), start)
            if new := hearing.shifted(turn, turn.words, visit.store, start, day):
                take(answers, hearing.at(new))
                return
        if assent.said(turn) == "yes" and (starts := _offered(turn)):
            if len(starts) > 1:
                first = words.label(turn, "booking.clock", at=visit.local(starts[0]))
                raise Unclear("booking.when.which_of_these", meant=True, first=first)
            take(answers, hearing.at(visit.local(starts[0])))
            return
        said = hearing.when(turn, turn.words, visit.store)
        if said.nothing and (both := hearing.days_and_hours(turn, turn.words, visit.store)):
            take(answers, both)
            return
        if not said.understood or said.contested:
            raise doubt(turn, said, answers.get("day"))
        assert said.reading is not None
        # "Move it to three": on the day that it has.
        base = visit.local(visit.moving.starts_at).date().isoformat() if visit.moving else None
        base = answers.get("day") or _first_day(turn, visit, answers, said.reading) or base
        wanted = hearing.inside(hearing.wanted(said.reading, base), answers.get("window", {}), turn.words)
        wanted = hearing.on_these_days(wanted, answers.get("window", {}))
        if "near" in answers and wanted.day not in (None, answers.get("day")) and not (wanted.time or wanted.window):
            # "Not Friday, Saturday", when ten was taken on Friday: at ten.
            wanted = replace(wanted, time=answers.get("wished"))
        take(answers, wanted)

    def _chosen(self, turn: Turn, visit: Visit, answers: Answers) -> bool:
        """Whether "the latest", "too early", or "not free that day" says something about the times that were offered."""
        found = choosing.chosen(turn, answers, [visit.local(start) for start in _offered(turn)], visit.store)
        if found is None:
            return False
        if found.at:
            take(answers, hearing.at(found.at))
        elif found.other:
            self.accept(turn, {"other": answers.get("day") or _today(turn, visit)}, answers)
        else:
            take(answers, hearing.Wanted(found.day, None, found.window))
        return True

    def _picked(self, turn: Turn, visit: Visit, answers: Answers) -> bool:
        """Whether "1" or "the second one" chooses one of the times that were offered; an hour that is free too is asked about."""
        starts = _offered(turn)
        number = numbered(turn.words, len(starts))
        if number is None and len(turn.words) <= _SHORT_ANSWER and any(one.isalpha() for one in turn.words):
            number = numbered(phrases.bare(phrases.spaced(turn.words)), len(starts))
        if number is None:
            return False
        there = visit.local(starts[number])
        reading = hearing.when(turn, turn.words, visit.store).reading
        if reading is not None and reading.time is not None and reading.time != there.time():
            hour = datetime.combine(date.fromisoformat(answers["day"]) if "day" in answers else there.date(), reading.time)
            if any(visit.local(free.starts_at).time() == reading.time for free in _on(turn, visit, hour.date())):
                if len(starts) > NEXT or number >= NEXT:
                    return False  # below so many times "10" is ten o'clock
                both = [(hearing.at(at).answers, words.label(turn, "booking.moment", at=at)) for at in (there, hour)]
                found = [Option(value, label) for value, label in both]
                raise Unclear("booking.when.which", meant=True, options=found, when=found[0].label)
        take(answers, hearing.at(there))
        return True

    def _by_clock(self, turn: Turn, visit: Visit, answers: Answers) -> bool:
        """Whether "the 10 one", 10点那个 names the only one of the offered times at that hour."""
        found = _THE_ONE.fullmatch(fold(turn.words).strip(" .!。！"))
        if found is None:
            return False
        hour, minute = int(found["hour"] or found["stroke"]), int(found["minute"] or (30 if found["half"] else 0))
        at = [visit.local(start) for start in _offered(turn)]
        at = [one for one in at if (one.hour % 12, one.minute) == (hour % 12, minute)]
        if len(at) == 1:
            take(answers, hearing.at(at[0]))
        return len(at) == 1

    def accept(self, turn: Turn, value: Any, answers: Answers) -> None:
        visit = self.visit(turn, answers)
        if "start" in value:
            there = visit.local(datetime.fromisoformat(value["start"]))
            take(answers, hearing.Wanted(there.date().isoformat(), f"{there:%H:%M}", {}))
        elif "page" in value:
            clear(answers)
            answers["page"] = picker.monday(date.fromisoformat(value["page"]), times.day_of(visit.plan, turn.now))
        elif "other" in value:
            clear(answers)
            answers["page"] = picker.monday(date.fromisoformat(value["other"]), times.day_of(visit.plan, turn.now))
        else:
            window = value.get("window") or answers.get("window", {})
            take(answers, hearing.Wanted(value.get("day"), value.get("time"), window))

    def back(self, turn: Turn, answers: Answers) -> bool:
        if "page" in answers:
            answers.pop("page")
            return True
        if "undo" in answers:
            clear(answers)
            answers.update(answers.pop("undo"))
            return True
        return False

    def refused(self, turn: Turn, answers: Answers, no: Refusal) -> None:
        answers.pop("page", None)
        answers["near"] = [free.starts_at.isoformat() for free in no.values.get("times", ())]
        if no.key in ("booking.refused.taken", "booking.refused.full_day") and "day" in answers:
            answers["full"] = answers["day"]

    def _offer(self, turn: Turn, visit: Visit, found: list[Free]) -> list[list[Button]]:
        """Two side by side; what shows a price needs a row of its own."""
        rows: list[list[Button]] = []
        room = False
        for one in found:
            button = Button(words.free(turn, visit.store, one), "answer", {"start": one.starts_at.isoformat()})
            if room and not one.discount:
                rows[-1].append(button)
            else:
                rows.append([button])
            room = not room and not one.discount
        return rows

    def _near(self, turn: Turn, visit: Visit, answers: Answers) -> Reply:
        """Other times instead of one that cannot be."""
        found = [_free(visit, datetime.fromisoformat(start)) for start in answers["near"]]
        rows = self._offer(turn, visit, found)
        rows.append([turn.button("booking.day.other", "answer", {"other": answers.get("day") or _today(turn, visit)})])
        if (full := answers.get("full")) and visit.moving is None:
            rows[-1].append(turn.button("booking.button.wait", "booking.wait", full))
        return Reply(turn.text("booking.when.near" if found else "booking.when.nothing"), rows)


class Which(Slot):
    """Words that may mean one time or another, or a day that has been: settled before anything else is asked."""

    def wanted(self, turn: Turn, answers: Answers) -> bool:
        return "which" in answers

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        which = answers["which"]
        key = "booking.when.over" if "over" in answers else "booking.when.which"
        rows = [[Button(label, "answer", value)] for label, value in which]
        return Reply(turn.text(key, when=which[0][0]), [*rows, [turn.button("booking.day.other", "answer", {})]])

    def read(self, turn: Turn, answers: Answers) -> None:
        typed = fold(turn.words)
        place = numbered(turn.words, len(answers["which"]))
        if place is not None or typed in turn.texts.folded("dialogue.yes"):
            return self.accept(turn, answers["which"][place or 0][1], answers)
        if typed in turn.texts.folded("dialogue.no"):
            return self.accept(turn, {}, answers)
        if nearer(turn, answers, [value for _, value in answers["which"]]):
            return None
        raise Unclear("")

    def accept(self, turn: Turn, value: Any, answers: Answers) -> None:
        take(answers, hearing.Wanted(value.get("day"), value.get("time"), value.get("window", {})))


def _offered(turn: Turn) -> list[datetime]:
    """The times on the buttons of the last answer."""
    said = lately.answer(turn)
    values = [button.get("value") for button in lately.buttons(said) if button["do"] == "answer"] if said else []
    return [datetime.fromisoformat(value["start"]) for value in values if isinstance(value, dict) and "start" in value]


def _first_day(turn: Turn, visit: Visit, answers: Answers, reading: Reading) -> str | None:
    """ "Ten", below times between Wednesday and Friday: the first of these days on which it is free, else the first of them."""
    window = answers.get("window", {})
    if reading.time is None or reading.date or not window.keys() & {"first", "last", "not"}:
        return None
    clock = f"{reading.time:%H:%M}"
    free = next_free(turn, visit, {**window, "early": clock, "late": clock})
    return visit.local(free[0].starts_at).date().isoformat() if free else window.get("first")


def _same_weekday(window: dict[str, str], start: datetime) -> str | None:
    """ "The same time", below the times of next week: on its own day of that week."""
    if "first" not in window:
        return None
    first = date.fromisoformat(window["first"])
    day = (first + timedelta(days=(start.weekday() - first.weekday()) % 7)).isoformat()
    return day if day <= window.get("last", "9999") else None


def _asks_hours(turn: Turn) -> bool:
    """Whether it is asked if we are open then, which is no day that they choose."""
    return phrases.has("open", fold(turn.words)) and (faq.is_sure(turn) is not None or opening.asked(turn) is not None)


class Day(_When):
    """The day; a button of the next free times tells the time too."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        reply = self._ask(turn, answers)
        # The words that began the form named a day that cannot be.
        if reason := answers.pop("said", ""):
            key = f"booking.when.{reason}" if reason in MEANT else "booking.when.not_read"
            return replace(reply, text=f"{turn.text(key)}\n\n{reply.text}")
        return reply

    def _ask(self, turn: Turn, answers: Answers) -> Reply:
        visit = self.visit(turn, answers)
        if "near" in answers:
            return self._near(turn, visit, answers)
        if page := answers.get("page"):
            text = turn.text("booking.day.pick", month=picker.title(turn, page), closed=picker.CLOSED)
            return Reply(text, picker.rows(turn, visit, page))
        window = answers.get("window", {})
        ready = answers.get("ready", "")
        found = next_free(turn, visit, window, ready)
        key = "booking.day.ask"
        if (window or ready) and not found:
            key, found = "booking.day.none_then", next_free(turn, visit, {})
            if not ready and (ends := _last_of_days(turn, visit, window)):
                key, found = "booking.day.latest", ends
        if not found:
            return Reply(turn.text("booking.when.nothing"), [turn.button("dialogue.button.person", "person")])
        first = window.get("first") or _today(turn, visit)
        more = turn.button("booking.day.other", "answer", {"other": first})
        return Reply(turn.text(key), [*self._offer(turn, visit, found), [more]])


class Time(_When):
    """The time of a day that is known."""

    def known(self, turn: Turn, answers: Answers) -> None:
        """Nothing; but a day without any free time is refused, with the reason."""
        if "near" in answers:
            return
        visit, day = self.visit(turn, answers), date.fromisoformat(answers["day"])
        if _on(turn, visit, day):
            return
        key, values = _why(turn, visit, day)
        noon = rules.instant(day, time(12), visit.plan.zone)
        others = times.alternatives(turn.session, visit.plan, noon, turn.now, moving=visit.moving)
        raise Refusal(f"booking.refused.{key}", again="time", times=others, **values)

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        visit = self.visit(turn, answers)
        if "near" in answers:
            return self._near(turn, visit, answers)
        day, window = date.fromisoformat(answers["day"]), answers.get("window", {})
        found = _on(turn, visit, day)
        fitting = [one for one in found if _fits(visit, one, window, answers.get("ready", ""))]
        late = not fitting and any(hearing.fits(visit.local(one.starts_at), window) for one in found)
        key = "booking.time.ask" if fitting else "booking.time.none_ready" if late else "booking.time.none_then"
        shown = (fitting or found)[:MOST_TIMES]
        buttons = [
            Button(words.free(turn, visit.store, one, short=True), "answer", {"start": one.starts_at.isoformat()})
            for one in shown
        ]
        rows = [buttons[start : start + 4] for start in range(0, len(buttons), 4)]
        rows.append([turn.button("booking.day.other", "answer", {"other": day.isoformat()})])
        return Reply(turn.text(key, day=day), rows)


def nearer(turn: Turn, answers: Answers, offered: Sequence[Answers]) -> bool:
    """Whether the words are one of the days that were offered, or a time for them: "the Friday", "at four"."""
    reading = hearing.when(turn, turn.words, turn.store).reading
    days = list(dict.fromkeys(value["day"] for value in offered if value.get("day")))
    if reading is None or not days:
        return False
    if reading.date:
        that = [value for value in offered if value.get("day") == reading.date.isoformat()]
        if len(that) == 1 and reading.time is None:
            take(answers, hearing.Wanted(that[0]["day"], that[0].get("time"), that[0].get("window", {})))
            return True
        days = [value["day"] for value in that[:1]]
    if reading.time is None or not days:
        return False
    clock = f"{reading.time:%H:%M}"
    if len(days) == 1:
        take(answers, hearing.Wanted(days[0], clock, {}))
        return True
    clear(answers)
    at = [datetime.combine(date.fromisoformat(day), reading.time) for day in days]
    answers["which"] = [[words.label(turn, "booking.moment", at=one), {"day": f"{one:%Y-%m-%d}", "time": clock}] for one in at]
    return True


def take(answers: Answers, wanted: hearing.Wanted) -> None:
    """From now on this day, time or window is spoken of, and nothing that was said of another one."""
    clear(answers)
    answers.update(wanted.answers)


def clear(answers: Answers) -> None:
    for name in ("day", "time", *DRAFTS):
        answers.pop(name, None)


def again(answers: Answers) -> None:
    """Something else than the time has changed: the times offered instead are stale, and the one that was wished may be free."""
    answers.pop("near")
    answers.pop("full", None)
    if (wished := answers.pop("wished", None)) and "day" in answers:
        answers.setdefault("time", wished)


def with_day(found: Answers, answers: Answers) -> Answers:
    """A new time belongs to the day that was spoken of; a new day keeps the time."""
    if "window" in found and "day" not in found and not {"first", "last"} & found["window"].keys():
        same = {"day": answers["day"]} if "day" in answers else {}
        window = hearing.on_these_days(hearing.Wanted(None, None, found["window"]), answers.get("window", {})).window
        return {**found, **same, "window": window}
    if "day" in found and "time" not in found and "time" in answers and "window" not in found:
        return {**found, "time": answers["time"]}
    return found


def next_free(turn: Turn, visit: Visit, window: dict[str, str], ready: str = "") -> list[Free]:
    """The next free times, those in the window if there is one, after which the car is `ready` (see `deadlines.Deadline`)."""
    today = times.day_of(visit.plan, turn.now)
    if not window and not ready:
        found = times.next_free(turn.session, turn.shop, visit.plan.wish, turn.now, count=NEXT + 1, moving=visit.moving)
        return _others(visit, found)[:NEXT]
    first = max(today, date.fromisoformat(window.get("first", today.isoformat())))
    last = min(
        date.fromisoformat(window.get("last", (first + timedelta(days=30)).isoformat())),
        today + timedelta(days=visit.plan.terms.horizon_days),
    )
    if last < first:
        return []
    found = times.free_times(
        turn.session, turn.shop, visit.plan.wish, turn.now, first=first, days=(last - first).days + 1, moving=visit.moving
    )
    return [one for one in _others(visit, found) if _fits(visit, one, window, ready)][:NEXT]


def _last_of_days(turn: Turn, visit: Visit, window: dict[str, str]) -> list[Free]:
    """The last free time of each of the next days, for who comes after an hour that no day has; of the days that suit."""
    if "early" not in window or "late" in window:
        return []
    first = max(times.day_of(visit.plan, turn.now), date.fromisoformat(window.get("first", "0001-01-01")))
    found = times.free_times(turn.session, turn.shop, visit.plan.wish, turn.now, first=first, days=_DAYS, moving=visit.moving)
    days = {name: value for name, value in window.items() if name != "early"}
    last = {visit.local(one.starts_at).date(): one for one in _others(visit, found) if _fits(visit, one, days, "")}
    return list(last.values())[:NEXT]


def _fits(visit: Visit, free: Free, window: dict[str, str], ready: str) -> bool:
    start = visit.local(free.starts_at)
    return hearing.fits(start, window) and deadlines.in_time(start, visit.local(free.ends_at), ready)


def doubt(turn: Turn, said: Understood, day: str | None = None) -> Unclear:
    """Why the words do not say when; two readings become two buttons. What was not understood is put on the list of gaps."""
    if said.options:
        found = choices(turn, said, day)
        return Unclear(
            "booking.when.over" if said.reason == "past" else "booking.when.which", meant=True, options=found, when=found[0].label
        )
    if said.reason not in MEANT or only_told(turn, said):
        note_gap(turn)
        return Unclear("booking.when.unclear")
    return Unclear(f"booking.when.{said.reason}", meant=True)


def only_told(turn: Turn, said: Understood) -> bool:
    """ "Last time you got my car dirty": what has been, in words that wish for nothing, is no day that they would come on."""
    text = phrases.spaced(turn.words)
    wishes = any(phrases.has(name, text) for name in ("free", "request", "book", "coming", "move"))
    beside = [word for word in tokens(turn.words) if not word.isdecimal()]
    return said.reason == "past" and not said.options and not wishes and len(beside) > _TALE


def choices(turn: Turn, said: Understood, day: str | None = None) -> list[Option]:
    """`day`: the one that was spoken of before; a bare time means it there."""
    return [Option(hearing.wanted(reading, day).answers, reading_label(turn, reading, day)) for reading in said.options]


def reading_label(turn: Turn, reading: Reading, before: str | None = None) -> str:
    """What a reading says, for a button: "Tue 24 Nov, 10:00"."""
    day = date.fromisoformat(before) if before and not (reading.date or reading.dates) else reading.day
    if day and reading.time:
        return words.label(turn, "booking.moment", at=datetime.combine(day, reading.time))
    wanted = hearing.wanted(reading)
    return words.label(
        turn, "booking.reading", day=day, part=reading.part_of_day or "", clock=reading.time,
        first=reading.dates.start if reading.dates else None, last=reading.dates.end if reading.dates else None,
        early=wanted.window.get("early"), late=wanted.window.get("late"),
    )  # fmt: skip


def note_gap(turn: Turn) -> None:
    """So that what people say about time and we do not understand can be learnt; without the digits, which may be a phone's."""
    if turn.words.strip():
        said = masked(turn.words[:200])
        turn.session.add(Gap(kind="when", chat_id=turn.chat.id, text=said, language=turn.language, at=turn.now))


def _on(turn: Turn, visit: Visit, day: date) -> list[Free]:
    found = times.free_times(turn.session, turn.shop, visit.plan.wish, turn.now, first=day, moving=visit.moving)
    return _others(visit, found)


def _others(visit: Visit, found: list[Free]) -> list[Free]:
    """Who moves a visit wants another time than the one it has."""
    here = visit.moving is not None and visit.moving.store_id == visit.store.id
    return [one for one in found if not here or visit.moving is None or one.starts_at != visit.moving.starts_at]


def _today(turn: Turn, visit: Visit) -> str:
    return times.day_of(visit.plan, turn.now).isoformat()


def _free(visit: Visit, start: datetime) -> Free:
    return visit.plan.free_at(start, start)


def _why(turn: Turn, visit: Visit, day: date) -> tuple[str, dict[str, Any]]:
    """Why nothing is free on a day."""
    today, terms = times.day_of(visit.plan, turn.now), visit.plan.terms
    if day < today:
        return "past", {}
    if (day - today).days > terms.horizon_days:
        return "too_far", {"days": terms.horizon_days}
    opened = rules.spans(visit.plan.hours, day, 1)
    if not opened:
        return "closed_day", {"day": day}
    if opened[-1].end <= quantum_at(turn.now):
        return "day_over", {}
    return "full_day", {"day": day}
