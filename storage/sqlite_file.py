"""The SQLite file as a file: whether it is whole, a copy of a live one that holds one moment, and the same under another key."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any

from storage import encryption
from storage.encryption import Key

SIDES = ("-wal", "-shm")
_PAGES = 500
# Of what a check finds, so much is told.
_MOST = 20
_BLOCK = 4 * 2**20
# So many steps of SQLite's between two looks at how far it is.
_STEPS = 5_000


def broken() -> type[Exception]:
    """What SQLite raises for whatever goes wrong."""
    error: type[Exception] = encryption.driver().DatabaseError
    return error


def hindered() -> type[Exception]:
    """What it raises for a lack of room, or a file that is locked or cannot be opened."""
    error: type[Exception] = encryption.driver().OperationalError
    return error


def opens(path: Path, key: Key | None) -> bool:
    """Whether this key is the one of the file; an empty file has any. Its log is not looked at, and nothing is left beside it."""
    try:
        with _opened(path, "ro&immutable=1", key) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except hindered():
        return True  # what hinders it is another matter
    except broken():
        return False
    return True


def problems(path: Path, *, quick: bool = False) -> list[str]:
    """What is wrong inside the file, at most 20 lines; empty when it is whole. `quick`: indexes are not compared with tables."""
    try:
        with _opened(path, "ro", encryption.key()) as connection:
            return _problems(connection, "quick_check" if quick else "integrity_check")
    except broken() as trouble:
        return [str(trouble)]


def _problems(connection: Any, check: str) -> list[str]:
    rows = [row[0] for row in connection.execute(f"PRAGMA {check}({_MOST})")]
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
    key = encryption.key()
    with _opened(source, "rw", key) as live, _opened(target, "rwc", key) as copy:
        # One reading transaction from begin to end: else each write by somebody else would make it begin anew.
        live.execute("BEGIN")
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        live.backup(copy, pages=_PAGES, progress=lambda _status, left, total: progress(total - left, total))
        live.execute("COMMIT")
        copy.execute("PRAGMA journal_mode=DELETE")
    flush(target)


def settle(path: Path) -> None:
    """Brings the log beside a file that nobody uses into the file. Raises what `broken` says when it is damaged."""
    with _opened(path, "rw", encryption.key()) as connection:
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
def alone(path: Path, key: Key | None) -> Iterator[Any]:
    """A connection that nobody has one beside, the log brought into the file. Raises what `hindered` says if somebody has one."""
    with _opened(path, "rw", key) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")  # in that mode the lock is kept
        yield connection


def recode(before: Any, target: Path, key: Key | None, progress: Callable[[int], None]) -> None:
    """Writes all that `before`, a connection of `alone`, holds into the empty file `target` under another key, and compares.

    `progress` is told the bytes written. Raises what `broken` says; ValueError when the copy is not the same in every value.
    """
    before.execute("ATTACH ? AS target KEY ?", (str(target.absolute()), key.said if key else ""))
    before.execute("PRAGMA target.synchronous=OFF")  # what is half written is thrown away
    before.set_progress_handler(lambda: progress(target.stat().st_size), _STEPS)
    before.execute("SELECT sqlcipher_export('target')").fetchall()
    before.set_progress_handler(None, 0)
    before.execute("DETACH target")
    flush(target)
    with _opened(target, "ro", key) as after:
        if key and after.execute("PRAGMA cipher_integrity_check").fetchall():
            raise ValueError("a page does not have its own checksum")
        if _problems(after, "integrity_check"):
            raise ValueError("it is not whole")
        _compare(before, after)


def _compare(before: Any, after: Any) -> None:
    """Every value of every row, in the order in which the rows lie."""
    shape = "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name"
    shapes = before.execute(shape).fetchall()
    if shapes != after.execute(shape).fetchall():
        raise ValueError("its tables differ")
    for kind, name, *_ in shapes:
        rows = f'SELECT * FROM "{name}" NOT INDEXED'  # noqa: S608 - a name that the database itself gives
        pairs = zip_longest(before.execute(rows), after.execute(rows)) if kind == "table" else ()
        if any(one != other for one, other in pairs):
            raise ValueError(f"rows of {name} differ")


def wipe(path: Path) -> None:
    """Removes a file after writing over it; only its name, where the same file has another one.

    A disk that writes elsewhere, as flash does, may keep what was there all the same.
    """
    if not path.exists():
        return
    if path.stat().st_nlink > 1:
        path.unlink()
        return
    with path.open("r+b") as file:
        for start in range(0, path.stat().st_size, _BLOCK):
            file.write(bytes(min(_BLOCK, path.stat().st_size - start)))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


@contextmanager
def _opened(path: Path, mode: str, key: Key | None) -> Iterator[Any]:
    where = f"{path.absolute().as_uri()}?mode={mode}"
    with closing(encryption.opener(key)(where, uri=True, timeout=10.0)) as connection:
        connection.isolation_level = None
        yield connection
