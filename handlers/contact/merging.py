"""Several pushes of one day as one message, out of which each can be taken back until it leaves."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from storage import contact, messages
from storage.chats import Chat
from storage.messages import Message

LONGEST = 3000
MOST_ROWS = 12
Part = dict[str, Any]


def merged(session: Session, chat: Chat, row: dict[str, Any], at: datetime, zone: ZoneInfo, *, forward: bool) -> bool:
    """Whether `row` found room in another push of the same purpose and day that still waits: one message instead of two.

    It leaves when the first of them is due. `forward`: `at` is an hour at which the other one may be sent, too.
    """
    day = datetime.combine(at.astimezone(zone).date(), datetime.min.time(), zone)
    waiting = messages.waiting_push(session, chat.id, row["purpose"], day, day + timedelta(days=1))
    if waiting is None or len(waiting.text) + len(row["text"]) > LONGEST:
        return False
    assert waiting.due_at is not None, "every row has it"
    if waiting.due_at > at:
        if not forward:
            return False
        messages.bring_forward(session, waiting.id, at)
    _write(session, waiting, [*_parts(waiting), _part(row["key"], row["text"], row["data"])], waiting.token or row["token"])
    return True


def withdraw(session: Session, keys: Collection[str]) -> None:
    """Takes back what has not begun to leave; what was to be said in the same message still is."""
    gone = set(keys)
    for message in messages.waiting_with(session, gone, contact.chats_merged(session, gone)):
        parts = _parts(message)
        left = [part for part in parts if part["key"] not in gone]
        if not left:
            messages.cancel(session, message.id)
        elif len(left) < len(parts):
            _write(session, message, left, message.token)


def waiting_like(session: Session, prefix: str, since: datetime) -> set[str]:
    """The keys that begin so, of what has not begun to leave; alone, or in one message with something else after `since`."""
    return {*messages.queued_like(session, prefix), *contact.merged_like(session, prefix, since)}


def retract(session: Session, prefix: str, now: datetime, *, ending: str = "") -> int:
    """Takes back what waits under keys that begin (and end) so, as if it had never been decided, so that it may be said in
    other words.

    How many there were; what has left stays.
    """
    keys = {key for key in waiting_like(session, prefix, now - timedelta(days=1)) if key.endswith(ending)}
    taken: set[str] = set()
    for message in messages.waiting_with(session, keys, contact.chats_merged(session, keys)):
        parts = _parts(message)
        left = [part for part in parts if part["key"] not in keys]
        taken |= keys & {part["key"] for part in parts}
        if not left:
            messages.drop(session, message.id)
        elif len(left) < len(parts):
            _write(session, message, left, message.token)
    contact.forget_decisions(session, taken)
    return len(taken)


def _parts(message: Message) -> list[Part]:
    return message.data.get("parts") or [_part(message.key, message.text, message.data)]


def _part(key: str | None, text: str, data: dict[str, Any]) -> Part:
    found = {"key": key, "text": text, "entities": data.get("entities", []), "buttons": data.get("buttons", [])}
    return {**found, "about": data.get("about", ""), "until": data.get("until")}


def _told_apart(button: dict[str, Any], about: str, labels: Mapping[str, int]) -> dict[str, Any]:
    """Two buttons that say "Later" in one message say of what."""
    if labels[button["label"]] < 2 or not about:
        return button
    return {**button, "label": f"{about}{': ' if button['label'].isascii() else '：'}{button['label']}"}


def _without_doubles(parts: Sequence[Part]) -> list[Part]:
    """Each with the rows that are shown of it: of buttons that do the same for all of them (`same` in their value) the last."""
    made: list[Part] = []
    seen: set[tuple[str, str]] = set()
    for part in reversed(parts):
        rows = []
        for row in part["buttons"]:
            left = [button for button in row if (same := _same(button)) is None or same not in seen]
            seen |= {same for button in row if (same := _same(button)) is not None}
            rows += [left] if left else []
        made.insert(0, {**part, "shown": rows})
    return made


def _same(button: Mapping[str, Any]) -> tuple[str, str] | None:
    value = button.get("value")
    return (str(button["do"]), str(value["same"])) if isinstance(value, dict) and "same" in value else None


def _write(session: Session, message: Message, parts: Sequence[Part], token: str | None) -> None:
    text, entities, rows = "", [], []
    parts = _without_doubles(parts)
    labels = Counter(button["label"] for part in parts for row in part["shown"] for button in row)
    for part in parts:
        gap = len(text) + 2 if text else 0
        text = f"{text}\n\n{part['text']}" if text else part["text"]
        entities += [[kind, start + gap, end + gap, *rest] for kind, start, end, *rest in part["entities"]]
        rows += [[_told_apart(button, part.get("about", ""), labels) for button in row] for row in part["shown"]]
    # It is worth sending as long as one of its parts is.
    untils = [part["until"] for part in parts if part.get("until")]
    lasts = {"until": max(untils)} if len(untils) == len(parts) else {}
    kept = {name: value for name, value in message.data.items() if name != "until"}
    whole = [{name: value for name, value in part.items() if name != "shown"} for part in parts]
    data = {**kept, **lasts, "entities": entities, "buttons": rows[:MOST_ROWS], "parts": whole}
    messages.rewrite(session, message.id, text=text, data=data, token=token)
