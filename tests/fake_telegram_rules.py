"""The Bot API's limits as a strict server enforces them. Each check raises Wrong with Telegram's own words."""

import json
import re
from typing import Any

ENTITY_TYPES = {
    "mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bold", "italic", "underline",
    "strikethrough", "spoiler", "blockquote", "expandable_blockquote", "code", "pre", "text_link", "text_mention",
    "custom_emoji",
}  # fmt: skip


class Wrong(Exception):
    """The answer to a call that is not allowed."""

    def __init__(self, description: str, code: int = 400, **parameters: Any) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


def bad(words: str) -> Wrong:
    return Wrong(f"Bad Request: {words}")


def utf16(text: str) -> int:
    try:
        return len(text.encode("utf-16-le")) // 2
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None


def structure(value: Any, what: str) -> Any:
    """A parameter that is JSON, as text or already read."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        raise bad(f"can't parse {what} JSON object") from None


def text(value: Any, limit: int = 4096, empty: str = "message text is empty", long: str = "message is too long") -> str:
    if not isinstance(value, str):
        raise bad(empty)
    if utf16(value.strip()) > limit:
        raise bad(long)
    if not value.strip():
        raise bad(empty)
    return value


def entities(value: Any, of: str) -> list[dict[str, Any]]:
    found = structure(value or [], "entities")
    if not isinstance(found, list):
        raise bad("can't parse entities")
    if len(found) > 100:
        raise bad("can't parse entities: too many")
    length = utf16(of)
    units = of.encode("utf-16-le")
    for entity in found:
        offset, size = entity.get("offset"), entity.get("length")
        if entity.get("type") not in ENTITY_TYPES:
            raise bad("can't parse entities: unsupported type")
        if not isinstance(offset, int) or not isinstance(size, int) or offset < 0 or size < 1 or offset + size > length:
            raise bad(f"can't parse entities: entity beyond the end of a text of {length} at {offset}")
        for at in (offset, offset + size):
            if at < length and 0xDC00 <= int.from_bytes(units[at * 2 : at * 2 + 2], "little") <= 0xDFFF:
                raise bad("can't parse entities: entity begins in the middle of a UTF-16 symbol")
        if entity["type"] == "text_link" and not re.match(r"(https?|tg|tel|mailto):", entity.get("url", "")):
            raise bad("can't parse entities: wrong URL")
    return found


def markup(value: Any) -> dict[str, Any]:
    found = structure(value or {}, "reply keyboard markup")
    if not isinstance(found, dict):
        raise bad("object expected as reply markup")
    rows = found.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad("inline keyboard must be an array of arrays")
    if sum(map(len, rows)) > 100 or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    for button in (button for row in rows for button in row):
        if not button.get("text"):
            raise bad("inline keyboard button text is empty")
        if "url" not in button and not 1 <= len(button.get("callback_data", "").encode()) <= 64:
            raise bad("BUTTON_DATA_INVALID")
    kinds = found.keys() & {"inline_keyboard", "keyboard", "remove_keyboard", "force_reply"}
    if len(kinds) > 1:
        raise bad("there must be one kind of reply markup")
    for row in found.get("keyboard", []):
        for button in row:
            if not (button if isinstance(button, str) else button.get("text")):
                raise bad("keyboard button text is empty")
    return found


def media_group(value: Any, files: dict[str, Any]) -> list[tuple[bytes, str, list[dict[str, Any]]]]:
    """Content, caption and entities of each part."""
    found = structure(value or [], "media")
    if not isinstance(found, list) or not 2 <= len(found) <= 10:
        raise bad("there must be 2 to 10 items in a media group")
    parts = []
    for item in found:
        name = str(item.get("media", "")).removeprefix("attach://")
        if item.get("type") != "photo" or not isinstance(files.get(name), bytes):
            raise bad("wrong file identifier/HTTP URL specified")
        caption = str(item.get("caption", ""))
        if caption:
            text(caption, 1024, long="message caption is too long")
        parts.append((files[name], caption, entities(item.get("caption_entities"), caption)))
    return parts


def commands(value: Any) -> list[dict[str, str]]:
    found = structure(value or [], "commands")
    if not isinstance(found, list) or len(found) > 100:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    for command in found:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(command.get("description", "")) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return found


def language(value: Any) -> str:
    if value and not re.fullmatch(r"[a-z]{2}", str(value)):
        raise bad("LANG_CODE_INVALID")
    return str(value or "")


def secret(value: Any) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(value)):
        raise bad("secret token contains unallowed characters")
    return str(value or "")
