"""On SQLite one process works at a time: a lock beside the file says so, and the system lifts it when the process is gone."""

import fcntl
import os
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from bot.settings import Wrong


def make_folder(folder: Path) -> None:
    """The folder of a database file. Raises Wrong when it cannot be made or written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Wrong(
            f"the folder {folder} cannot be made ({error.strerror}): write one that can into BAYLINE_DATA_DIR or DATABASE_URL"
        ) from None
    if not os.access(folder, os.W_OK):
        raise Wrong(f"the folder {folder} cannot be written to: write another one into BAYLINE_DATA_DIR or DATABASE_URL")


def hold(database_url: str) -> IO[str] | None:
    """Takes the lock of this database file, to be kept open; None on PostgreSQL, where several workers are welcome.

    Raises Wrong when another process has it.
    """
    if not database_url.startswith("sqlite"):
        return None
    url = make_url(database_url)
    if not url.database:
        return None
    path = Path(url.database + ".lock")
    make_folder(path.parent)
    file = path.open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise Wrong(
            f"another Bayline is working on {url.database}: stop that one first, or use PostgreSQL (DATABASE_URL=postgresql://…) "
            "for several workers"
        ) from None
    return file
