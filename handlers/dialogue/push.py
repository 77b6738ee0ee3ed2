"""A round of pushes: features look who is due, and write to them through the gate of `handlers.contact`, once for each key."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue.memo import Memo
from handlers.dialogue.shop import Shop
from handlers.dialogue.shop import load as load_shop
from handlers.dialogue.texts import Texts
from handlers.dialogue.voice import Voice
from storage import chats
from storage.chats import Chat


@dataclass(slots=True)
class Push:
    """One feature's part of a round, in a transaction of its own. `now` is aware UTC; `posted`: something is to be sent."""

    session: Session
    now: datetime
    texts: Texts
    memo: Memo
    feature: str
    posted: bool = False

    @property
    def shop(self) -> Shop:
        return self.memo.get(self.session, load_shop)

    def chat(self, chat_id: int) -> Chat:
        """The chat, locked: whoever posts to several takes them in the order of their ids."""
        return chats.lock(self.session, chat_id)

    def voice(self, chat: Chat) -> Voice:
        return Voice(chat.language or "en", self.texts, self.shop)
