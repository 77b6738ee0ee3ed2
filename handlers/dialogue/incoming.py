"""What reached us: one thing that one person did in one chat, the same for every channel."""

from dataclasses import dataclass, field
from typing import Any

# What a person can do. `start`: opened the chat (with a deep link's payload, if any). `file`: a document or a sound, which only
# people can read. `other`: something we have no use for.
KINDS = ("text", "press", "start", "photo", "file", "contact", "other")
MAX_TEXT = 4096


@dataclass(frozen=True, slots=True)
class Contact:
    """A phone number that was shared. `own`: the channel vouches that it is the sender's."""

    phone: str
    own: bool


@dataclass(slots=True)  # not frozen: to fill a frozen one costs three times as much, and each update is one
class Incoming:
    """One update of a channel. `key` is unique for ever: the same key twice is the same thing delivered twice.

    `address` is the chat's address in the channel. `press` is what a button carried ("token.index"). `language` is the
    channel's hint in its own words ("zh-TW", "en"). `store` is the code of the store whose page the chat is on. `media` are
    ids of stored photos. `ref` is the channel's id of the message.
    `waited`: seconds between its sending and its arrival here, as far as the channel knows. `pulls`: the channel reads replies
    from the table. `extra["refusal"]`: key of the text that says why it could not be taken.
    `extra["files"]`: stored files, [{"id", "name"}].
    """

    channel: str
    address: str
    key: str
    kind: str
    text: str = ""
    press: str = ""
    payload: str = ""
    language: str = ""
    name: str = ""
    store: str = ""
    ref: str = ""
    waited: float = 0.0
    media: tuple[str, ...] = ()
    contact: Contact | None = None
    pulls: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


# NUL cannot be stored in PostgreSQL; a lone surrogate cannot be encoded at all.
_BROKEN = {0: None, **dict.fromkeys(range(55296, 57344), 65533)}


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Text that every database, log and channel can carry: no NUL, no lone surrogate, at most `limit` characters."""
    return text[:limit].translate(_BROKEN)
