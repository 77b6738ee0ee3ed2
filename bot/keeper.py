"""The keeper: forgets whoever asked for it, and what is older than the shop keeps it."""

import logging
import time
from pathlib import Path

from bot.clock import Clock
from handlers.dialogue.engine import Engine
from handlers.dialogue.shop import load as load_shop
from handlers.privacy import actions
from handlers.privacy.retention import Policy
from storage import retention

log = logging.getLogger(__name__)

# A file up to this size is written anew at once after somebody was forgotten, a larger one in the night: all wait meanwhile.
_AT_ONCE = 200 * 1024 * 1024
_NIGHT = range(2, 5)
_BATCH = 500


class Keeper:
    """Plain functions for threads. `forget` is called every few seconds, `tidy` every hour."""

    def __init__(self, engine: Engine, clock: Clock, policy: Policy) -> None:
        self._engine, self._database, self._clock, self._policy = engine, engine.database, clock, policy
        self._scraps = False

    def forget(self) -> None:
        """Whoever is due, each in a transaction of their own."""
        now, done = self._clock(), 0
        with self._database.reading() as session:
            due = actions.due(session, now)
        for erasure_id in due:
            with self._database.transaction() as session:
                shop = self._engine.memo.get(session, load_shop)
                done += actions.do(session, shop, self._engine.texts, erasure_id, now)
        if done:
            log.info("%d erasure(s) done", done)
            self._scraps = True
            if self._size() <= _AT_ONCE:
                self._compact()

    def tidy(self) -> None:
        """Removes what is too old, some hundred rows at a time; at night the file is written anew, if there is reason to."""
        removed = 0
        for kind, since in self._policy.since(self._clock()):
            while True:
                with self._database.transaction() as session:
                    gone = retention.forget(session, kind, since, _BATCH)
                removed += gone
                if gone < _BATCH:
                    break
        if removed:
            log.info("%d row(s) were older than they are kept", removed)
            self._scraps = True
        if self._scraps and time.localtime().tm_hour in _NIGHT:
            self._compact()

    def _compact(self) -> None:
        self._database.compact()
        self._scraps = False

    def _size(self) -> int:
        file = Path(self._database.url.removeprefix("sqlite:///"))
        return file.stat().st_size if self._database.is_sqlite and file.exists() else 0
