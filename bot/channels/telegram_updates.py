"""What Telegram tells us, read with care: an update becomes something the channel acts on, or Malformed."""

import re
from dataclasses import dataclass
from typing import Any

from handlers.dialogue.incoming import MAX_TEXT, Contact, Incoming, clean
from handlers.tickets.word import Word

# The kinds of update that we ask for. Others may come all the same, from before or by another client's wish.
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
_UNUSED = (
    "channel_post", "edited_channel_post", "business_connection", "business_message", "edited_business_message",
    "deleted_business_messages", "message_reaction", "message_reaction_count", "inline_query", "chosen_inline_result",
    "shipping_query", "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "chat_member", "chat_join_request",
    "chat_boost", "removed_chat_boost", "managed_bot",
)  # fmt: skip
# What people send that we cannot use; everything else without words is a notice of the service, and nobody waits for an answer.
_NO_WORDS = (
    "sticker", "voice", "audio", "video", "video_note", "animation", "document", "location", "venue", "poll", "dice", "story",
    "game", "paid_media", "checklist", "invoice",
)  # fmt: skip
_START = re.compile(r"/start(?:@\w+)?(?:\s+(.*))?", re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}")
# What people can read and a page can keep; the rest is passed on as it is, within Telegram.
_FILES = ("document", "voice", "audio")
_PICTURES = ("image/jpeg", "image/png", "image/webp")
MAX_DOWNLOAD = 20 * 1024 * 1024
_MAX_ID = 2**53
_KEPT_FOR = 25 * 3600


