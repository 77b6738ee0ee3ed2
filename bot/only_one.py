"""On SQLite one process works at a time: a lock beside the file says so, and the system lifts it when the process is gone."""

import fcntl
from pathlib import Path
from typing import IO

from sqlalchemy.engine import make_url

from bot.settings import Wrong


def hold(database_url: str) -> IO[str] | None:
    """Takes the lock of this database file, to be kept open; None on PostgreSQL, where several workers are welcome.

    Raises Wrong when another process has it.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    path = Path(url.database + ".lock")
    path.parent.mkdir(parents=True, exist_ok=True)
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
