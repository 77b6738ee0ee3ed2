"""What is said of appointments without being asked: reminders, and freed times for those who wait for one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.booking import actions, history, reminders, telling, words
from handlers.booking.reminders import TWO_HOURS, Reminder, Terms
from handlers.contact import actions as contact
from handlers.contact.rules import SERVICE, Policy, Wish
from handlers.dialogue import Reply
from handlers.dialogue.push import Push
from storage import appointments, messages, pushes, waitlist
from storage.appointments import OPEN, Appointment
from storage.chats import Chat
from storage.contact import decided, merged_like

# A day may have 25 hours.
_LONGER, BEHIND = timedelta(hours=2), timedelta(days=7)
# What the customer was told the time by: whatever would have reminded them earlier comes too late.
TOLD = ("confirmed", "requested", "moved")
NOT_REMINDED = "not_reminded"
# Two hours before, people want to know, whatever the hour is; a time that is held for minutes does not wait either.
_ANY_HOUR = Policy(quiet_from=datetime.min.time(), quiet_until=datetime.min.time())


def sweep(push: Push) -> None:
    """Holds that nobody confirmed and offers that nobody took are over; what is free is offered to those who wait."""
    actions.sweep(push.session, push.shop, push.now)


def remind(push: Push) -> None:
    """The day before, and two hours before, or as the shop has it; once each, and never two at once."""
    terms = Terms.of(pushes.figures(push.session))
    ahead = timedelta(days=max(terms.days, 1)) + _LONGER
    stores = [store.id for store in push.shop.stores]
    rows = appointments.starting_between(push.session, stores, push.now, push.now + ahead)
    due: dict[int, list[tuple[Appointment, Reminder]]] = defaultdict(list)
    for row, since in _told(push, rows):
        one = reminders.due(row.starts_at, _zone(push, row), since, push.now, terms)
        if one is None or decided(push.session, reminders.key(row, one.kind)):
            continue
        if chat := telling.chat_of(push.session, row):
            due[chat.id].append((row, one))
    for chat_id in sorted(due):
        chat = push.chat(chat_id)
        for row, one in due[chat_id]:
            _remind(push, chat, row, one, terms)


def note_missed(push: Push) -> None:
    """Of a visit that is over nobody is reminded; but staff can see that we were not there to do it."""
    terms = Terms.of(pushes.figures(push.session))
    if not terms.kinds:
        return
    stores = [store.id for store in push.shop.stores]
    rows = appointments.never_decided(push.session, stores, push.now - BEHIND, push.now, terms.kinds[-1])
    noted = appointments.last_events(push.session, [row.id for row in rows], [NOT_REMINDED])
    for row, since in _told(push, rows):
        kinds = reminders.missed(row.starts_at, _zone(push, row), since, push.now, terms)
        kinds = [kind for kind in kinds if decided(push.session, reminders.key(row, kind)) is None]
        if kinds and (row.id, NOT_REMINDED) not in noted:
            history.note(push.session, row, push.now, history.SWEEP, NOT_REMINDED, kinds=kinds)


def _told(push: Push, rows: Sequence[Appointment]) -> Iterator[tuple[Appointment, datetime]]:
    """Each with the moment since which the customer knows its time."""
    told = appointments.last_events(push.session, [row.id for row in rows], TOLD)
    for row in rows:
        yield row, max((told[row.id, what] for what in TOLD if (row.id, what) in told), default=row.created_at)


def _zone(push: Push, row: Appointment) -> ZoneInfo:
    return words.zone_of(words.store_of(push, row))


def _remind(push: Push, chat: Chat, row: Appointment, one: Reminder, terms: Terms) -> None:
    push.session.refresh(row)
    if row.status not in OPEN:
        return
    voice = push.voice(chat)
    if one.kind == TWO_HOURS:  # the first reminder, if it has not left yet, says nothing that this one does not
        contact.withdraw(push.session, [key for key in reminders.keys(row) if not key.endswith(TWO_HOURS)])
    rows = [
        [voice.button("booking.button.coming", "booking.coming", row.id)],
        [
            voice.button("booking.button.move", "booking.move", row.id),
            voice.button("booking.button.cancel", "booking.cancel", row.id),
        ],
        [voice.button("booking.button.way", "booking.way", row.id)],
    ]
    wish = Wish(SERVICE, "appointment", one.due, priority=1, expires_at=one.until)
    policy = _ANY_HOUR if one.kind == TWO_HOURS else None
    # What is late, or waits for the morning, may be read on another day than it was meant for.
    judged = contact.judge(push.session, push.shop, chat, wish, push.now, policy=policy).decision
    zone = _zone(push, row)
    days = (row.starts_at.astimezone(zone).date() - (judged.send_at or push.now).astimezone(zone).date()).days
    text = voice.text(f"booking.reminder.{one.kind}", **words.card(voice, row), days=days, hours=terms.hours)
    reply = Reply(text, rows)
    decision = contact.post(
        push.session, push.shop, chat, wish, reply, push.now, key=reminders.key(row, one.kind), feature="booking", policy=policy
    )
    push.posted |= decision.send_at is not None


def forget(push: Push) -> None:
    """Reminders that wait to be sent, of a time that the appointment has no more or of a kind that was switched off."""
    stale, kinds = [], Terms.of(pushes.figures(push.session)).kinds
    for key in {*messages.queued_like(push.session, "booking:"), *merged_like(push.session, "booking:", push.now)}:
        _, number, sequence, kind, *_ = [*key.split(":"), "", "", ""]
        if not number.isdecimal():
            continue
        row = appointments.get(push.session, int(number))
        if (
            row is None
            or row.status not in OPEN
            or str(row.sequence) != sequence
            or row.starts_at <= push.now
            or kind not in kinds
        ):
            stale.append(key)
    if stale:
        contact.withdraw(push.session, stale)


def offer(push: Push) -> None:
    """Tells those who wait which time is held for them now, in the order of their chats."""
    for wait in sorted(waitlist.untold(push.session, push.now), key=lambda one: one.chat_id or 0):
        if wait.chat_id is None:
            continue
        chat = push.chat(wait.chat_id)
        wait = waitlist.lock(push.session, wait.id)
        row = appointments.get(push.session, wait.appointment_id) if wait.appointment_id else None
        if wait.told_at is not None or row is None or wait.offer_until is None:
            continue
        voice = push.voice(chat)
        minutes = max(1, round((wait.offer_until - push.now).total_seconds() / 60))
        rows = [
            [voice.button("booking.button.accept", "booking.accept", row.id)],
            [
                voice.button("booking.button.decline", "booking.decline", row.id),
                voice.button("booking.button.stop", "booking.leave", wait.id),
            ],
        ]
        reply = Reply(voice.text("booking.wait.offer", **words.card(voice, row), minutes=minutes), rows)
        wish = Wish(SERVICE, "appointment", push.now, priority=1, expires_at=wait.offer_until)
        contact.post(
            push.session, push.shop, chat, wish, reply, push.now, key=f"waitlist:{wait.id}:{wait.offers}", feature="booking",
            policy=_ANY_HOUR,
        )  # fmt: skip
        wait.told_at = push.now
        push.posted = True
    push.session.flush()
