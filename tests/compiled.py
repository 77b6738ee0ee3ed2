"""Statements are compiled once a process: a test has a database of its own, and to compile costs more than to run.

So are the commands: Typer makes them all anew for each that is tried, and that is three quarters of what most of them take.
"""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from typer import testing

_COMPILED: Any = LRUCache(5000)


def share() -> None:
    """SQLAlchemy keeps compiled statements by engine and dialect; all our engines of a kind are set up alike."""
    for kind in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        kind.__eq__ = _alike  # type: ignore[method-assign, assignment]
        kind.__hash__ = _kind  # type: ignore[method-assign, assignment]
    event.listen(Engine, "engine_connect", _lend)
    testing._get_command = cache(testing._get_command)


def _alike(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _kind(one: Dialect) -> int:
    return hash(type(one))


def _lend(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_COMPILED)
