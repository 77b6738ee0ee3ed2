"""The bot in the terminal: the same engine, no server, no network. Buttons are numbers."""

import itertools
import secrets
from collections.abc import Callable
from typing import TextIO

from bot.clock import Clock
from handlers.dialogue import Incoming
from handlers.dialogue.engine import Engine
from storage import messages
from storage.messages import Message

QUIT = {"/quit", "/exit", ":q"}


class Terminal:
    """One person's chat on `typed` lines, written by `show`. `address` keeps the chat across starts."""

    def __init__(self, engine: Engine, clock: Clock, show: Callable[[str], None], address: str, language: str = "") -> None:
        self.engine = engine
        self.clock = clock
        self.show = show
        self.address = address
        self.language = language
        # A run of its own, so that the keys of an earlier start are not met again.
        self._keys = (f"terminal:{secrets.token_urlsafe(9)}:{number}" for number in itertools.count(1))
        self._seen = 0
        self._presses: list[str] = []

    def chat(self, typed: TextIO) -> None:
        """Greets, then answers line by line until the lines end."""
        self.does("start")
        for line in typed:
            words = line.rstrip("\r\n")
            if words.strip().lower() in QUIT:
                return
            self.says(words)

    def says(self, words: str) -> None:
        number = words.strip()
        if number.isascii() and number.isdigit() and 1 <= int(number[:6]) <= len(self._presses):
            self.does("press", press=self._presses[int(number) - 1])
        elif number:
            self.does("text", text=words)

    def does(self, kind: str, text: str = "", press: str = "") -> None:
        incoming = Incoming(
            "terminal", self.address, next(self._keys), kind, text=text, press=press, language=self.language, pulls=True
        )
        [outcome] = self.engine.take([incoming], self.clock())
        if outcome.toast:
            self.show(f"({outcome.toast})")
        self.engine.keep_fresh()
        with self.engine.database.reading() as session:
            rows = messages.after(session, outcome.chat_id, max(self._seen, outcome.message_id or 0))
        for message in rows:
            self._seen = message.id
            if not message.incoming:
                self.show(self._shown(message))

    def _shown(self, message: Message) -> str:
        lines = [message.text]
        if "document" in message.data:
            lines.append(f"  ({message.data['document']['path']})")
        flat = [button for row in message.data.get("buttons", []) for button in row]
        if flat:
            self._presses = [f"{message.token}.{index}" for index in range(len(flat))]
            lines += [f"  [{number}] {button['label']}" for number, button in enumerate(flat, 1)]
        return "\n".join(lines)
