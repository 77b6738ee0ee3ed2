"""The SQLite file as a file: whether it is whole, and a copy of a live one that holds one moment."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

try:
    import pysqlite3.dbapi2 as driver
except ImportError:  # no wheel for this platform
    import sqlite3 as driver

# What SQLite raises: the first for whatever goes wrong, the second for a lack of room or a file that cannot be opened.
Broken, Hindered = driver.DatabaseError, driver.OperationalError

SIDES = ("-wal", "-shm")
_PAGES = 500
# Of what a check finds, so much is told.
_MOST = 20


def problems(path: Path, *, quick: bool = False) -> list[str]:
    """What is wrong inside the file, at most 20 lines; empty when it is whole. `quick`: indexes are not compared with tables."""
    try:
        with _opened(path, "ro") as connection:
            check = "quick_check" if quick else "integrity_check"
            rows = [row[0] for row in connection.execute(f"PRAGMA {check}({_MOST})")]
    except driver.DatabaseError as trouble:
        return [str(trouble)]
    return [] if rows == ["ok"] else [line for row in rows for line in str(row).splitlines()][:_MOST]


def marked(path: Path) -> bool:
    """Whether this file was found to be damaged, and has not been replaced since."""
    return _mark(path).exists()


def mark(path: Path, found: list[str]) -> None:
    """Remembers beside the file what is wrong with it; with nothing found, that it is whole."""
    if found:
        _mark(path).write_text("\n".join(found) + "\n", encoding="utf-8")
    else:
        _mark(path).unlink(missing_ok=True)


def _mark(path: Path) -> Path:
    return path.with_name(path.name + ".damaged")


def snapshot(source: Path, target: Path, progress: Callable[[int, int], None]) -> None:
    """Copies a database that may be written to meanwhile; `target` must not exist, and is one file without a log beside it.

    `progress` is told (pages done, pages in all).
    """
    with _opened(source, "rw") as live, _opened(target, "rwc") as copy:
        # One reading transaction from begin to end: else each write by somebody else would make it begin anew.
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(copy, pages=_PAGES, progress=lambda _status, left, total: progress(total - left, total))
        live.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")
    flush(target)


def settle(path: Path) -> None:
    """Brings the log beside a file that nobody uses into the file. Raises Broken when it is damaged."""
    with _opened(path, "rw") as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def flush(path: Path) -> None:
    """Has the system write the file, and its name in its folder, to the disk."""
    for place in (path, path.parent):
        handle = os.open(place, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _opened(path: Path, mode: str) -> Iterator[Any]:
    with closing(driver.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=10.0)) as connection:
        connection.isolation_level = None
        yield connection
