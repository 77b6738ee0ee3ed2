"""Looking who is due: once a day in each time zone, some hundred customers at a time, by whichever worker comes first.

A look is a row: it is locked while a worker is at it, says how far it has come, and begins anew when the rules change. What is
said has a key of its own beside, so that nothing is said twice however often it is looked.
"""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from handlers.contact.merging import withdraw
from handlers.contact.rules import MARKETING
from handlers.dialogue.push import Push
from handlers.reminders import due as looking
from handlers.reminders import loading, rulebook, saying
from handlers.reminders.due import PREFIX, Due
from handlers.reminders.facts import Person
from handlers.reminders.rulebook import Rulebook
from handlers.reminders.triggers import After
from storage import appointments, contact, pushes
from storage.contact import Person as Someone
from storage.stores import Store

log = logging.getLogger(__name__)

# In one transaction, so that nobody who writes to us waits for it.
BATCH = 200
# To one person at once; the rest is due tomorrow still.
MOST_AT_ONCE = 3
KEPT = timedelta(days=60)
SOON = timedelta(minutes=3)
LATELY = timedelta(hours=26)


@dataclass(slots=True)
class _Look:
    """One batch. `counts`: to how many people each rule has written today; `allowed`: rules that may write to any number."""

    push: Push
    book: Rulebook
    today: date
    counts: dict[str, int]
    allowed: Collection[str] = field(default_factory=frozenset)

    def say(self, person: Person, dues: Collection[Due]) -> None:
        wanted = [due for due in dues if not due.blocked and not self._over(due)]
        if not wanted:
            return
        chat = self.push.chat(person.chat_id)
        for due in list(wanted)[:MOST_AT_ONCE]:
            if saying.say(self.push, chat, due).send_at is not None:
                self.counts[due.rule.code] = self.counts.get(due.rule.code, 0) + 1

    def _over(self, due: Due) -> bool:
        code, most = due.rule.code, self.book.figures.most_a_day
        if code in self.allowed or self.counts.get(code, 0) < most:
            return False
        if pushes.alarm(self.push.session, code, self.today, most, self.push.now):
            log.error("the rule %s wants to write to more than %d people today and waits until somebody allows it", code, most)
        return True


def look(push: Push) -> None:
    """The look of today, where its time has come: a batch in each time zone."""
    book = push.memo.get(push.session, rulebook.load)
    if not book.on:
        return
    for zone, stores in zones(push.shop.stores).items():
        local = push.now.astimezone(ZoneInfo(zone))
        if local.time() >= book.figures.look_at:
            _look(push, book, zone, stores, local.date())


def zones(stores: Collection[Store]) -> Mapping[str, list[Store]]:
    found: dict[str, list[Store]] = {}
    for store in stores:
        found.setdefault(store.timezone, []).append(store)
    return found


def _look(push: Push, book: Rulebook, zone: str, stores: Collection[Store], today: date) -> None:
    sweep = pushes.take_sweep(push.session, zone, today, book.version)
    if sweep is None:
        return
    homeless = push.shop.stores[0] in stores
    ids = pushes.customers_to_look_at(
        push.session, [store.id for store in stores], homeless=homeless, after_id=sweep.after_id, limit=BATCH
    )  # fmt: skip
    batch = _Look(push, book, today, dict(sweep.counts), _allowed(push, today))
    people = loading.persons(push.session, push.shop, ids, push.now)
    found = {person.id: looking.candidates(book.on, person, today, book.figures) for person in people}
    decided = pushes.decided_keys(push.session, {due.key for dues in found.values() for due in dues})
    for person in people:
        batch.say(person, looking.chosen(found[person.id], decided, today))
    sweep.counts = batch.counts
    if len(ids) < BATCH:
        sweep.done_at = push.now
        pushes.forget_sweeps(push.session, today - KEPT)
    else:
        sweep.after_id = ids[-1]


