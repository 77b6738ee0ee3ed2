"""Rows of `messages` as the page in the browser sees them: what to show, and nothing else."""

from typing import Any

from storage.messages import Message


def key_of(address: str, client_id: str) -> str:
    """The key of what a page sent: the same words sent again after a lost connection are the same message."""
    return f"web:{address}:{client_id}"


def shown(message: Message, address: str) -> dict[str, Any] | None:
    """One row for the page; None for a row that has nothing to show (the visitor arrived, a button was stale).

    `press` ids name a message and a place in it; what a button does, and with which value, stays here.
    `once`: its buttons are of no use after the next message. `spent`: the row whose buttons have just had their effect.
    `instead`: the row in whose place this one is shown.
    """
    data = message.data
    row: dict[str, Any] = {"id": message.id, "text": message.text}
    if message.created_at:
        row["at"] = int(message.created_at.timestamp() * 1000)
    if message.incoming:
        if not message.text and not data.get("media") and not data.get("files"):
            return None
        row["mine"] = True
        prefix = key_of(address, "")
        if message.key and message.key.startswith(prefix):
            row["cid"] = message.key.removeprefix(prefix)
        if data.get("media"):
            row["photos"] = list(data["media"])
        if data.get("files"):
            row["files"] = data["files"]
        return row
    if data.get("entities"):
        row["entities"] = data["entities"]
    if data.get("pictures") or data.get("picture"):
        row["photos"] = data.get("pictures") or [data["picture"]]
    if data.get("files"):
        row["files"] = data["files"]
    if data.get("document"):
        row["file"] = {"name": data["document"]["name"], "url": data["document"]["path"]}
    if message.token and data.get("buttons"):
        row["buttons"] = _buttons(message.token, data["buttons"])
    if data.get("passing") or data.get("ask"):
        row["once"] = True
    if message.edits:
        row["instead" if data.get("card") or data.get("corrects") else "spent"] = message.edits
    return row


def _buttons(token: str, rows: list[list[dict[str, Any]]]) -> list[list[dict[str, str]]]:
    shown_rows, index = [], 0
    for row in rows:
        shown_rows.append([{"label": button["label"], "press": f"{token}.{index + n}"} for n, button in enumerate(row)])
        index += len(row)
    return shown_rows
