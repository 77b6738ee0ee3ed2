"""Asking after a visit: who is due, the question with its row of stars, and one reminder."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.booking import telling
from handlers.contact import actions as gate
from handlers.contact.merging import waiting_like
from handlers.contact.rules import FEEDBACK, Decision, Wish
from handlers.dialogue.push import Push
from handlers.dialogue.reply import Button, Reply
from handlers.dialogue.voice import Voice
from handlers.feedback import rules
from handlers.reminders import rulebook, visits
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import Rating
from storage import appointments, chats, contact, feedback
from storage.appointments import Appointment
from storage.chats import Chat
from storage.contact import Person
from storage.feedback import SAME_DAY, SENT, TOO_LATE, Feedback
from storage.stores import Store
from storage.visits import Visit

# In one transaction, so that nobody who writes to us waits for it.
BATCH = 100
# Keys are feedback:<person>:<day>, and that with an ending for the reminder.
PREFIX, AGAIN = "feedback:", ":again"
# The reason of what was decided and is true no more.
MOVED = "moved"
NOT_ADVISORS = ("customer", "system")


@dataclass(frozen=True, slots=True)
class Due:
    """A visit that is over, and where its customer can be reached."""

    chat_id: int
    customer_id: int | None
    vehicle_id: int | None
    services: list[str]
    day: date
    ended_at: datetime
    appointment: Appointment | None = None
    visit: Visit | None = None

    @property
    def key(self) -> str:
        who = f"customer:{self.customer_id}" if self.customer_id is not None else f"chat:{self.chat_id}"
        return f"{who}:{self.day}"


def ask(push: Push) -> None:
    """One question a visit whatever happens, and none about a visit that is long over."""
    for store in push.shop.stores:
        for rule, minutes in _speaking(push, store, "visit"):
            # The newest visit of somebody first: the others may have to wait until it is too late for them.
            for due in sorted(_due(push, store, minutes), key=lambda due: (due.chat_id, -due.day.toordinal())):
                _ask(push, store, due, rule)


def remind(push: Push) -> None:
    """Once, on the next day, if nothing was answered at all."""
    for store in push.shop.stores:
        for rule, minutes in _speaking(push, store, "question"):
            for row in feedback.to_remind(push.session, store.id, push.now - minutes, push.now - rules.LATEST, BATCH):
                _remind(push, store, row, rule)


def forget(push: Push) -> None:
    """What waits for the morning by a rule that has been switched off since is not asked."""
    silent = {
        of: {store.id for store in push.shop.stores if not any(_speaking(push, store, of))} for of in ("visit", "question")
    }  # fmt: skip
    waiting = waiting_like(push.session, PREFIX, push.now) if any(silent.values()) else set()
    rows = feedback.by_keys(push.session, {key.removeprefix(PREFIX).removesuffix(AGAIN) for key in waiting})
    gone = []
    for row in rows:
        if row.store_id in silent["visit"] and f"{PREFIX}{row.key}" in waiting:
            gone.append(f"{PREFIX}{row.key}")
            row.asked_at, row.outcome = None, MOVED
        if row.store_id in silent["question"] and f"{PREFIX}{row.key}{AGAIN}" in waiting:
            gone.append(f"{PREFIX}{row.key}{AGAIN}")
    if gone:
        gate.withdraw(push.session, gone)
        contact.hold_back(push.session, gone, MOVED)


def stars(voice: Voice, row: Feedback, what: str) -> list[Button]:
    """Five buttons side by side; their value: [id, work or people, stars]."""
    return [
        voice.button("feedback.button.stars", "feedback.stars", [row.id, what, number], stars=number)
        for number in range(1, rules.MOST_STARS + 1)
    ]  # fmt: skip


# -- who is due -------------------------------------------------------------------------------------------------------------


def _speaking(push: Push, store: Store, of: str) -> Iterator[tuple[Rule, timedelta]]:
    """The rule of the store that asks, or asks once more; and after how long. There is one at most."""
    for rule in push.memo.get(push.session, rulebook.load).of_visits(store, Rating):
        if isinstance(rule.trigger, Rating) and rule.trigger.of == of:
            yield rule, timedelta(minutes=rule.trigger.minutes)


def _due(push: Push, store: Store, after: timedelta) -> list[Due]:
    zone, session = ZoneInfo(store.timezone), push.session
    found = []
    for row in feedback.done_and_not_asked(session, store.id, push.now - rules.NOTED, push.now - after, BATCH):
        if (chat := telling.chat_of(session, row)) is not None:
            day = row.starts_at.astimezone(zone).date()
            customer = row.customer_id or chat.customer_id
            found.append(Due(chat.id, customer, row.vehicle_id, row.services, day, row.changed_at, appointment=row))
    today = push.now.astimezone(zone).date()
    days = (today, today - timedelta(days=1))
    for visit, customer_id in feedback.visited_and_not_asked(session, store.id, days, BATCH):
        chat = next((chat for chat in chats.of_customer(session, customer_id) if chat.reachable), None)
        if chat is not None:
            services = list(visit.services)
            found.append(Due(chat.id, customer_id, visit.vehicle_id, services, visit.visited_on, push.now, visit=visit))
    return found


def _ask(push: Push, store: Store, due: Due, rule: Rule) -> None:
    chat = push.chat(due.chat_id)
    known = _known(push, due)
    if due.visit is None and feedback.same_visit(push.session, due.key, known):
        return
    late = rules.is_late(due.ended_at, push.now)
    if not late and busy(push, chat):
        return  # in the next round, or the one after
    wish = {
        "key": due.key, "chat_id": due.chat_id, "customer_id": due.customer_id, "store_id": store.id, "services": due.services,
        "day": due.day, "ended_at": due.ended_at, "outcome": TOO_LATE if late else SENT, **known,
    }  # fmt: skip
    row = feedback.begin(push.session, wish)
    if row is None and due.visit is None:
        feedback.begin(push.session, {**wish, "key": f"{due.key}:{known['appointment_id']}", "outcome": SAME_DAY})
    if row is None or late:
        return
    decision = _post(push, store, chat, row, rule, f"{PREFIX}{row.key}", due.vehicle_id)
    row.asked_at = decision.send_at
    row.outcome = SENT if decision.send_at else decision.reason


def _remind(push: Push, store: Store, row: Feedback, rule: Rule) -> None:
    chat = push.chat(row.chat_id)
    if busy(push, chat):
        return
    row.reminded_at = push.now
    _post(push, store, chat, row, rule, f"{PREFIX}{row.key}{AGAIN}", _vehicle(push, row))


def _post(push: Push, store: Store, chat: Chat, row: Feedback, rule: Rule, key: str, vehicle_id: int | None) -> Decision:
    voice = push.voice(chat)
    visit = visits.Visit(store, row.customer_id, vehicle_id, row.services, row.day)
    text = visits.question(push.session, voice, visit, rule, push.now)
    buttons = [stars(voice, row, "work")]
    if "stop" in rule.buttons:
        buttons.append([voice.button("reminders.button.stop", "reminders.stop", {"rule": rule.code})])
    wish = Wish(FEEDBACK, "feedback", push.now, rule.priority, row.ended_at + rules.LATEST)
    reply = Reply(text, buttons, passing=True)
    decision = gate.post(push.session, push.shop, chat, wish, reply, push.now, key=key, feature="feedback")
    push.posted |= decision.send_at is not None
    return decision


def _vehicle(push: Push, row: Feedback) -> int | None:
    if row.appointment_id is not None:
        return push.session.get_one(Appointment, row.appointment_id).vehicle_id
    return push.session.get_one(Visit, row.visit_id).vehicle_id if row.visit_id is not None else None


def _known(push: Push, due: Due) -> dict[str, Any]:
    """What the row says of where the visit is on file; only the diary knows who did it."""
    if due.visit is not None:
        return {"visit_id": due.visit.id}
    assert due.appointment is not None, "it is one of the two"
    done = due.appointment
    return {"appointment_id": done.id, "technician_id": done.technician_id, "advisor": _advisor(push, done)}


def busy(push: Push, chat: Chat) -> bool:
    """A person talks with them, a complaint is open, or they were asked a moment ago: not the moment for stars."""
    if chat.ticket_id is not None or contact.has_open_complaint(push.session, Person.of(chat)):
        return True
    return feedback.asked_since(push.session, chat, push.now - rules.APART)


def _advisor(push: Push, row: Appointment) -> str | None:
    """Whoever did the last thing with this appointment at the desk: handed the car over, as a rule."""
    events = appointments.events_of(push.session, row.id)
    return next((event.who for event in reversed(events) if event.who not in NOT_ADVISORS), None)
