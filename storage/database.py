"""The database: SQLite for one machine, PostgreSQL for several workers; transactions and column types for both."""

import json
import os
import re
import shutil
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any, cast

import orjson
from sqlalchemy import JSON, URL, BigInteger, Connection, DateTime, Dialect, Engine, Integer, create_engine, event, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from storage import encryption

# So much of SQLite's log stays on the disk when it is begun anew. Somebody who reads for long keeps it from that, and it grows.
LOG_KEPT = 64 * 1024 * 1024

# A host and perhaps its port, in an address of several.
_HOST = re.compile(r"(?:\[([^\]]+)\]|([^:\[\]]+))(?::(\d+))?")

# Below so many bytes free the next turns may find no room.
NO_ROOM = 1024 * 1024
# Seconds; on PostgreSQL. Learning a large knowledge base on a slow machine is done within a transaction that only reads.
LONGEST_IDLE = 300


class Moment(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, `timestamptz` in PostgreSQL, sortable text in SQLite.

    Raises ValueError for a naive one.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime must not reach the database")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _written(value: Any) -> str:
    """JSON of what a column holds; the slower way for what only Python's own can write, such as half a surrogate pair."""
    try:
        return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:
        return json.dumps(value)


def _read(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return json.loads(text)


Json = JSON().with_variant(JSONB(), "postgresql")
# SQLite counts rowids up only for a column that is spelt INTEGER.
Id = BigInteger().with_variant(Integer(), "sqlite")


class Turnstile:
    """A lock that lets threads through in the order in which they came; `threading.Lock` lets the fastest through."""

    def __init__(self) -> None:
        self._door = Lock()
        self._taken = False
        self._line: deque[Lock] = deque()

    def __enter__(self) -> None:
        with self._door:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._line.append(mine)
        mine.acquire()  # until whoever is inside hands over

    def __exit__(self, *_error: object) -> None:
        with self._door:
            if self._line:
                self._line.popleft().release()
            else:
                self._taken = False


class _Writing(Session):
    """Stands in line for the write lock with its first statement: what is thought before keeps nobody else from writing."""

    def __init__(self, engine: Engine, line: Turnstile) -> None:
        super().__init__(engine, expire_on_commit=False)
        self.lock = ExitStack()
        self._line: Turnstile | None = line

    def get_bind(self, *args: Any, **named: Any) -> Engine | Connection:
        # Asked before a line to the database is taken from the pool, so that whoever stands in line has none yet.
        line, self._line = self._line, None
        if line is not None:
            self.lock.enter_context(line)
        return super().get_bind(*args, **named)


class Base(DeclarativeBase):
    """All tables; `Base.metadata` is what the migrations must arrive at."""


class Damaged(Exception):  # noqa: N818 - said to the operator as it is
    """The database file is damaged, and nothing is written to it any more. Stop Bayline, keep the file, and `bayline restore` the
    last backup; `bayline doctor` says what is wrong with it."""


class Database:
    """One engine and its transactions. `url` is a SQLAlchemy address; `postgres://` and `postgresql://` mean psycopg.

    `patience`: seconds that a statement waits for a lock, and a transaction for a connection, before it gives up. `damaged`: the
    file was found to be broken; whatever would write raises Damaged from then on. `breaks`: how often a line to the server was
    found to be cut; behind it may be another server, which has less than the one before it.
    """

    def __init__(self, url: str, connections: int = 8, patience: float = 10.0) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.damaged = False
        self.engine = _sqlite(url, patience) if self.is_sqlite else _postgresql(url, connections, patience)
        # SQLite's own way to wait for the write lock is to try again now and then: a busy thread starves all others.
        # And while one writes one thinks about what it will write, no more: the more there are, the longer each waits for Python.
        self._writers, self._thinkers = Turnstile(), Turnstile()
        # Lines that were opened before, to a standby or while the disk was read-only, would stay so for ever: they are left.
        self._lines_from = 0.0
        self.breaks = 0
        event.listen(self.engine, "handle_error", self._count_break)
        event.listen(self.engine, "connect", self._note_line)
        event.listen(self.engine, "checkout", self._refuse_old_line)

    def _count_break(self, context: ExceptionContext) -> None:
        self.breaks += context.is_disconnect

    @staticmethod
    def _note_line(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["opened"] = time.monotonic()

    def _refuse_old_line(self, _connection: Any, record: ConnectionPoolEntry, _proxy: Any) -> None:
        if record.info["opened"] <= self._lines_from:
            raise DisconnectionError  # SQLAlchemy closes it and opens another in its place

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A transaction that may write; commits at the end, rolls back on any exception. Raises Damaged."""
        if self.damaged:
            raise Damaged(" ".join((Damaged.__doc__ or "").split()))
        try:
            if self.is_sqlite:
                yield from self._one_after_the_other()
                return
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except Exception as trouble:
            self.damaged = self.damaged or self._says_damaged(trouble)
            if isinstance(trouble, DBAPIError) and _only_reads(trouble):
                self._lines_from = time.monotonic()
            raise

    def _one_after_the_other(self) -> Iterator[Session]:
        with ExitStack() as thinking, _Writing(self.engine, self._writers) as session, session.lock, session.begin():
            thinking.enter_context(self._thinkers)
            yield session
            session.flush()
            # While this is written to the disk, which takes longest, the next one thinks.
            thinking.close()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that only reads; on SQLite it does not wait for the writer."""
        with Session(self.engine.execution_options(readonly=True), expire_on_commit=False) as session:
            yield session

    def serves(self) -> bool:
        """Whether it answers and could be written to now: no standby, no read-only disk, no full one as far as we can see."""
        if self.damaged:
            return False
        writes = text("SELECT 1" if self.is_sqlite else "SELECT current_setting('transaction_read_only') = 'off'")
        with self.reading() as session:
            answer = bool(session.scalar(writes))
        if not self.is_sqlite:
            return answer
        file = Path(self.url.removeprefix("sqlite:///"))
        return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK) and shutil.disk_usage(file.parent).free >= NO_ROOM

    def _says_damaged(self, trouble: Exception) -> bool:
        """Whether SQLite has met a page that cannot be."""
        said = str(getattr(trouble, "orig", None) or trouble)
        spoken = isinstance(trouble, (DBAPIError, self.engine.dialect.loaded_dbapi.DatabaseError))
        return spoken and ("malformed" in said or "not a database" in said)

    def compact(self) -> None:
        """On SQLite: writes the file and its log anew, so that no byte of what was deleted is left in them.

        Everybody else waits meanwhile, about a second for 200 MB. PostgreSQL does it by itself, later.
        """
        if not self.is_sqlite:
            return
        with self._writers, self.engine.connect() as connection:
            # Past SQLAlchemy, which would begin a transaction.
            cursor = connection.connection.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.close()

    def close(self) -> None:
        self.engine.dispose()


def _sqlite(url: str, patience: float) -> Engine:
    opened = encryption.opener(encryption.key())
    engine = create_engine(
        url,
        module=encryption.driver(),
        hide_parameters=True,
        json_serializer=_written,
        json_deserializer=_read,
        # The connection that was used last knows the pages that were written last; any other would have to read them again.
        pool_use_lifo=True,
        # Once the driver's cache of prepared statements is full, the statements of a turn drive each other out of it.
        connect_args={"cached_statements": 2000},
    )

    @event.listens_for(engine, "do_connect")
    def unlock(_dialect: Any, _record: Any, where: list[Any], how: dict[str, Any]) -> Any:
        return opened(*where, **how)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
        # SQLAlchemy says BEGIN itself (below); the driver must not say another one.
        connection.isolation_level = None
        busy = f"busy_timeout={patience * 1000:.0f}"
        kept = f"journal_size_limit={LOG_KEPT}"
        for pragma in (busy, "journal_mode=WAL", kept, "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # The write lock is taken first: a transaction that reads and then writes may otherwise fail at once instead of waiting.
        readonly = connection.get_execution_options().get("readonly")
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

    return engine


def address_of(url: str) -> URL:
    """Where a PostgreSQL is. Several servers may stand there as libpq has them, `postgresql://user@one:5432,two:5433/name?…`."""
    authority, slash, path = url.split("://", 1)[1].partition("/")
    user, at, hosts = authority.rpartition("@")
    if "," not in hosts:
        return make_url(f"postgresql+psycopg://{authority}{slash}{path}")
    found = [match for one in hosts.split(",") if (match := _HOST.fullmatch(one))]
    if len(found) <= hosts.count(","):
        raise ArgumentError("a host is followed by nothing but a colon and its port")
    several = {"host": ",".join(one[1] or one[2] for one in found), "port": ",".join(one[3] or "5432" for one in found)}
    return make_url(f"postgresql+psycopg://{user}{at}{slash}{path}").update_query_dict(several)


def _postgresql(url: str, connections: int, patience: float) -> Engine:
    # A worker that stands still in the middle of a transaction keeps chats locked for all the others: the server ends it.
    limits = (
        f"-c lock_timeout={patience * 1000:.0f} -c statement_timeout=60s -c idle_in_transaction_session_timeout={LONGEST_IDLE}s"
    )
    return create_engine(
        address_of(url),
        hide_parameters=True,
        json_serializer=_written,
        json_deserializer=_read,
        pool_size=connections,
        max_overflow=connections,
        pool_recycle=1800,
        pool_use_lifo=True,
        pool_timeout=patience,
        connect_args={"options": f"-c timezone=UTC {limits}"},
    )


def passes(trouble: DBAPIError) -> bool:
    """Whether trying again may help: the connection was lost, another transaction was in the way, the file was busy."""
    state = getattr(trouble.orig, "sqlstate", None) or ""
    passing = state[:2] in ("40", "08", "57") or state == "55P03" or "locked" in str(trouble.orig)
    return trouble.connection_invalidated or passing or _only_reads(trouble)


def away(trouble: DBAPIError) -> bool:
    """Whether there is no database to write to, for the time being: whoever has brought a message is to bring it again."""
    state = getattr(trouble.orig, "sqlstate", None) or ""
    # Without a statement and a state it has not even let us in.
    refused = isinstance(trouble, OperationalError) and trouble.statement is None and not state
    return refused or state[:2] == "08" or state in ("57P01", "57P02", "57P03") or _only_reads(trouble)


def is_full(trouble: DBAPIError) -> bool:
    """Whether the disk has no room for it."""
    return getattr(trouble.orig, "sqlstate", None) == "53100" or "disk is full" in str(trouble.orig)


def _only_reads(trouble: DBAPIError) -> bool:
    """Whether it may be read from, and not written to."""
    return getattr(trouble.orig, "sqlstate", None) == "25006" or "readonly database" in str(trouble.orig)


def waited_too_long(trouble: DBAPIError) -> bool:
    """Whether it was a lock of PostgreSQL's that others have had for longer than the `patience`."""
    return getattr(trouble.orig, "sqlstate", None) == "55P03"


def dialect(session: Session) -> str:
    """ "sqlite" or "postgresql"."""
    assert session.bind is not None, "each is made for a database"
    return session.bind.dialect.name


def insert_for(name: str, table: Any) -> "postgresql.Insert":
    """An INSERT of that dialect. SQLite's has the same `on_conflict_do_…` and `returning`, so one type says it."""
    return postgresql.insert(table) if name == "postgresql" else cast("postgresql.Insert", sqlite.insert(table))


def insert(session: Session, table: Any) -> "postgresql.Insert":
    """An INSERT of this database's dialect."""
    return insert_for(dialect(session), table)
