"""The staff's door: what they write and press on Telegram becomes an action on a ticket, in one transaction, in a thread."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot.clock import Clock
from handlers.dialogue.texts import Texts
from handlers.tickets import asking, place, relaying
from handlers.tickets.word import Heard, Word
from storage.database import Database, passes

T = TypeVar("T")

TRIES = 5


class StaffDoor:
    """Plain functions for threads. They raise when the database does not answer: then the update comes again."""

    def __init__(self, database: Database, texts: Texts, clock: Clock) -> None:
        self._database, self._texts, self._clock = database, texts, clock

    def concerns(self, word: Word) -> bool:
        """Whether something in a private chat is about a ticket that staff were told of there."""
        with self._database.reading() as session:
            return place.find(session, word) is not None

    def wants_photo(self, word: Word) -> int | None:
        """The customer's chat for which a photo is to be fetched, None if it goes nowhere."""
        with self._database.reading() as session:
            return relaying.for_customer(session, word)

    def wants_file(self, word: Word) -> int | None:
        """As `wants_photo`, for a file whose reader is not on Telegram, where it could be passed on as it is."""
        with self._database.reading() as session:
            return relaying.for_customer(session, word, elsewhere=True)

    def take(self, word: Word) -> Heard:
        do = asking.press if word.kind == "press" else relaying.take
        return self._patiently(lambda session: do(session, word, self._texts, self._clock()))

    def _patiently(self, work: Callable[[Session], T]) -> T:
        """Deadlocks, lost connections and a busy file pass."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._database.transaction() as session:
                    return work(session)
            except DBAPIError as trouble:
                if attempt == TRIES or not passes(trouble):
                    raise
        raise AssertionError("unreachable")
