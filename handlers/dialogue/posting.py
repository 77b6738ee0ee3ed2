"""A reply as a row of `messages`: formatting read, buttons put away, everything that goes with it."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers.dialogue import markup
from handlers.dialogue.reply import Button, Reply
from storage import messages
from storage.chats import Chat


def row_of(
    chat: Chat, reply: Reply, now: datetime, *, before: Sequence[str] = (), data: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """The outgoing row for `messages.post`. `before`: said above the reply; `more`: as `messages.outgoing` takes it."""
    text, entities = markup.read("\n\n".join([*before, reply.text]))
    rows = [[_button(button) for button in row] for row in reply.rows()]
    said: dict[str, Any] = {
        "entities": entities, "buttons": rows, **(data or {}), "passing": reply.passing and not before, "share": reply.share,
        "picture": reply.picture, "unsure": reply.unsure,
    }  # fmt: skip
    said = {name: value for name, value in said.items() if value}
    kind = "photo" if reply.picture else "text"
    if file := reply.document:
        kind = "document"
        said["document"] = {"name": file.name, "mime": file.mime, "content": file.content, "path": file.path}
    return messages.outgoing(
        chat.id, chat.channel, pulls=chat.pulls, text=text, data=said, now=now, kind=kind,
        token=secrets.token_urlsafe(9) if rows else None, **more,
    )  # fmt: skip


def _button(button: Button) -> dict[str, Any]:
    shown = {"label": button.label[:64], "do": button.do}
    return shown if button.value is None else {**shown, "value": button.value}
