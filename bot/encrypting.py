"""Encryption at rest, around the file: whether the key opens it, and bringing it under a key, another one, or none."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from bot import only_one
from bot.finding import Finding
from bot.settings import Settings, Wrong
from storage import encryption, sqlite_file
from storage.encryption import Key

Progress = Callable[[str, int, int], None]
_ROOM = 50 * 2**20


def sqlite_path(address: str) -> Path | None:
    """The file of this database; None on PostgreSQL."""
    database = make_url(address).database if address.startswith("sqlite") else None
    return Path(database) if database else None


def refuse_locked(address: str) -> None:
    """Raises Wrong for a file that is not encrypted though there is a key, or the reverse, or of another key. Writes nothing."""
    path = sqlite_path(address)
    if path is None or not path.exists() or not path.stat().st_size:
        return
    plain = encryption.is_plain(path)
    if encryption.key() is None:
        if plain:
            return
        raise Wrong(
            f"{path} is encrypted, and was left as it is: write the path of its key into BAYLINE_KEY_FILE. If it never was, it "
            "is damaged: move it away, and bring a backup back with `bayline restore FILE`"
        )
    if plain:
        raise Wrong(
            f"BAYLINE_KEY_FILE is set, and {path} is not encrypted yet: `bayline encrypt` does it, while Bayline is stopped; "
            "or take the setting out"
        )
    if not sqlite_file.opens(path, encryption.key()):
        raise Wrong(
            f"{path} does not open with the key in BAYLINE_KEY_FILE, and was left as it is: put back the key that it was "
            "encrypted with. If that is the one, the file is damaged: move it away, and bring a backup back "
            "with `bayline restore FILE`"
        )


def change(address: str, old: Key | None, new: Key | None, progress: Progress) -> bool:
    """Brings the database under another key, None being no encryption; False when it is under it already. Raises Wrong.

    It takes the place of the old file only when it is complete and was compared with it value by value; then the old one is
    written over and removed. Broken off at any moment, there is one whole database, and the same command ends the work.
    """
    path = sqlite_path(address)
    if path is None:
        raise Wrong("this database is PostgreSQL, which encrypts nothing by itself: encrypt the disk below it (docs/privacy.md)")
    if not path.exists():
        raise Wrong(f"there is no database at {path}; with BAYLINE_KEY_FILE set a new one is encrypted from the start")
    lock = only_one.hold(address)
    try:
        for left in _left_by(path):
            sqlite_file.wipe(left)
        if _is_under(path, new):
            return False
        if not _is_under(path, old):
            raise Wrong(f"{path} does not open with the key that it is said to have; nothing was changed")
        under(path, old, new, progress)
    finally:
        if lock:
            lock.close()
    return True


def under(path: Path, old: Key | None, new: Key | None, progress: Progress) -> None:
    """The same for a file that nobody else uses."""
    fresh, before = _left_by(path)
    size = path.stat().st_size
    if shutil.disk_usage(path.parent).free < size + _ROOM:
        raise Wrong(f"there is not enough room in {path.parent}: {(size + _ROOM) // 2**20} MB must be free")
    try:
        with sqlite_file.alone(path, old) as connection:
            os.close(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            sqlite_file.recode(connection, fresh, new, lambda done: progress("Writing anew", min(done, size), size))
            before.hardlink_to(path)
            fresh.replace(path)
            sqlite_file.flush(path)
    except sqlite_file.hindered() as trouble:
        raise Wrong(
            f"{path} could not be brought under another key ({trouble}), and is what it was: stop everything that uses it, and "
            "begin again"
        ) from None
    except (sqlite_file.broken(), ValueError) as trouble:
        raise Wrong(
            f"{path} could not be brought under another key ({trouble}), and is what it was: `bayline doctor` says more"
        ) from None
    except OSError as trouble:
        raise Wrong(f"{fresh} could not be written ({trouble.strerror}), and {path} is what it was") from None
    finally:
        for left in (fresh, before):
            sqlite_file.wipe(left)


def _left_by(path: Path) -> tuple[Path, Path]:
    """The file that is being written, and the one that it has replaced: what remains when it was broken off."""
    return path.with_name(path.name + ".recoding"), path.with_name(path.name + ".before")


def _is_under(path: Path, key: Key | None) -> bool:
    return encryption.is_plain(path) if key is None else not encryption.is_plain(path) and sqlite_file.opens(path, key)


def findings(settings: Settings) -> Iterator[Finding]:
    """What `bayline check` says of it."""
    path = sqlite_path(settings.database)
    if path is None:
        yield Finding(
            True, "Encryption: that of the disk below PostgreSQL, if it has one; Bayline cannot see it (docs/privacy.md)."
        )
        if settings.key_file:
            yield Finding(False, "Encryption: BAYLINE_KEY_FILE does nothing on PostgreSQL.", "Take it out; encrypt the disk.")
        return
    if not settings.key_file:
        yield Finding(
            True, "Encryption: off, so whoever copies the file reads it, unless its disk is encrypted (docs/privacy.md)."
        )
        return
    yield Finding(True, f"Encryption: the database, its log and its backups are, with the key in {settings.key_file}.")
    # Not those that are open now: to close them once would end the locks that we have on them.
    open_now = {path, *(Path(f"{path}{suffix}") for suffix in sqlite_file.SIDES)}
    plain = [
        file.name
        for file in path.parent.glob(f"{path.name}*")
        if file not in open_now and file.is_file() and encryption.is_plain(file)
    ]
    if plain:
        yield Finding(
            False, f"Encryption: beside it lie copies that are not: {', '.join(sorted(plain))}.",
            "Remove them, or move them to where nobody else reads.",
        )  # fmt: skip
