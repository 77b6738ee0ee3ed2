"""A person's data as a file: everything that is declared as theirs in `storage.privacy`, in JSON."""

import base64
import hashlib
import hmac
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy.orm import Session

from handlers.dialogue import Document
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts
from storage import erasing, keys
from storage.erasing import Scope

NAME, MIME = "my-data.json", "application/json; charset=utf-8"
_KEY = "privacy"
_GOOD_FOR = timedelta(hours=1)


def written(session: Session, scope: Scope, now: datetime, *, pictures: bool = False) -> str:
    """The file. `pictures`: with photos, as base64; else their sizes only, since they are in the chat."""
    data = {name: [_told(name, row, pictures) for row in rows] for name, rows in erasing.held(session, scope)}
    whole = {"made_at": now.isoformat(), "about": "Everything that this shop holds of you, table by table.", "data": data}
    return orjson.dumps(whole, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()


def _told(table: str, row: dict[str, Any], pictures: bool) -> dict[str, Any]:
    told = {name: _value(value, pictures) for name, value in row.items()}
    # An export that was sent before holds all the same once more.
    if table == "messages" and isinstance(row.get("data"), dict) and "document" in row["data"]:
        told["data"] = {**row["data"], "document": {"name": row["data"]["document"]["name"]}}
    return told


def _value(value: Any, pictures: bool) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode() if pictures else f"{len(value)} bytes"
    return value.isoformat() if isinstance(value, date | datetime) else value


def path(session: Session, chat_id: int, now: datetime) -> str:
    """Where a browser fetches the file of this chat within the hour; nobody can make another address."""
    until = int((now + _GOOD_FOR).timestamp())
    return f"/files/privacy/{chat_id}.{until}.{_mark(keys.ensure(session, _KEY), chat_id, until)}/{NAME}"


def fetched(session: Session, shop: Shop, texts: Texts, address: str, now: datetime) -> Document | None:
    """The file for whoever has its address, within the hour."""
    chat, _, rest = address.partition(".")
    until, _, mark = rest.partition(".")
    if not (chat.isdecimal() and until.isdecimal() and len(until) < 12 and len(chat) < 19):
        return None
    key = keys.find(session, _KEY)
    if key is None or int(until) < now.timestamp() or not hmac.compare_digest(_mark(key, int(chat), int(until)), mark):
        return None
    scope = erasing.scope_of(session, chat_id=int(chat))
    return Document(NAME, MIME, written(session, scope, now), "")


def _mark(key: bytes, chat_id: int, until: int) -> str:
    return hmac.new(key, f"{chat_id}.{until}".encode(), hashlib.sha256).hexdigest()[:40]
