"""The world around the bot: fake customers who type and press, a clock that waits for nobody; the inside is real."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from handlers import FEATURES
from handlers.dialogue import Contact, Incoming
from handlers.dialogue.engine import Engine, Outcome
from handlers.dialogue.memo import Memo
from handlers.tickets.work import By, Work
from storage import messages
from storage.database import Database
from storage.messages import Message
from tests.canaries import CANARIES

# A Saturday morning in Shanghai.
START = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


class World:
    """One shop. With a `memo` of its own it notices edits of the content; a shared one saves making it anew."""

    def __init__(self, database: Database, now: datetime = START, memo: Memo | None = None) -> None:
        self.database = database
        self.engine = Engine(database, FEATURES, memo)
        self.now = now
        self._keys = itertools.count(1)

    def passes(self, **time: float) -> None:
        """Time goes by: `world.passes(hours=24)`."""
        self.now += timedelta(**time)

    def customer(self, channel: str = "web", language: str = "en", address: str = "") -> "Customer":
        return Customer(self, channel, address or f"person-{next(self._keys)}", language)

    def work(self, session: Session, who: str = "Li", staff_id: int | None = None) -> Work:
        """Somebody of the staff at work on tickets."""
        return Work(session, self.engine.texts, self.now, By(who, "console", staff_id))

    def sweeps(self) -> None:
        """The clockwork ticks: what has fallen due is done."""
        self.engine.sweep(self.now)

    def key(self) -> str:
        return f"test:{next(self._keys)}"


@dataclass
class Customer:
    """Somebody in a chat. What they see is what the tables hold for them."""

    world: World
    channel: str
    address: str
    language: str
    outcome: Outcome | None = None
    _seen: int = field(default=0)

    def does(self, kind: str, **what: Any) -> "Customer":
        """One thing at the door; a pause of four seconds before it, so that nobody is a flood by accident."""
        if not what.pop("at_once", False):
            self.world.passes(seconds=4)
        incoming = Incoming(
            self.channel, self.address, what.pop("key", None) or self.world.key(), kind,
            language=self.language, pulls=self.channel != "telegram", **what,
        )  # fmt: skip
        [self.outcome] = self.world.engine.take([incoming], self.world.now)
        return self

    def starts(self, payload: str = "") -> "Customer":
        return self.does("start", payload=payload)

    def says(self, text: str, **more: Any) -> "Customer":
        CANARIES.says(text)
        return self.does("text", text=text, **more)

    def shares_phone(self, phone: str, own: bool = True) -> "Customer":
        return self.does("contact", contact=Contact(phone, own))

    def presses(self, label: str) -> "Customer":
        """Presses the newest button that says `label` (its beginning is enough)."""
        return self.does("press", press=self.button(label))

    def button(self, label: str) -> str:
        """What the newest button that says `label` carries."""
        for message in self._newest_first():
            buttons = [button for row in message.data.get("buttons", []) for button in row]
            for index, button in enumerate(buttons):
                if button["label"].startswith(label):
                    return f"{message.token}.{index}"
        raise AssertionError(f"no button {label!r}; the last message was {self.last.text!r} with {self.labels}")

    @property
    def transcript(self) -> list[Message]:
        if self.outcome is None:
            return []
        with self.world.database.reading() as session:
            return messages.after(session, self.outcome.chat_id, 0, limit=10_000)

    def _newest_first(self) -> Iterator[Message]:
        """A few first: mostly the newest is what is looked for, and a transcript may be long."""
        if self.outcome is None:
            return
        with self.world.database.reading() as session:
            newest = messages.latest(session, self.outcome.chat_id, 10)
        yield from reversed(newest)
        if len(newest) == 10:
            yield from list(reversed(self.transcript))[10:]

    @property
    def toast(self) -> str:
        """The passing word that the last thing they did has brought."""
        return self.outcome.toast if self.outcome else ""

    @property
    def received(self) -> list[str]:
        """Everything the bot has said to them."""
        return [message.text for message in self.transcript if not message.incoming]

    @property
    def last(self) -> Message:
        return next(message for message in self._newest_first() if not message.incoming)

    @property
    def labels(self) -> list[str]:
        return [button["label"] for row in self.last.data.get("buttons", []) for button in row]

    def sees(self, *parts: str) -> "Customer":
        """The newest message contains all these words."""
        for part in parts:
            assert part in self.last.text, f"{part!r} is not in {self.last.text!r}"
        return self
