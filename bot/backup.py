"""Backup and restore: a copy of the live database that holds one moment, and its way back, with the old one kept aside."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from bot import encrypting, holding, only_one
from bot.encrypting import refuse_locked, sqlite_path
from bot.settings import Wrong
from storage import encryption, erasures, sqlite_file
from storage.database import NO_ROOM, Database, address_of
from storage.migrating import TooNew, migrate

Progress = Callable[[str, int, int], None]
_ROOM = 50 * 1024 * 1024
_FULL = re.compile("no space left|disk is full", re.IGNORECASE)


def refuse_damaged(address: str, *, look: bool = False) -> None:
    """Raises Wrong for a file that the key does not open, or that is known to be damaged; with `look` a small one is read."""
    refuse_locked(address)
    path = sqlite_path(address)
    if path is None or not path.exists():
        return
    if look and path.stat().st_size <= _ROOM and (found := sqlite_file.problems(path, quick=True)):
        sqlite_file.mark(path, found)
    if sqlite_file.marked(path):
        raise Wrong(
            f"the database {path} is damaged, and nothing is written to it: keep a copy of it, and bring a backup back with "
            "`bayline restore FILE` (`bayline doctor` says what is wrong, and lifts this once the file is whole)"
        )


# -- there ---------------------------------------------------------------------------------------------------------------------


def make(address: str, target: Path, progress: Progress) -> None:
    """Writes a backup, readable by the owner only; whoever is served meanwhile notices nothing. Raises Wrong."""
    refuse_locked(address)
    if target.exists():
        raise Wrong(f"{target} exists already: name another file, a backup never replaces anything")
    part = target.with_name(target.name + ".part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Wrong(f"{part} lies there from a backup that was broken off, or one is being made: remove it if none is") from None
    except OSError as trouble:
        raise Wrong(f"{part} cannot be written: {trouble.strerror}") from None
    try:
        source = sqlite_path(address)
        if source is None:
            _dump(address, part)
        else:
            _copy(source, part, progress)
        # A link and not a rename: it fails where somebody else has made that file meanwhile.
        target.hardlink_to(part)
        sqlite_file.flush(target)
    except FileExistsError:
        raise Wrong(f"{target} exists already: name another file, a backup never replaces anything") from None
    except OSError as trouble:
        raise Wrong(_not_written(str(trouble.strerror))) from None
    finally:
        for suffix in ("", "-journal", *sqlite_file.SIDES):
            Path(f"{part}{suffix}").unlink(missing_ok=True)


def _copy(source: Path, part: Path, progress: Progress) -> None:
    if not source.exists():
        raise Wrong(f"there is no database at {source} to back up")
    try:
        sqlite_file.snapshot(source, part, lambda done, total: progress("Copying", done, total))
    except sqlite_file.hindered() as trouble:
        if shutil.disk_usage(source.parent).free < NO_ROOM:
            raise Wrong(
                f"{source} cannot be opened, because its disk has no room at all: make a megabyte of room there"
            ) from None
        raise Wrong(_not_written(str(trouble))) from None
    except sqlite_file.broken():
        raise Wrong(
            f"{source} is damaged, so no backup is made of it: `bayline doctor` says more; keep your older backups"
        ) from None
    if found := sqlite_file.problems(part):
        raise Wrong(
            f"{source} is damaged ({found[0]}), so no backup is made of it: `bayline doctor` says more; keep your older backups"
        )


def _dump(address: str, part: Path) -> None:
    """PostgreSQL's own way. The password goes through the environment, where others do not see it."""
    program = shutil.which("pg_dump")
    if program is None:
        raise Wrong(
            "this database is PostgreSQL, and pg_dump is not installed here: where it is, run "
            "`pg_dump --format=custom --file=FILE` on this database; or install postgresql-client"
        )
    url = address_of(address)
    known = {
        "PGHOST": url.host,
        "PGPORT": url.port,
        "PGUSER": url.username,
        "PGPASSWORD": url.password,
        "PGDATABASE": url.database,
    }
    taken = ("host", "port", "sslmode", "target_session_attrs")
    asked = {f"PG{name.replace('_', '').upper()}": value for name, value in url.query.items() if name in taken}
    environment = {**os.environ, **{name: str(value) for name, value in (known | asked).items() if value is not None}}
    done = subprocess.run(  # noqa: S603 - a program of the system, no word of it from outside
        [program, "--format=custom", "--no-password", f"--file={part}"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["no reason given"]
        raise Wrong(_not_written(said[-1]))


def _not_written(why: str) -> str:
    remedy = "; make room there, or name a file on another disk" if _FULL.search(why) else ""
    return f"the backup could not be written: {why}{remedy}"


# -- and back ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside`: where the replaced file lies, if there was one. `held`: lines about what is held."""

    aside: Path | None
    held: list[str]


def bring_back(address: str, source: Path, now: datetime, progress: Progress) -> Restored:
    """Puts a backup in the place of the database. Raises Wrong, and has changed nothing then.

    Everything is done on a copy; only a whole one, of the present shape, with its old messages held, takes the place.
    """
    target = sqlite_path(address)
    if target is None:
        raise Wrong(
            "this database is PostgreSQL: bring a backup back with `pg_restore --clean --if-exists --dbname=… FILE`, then run "
            "`bayline hold begin` before anything else, so that nothing old is sent again"
        )
    refuse_locked(address)
    _look_at(source, target)
    lock = only_one.hold(address)
    copy = target.with_name(target.name + ".restoring")
    try:
        _duplicate(source, copy, progress)
        held = _prepare(copy, now, _forgotten(target))
        return Restored(_replace(target, copy), held)
    except OSError as trouble:
        raise Wrong(f"the backup could not be brought back: {trouble.strerror}") from None
    finally:
        _remove(copy)
        if lock:
            lock.close()


def _look_at(source: Path, target: Path) -> None:
    if not source.is_file():
        raise Wrong(f"there is no file {source}")
    if target.exists() and source.samefile(target):
        raise Wrong(f"{source} is the database itself, not a backup of it")
    if not encryption.is_plain(source):
        if encryption.key() is None:
            raise Wrong(
                f"{source} is not a backup that `bayline backup` has made from SQLite, or an encrypted one: then write the path "
                "of its key into BAYLINE_KEY_FILE"
            )
        if not sqlite_file.opens(source, encryption.key()):
            raise Wrong(
                f"{source} does not open with the key in BAYLINE_KEY_FILE: it is no backup, or was made under another key"
            )
    for suffix in sqlite_file.SIDES:
        if (beside := Path(f"{source}{suffix}")).exists():
            raise Wrong(
                f"beside {source} lies {beside.name}: so it is a database that was in use, or another one's log that would "
                f"spoil it. Make a backup with `bayline backup`; if {source.name} is one already, move {beside.name} away"
            )


def _duplicate(source: Path, copy: Path, progress: Progress) -> None:
    _remove(copy)
    size = source.stat().st_size
    make_room = size * 2 + _ROOM
    if shutil.disk_usage(copy.parent).free < make_room:
        raise Wrong(f"there is not enough room in {copy.parent}: a restore needs {make_room // 2**20} MB free")
    with source.open("rb") as old, os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as new:
        while block := old.read(4 * 2**20):
            new.write(block)
            progress("Copying", new.tell(), size)
    if encryption.key() and encryption.is_plain(copy):
        encrypting.under(copy, None, encryption.key(), progress)  # a backup from before
    if found := sqlite_file.problems(copy):
        raise Wrong(f"{source} is damaged ({found[0]}): take another backup")


def _forgotten(target: Path) -> list[list[list[Any]]]:
    """Everybody whom the database that is replaced was asked to forget; what it cannot say any more is not known."""
    if not target.exists() or sqlite_file.problems(target, quick=True):
        return []
    database = Database(f"sqlite:///{target}")
    try:
        with database.reading() as session:
            return erasures.done(session)
    except SQLAlchemyError:  # of a release that did not know of it
        return []
    finally:
        database.close()


def _prepare(copy: Path, now: datetime, forgotten: list[list[list[Any]]]) -> list[str]:
    """Migrates the copy, forgets again whoever was forgotten since, and holds what it would send."""
    database = Database(f"sqlite:///{copy}")
    try:
        migrate(database)
        with database.transaction() as session:
            holding.forget_again(session, forgotten, now)
            held = holding.told(session, holding.begin(session, now))
        if forgotten:
            database.compact()
    except TooNew as too_new:
        raise Wrong(str(too_new)) from None
    except (SQLAlchemyError, sqlite_file.broken()) as trouble:
        raise Wrong(
            f"this backup cannot be brought to the present shape ({type(trouble).__name__}): is it one of Bayline's?"
        ) from None
    finally:
        database.close()
    sqlite_file.settle(copy)
    sqlite_file.flush(copy)
    return held


def _replace(target: Path, copy: Path) -> Path | None:
    aside = _put_aside(target) if target.exists() else None
    for suffix in sqlite_file.SIDES:
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    copy.replace(target)
    sqlite_file.mark(target, [])
    sqlite_file.flush(target)
    return aside


def _put_aside(target: Path) -> Path:
    """Gives the file a second name, so that at every moment there is a database; a log that is not in it yet goes along."""
    number = 1
    while (aside := target.with_name(f"{target.name}.replaced-{number}")).exists():
        number += 1
    with suppress(sqlite_file.broken()):  # if it is damaged, its log is kept as it is
        sqlite_file.settle(target)
    aside.hardlink_to(target)
    for suffix in sqlite_file.SIDES:
        if (beside := Path(f"{target}{suffix}")).exists():
            beside.replace(f"{aside}{suffix}")
    return aside


def _remove(file: Path) -> None:
    for suffix in ("", "-journal", *sqlite_file.SIDES):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
