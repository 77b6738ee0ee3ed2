"""What a worker keeps in memory of the shop's content, renewed when the content changes.

Nothing that matters lives here: it is all made again from the tables. An edit raises a revision (see `storage.revisions`);
each worker looks at the revisions four times a second and makes anew what depends on those that rose.
"""

from collections import defaultdict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from storage import revisions

T = TypeVar("T")
Load = Callable[[Session], T]

_DEPENDS: dict[Load[Any], frozenset[str]] = {}
_SLOW: set[Load[Any]] = set()


class NotLoaded(Exception):  # noqa: N818 - no error: the turn begins anew when it is there
    """A turn needs what takes long to load, and holds a lock that others wait for."""

    def __init__(self, load: Load[Any]) -> None:
        super().__init__(load.__name__)
        self.load = load


def changes_with(*names: str, slow: bool = False) -> Callable[[Load[T]], Load[T]]:
    """Marks a loader with the revisions that make its value stale. A `slow` one takes seconds, so no turn waits for it inside."""

    def mark(load: Load[T]) -> Load[T]:
        _DEPENDS[load] = frozenset(names)
        if slow:
            _SLOW.add(load)
        return load

    return mark


class Memo:
    """Values by the function that loads them; safe to use from several threads. Loading one does not hold up the others."""

    def __init__(self) -> None:
        self._values: dict[Load[Any], Any] = {}
        self._seen: dict[str, int] | None = None
        self._failed: set[Load[Any]] = set()
        self._loading: defaultdict[Load[Any], Lock] = defaultdict(Lock)
        self._refreshing = Lock()

    def get(self, session: Session, load: Load[T]) -> T:
        try:
            value: T = self._values[load]
        except KeyError:
            with self._loading[load]:
                if load not in self._values:
                    # Looked up before the content is read: an edit in between is then noticed at the next look.
                    if self._seen is None:
                        self._seen = revisions.all_numbers(session)
                    self._values[load] = load(session)
                value = self._values[load]
        return value

    def at_once(self, session: Session, load: Load[T]) -> T:
        """The same inside a turn. Raises NotLoaded for a slow one that is not there yet."""
        if load in _SLOW and load not in self._values:
            raise NotLoaded(load)
        return self.get(session, load)

    def refresh(self, session: Session) -> None:
        """Makes anew what has changed since the last look. Readers go on with the old values until the new ones stand.

        What cannot be loaded is tried again at the next look, and holds up nothing else; its trouble is raised at the end.
        """
        trouble: Exception | None = None
        with self._refreshing:
            numbers = revisions.all_numbers(session)
            before = self._seen or {}
            # Also one that has sunk or is gone: the database may be another one, which lacks the last seconds.
            other = {name for name in before.keys() | numbers.keys() if before.get(name) != numbers.get(name)}
            for load in [load for load in list(self._values) if _DEPENDS[load] & other or load in self._failed]:
                try:
                    self._values[load] = load(session)
                    self._failed.discard(load)
                except Exception as error:
                    self._failed.add(load)
                    trouble = error
            self._seen = numbers
        if trouble is not None:
            raise trouble
