"""What is new in many chats at once, for channels that read the table by themselves."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import JSON, BigInteger, Select, Text, bindparam, cast, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from storage.chats import CHATS
from storage.database import dialect
from storage.messages import HIDDEN, MESSAGES, Message

# More than this at once is fetched in several looks.
LIMIT = 500


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
        .where(newest > seen, MESSAGES.c.status.not_in(HIDDEN))
        .order_by(MESSAGES.c.id)
        .limit(LIMIT)
    )


def _ahead(members: Callable[..., FunctionElement[Any]]) -> Select[Any]:
    asked = members(bindparam("seen", type_=Text)).table_valued("key", "value")
    chat_id, seen = cast(asked.c.key, BigInteger), cast(asked.c.value, BigInteger)
    newest = select(func.max(MESSAGES.c.id)).where(MESSAGES.c.chat_id == chat_id).correlate(asked).scalar_subquery()
    return select(chat_id).select_from(asked).where(func.coalesce(newest, 0) < seen)


_MEMBERS: dict[str, Callable[..., FunctionElement[Any]]] = {
    "sqlite": func.json_each, "postgresql": lambda seen: func.json_each_text(cast(seen, JSON)),
}  # fmt: skip
_BEHIND = {name: _behind(members) for name, members in _MEMBERS.items()}
_AHEAD = {name: _ahead(members) for name, members in _MEMBERS.items()}


def behind(session: Session, seen: Mapping[int, int]) -> list[tuple[Message, str | None]]:
    """What is new in many chats, in one query: `seen` has the last row seen by chat id. In each chat oldest first.

    With each row the language that the person has chosen, if they have.
    """
    found = session.connection().execute(_BEHIND[dialect(session)], {"seen": json.dumps(seen)})
    return [(Message(*row), language if chosen else None) for chosen, language, *row in found]


def ahead(session: Session, seen: Mapping[int, int]) -> set[int]:
    """The chats of which somebody has seen more than there is: this database lacks the last seconds of the one before it."""
    return set(session.connection().execute(_AHEAD[dialect(session)], {"seen": json.dumps(seen)}).scalars())
