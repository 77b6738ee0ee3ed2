"""Reminders of a visit that is booked: who is due, and what the rules say then; once each, following the appointment."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import history, telling, words
from handlers.contact import actions as contact
from handlers.contact import merging
from handlers.contact.rules import SERVICE, Policy, Wish
from handlers.dialogue import Button, Reply, Turn
from handlers.dialogue.push import Push
from handlers.dialogue.voice import Voice
from handlers.reminders import before, loading, rulebook, saying, wording
from handlers.reminders.before import Reminder
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import Before
from storage import appointments
from storage.appointments import OPEN, Appointment
from storage.chats import Chat
from storage.contact import Person, decided, decided_like, decided_since
from storage.customers import Customer
from storage.stores import Store
from storage.vehicles import Vehicle

# A day may have 25 hours.
_LONGER, BEHIND = timedelta(hours=2), timedelta(days=7)
# What the customer was told the time by: whatever would have reminded them earlier comes too late.
TOLD = ("confirmed", "requested", "moved")
NOT_REMINDED = "not_reminded"
# Hours before, people want to know, whatever the hour is.
_ANY_HOUR = Policy(quiet_from=datetime.min.time(), quiet_until=datetime.min.time())

# The rules of a store, by code.
Rules = dict[str, Rule]


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit, as far as texts speak of it. `services`: codes; `day`: of the store."""

    store: Store
    customer_id: int | None
    vehicle_id: int | None
    services: Sequence[str]
    day: date


def remind(push: Push) -> None:
    """Days before and hours before, as the rules have it; once each, and never two at once."""
    speaking = _by_store(push)
    if not speaking:
        return
    days = max(rule.trigger.days for rules in speaking.values() for rule in rules.values() if isinstance(rule.trigger, Before))
    until = push.now + timedelta(days=max(days, 1)) + _LONGER
    rows = appointments.starting_between(push.session, list(speaking), push.now, until)
    due: dict[int, list[tuple[Appointment, Reminder]]] = defaultdict(list)
    for row, since in told(push.session, rows):
        one = before.due(row.starts_at, _zone(push, row), since, push.now, triggers(speaking[row.store_id]))
        if one is None or decided(push.session, before.key(row, one.rule)) or _said_before(push, row, one, since):
            continue
        if chat := telling.chat_of(push.session, row):
            due[chat.id].append((row, one))
    for chat_id in sorted(due):
        chat = push.chat(chat_id)
        for row, one in due[chat_id]:
            _remind(push, chat, row, one, speaking[row.store_id][one.rule])


def _said_before(push: Push, row: Appointment, one: Reminder, since: datetime) -> bool:
    """Whether they were reminded of this very time already, before other work or transport made another number of it."""
    keys = [before.key(row, one.rule, sequence) for sequence in range(row.sequence)]
    return bool(keys) and decided_since(push.session, keys, since)


def note_missed(push: Push) -> None:
    """Of a visit that is over nobody is reminded; but staff can see that we were not there to do it."""
    for store_id, rules in _by_store(push).items():
        zone = ZoneInfo(next(store.timezone for store in push.shop.stores if store.id == store_id))
        last = before.of(push.now, zone, triggers(rules))[-1].rule
        rows = appointments.never_decided(push.session, [store_id], push.now - BEHIND, push.now, last)
        noted = appointments.last_events(push.session, [row.id for row in rows], [NOT_REMINDED])
        for row, since in told(push.session, [row for row in rows if (row.id, NOT_REMINDED) not in noted]):
            missed = before.missed(row.starts_at, zone, since, push.now, triggers(rules))
            missed = [code for code in missed if decided(push.session, before.key(row, code)) is None]
            if missed:
                history.note(push.session, row, push.now, history.SWEEP, NOT_REMINDED, kinds=missed)


def forget(push: Push) -> None:
    """Reminders that wait to be sent, of a time that the appointment has no more or by a rule that speaks no more."""
    stale, speaking = [], _by_store(push)
    for key in merging.waiting_like(push.session, f"{before.PREFIX}:", push.now):
        _, number, sequence, code, *_ = [*key.split(":"), "", "", ""]
        if not number.isdecimal():
            continue
        row = appointments.get(push.session, int(number))
        if (
            row is None
            or row.status not in OPEN
            or str(row.sequence) != sequence
            or row.starts_at <= push.now
            or code not in speaking.get(row.store_id, {})
        ):
            stale.append(key)
    if stale:
        contact.withdraw(push.session, stale)


def told(session: Session, rows: Sequence[Appointment]) -> Iterator[tuple[Appointment, datetime]]:
    """Each with the moment since which the customer knows its time."""
    known = appointments.last_events(session, [row.id for row in rows], TOLD)
    for row in rows:
        yield row, max((known[row.id, what] for what in TOLD if (row.id, what) in known), default=row.created_at)


def triggers(rules: Rules) -> dict[str, Before]:
    return {code: rule.trigger for code, rule in rules.items() if isinstance(rule.trigger, Before)}


