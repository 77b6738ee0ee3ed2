"""The watch: a turn that thinks without end is ended, so that its chat, and on SQLite everybody's, goes on."""

import ctypes
import time
from threading import Lock, get_ident

LIMIT = 10.0


class TookTooLong(Exception):  # noqa: N818 - it ends a turn as any bug does
    """Raised inside a turn that has been thinking for more than the limit."""


class Watch:
    """`with watch:` around the thinking; `look()` now and then from another thread. `limit` in seconds.

    Only Python code can be ended: a single call into C that never returns is beyond reach.
    """

    def __init__(self, limit: float = LIMIT) -> None:
        self.limit = limit
        self._since: dict[int, float] = {}
        self._lock = Lock()

    def __enter__(self) -> None:
        self._since[get_ident()] = time.monotonic()

    def __exit__(self, *_error: object) -> None:
        # Under the lock, so that nobody is ended who has just finished.
        with self._lock:
            self._since.pop(get_ident(), None)

    def look(self) -> None:
        """Ends whoever has been thinking for too long."""
        with self._lock:
            for thread, since in list(self._since.items()):
                if time.monotonic() - since > self.limit:
                    del self._since[thread]
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(TookTooLong))
