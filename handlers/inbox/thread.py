"""The middle pane: what was said about a ticket, noted and done, in the order in which it happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from handlers.desk import Desk
from handlers.inbox import rules
from handlers.tickets import board
from storage import messages, tickets
from storage.chats import Chat
from storage.messages import DEAD, HIDDEN, UNCERTAIN, Message
from storage.staff import Staff
from storage.tickets import Ticket, TicketEvent, TicketNote

MOST_MESSAGES = 150


@dataclass(frozen=True, slots=True)
class Item:
    """`kind`: customer | colleague | bot | note | event. `fate`: dead | uncertain, if it may not have arrived."""

    kind: str
    at: datetime
    who: str = ""
    text: str = ""
    photos: Sequence[str] = ()
    fate: str = ""
    edited: str = ""
    number: int = 0
    files: Sequence[Mapping[str, str]] = ()


@dataclass(slots=True)
class _Words:
    """Rows that took another one's place are shown there."""

    rows: list[Message]
    instead: dict[int, Message] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.instead = {row.edits: row for row in self.rows if row.edits}


def read(desk: Desk, ticket: Ticket, chat: Chat, parts: Sequence[Ticket]) -> Mapping[str, Any]:
    """Messages of the chat, of tickets that were merged into this one from elsewhere, notes and the history that matters.

    `parts`: tickets that were merged into it. `history`: every line: who, when, from where, and what in words. `last`,
    `last_reply`: the newest message, and the newest answer of staff: whoever sends must have had them before their eyes.
    """
    said = messages.latest(desk.session, chat.id, MOST_MESSAGES, whole=True)
    latest = [row for row in said if row.status not in HIDDEN]
    elsewhere = tickets.thread(desk.session, ticket.id) if any(part.chat_id != chat.id for part in parts) else []
    rows = {row.id: row for row in latest}
    rows |= {row.id: row for row in elsewhere if row.chat_id != chat.id and row.status not in HIDDEN}
    words = _Words(list(rows.values()))
    found = [_said(desk, row, words.instead.get(row.id)) for row in words.rows if not row.edits]
    found += [_noted(note) for note in tickets.notes(desk.session, ticket.id)]
    events = tickets.history(desk.session, ticket.id)
    found += [_event(desk, event) for event in events if event.what in rules.TOLD]
    shown = (item for item in found if item.text or item.photos or item.files)
    return {
        "items": sorted(shown, key=lambda item: (item.at, item.kind != "event", item.number)),
        "history": [(event, described(desk, event)) for event in events],
        "last": said[-1].id if said else 0,
        "last_reply": max((row.id for row in latest if (row.purpose, row.feature) == ("service", "tickets")), default=0),
        "latest": latest,
    }


def described(desk: Desk, event: TicketEvent) -> str:
    """A line of history in words of the reader."""
    if event.what not in rules.NAMED:
        return event.what
    detail: dict[str, Any] = dict(event.detail)
    values = {
        name: _value(desk, event.what, name, detail.get(name))
        for name in ("was", "to", "clock", "tier", "tag", "why", "offer", "stars", "on")
    }
    return desk.plain(f"inbox.event.{event.what}", **values)


def _value(desk: Desk, what: str, name: str, value: Any) -> str:
    if what == "assigned":
        member = desk.session.get(Staff, value) if value else None
        return member.name if member else desk.plain("inbox.nobody")
    if value in tickets.TIERS:
        return desk.plain(f"inbox.tier.{value}")
    if name == "clock" and value:
        return desk.plain(f"inbox.clock.{value}")
    return str(value or "")


def _said(desk: Desk, row: Message, instead: Message | None) -> Item:
    assert row.created_at is not None, "the column is never empty"
    shown = instead or row
    pictures = row.data.get("media", ()) if row.incoming else board.pictures(row)
    who = str(row.data.get("by", ""))
    kind = "customer" if row.incoming else "colleague" if who else "bot"
    fate = row.status if not row.incoming and row.status in (DEAD, UNCERTAIN) else ""
    edited = row.data.get("edited", {}).get("text", "") if row.incoming else ""
    return Item(
        kind, row.created_at, who, shown.text, [str(one) for one in pictures], fate, edited, row.id, shown.data.get("files", ())
    )


def _noted(note: TicketNote) -> Item:
    return Item("note", note.at, note.who, note.text)


def _event(desk: Desk, event: TicketEvent) -> Item:
    who = desk.plain(f"inbox.who.{event.who}") if event.who in ("bot", "customer") and event.staff_id is None else event.who
    return Item("event", event.at, who, described(desk, event))
