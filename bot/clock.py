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
    """The system's clock, or for rehearsals the ISO instant in a file, read anew each time.

    Raises ValueError with a sentence for a file that holds no instant with an offset.
    """
    if file is None:
        return system_clock
    log.warning("REHEARSAL: the time is read from %s, not from the system", file)

    def read() -> datetime:
        text = file.read_text("utf-8").strip()
        now = datetime.fromisoformat(text)
        if now.tzinfo is None:
            raise ValueError(f"BAYLINE_CLOCK_FILE: {file} must hold an instant with offset such as 2026-11-21T09:00:00+08:00")
        return now.astimezone(UTC)

    read()
    return read
