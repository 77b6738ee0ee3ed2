"""Sentence vectors on disk, by what they are of: a restart need not make them again. Only a cache; losing it costs minutes."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# A table for each model; another way to ask it needs another name.
_MAKE = "CREATE TABLE IF NOT EXISTS {} (text BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"
_FIND = "SELECT vector FROM {} WHERE text = ?"
_ADD = "INSERT OR REPLACE INTO {} VALUES (?, ?)"
_SIZE = 384


class VectorStore:
    """A small SQLite file of its own. Texts are known by their hash, so that no words of anybody lie in it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self, model: str, texts: Iterable[str]) -> dict[str, NDArray[np.float16]]:
        """The vectors there are."""
        found: dict[str, NDArray[np.float16]] = {}
        try:
            with closing(self._open(model)) as file:
                for text in texts:
                    row = file.execute(_FIND.format(model), (_hash(text),)).fetchone()
                    if row and len(row[0]) == 2 * _SIZE:
                        found[text] = np.frombuffer(row[0], dtype="<f2")
        except sqlite3.DatabaseError:
            self._begin_again()
        return found

    def add(self, model: str, vectors: Mapping[str, NDArray[np.float16]]) -> None:
        """A disk that is full or not ours costs the next start some time, and nobody anything now."""
        rows = [(_hash(text), vector.astype("<f2").tobytes()) for text, vector in vectors.items()]
        try:
            with closing(self._open(model)) as file, file:
                file.executemany(_ADD.format(model), rows)
        except sqlite3.DatabaseError:
            self._begin_again()

    def _open(self, model: str) -> sqlite3.Connection:
        file = sqlite3.connect(self._path, timeout=5)
        file.execute("PRAGMA synchronous = OFF")
        file.execute(_MAKE.format(model))
        return file

    def _begin_again(self) -> None:
        """What cannot be read is of no use. Without a folder to write in there is nothing to remove either."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError:
            return


def _hash(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=16).digest()