class Malformed(Exception):  # noqa: N818 - it describes an update
    """Not an update as the Bot API describes them. The message says where; it never quotes."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Somebody in a private chat did something. `query`: the press that waits for its answer. `file`: a photo to fetch.

    `attached`: another file that may be fetched, and its name.
    """

    incoming: Incoming
    query: str = ""
    file: str = ""
    attached: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed the words of a message that was handled before, in a private chat."""

    address: str
    ref: str
    text: str
    key: str


@dataclass(frozen=True, slots=True)
class Staffed:
    """Something in a group, or a button of staff. `query`, `file`, `attached`: as in `Heard`."""

    word: Word
    query: str = ""
    file: str = ""
    attached: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Blocked:
    """The person blocked the bot, or the group removed it."""

    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """Something happened in a group or a channel."""

    address: str


@dataclass(frozen=True, slots=True)
class Query:
    """A press that can have no effect, but waits for its answer."""

    query: str


Event = Heard | Edited | Staffed | Blocked | Group | Query | None


def number_of(update: Any) -> int:
    """The `update_id`. Raises Malformed."""
    if not isinstance(update, dict):
        raise Malformed("an update that is no object")
    return _id(update, "update_id")


def read(update: dict[str, Any], bot_id: int, now: float = 0.0) -> Event:
    """What an update means for us; None for what we have no use for. Raises Malformed. `now`: seconds since 1970."""
    key = f"telegram:{bot_id}:{number_of(update)}"
    if "callback_query" in update:
        return _query(_table(update, "callback_query"), key)
    if "message" in update:
        return _message(_table(update, "message"), key, now)
    if "edited_message" in update:
        return _edited(_table(update, "edited_message"), key)
    if "my_chat_member" in update:
        return _membership(_table(update, "my_chat_member"))
    for post in ("channel_post", "edited_channel_post"):
        if post in update:
            return Group(str(_id(_table(_table(update, post), "chat"), "id")))
    if any(name in update for name in _UNUSED):
        return None
    raise Malformed("an update of an unknown kind")


def _message(message: dict[str, Any], key: str, now: float) -> Event:
    chat = _table(message, "chat")
    address = str(_id(chat, "id"))
    if _words(chat, "type") != "private":
        return _in_group(message, key)
    person = _table(message, "from") if "from" in message else chat
    if person.get("is_bot") is True:
        return None
    about: dict[str, Any] = {
        "channel": "telegram", "address": address, "key": key, "ref": str(_id(message, "message_id")),
        "language": _words(person, "language_code")[:35], "name": _name(person),
        "waited": _waited(now - _number(message, "date")),
    }  # fmt: skip
    extra = {"album": album} if (album := clean(_words(message, "media_group_id"), 40)) else {}
    if answers := _replied(message):
        extra["answers"] = answers
    if "text" in message:
        return _text(_words(message, "text"), {**about, "extra": extra})
    caption = clean(_words(message, "caption"), MAX_TEXT)
    if file := _picture(message):
        return Heard(Incoming(**about, kind="photo", text=caption, extra=extra), file=file)
    if "photo" in message or _is_picture(message):
        refusal = {"refusal": "dialogue.photo.too_big"}
        return Heard(Incoming(**about, kind="other", text=caption, extra={**extra, **refusal}))
    if "contact" in message:
        card = _table(message, "contact")
        own = card.get("user_id") == _id(person, "id")
        contact = Contact(clean(_words(card, "phone_number"), 40), own)
        return Heard(Incoming(**about, kind="contact", contact=contact, extra=extra))
    if any(name in message for name in _NO_WORDS):
        kind = "file" if any(name in message for name in (*_FILES, "video", "video_note")) else "other"
        return Heard(Incoming(**about, kind=kind, text=caption, extra=extra), attached=_attached(message))
    return None


def _in_group(message: dict[str, Any], key: str, *, edited: bool = False) -> Event:
    """What people say in a group; what the service says there, such as that somebody came, only shows that it is there."""
    address = str(_id(_table(message, "chat"), "id"))
    person = _table(message, "from") if "from" in message else {}
    # An anonymous administrator writes as the group; nobody knows who that is.
    nameless = not person or "sender_chat" in message
    media = any(name in message for name in (*_NO_WORDS, "contact"))
    if not ("text" in message or "photo" in message or media) or (person.get("is_bot") is True and not nameless):
        return Group(address)
    thread = str(_id(message, "message_thread_id")) if message.get("is_topic_message") is True else ""
    replied = _replied(message)
    file, picture = _picture(message), "photo" in message or _is_picture(message)
    word = Word(
        key=key, address=address, person="" if nameless else str(_id(person, "id")), ref=str(_id(message, "message_id")),
        kind="photo" if picture else "text" if "text" in message else "copy",
        text=clean(_words(message, "text") or _words(message, "caption"), MAX_TEXT), thread=thread,
        # What stands in a topic without being a reply is told as one to the topic's first message.
        reply_to="" if replied == thread else replied, replied=_said_by_bot(message),
        album=clean(_words(message, "media_group_id"), 40), edited=edited,
        refusal="dialogue.photo.too_big" if picture and not file else "", language=_words(person, "language_code")[:35],
    )  # fmt: skip
    return Staffed(word, file=file, attached=_attached(message))


def _replied(message: dict[str, Any]) -> str:
    """The message that this one replies to, "" for none."""
    return str(_id(_table(message, "reply_to_message"), "message_id")) if message.get("reply_to_message") else ""


def _said_by_bot(message: dict[str, Any]) -> str:
    """The words of the message that this one replies to, "" if no bot said them."""
    before = _table(message, "reply_to_message") if message.get("reply_to_message") else {}
    by_bot = bool(before.get("from")) and _table(before, "from").get("is_bot") is True
    return clean(_words(before, "text"), MAX_TEXT) if by_bot else ""


def as_word(heard: Heard) -> Word:
    """What was said in a private chat, as what staff may have said there."""
    said = heard.incoming
    kind = said.kind if said.kind in ("text", "photo") else "text" if said.kind == "start" else "copy"
    refusal = str(said.extra.get("refusal", ""))
    return Word(
        key=said.key, address=said.address, person=said.address, ref=said.ref, kind="photo" if refusal else kind, text=said.text,
        reply_to=str(said.extra.get("answers", "")), album=str(said.extra.get("album", "")), refusal=refusal,
        language=said.language,
    )  # fmt: skip


def _waited(seconds: float) -> float:
    """How long a message was on its way. Telegram keeps none for longer than a day: then a clock is wrong."""
    return seconds if 0 < seconds <= _KEPT_FOR else 0.0


def _text(text: str, about: dict[str, Any]) -> Heard:
    text = clean(text, MAX_TEXT)
    if start := _START.fullmatch(text):
        payload = (start[1] or "").strip()
        return Heard(Incoming(**about, kind="start", text="/start", payload=payload if _PAYLOAD.fullmatch(payload) else ""))
    return Heard(Incoming(**about, kind="text", text=text))


def _picture(message: dict[str, Any]) -> str:
    """The file to fetch: the largest size of a photo that may be downloaded, or a picture that was sent as a file."""
    if "photo" in message:
        sizes = message["photo"]
        if not isinstance(sizes, list) or not all(isinstance(size, dict) for size in sizes):
            raise Malformed("photo is no list of sizes")
        small = [size for size in sizes if _number(size, "file_size") <= MAX_DOWNLOAD]
        best = max(small, key=lambda size: _number(size, "width") * _number(size, "height"), default=None)
        return _words(best, "file_id")[:300] if best else ""
    if _is_picture(message) and _number(message["document"], "file_size") <= MAX_DOWNLOAD:
        return _words(message["document"], "file_id")[:300]
    return ""


def _attached(message: dict[str, Any]) -> tuple[str, str]:
    """A file that may be downloaded, and what it is called."""
    for kind in _FILES:
        if kind in message:
            about = _table(message, kind)
            if _number(about, "file_size") <= MAX_DOWNLOAD:
                return _words(about, "file_id")[:300], clean(_words(about, "file_name"), 300)
    return "", ""


def _is_picture(message: dict[str, Any]) -> bool:
    return "document" in message and _words(_table(message, "document"), "mime_type") in _PICTURES


def _query(query: dict[str, Any], key: str) -> Event:
    number = _words(query, "id")[:64]
    person = _table(query, "from")
    message = _table(query, "message") if query.get("message") is not None else {}
    chat = _table(message, "chat") if message else {}
    if chat and "data" in query and (_words(chat, "type") != "private" or _words(query, "data").startswith("!")):
        word = Word(
            key=key, address=str(_id(chat, "id")), person=str(_id(person, "id")), ref=str(_id(message, "message_id")),
            kind="press", text=clean(_words(query, "data"), 64), language=_words(person, "language_code")[:35],
        )  # fmt: skip
        return Staffed(word, query=number)
    # In a private chat the chat's id is the person's: whoever presses must be the one whom the chat belongs to.
    if not chat or _words(chat, "type") != "private" or _id(chat, "id") != _id(person, "id") or "data" not in query:
        return Query(number)
    return Heard(
        Incoming(
            channel="telegram", address=str(_id(chat, "id")), key=key, kind="press", press=clean(_words(query, "data"), 64),
            language=_words(person, "language_code")[:35], name=_name(person), ref=str(_id(message, "message_id")),
        ),
        query=number,
    )  # fmt: skip


def _edited(message: dict[str, Any], key: str) -> Event:
    chat = _table(message, "chat")
    if _words(chat, "type") != "private":
        return _in_group(message, key, edited=True)
    text = _words(message, "text") or _words(message, "caption")
    return Edited(str(_id(chat, "id")), str(_id(message, "message_id")), clean(text, MAX_TEXT), key)


def _membership(change: dict[str, Any]) -> Event:
    chat = _table(change, "chat")
    address, status = str(_id(chat, "id")), _words(_table(change, "new_chat_member"), "status")
    gone = status in ("kicked", "left")
    if gone:
        return Blocked(address)
    return None if _words(chat, "type") == "private" else Group(address)


def _name(person: dict[str, Any]) -> str:
    return clean(f"{_words(person, 'first_name')} {_words(person, 'last_name')}".strip(), 200)


def _table(of: dict[str, Any], name: str) -> dict[str, Any]:
    value = of.get(name)
    if not isinstance(value, dict):
        raise Malformed(f"{name} is no object")
    return value


def _words(of: dict[str, Any], name: str) -> str:
    """A text, "" when there is none."""
    value = of.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{name} is no text")
    return value


def _id(of: dict[str, Any], name: str) -> int:
    value = of.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > _MAX_ID:
        raise Malformed(f"{name} is no number")
    return value


def _number(of: dict[str, Any], name: str) -> int:
    """A size, 0 when there is none."""
    return _id(of, name) if of.get(name) is not None else 0
