"""What a customer is told of a change that staff made: a message in their chat, in their language, with the calendar file."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.booking import calendar, mine, words
from handlers.contact import merging
from handlers.dialogue import Button, Reply
from handlers.dialogue.posting import row_of
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts
from handlers.dialogue.voice import Voice
from storage import chats, contact, messages
from storage.appointments import OPEN, Appointment
from storage.chats import Chat
from storage.contact import Person

# What a calendar has to hear of.
_IN_CALENDARS = ("booked", "moved", "accept", "cancel")


def chat_of(session: Session, row: Appointment) -> Chat | None:
    """Where this customer can be reached: the chat in which it was booked, else the one that they used last."""
    wrote = [chats.get(session, row.chat_id)] if row.chat_id else []
    known = chats.of_customer(session, row.customer_id) if row.customer_id else []
    return next((chat for chat in (*wrote, *known) if chat is not None and chat.reachable), None)


def tell(session: Session, shop: Shop, texts: Texts, row: Appointment, what: str, now: datetime) -> bool:
    """Posts `booking.told.<what>` to them, once for each change; False when there is no chat to post it to."""
    found = chat_of(session, row)
    if found is None:
        return False
    chat = chats.lock(session, found.id)
    voice = Voice(chat.language or "en", texts, shop)
    store = words.store_of(voice, row)
    there = row.starts_at.astimezone(words.zone_of(store))
    text = voice.text(
        f"booking.told.{what}", services=words.services(voice, row.services), day=there.date(), time=there,
        store=store.names[voice.language], phone=words.phone_of(store), zone=words.zone(voice, store, row.starts_at, row.phone),
    )  # fmt: skip
    file = calendar.document(voice, row) if what in _IN_CALENDARS else None
    posted = row_of(
        chat, Reply(text, _buttons(voice, row, what), document=file), now, key=f"told:{row.id}:{row.sequence}:{what}",
        feature="booking", purpose="service",
    )  # fmt: skip
    messages.post(session, [posted])
    return True


def _buttons(voice: Voice, row: Appointment, what: str) -> list[list[Button]]:
    if row.status in OPEN:
        return mine.buttons(voice, row)[:-1]
    return [[voice.button("booking.button.book", "booking.book", mine.same(voice, row))]] if what in ("cancel", "no_show") else []


def take_back(session: Session, row: Appointment) -> None:
    """The reminders (booking:<id>:<sequence>:<rule>) that wait to be sent of times that it has no more. Whoever tells does
    that before: chats are locked first.
    """
    true = f"booking:{row.id}:{row.sequence}:" if row.status in OPEN else ""
    said = contact.decided_like(session, Person(row.chat_id or 0, row.customer_id), f"booking:{row.id}:")
    merging.withdraw(session, [key for key in said if not true or not key.startswith(true)])