def hours(push: Push) -> None:
    """Whoever was here since yesterday, for the rules that count in hours: the look of the morning comes too late for them."""
    book = push.memo.get(push.session, rulebook.load)
    rules = [rule for rule in book.on if isinstance(rule.trigger, After) and rule.trigger.hours]
    if not rules:
        return
    lately = appointments.done_since(push.session, [store.id for store in push.shop.stores], push.now - LATELY)
    # Most of them have been decided about; only the others are loaded.
    keys = {
        looking.of_visit(rule, row.customer_id, row.vehicle_id, day): row.customer_id for rule in rules for day, row in lately
    }
    decided = pushes.decided_keys(push.session, keys)
    ids = sorted({customer for key, customer in keys.items() if key not in decided and customer is not None})[:BATCH]
    for person in loading.persons(push.session, push.shop, ids, push.now):
        today = loading.today_in(person.store, push.now)
        found = looking.candidates(rules, person, today, book.figures)
        _Look(push, book, today, {}, _allowed(push, today)).say(person, looking.chosen(found, decided, today))


def signals(push: Push) -> None:
    """Whoever a button of the console is for: "the rain is over"."""
    waiting = pushes.open_signals(push.session)
    if not waiting:
        return
    book = push.memo.get(push.session, rulebook.load)
    for signal in waiting:
        rules = [rule for rule in book.signals().get(signal.signal, []) if rule.on]
        stores = [store for store in push.shop.stores if signal.store_id in (None, store.id)]
        over = max((rule.late for rule in rules), default=0)
        if not rules or not stores or push.now - signal.at > timedelta(days=over + 1):
            signal.done_at = push.now
            continue
        theirs, homeless = [store.id for store in stores], push.shop.stores[0] in stores
        ids = pushes.customers_to_look_at(push.session, theirs, homeless=homeless, after_id=signal.after_id, limit=BATCH)
        pressed = loading.today_in(stores[0], signal.at)
        batch = _Look(push, book, pressed, dict(signal.counts), _allowed(push, pressed))
        for person in loading.persons(push.session, push.shop, ids, push.now):
            day = loading.today_in(person.store, signal.at)
            meant = [due for rule in rules if (due := looking.of_signal(rule, person, day, signal.id, book.figures))]
            decided = pushes.decided_keys(push.session, [due.key for due in meant])
            batch.say(person, [due for due in meant if due.key not in decided])
        signal.counts = batch.counts
        if len(ids) < BATCH:
            signal.done_at = push.now
        else:
            signal.after_id = ids[-1]


def forget(push: Push) -> None:
    """What is about to leave and is true no more: the car was here, a date was moved, somebody complains, the rule is off."""
    keys = pushes.leaving_soon(push.session, f"{PREFIX}:", push.now + SOON, BATCH)
    if not keys:
        return
    book = push.memo.get(push.session, rulebook.load)
    parts = {key: key.split(":") for key in keys}
    ids = {int(part[2]) for part in parts.values() if len(part) > 4 and part[2].isdecimal()}
    people = {person.id: person for person in loading.persons(push.session, push.shop, sorted(ids), push.now)}
    stale: dict[str, list[str]] = {}
    for key, part in parts.items():
        if reason := _stale(push, book, key, part, people):
            stale.setdefault(reason, []).append(key)
    for reason, gone in stale.items():
        withdraw(push.session, gone)
        contact.hold_back(push.session, gone, reason)


def _stale(push: Push, book: Rulebook, key: str, part: list[str], people: Mapping[int, Person]) -> str:
    rule = book.rules.get(part[1])
    person = people.get(int(part[2])) if len(part) > 4 and part[2].isdecimal() else None
    if rule is None or person is None or not rule.on:
        return "moved"
    if rule.purpose == MARKETING and contact.has_open_complaint(push.session, Someone(person.chat_id, person.id)):
        return "complaint_open"
    today = loading.today_in(person.store, push.now)
    return "" if looking.still_due(key, rule, person, today, book.figures) else "moved"


def _allowed(push: Push, today: date) -> frozenset[str]:
    return frozenset(alarm.rule for alarm in pushes.alarms(push.session, today) if alarm.day == today and alarm.allowed_at)
