"""The staff desk: tells staff on Telegram what is new, round after round."""

import logging
from collections.abc import Callable

from bot.clock import Clock
from bot.redaction import where
from handlers.dialogue.texts import Texts
from handlers.tickets import relaying, telling
from storage import relays
from storage.database import Database

log = logging.getLogger(__name__)


class StaffDesk:
    """`group`: the address of the staff's group, "" for none. `wake` is called when there is something to send."""

    def __init__(self, database: Database, texts: Texts, clock: Clock, group: str, wake: Callable[[], None]) -> None:
        self._database = database
        self._texts = texts
        self._clock = clock
        self._group = group
        self._wake = wake

    def beat(self) -> None:
        """Tells what is due, each ticket in a transaction of its own; one that fails holds up no other."""
        now, spoke = self._clock(), False
        with self._database.transaction() as session:
            telling.settle(session, now)
        with self._database.reading() as session:
            due, ended = telling.due(session, self._group), relays.ended(session)
        for relay_id in ended:
            with self._database.transaction() as session:
                spoke |= relaying.report(session, relay_id, self._texts, now)
        for ticket_id in due:
            try:
                with self._database.transaction() as session:
                    spoke |= telling.tell(session, ticket_id, self._texts, now, self._group)
            except Exception as bug:
                log.error("staff could not be told of ticket %d: %s", ticket_id, where(bug))
        if spoke:
            self._wake()
