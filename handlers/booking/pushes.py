"""What is said of appointments without being asked: freed times for those who wait for one. Reminders are rules."""

from datetime import datetime

from handlers.booking import actions, words
from handlers.contact import actions as contact
from handlers.contact.rules import SERVICE, Policy, Wish
from handlers.dialogue import Reply
from handlers.dialogue.push import Push
from storage import appointments, waitlist

# A time that is held for minutes does not wait for the morning.
_ANY_HOUR = Policy(quiet_from=datetime.min.time(), quiet_until=datetime.min.time())


def sweep(push: Push) -> None:
    """Holds that nobody confirmed and offers that nobody took are over; what is free is offered to those who wait."""
    actions.sweep(push.session, push.shop, push.now)


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
