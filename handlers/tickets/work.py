"""Who does something with a ticket, when and from where; and the locks that are taken for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.dialogue import Turn, markup
from handlers.dialogue.texts import Texts
from storage import attention, chats, messages, stores, tickets
from storage.chats import Chat
from storage.staff import Staff
from storage.stores import Store
from storage.tickets import Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class By:
    """`who`: a name for the history. `place`: web, telegram, terminal, console, cli, bot. `staff_id`: None if no staff."""

    who: str
    place: str
    staff_id: int | None = None


BOT = By("bot", "bot")


@dataclass(frozen=True, slots=True)
class Work:
    """What every action needs. `own`: the chat of the turn at hand, which the engine has locked and will save."""

    session: Session
    texts: Texts
    now: datetime
    by: By
    own: Chat | None = None

    def text(self, chat: Chat, key: str, **values: Any) -> str:
        return self.texts.render(f"tickets.{key}", chat.language or "en", values)

    def event(self, ticket: Ticket, what: str, **detail: Any) -> None:
        """A line of its history. Whoever has done something about it need not be asked to look any more."""
        if self.by.staff_id is not None:
            attention.looked_after(self.session, ticket.id, self.by.staff_id)
        self.session.add(
            TicketEvent(
                ticket_id=ticket.id, at=self.now, who=self.by.who[:80], staff_id=self.by.staff_id, place=self.by.place, what=what,
                detail=detail,
            )
        )  # fmt: skip

    @contextmanager
    def holding(self, ticket: Ticket) -> Iterator[tuple[Chat, Ticket]]:
        """Chat and ticket as they are now, locked in this order; what changes in the chat is saved at the end."""
        if self.own and self.own.id == ticket.chat_id:
            yield self.own, tickets.lock(self.session, ticket.id)
            return
        chat = chats.lock(self.session, ticket.chat_id)
        yield chat, tickets.lock(self.session, ticket.id)
        chats.save(self.session, chat)

    def say(self, chat: Chat, html: str, **more: Any) -> int | None:
        """A message to the customer; `more` as in `messages.outgoing`, `data` beside the formatting. Its id, unless its key
        was here before.
        """
        text, entities = markup.read(html)
        data = {**({"entities": entities} if entities else {}), **more.pop("data", {})}
        more = {"feature": "tickets", "purpose": "service", **more}
        row = messages.outgoing(chat.id, chat.channel, pulls=chat.pulls, text=text, data=data, now=self.now, **more)
        # The row may point at what the session has not written yet.
        self.session.flush()
        return messages.post_one(self.session, row)

    def when(self, chat: Chat, ticket: Ticket, at: datetime) -> str:
        """A time as people say it: today's without a day, tomorrow's with that word."""
        zone = zone_of(self.session, ticket)
        local, today = at.astimezone(zone), self.now.astimezone(zone).date()
        days = (local.date() - today).days
        key = {0: "when.today", 1: "when.tomorrow"}.get(days, "when.later")
        return self.texts.label(f"tickets.{key}", chat.language or "en", {"at": local})


def of_turn(turn: Turn) -> Work:
    """The customer at work in their own chat."""
    return Work(turn.session, turn.texts, turn.now, By("customer", turn.chat.channel), turn.chat)


def store_of(session: Session, ticket: Ticket) -> Store | None:
    """The store of the ticket, else the first one; None in an empty shop."""
    # A session forgets what nobody holds, and one deed asks for the store several times.
    held: dict[int | None, Store | None] = session.info.setdefault("stores of tickets", {})
    if ticket.store_id not in held:
        held[ticket.store_id] = stores.first(session) if ticket.store_id is None else session.get(Store, ticket.store_id)
    return held[ticket.store_id]


def zone_of(session: Session, ticket: Ticket) -> ZoneInfo:
    store = store_of(session, ticket)
    return ZoneInfo(store.timezone if store else "UTC")


def may_see(member: Staff, ticket: Ticket) -> bool:
    """The store wall; a matter that belongs to no store yet is everybody's."""
    return member.store_id is None or ticket.store_id is None or member.store_id == ticket.store_id
