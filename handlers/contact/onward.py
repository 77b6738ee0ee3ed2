"""One channel fails, the next one that the person has takes over: what was to be said unasked is said there."""

import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from storage import chats, contact, messages
from storage.chats import Chat


def take_over(session: Session, chat_id: int, now: datetime, failed: int | None = None) -> int:
    """Whatever this chat, which cannot be reached any more, was to be told moves to the person's next one; how many.

    `failed`: the message that has shown it. Answers stay where they were asked for.
    """
    lost = chats.get(session, chat_id)
    there = _next(session, lost) if lost else None
    if there is None:
        return 0
    moved = messages.unasked(session, chat_id, failed)
    if moved:
        chats.lock(session, there.id)  # so that the numbers of its messages rise with time
    for message in moved:
        keys = messages.keys_in(session, message.id)
        messages.give_key_away(session, message.id)
        row = messages.outgoing(
            there.id, there.channel, pulls=there.pulls, text=message.text, data=message.data, now=now, kind=message.kind,
            key=message.key, token=secrets.token_urlsafe(9) if message.token else None, feature=message.feature,
            purpose=message.purpose, priority=message.priority, due_at=max(message.due_at or now, now),
        )  # fmt: skip
        messages.post(session, [row])
        contact.decided_for(session, keys, there.id)
    return len(moved)


def _next(session: Session, lost: Chat) -> Chat | None:
    """Where they want to be written to, else the chat that they used last."""
    if lost.customer_id is None:
        return None
    others = [chat for chat in chats.of_customer(session, lost.customer_id) if chat.reachable and chat.id != lost.id]
    wanted = contact.preferred(session, lost.customer_id)
    return next((chat for chat in others if chat.id == wanted), next(iter(others), None))
