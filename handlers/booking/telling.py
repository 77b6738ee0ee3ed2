"""What a customer is told of a change that staff made: a message in their chat, in their language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.dialogue import markup
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts
from storage import chats, messages
from storage.appointments import Appointment
from storage.chats import Chat


def chat_of(session: Session, row: Appointment) -> Chat | None:
    """Where this customer can be reached: the chat in which it was booked, else the one that they used last."""
    wrote = [chats.get(session, row.chat_id)] if row.chat_id else []
    known = chats.of_customer(session, row.customer_id) if row.customer_id else []
    return next((chat for chat in (*wrote, *known) if chat is not None and chat.reachable), None)


def tell(session: Session, shop: Shop, texts: Texts, row: Appointment, what: str, now: datetime) -> bool:
    """Posts `booking.told.<what>` to them; False when there is no chat to post it to."""
    found = chat_of(session, row)
    if found is None:
        return False
    chat = chats.lock(session, found.id)
    language = chat.language or "en"
    store = next(store for store in shop.stores if store.id == row.store_id)
    there = row.starts_at.astimezone(ZoneInfo(store.timezone))
    services = [shop.services[code].names.get(language, code) for code in row.services if code in shop.services]
    html = texts.render(
        f"booking.told.{what}",
        language,
        {
            "services": (", " if language == "en" else "、").join(services),
            "day": there.date(),
            "time": there,
            "store": store.names.get(language, store.code),
            "phone": store.phone,
        },
    )
    words, entities = markup.read(html)
    data = {"entities": entities} if entities else {}
    row_out = messages.outgoing(
        chat.id, chat.channel, pulls=chat.pulls, text=words, data=data, now=now, feature="booking", purpose="service"
    )  # fmt: skip
    messages.post(session, [row_out])
    return True
