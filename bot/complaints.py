"""What the event loop complains of: one line an event, without data, and the same complaint not twice in five seconds."""

import asyncio
import logging
import time
from typing import Any

from bot.redaction import where

log = logging.getLogger(__name__)

AGAIN_AFTER = 5.0


class Complaints:
    """An exception handler of a loop. A system without files left would otherwise be told so five hundred times a second."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}

    def __call__(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        what = str(context.get("message", "")).partition("\n")[0]
        error = context.get("exception")
        key = f"{what} {type(error).__name__}"
        now = time.monotonic()
        if now - self._said.get(key, -AGAIN_AFTER) < AGAIN_AFTER:
            return
        if len(self._said) > 100:
            self._said.clear()
        self._said[key] = now
        log.error("%s: %s", what, where(error) if error else "no exception")