def promised(turn: Turn, row: Appointment) -> str:
    """When whoever has just booked this will be reminded: "the day before and two hours before"; "" for not at all."""
    store = words.store_of(turn, row)
    rules = triggers({rule.code: rule for rule in turn.memoised(rulebook.load).of_visits(store, Before)})
    said = ""
    for one in before.of(row.starts_at, words.zone_of(store), rules):
        trigger = rules[one.rule]
        if one.due > turn.now:
            unit, number = ("hours", trigger.hours) if trigger.hours else ("days", trigger.days)
            then = turn.texts.label(f"reminders.promised.{unit}", turn.language, {"number": number})
            both = {"first": said, "second": then}
            said = turn.texts.label("reminders.promised.and", turn.language, both) if said else then
    return said


def wish(rule: Rule, one: Reminder) -> tuple[Wish, Policy | None]:
    """And whose hours it keeps to: days before those in which people are awake, hours before none."""
    any_hour = isinstance(rule.trigger, Before) and rule.trigger.hours
    return Wish(SERVICE, rule.kind, one.due, rule.priority, one.until), _ANY_HOUR if any_hour else None


def text(session: Session, voice: Voice, row: Appointment, rule: Rule, said_at: datetime) -> str:
    """What the rule says of this visit to whoever reads it then, as HTML."""
    assert isinstance(rule.trigger, Before), "only those are about a visit to come"
    store, card = words.store_of(voice, row), words.card(voice, row)
    zone = words.zone_of(store)
    unit, number = before.ahead(row.starts_at, zone, said_at, rule.trigger)
    visit = Visit(store, row.customer_id, row.vehicle_id, row.services, row.starts_at.astimezone(zone).date())
    values = _known(session, voice, visit)
    values |= {
        "name": values["name"] or row.name or _label(voice, "somebody"),
        "car": values["car"] if row.vehicle_id else saying.called(voice, card["car"]),
        "services": card["services"], "address": card["address"],
        "when": f"{card['when']} ({card['zone']})" if card["zone"] else card["when"],
        "ahead": voice.texts.label(f"reminders.ahead.{unit}", voice.language, {"number": number}),
    }  # fmt: skip
    return wording.render(rule.texts[voice.language], values, said_at.astimezone(zone).month)


def question(session: Session, voice: Voice, visit: Visit, rule: Rule, said_at: datetime) -> str:
    """What the rule asks about a visit that is over, as HTML."""
    today = said_at.astimezone(ZoneInfo(visit.store.timezone)).date()
    values = _known(session, voice, visit)
    values["name"] = values["name"] or _label(voice, "somebody")
    values["date"] = wording.on_day(visit.day, today, voice.language)
    return wording.render(rule.texts[voice.language], values, today.month)


def _known(session: Session, voice: Voice, visit: Visit) -> dict[str, str | None]:
    """What texts about a visit may name; nothing where it is not known."""
    customer = session.get(Customer, visit.customer_id) if visit.customer_id is not None else None
    vehicle = session.get(Vehicle, visit.vehicle_id) if visit.vehicle_id is not None else None
    store = visit.store
    model = voice.shop.models_by_id.get(vehicle.model_id or 0) if vehicle else None
    name = loading.name_of(customer) if customer else ""
    car = model.names[voice.language] if model else vehicle.name or vehicle.plate or "" if vehicle else ""
    return {
        "name": wording.called(name, voice.language) or None,
        "car": saying.called(voice, car),
        "plate": vehicle.plate if vehicle else None,
        "store": store.names.get(voice.language) or store.code,
        "phone": store.phone,
        "services": saying.services(voice.shop, visit.services, voice.language) or None,
    }


def _remind(push: Push, chat: Chat, row: Appointment, one: Reminder, rule: Rule) -> None:
    push.session.refresh(row)
    if row.status not in OPEN:
        return
    key = before.key(row, one.rule)
    # One that has not left yet says nothing that this one does not.
    earlier = decided_like(push.session, Person.of(chat), f"{before.PREFIX}:{row.id}:")
    if earlier:
        contact.withdraw(push.session, earlier)
    voice = push.voice(chat)
    wanted, policy = wish(rule, one)
    # What is late, or waits for the morning, may be read on another day than it was meant for.
    judged = contact.judge(push.session, push.shop, chat, wanted, push.now, policy=policy).decision
    reply = Reply(text(push.session, voice, row, rule, judged.send_at or push.now), _buttons(voice, row, rule))
    decision = contact.post(
        push.session, push.shop, chat, wanted, reply, push.now, key=key, feature="booking", policy=policy
    )  # fmt: skip
    push.posted |= decision.send_at is not None


def _buttons(voice: Voice, row: Appointment, rule: Rule) -> list[list[Button]]:
    rows = [["coming"], ["move", "cancel"], ["way"]]
    made = {name: voice.button(f"booking.button.{name}", f"booking.{name}", row.id) for name in rule.buttons}
    return [there for names in rows if (there := [made[name] for name in names if name in made])]


def _by_store(push: Push) -> dict[int, Rules]:
    """The rules about visits to come, by the id of each store that has any."""
    book = push.memo.get(push.session, rulebook.load)
    found = {store.id: {rule.code: rule for rule in book.of_visits(store, Before)} for store in push.shop.stores}
    return {store_id: rules for store_id, rules in found.items() if rules}


def _zone(push: Push, row: Appointment) -> ZoneInfo:
    return words.zone_of(words.store_of(push, row))


def _label(voice: Voice, key: str) -> str:
    return voice.texts.label(f"reminders.{key}", voice.language, {})
