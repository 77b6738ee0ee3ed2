"""What a page may say to us: JSON objects, checked once, here."""

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.channels.webchat_gate import address_of

MAX_FRAME = 64 * 1024
_CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,40}", re.ASCII)
_PAYLOAD = re.compile(r"[\w-]{1,64}", re.ASCII)
_PRESS = re.compile(r"[\w-]{8,20}\.\d{1,3}", re.ASCII)


class BadFrame(Exception):  # noqa: N818 - it ends a conversation with a program, nobody reads it
    """Not a thing that our page says."""


@dataclass(frozen=True, slots=True)
class Hello:
    """A page is here. `address`: the digest of its token, None for a new visitor. `seen`: the last row it has, 0 for none.

    `payload`: of the link that led to the page, as on Telegram; "" for none.
    """

    address: str | None
    seen: int
    language: str
    store: str
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Words or a press. `client_id` is the page's own name for it, the same each time it is sent again."""

    client_id: str
    text: str = ""
    press: str = ""


def parse(raw: str | bytes) -> dict[str, Any]:
    """Raises BadFrame."""
    try:
        frame = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadFrame("not JSON") from None
    if not isinstance(frame, dict):
        raise BadFrame("not an object")
    return frame


def hello(frame: dict[str, Any], address: str | None = None) -> Hello:
    """`address`: proven otherwise, by a header. Raises BadFrame."""
    seen = frame.get("seen", 0)
    if not isinstance(seen, int) or not 0 <= seen < 2**62:
        raise BadFrame("seen")
    payload = _word(frame, "start", 64)
    if not _PAYLOAD.fullmatch(payload):
        payload = ""
    return Hello(
        address or address_of(frame.get("token")), seen, _word(frame, "language", 35), _word(frame, "store", 40), payload
    )


def said(frame: dict[str, Any]) -> Said:
    """Raises BadFrame."""
    client_id = client_id_of(frame.get("id"))
    text, press = frame.get("text", ""), frame.get("press", "")
    if not isinstance(text, str) or not isinstance(press, str):
        raise BadFrame("text or press")
    if press:
        if not _PRESS.fullmatch(press):
            raise BadFrame("press")
        return Said(client_id, press=press)
    if not text.strip():
        raise BadFrame("nothing said")
    return Said(client_id, text=text)


def client_id_of(value: object) -> str:
    """Raises BadFrame."""
    if not isinstance(value, str) or not _CLIENT_ID.fullmatch(value):
        raise BadFrame("id")
    return value


def _word(frame: dict[str, Any], name: str, limit: int) -> str:
    """A short word that goes into a query: of plain characters, else as if it were not there."""
    word = frame.get(name, "")
    return word if isinstance(word, str) and len(word) <= limit and word.isascii() and word.isprintable() else ""
