"""The clock: the one place that asks what time it is; everything else is handed `now`."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    return datetime.now(UTC)


def clock_of(file: Path | None) -> Clock:
    """The system's clock, or for rehearsals the ISO instant in a file, read anew each time; while it holds none, the last one.

    Raises ValueError with a sentence for a file that holds no instant with an offset to begin with.
    """
    if file is None:
        return system_clock
    log.warning("REHEARSAL: the time is read from %s, not from the system", file)
    now, readable = _instant_in(file), True

    def read() -> datetime:
        nonlocal now, readable
        try:
            now, readable = _instant_in(file), True
        except ValueError as wrong:  # perhaps somebody is writing it at this moment
            if readable:
                log.error("REHEARSAL: the time stands still. %s", wrong)
            readable = False
        return now

    return read


def _instant_in(file: Path) -> datetime:
    try:
        instant = datetime.fromisoformat(file.read_text("utf-8").strip())
    except (OSError, ValueError):
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError(f"BAYLINE_CLOCK_FILE: {file} must hold an instant with offset such as 2026-11-21T09:00:00+08:00")
    return instant.astimezone(UTC)
