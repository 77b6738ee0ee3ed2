"""Rows of `messages` as the page in the browser sees them: what to show, and nothing else."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import JSON, BigInteger, Select, Text, bindparam, cast, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from storage.chats import CHATS
from storage.messages import CANCELLED, MESSAGES, Message

# More than this at once is fetched in several looks.
LIMIT = 500


def key_of(address: str, client_id: str) -> str:
    """The key of what a page sent: the same words sent again after a lost connection are the same message."""
    return f"web:{address}:{client_id}"


def shown(message: Message, address: str) -> dict[str, Any] | None:
    """One row for the page; None for a row that has nothing to show (the visitor arrived, a button was stale).

    `press` ids name a message and a place in it; what a button does, and with which value, stays here.
    `once`: its buttons are of no use after the next message. `spent`: the row whose buttons have just had their effect.
    """
    data = message.data
    row: dict[str, Any] = {"id": message.id, "text": message.text}
    if message.created_at:
        row["at"] = int(message.created_at.timestamp() * 1000)
    if message.incoming:
        if not message.text and not data.get("media"):
            return None
        row["mine"] = True
        prefix = key_of(address, "")
        if message.key and message.key.startswith(prefix):
            row["cid"] = message.key.removeprefix(prefix)
        if data.get("media"):
            row["photos"] = list(data["media"])
        return row
    if data.get("entities"):
        row["entities"] = data["entities"]
    if data.get("picture"):
        row["photos"] = [data["picture"]]
    if message.token and data.get("buttons"):
        row["buttons"] = _buttons(message.token, data["buttons"])
    if data.get("passing") or data.get("ask"):
        row["once"] = True
    if message.edits:
        row["spent"] = message.edits
    return row


def _buttons(token: str, rows: list[list[dict[str, Any]]]) -> list[list[dict[str, str]]]:
    shown_rows, index = [], 0
    for row in rows:
        shown_rows.append([{"label": button["label"], "press": f"{token}.{index + n}"} for n, button in enumerate(row)])
        index += len(row)
    return shown_rows


def _behind(members: Callable[..., FunctionElement[Any]]) -> Select[Any]:
    """`members` opens a JSON object as rows of key and value. One parameter, whatever the number of chats: compiled once."""
    asked = members(bindparam("seen", type_=Text)).table_valued("key", "value")
    chat_id, seen = cast(asked.c.key, BigInteger), cast(asked.c.value, BigInteger)
    # The newest row of each chat first: one step in the index. Most chats end there, and their history is never read.
    theirs = MESSAGES.alias()
    newest = select(func.max(theirs.c.id)).where(theirs.c.chat_id == chat_id).correlate(asked).scalar_subquery()
    return (
        select(CHATS.c.language_chosen, CHATS.c.language, MESSAGES)
        .select_from(asked)
        .join(MESSAGES, (MESSAGES.c.chat_id == chat_id) & (MESSAGES.c.id > seen))
        .join(CHATS, CHATS.c.id == MESSAGES.c.chat_id)
        .where(newest > seen, MESSAGES.c.status != CANCELLED)
        .order_by(MESSAGES.c.id)
        .limit(LIMIT)
    )


_BEHIND = {"sqlite": _behind(func.json_each), "postgresql": _behind(lambda seen: func.json_each_text(cast(seen, JSON)))}


def behind(session: Session, seen: Mapping[int, int]) -> list[tuple[Message, str | None]]:
    """What is new in many chats, in one query: `seen` has the last row seen by chat id. In each chat oldest first.

    With each row the language that the person has chosen, if they have.
    """
    found = session.connection().execute(_BEHIND[session.get_bind().dialect.name], {"seen": json.dumps(seen)})
    return [(Message(*row), language if chosen else None) for chosen, language, *row in found]
