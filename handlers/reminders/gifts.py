"""The present that comes with a push: the name by which it may be promised, and the giving of it once the push is on its way."""

from datetime import datetime

from sqlalchemy.orm import Session

from handlers.reminders.due import Due
from storage.chats import Chat


def promised(session: Session, due: Due, language: str, now: datetime) -> str | None:
    """What the text may promise. None: nothing can be given, and the line that speaks of it is left out."""
    return None


def give(session: Session, due: Due, chat: Chat, now: datetime) -> None:
    """It was promised, and the message will be sent."""
