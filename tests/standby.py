"""Two PostgreSQL servers of Debian's: one is written to, the other follows it, lags when it is told to, and is promoted."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests import postgres


class Pair:
    """Server 0 and server 1; `leads` is the number of the one that may be written to."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder = binaries, folder
        self._ports = [postgres.free_port() for _ in range(2)]
        self.leads = 0
        self._run("initdb", "-D", str(self._data(0)), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._control(0, "start")

    def url(self, name: str = "postgres") -> str:
        """Of both, as an operator writes it: whoever connects is led to the one that may be written to."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self._ports)
        return f"postgresql://postgres@{hosts}/{name}?target_session_attrs=read-write"

    def leader_url(self, name: str = "postgres") -> str:
        return f"postgresql://postgres@127.0.0.1:{self._ports[self.leads]}/{name}"

    def follow(self) -> None:
        """The other one becomes a copy of the leader, made anew, and goes on following it."""
        other = 1 - self.leads
        shutil.rmtree(self._data(other), ignore_errors=True)
        source = ["-h", "127.0.0.1", "-p", str(self._ports[self.leads]), "-U", "postgres"]
        self._run("pg_basebackup", *source, "-D", str(self._data(other)), "-X", "stream", "-c", "fast", "-R", "--no-sync")
        self._control(other, "start")

    def lag(self) -> None:
        """The other one has all that was committed until now, and gets nothing of what follows."""
        end = self._ask(self.leads, "SELECT pg_current_wal_lsn()")
        self._until(f"SELECT pg_last_wal_replay_lsn() >= '{end}'")
        self._ask(1 - self.leads, "ALTER SYSTEM SET primary_conninfo = ''")
        self._ask(1 - self.leads, "SELECT pg_reload_conf()")
        self._until("SELECT count(*) = 0 FROM pg_stat_wal_receiver")

    def fail_over(self) -> None:
        """The leader is gone at once, and the other one is promoted with what it has."""
        self._control(self.leads, "stop", "-m", "immediate")
        self.leads = 1 - self.leads
        self._control(self.leads, "promote")

    def close(self) -> None:
        self._control(self.leads, "stop", "-m", "immediate")
        if (self._data(1 - self.leads) / "postmaster.pid").exists():
            self._control(1 - self.leads, "stop", "-m", "immediate")

    def _until(self, true: str) -> None:
        while not self._ask(1 - self.leads, true):
            self._ask(1 - self.leads, "SELECT pg_sleep(0.02)")

    def _ask(self, which: int, question: str) -> Any:
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{self._ports[which]}/postgres", autocommit=True) as connection:
            found = connection.execute(question)
            row = found.fetchone() if found.description else None
        return row and row[0]

    def _data(self, which: int) -> Path:
        return self._folder / f"data{which}"

    def _control(self, which: int, *words: str) -> None:
        options = postgres.options(self._folder, self._ports[which])
        more = ("-o", options, "-l", str(self._folder / f"log{which}")) if "start" in words else ()
        self._run("pg_ctl", "-D", str(self._data(which)), "-w", *more, *words)

    def _run(self, program: str, *words: str) -> None:
        postgres.run(str(self._binaries / program), *words)


@contextmanager
def pair() -> Iterator[Pair]:
    """Raises LookupError where there are no binaries of Debian's."""
    binaries = postgres.binaries()
    if not (binaries / "pg_basebackup").exists():
        raise LookupError(f"there is no {binaries / 'pg_basebackup'}, so no PostgreSQL is copied and promoted")
    folder = Path(tempfile.mkdtemp(prefix="bayline-pair-", dir=postgres.in_memory()))
    try:
        postgres.give_to_server_user(folder)
        both = Pair(binaries, folder)
        try:
            yield both
        finally:
            both.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
