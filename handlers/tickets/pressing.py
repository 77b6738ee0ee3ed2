"""A press under a ticket on Telegram: who pressed which button where, and the questions that are shown for it."""

from dataclasses import dataclass
from typing import Any

from handlers.dialogue.texts import escape
from handlers.tickets import board
from handlers.tickets.work import Work
from storage.chats import Chat
from storage.messages import Message
from storage.tickets import Ticket

# Buttons under one question.
MOST = 24


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was found in the chat where it was pressed, at work for whoever pressed it."""

    work: Work
    chat: Chat
    ticket: Ticket
    row: Message
    value: Any
    language: str
    person: str

    def said(self, key: str, **values: Any) -> str:
        return self.work.texts.label(f"tickets.{key}", self.language, values)


def ask(at: Press, html: str, **data: Any) -> None:
    """A question under the card; with buttons, or for a reply."""
    where = board.where(at.work.session, at.chat, at.ticket)
    token = board.token() if data.get("buttons") else None
    board.post(at.work, at.chat, at.ticket, "ask", html, data={**where, **data}, token=token, priority=0)


def settle(at: Press, done: str) -> None:
    """The question gives way to its answer."""
    data = {name: value for name, value in at.row.data.items() if name in ("topic", "under")}
    text = f"{done} · {at.work.by.who}"
    board.post(at.work, at.chat, at.ticket, "done", escape(text), data=data, edits=at.row.id, priority=0)
