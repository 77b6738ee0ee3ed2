"""An appointment as a calendar file (RFC 5545), which a calendar recognises again when the visit is moved or cancelled."""

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import words
from handlers.booking.words import Speaker
from handlers.dialogue import Document
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import LANGUAGES, Texts
from handlers.dialogue.voice import Voice
from storage import appointments
from storage.appointments import CANCELLED, REQUESTED, Appointment

if TYPE_CHECKING:
    from icalendar import Timezone

NAME = "visit.ics"


def document(speaker: Speaker, row: Appointment) -> Document:
    path = f"/files/booking/{speaker.language}.{row.token}/{NAME}"
    return Document(NAME, "text/calendar; charset=utf-8", ics(speaker, row), path)


def fetched(session: Session, shop: Shop, texts: Texts, address: str, _now: datetime) -> Document | None:
    """The file as it is now, for whoever has its address: "language.token"."""
    language, _, token = address.partition(".")
    row = appointments.by_token(session, token) if language in LANGUAGES else None
    return document(Voice(language, texts, shop), row) if row else None


def ics(speaker: Speaker, row: Appointment) -> str:
    """UID and SEQUENCE tell the calendar which entry it is and whether this is news; the library escapes every text."""
    from icalendar import Calendar, Event  # late: it costs time and memory

    store = words.store_of(speaker, row)
    zone = ZoneInfo(store.timezone)
    gone = row.status == CANCELLED
    calendar, event = Calendar(), Event()
    calendar.add("prodid", "-//Bayline//Appointments//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if gone else "PUBLISH")
    event.add("uid", f"{row.token}@bayline")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.changed_at)
    event.add("dtstart", row.starts_at.astimezone(zone))
    event.add("dtend", row.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if gone else "TENTATIVE" if row.status == REQUESTED else "CONFIRMED")
    name = store.names[speaker.language]
    event.add(
        "summary", words.label(speaker, "booking.calendar.summary", services=words.services(speaker, row.services), store=name)
    )
    event.add("location", f"{name}, {store.addresses[speaker.language]}")
    event.add("description", words.label(speaker, "booking.calendar.description", phone=words.phone_of(store), note=row.note))
    calendar.add_component(event)
    for name_of_zone in calendar.get_missing_tzids():
        calendar.subcomponents.insert(0, _timezone(name_of_zone, row.starts_at.year))
    written: bytes = calendar.to_ical()
    return written.decode()


@lru_cache(maxsize=100)
def _timezone(name: str, year: int) -> "Timezone":
    """When the clocks are changed there, for a visit of that year; to find it out costs more than all the rest of the file."""
    from icalendar import Timezone

    return Timezone.from_tzid(name, first_date=date(year - 1, 1, 1), last_date=date(year + 2, 1, 1))
