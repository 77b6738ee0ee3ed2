"""Messages for the courier to carry, written into the tables as a turn would."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.clock import system_clock
from storage import chats, messages
from storage.database import Database
from storage.messages import MESSAGES


def post(database: Database, address: object, text: str, *, at: datetime | None = None, language: str = "en", **more: Any) -> int:
    """Queues a message for a Telegram chat; its id."""
    now = at or system_clock()
    with database.transaction() as session:
        chat = chats.arrive(session, "telegram", str(address), pulls=False, now=now)
        chat.language = language
        chats.save(session, chat)
        row = messages.outgoing(chat.id, "telegram", pulls=False, text=text, data=more.pop("data", {}), now=now, **more)
        messages.post(session, [row])
        return messages.last_id(session, chat.id)


def row(database: Database, message_id: int) -> Any:
    with database.reading() as session:
        return session.execute(select(MESSAGES).where(MESSAGES.c.id == message_id)).one()


def statuses(database: Database) -> list[str]:
    """Of everything that goes out, in the order in which it was written."""
    with database.reading() as session:
        query = select(MESSAGES.c.status).where(MESSAGES.c.status != "received").order_by(MESSAGES.c.id)
        return list(session.scalars(query))
