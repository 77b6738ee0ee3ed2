"""What goes with an appointment: the way there, the calendar file, the code for the desk, and the word that they come."""

from typing import Any
from urllib.parse import quote

from handlers.booking import calendar, history, mine, qr, wishes, words
from handlers.dialogue import Reply, Turn
from storage.appointments import OPEN
from storage.stores import Store


def coming_for_sure(turn: Turn, appointment_id: Any) -> Reply:
    """The button of a reminder: "I'll be there"."""
    row = wishes.own(turn, appointment_id)
    if row is None or row.status not in OPEN or row.starts_at <= turn.now:
        return mine.gone(turn)
    history.note(turn.session, row, turn.now, history.CUSTOMER, "will_come")
    return Reply(turn.text("booking.see_you", **words.card(turn, row)))


def way(turn: Turn, appointment_id: Any) -> Reply:
    row = wishes.own(turn, appointment_id)
    return way_to(turn, words.store_of(turn, row)) if row else mine.gone(turn)


def way_to(turn: Turn, store: Store) -> Reply:
    """Address, parking and a map of a store."""
    address = store.addresses[turn.language]
    place = quote(f"{store.names[turn.language]} {address}", safe="")
    maps = {
        "en": f"https://www.openstreetmap.org/search?query={place}",
        "zh": f"https://uri.amap.com/search?keyword={place}",
    }
    url = maps["zh" if store.region == "CN" else "en"]
    text = turn.text(
        "booking.way", store=store.names[turn.language], address=address, parking=store.parking.get(turn.language, ""), url=url,
        phone=words.phone_of(store),
    )  # fmt: skip
    return Reply(text)


def calendar_file(turn: Turn, appointment_id: Any) -> Reply:
    row = wishes.own(turn, appointment_id)
    if row is None:
        return mine.gone(turn)
    return Reply(turn.text("booking.calendar.here"), document=calendar.document(turn, row))


def code(turn: Turn, appointment_id: Any) -> Reply:
    row = wishes.own(turn, appointment_id)
    if row is None:
        return mine.gone(turn)
    picture = qr.picture(turn.session, row, turn.chat.id, turn.now)
    return Reply(turn.text("booking.qr", **words.card(turn, row)), picture=picture)
