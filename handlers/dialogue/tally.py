"""A tally: how often something failed or was done again since the start, for whoever watches over the process."""

from collections import Counter
from threading import Lock

# The database was in the way of a turn, which was tried again; of a round of what is said or done unasked, a part failed.
RETRIED, PUSH, SWEEP = "retried", "push", "sweep"


class Tally:
    """Safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, what: str, where: str = "") -> None:
        """`where`: the feature that it happened to."""
        with self._lock:
            self._counts[what, where] += 1

    def counts(self, what: str) -> dict[str, int]:
        """By where it happened."""
        with self._lock:
            return {where: number for (kind, where), number in self._counts.items() if kind == what}
