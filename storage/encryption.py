"""Encryption at rest: a process has one key or none, and with it SQLCipher opens every SQLite file in the place of SQLite.

A page on the disk, in the log beside the file and in a backup is AES-256 with a checksum of its own; what a file holds is never
written in clear, and whoever has the file without the key has nothing.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

try:
    import pysqlite3.dbapi2 as _plain
except ImportError:  # no wheel for this platform
    import sqlite3 as _plain

_DIGITS = re.compile(r"[0-9A-Fa-f]{64}")
_HEADER = b"SQLite format 3\0"


class Key:
    """32 random bytes, said as 64 hexadecimal digits; shows itself to nobody. Raises ValueError for anything else."""

    __slots__ = ("said",)

    def __init__(self, digits: str) -> None:
        if not _DIGITS.fullmatch(digits):
            raise ValueError("64 hexadecimal digits make a key")
        # So SQLCipher takes it as it is. Words would be stretched anew at each opening, for a tenth of a second.
        self.said = f"x'{digits.lower()}'"

    def __repr__(self) -> str:
        return "Key(…)"


class NotInstalled(Exception):  # noqa: N818 - turned into a sentence for the operator
    """SQLCipher is not here: `pip install 'bayline[encrypted]'`."""


_key: Key | None = None
_driver: Any = _plain


def use(key: Key | None) -> None:
    """From now on this process opens SQLite files with this key, or as they are. Raises NotInstalled, changing nothing."""
    global _key, _driver
    _driver = _cipher() if key else _plain
    _key = key


def key() -> Key | None:
    """The key that this process opens files with."""
    return _key


def driver() -> Any:
    """The module that opens files now."""
    return _driver


def _cipher() -> Any:
    try:
        import sqlcipher3.dbapi2 as cipher
    except ImportError:
        raise NotInstalled from None
    cipher.connect(":memory:").execute("PRAGMA cipher_log_level = NONE")  # it would talk on stderr; what matters, it raises
    return cipher


def connect(*where: Any, **how: Any) -> Any:
    """The driver's own `connect`, and the key of the process."""
    return opener(_key)(*where, **how)


def opener(key: Key | None) -> Callable[..., Any]:
    """The driver's own `connect`, and this key; None for a file as it is. Later calls of `use` do not change it."""
    driver = _driver

    def connect(*where: Any, **how: Any) -> Any:
        connection = driver.connect(*where, **how)
        if key:
            connection.set_key(key.said)
        return connection

    return connect


def is_plain(path: Path) -> bool:
    """Whether this is a SQLite file that anybody can read; an empty one is not."""
    with path.open("rb") as file:
        return file.read(len(_HEADER)) == _HEADER
