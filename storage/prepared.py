"""Prepared statements: the few that every message costs are compiled once and run on the driver's own cursor.

SQLAlchemy writes the SQL and converts by the columns' types as everywhere else; only its machinery for one execution, which
costs several times what the database does, is left out. Errors are the same as those of `connection.execute`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Dialect, UpdateBase
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import Executable

from storage.database import Moment

_Convert = Callable[[Any], Any] | None


class Prepared:
    """A statement for both databases. `make` gives it for "sqlite" or "postgresql", when it is first run; `takes` names its
    parameters.

    `returns`: the columns that it gives back, in their order. Values that the statement holds itself are part of it; lists of
    a length that only an execution knows ("expanding") are not for this class.
    """

    def __init__(self, make: Callable[[str], Executable], takes: Collection[str], returns: Iterable[Column[Any]] = ()) -> None:
        self._make = make
        self._takes = list(takes)
        self._returns = list(returns)
        self._ready: dict[str, _Ready] = {}

    def row(self, session: Session, values: Mapping[str, Any]) -> list[Any] | None:
        """Runs it; the first row that it gives back, None when there is none."""
        rows = self.rows(session, values)
        return rows[0] if rows else None

    def rows(self, session: Session, values: Mapping[str, Any]) -> list[list[Any]]:
        """Runs it; the rows that it gives back."""
        line = _line(session)
        ready = self._on(line.dialect)
        try:
            line.cursor.execute(ready.sql, ready.parameters(values))
            return [ready.read(row) for row in line.cursor.fetchall()]
        except line.errors as error:
            raise line.said(ready.sql, error) from error

    def add(self, session: Session, values: Mapping[str, Any]) -> int | None:
        """Runs an INSERT of one row; the row's id, None when it was there already.

        Only on PostgreSQL does the statement return the id: to SQLite that costs as much as the row, and the driver knows it.
        """
        line = _line(session)
        ready = self._on(line.dialect)
        cursor = line.cursor
        try:
            cursor.execute(ready.sql, ready.parameters(values))
            if line.dialect.name == "sqlite":
                return cursor.lastrowid if cursor.rowcount > 0 else None
            row = cursor.fetchone()
        except line.errors as error:
            raise line.said(ready.sql, error) from error
        return row[0] if row else None

    def run(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
        """Runs it for each of `rows`; how many rows of the table it changed."""
        line = _line(session)
        ready = self._on(line.dialect)
        try:
            if len(rows) == 1:
                line.cursor.execute(ready.sql, ready.parameters(rows[0]))
            else:
                line.cursor.executemany(ready.sql, [ready.parameters(row) for row in rows])
            changed: int = line.cursor.rowcount
        except line.errors as error:
            raise line.said(ready.sql, error) from error
        return changed

    def _on(self, dialect: Dialect) -> "_Ready":
        ready = self._ready.get(dialect.name)
        if ready is None:
            ready = self._ready[dialect.name] = _Ready.of(self._make(dialect.name), dialect, self._takes, self._returns)
        return ready


@dataclass(frozen=True, slots=True)
class _Ready:
    """A statement compiled for one dialect. `order` is None where the driver takes parameters by name.

    What converts a parameter, by its name (`binds`) and by its places in the order (`places`).
    """

    sql: str
    order: list[str] | None
    constants: dict[str, Any]
    binds: list[tuple[str, Callable[[Any], Any]]]
    places: list[tuple[int, Callable[[Any], Any]]]
    reads: list[tuple[int, Callable[[Any], Any]]]

    @classmethod
    def of(cls, statement: Any, dialect: Dialect, takes: list[str], returns: list[Column[Any]]) -> "_Ready":
        # In a SELECT they would be taken for columns of whatever its common table expressions write.
        keys = takes if isinstance(statement, UpdateBase) else None
        compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=keys)
        binds: dict[str, _Convert] = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for bind, name in compiled.bind_names.items()
        }
        for bind, name in compiled.bind_names.items():
            if isinstance(bind.type, Moment) and (how := binds[name]):
                binds[name] = _Same(how)
        held = {name: compiled.params[name] for name in binds if name not in takes}
        reads = [
            (place, column.type.dialect_impl(dialect).result_processor(dialect, None)) for place, column in enumerate(returns)
        ]
        return cls(
            sql=str(compiled),
            order=compiled.positiontup,
            constants={name: how(value) if (how := binds[name]) else value for name, value in held.items()},
            binds=[(name, how) for name in takes if (how := binds.get(name))],
            places=[
                (place, how)
                for place, name in enumerate(compiled.positiontup or ())
                if name in takes and (how := binds.get(name))
            ],
            reads=[(place, how) for place, how in reads if how],
        )

    def parameters(self, values: Mapping[str, Any]) -> Any:
        if self.order is not None:
            named = {**self.constants, **values} if self.constants else values
            in_order = [named[name] for name in self.order]
            for place, convert in self.places:
                in_order[place] = convert(in_order[place])
            return in_order
        given = {**self.constants, **values}
        for name, how in self.binds:
            given[name] = how(given[name])
        return given

    def read(self, row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place, how in self.reads:
            if values[place] is not None:
                values[place] = how(values[place])
        return values


def _line(session: Session) -> "_Line":
    """The session's line to the database; to ask the session each time costs as much as a small statement."""
    line: _Line | None = session.info.get("line")
    # Only when it is asked for its connection does the session say SAVEPOINT.
    if session.in_nested_transaction():
        session.connection()
    if line is None or line.connection.closed:
        line = session.info["line"] = _Line(session.connection())
    return line


class _Same:
    """A conversion that remembers the last value: every moment that a batch of turns writes down is the same one."""

    def __init__(self, convert: Callable[[Any], Any]) -> None:
        self._convert = convert
        self._last: tuple[Any, Any] = (None, convert(None))

    def __call__(self, value: Any) -> Any:
        last, converted = self._last
        if value is not last:
            converted = self._convert(value)
            self._last = value, converted
        return converted


class _Line:
    """A connection of SQLAlchemy's and a cursor of the driver on it; each answer is read to its end, so one does for all."""

    __slots__ = ("connection", "cursor", "dialect", "errors")

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self.cursor: DBAPICursor = connection.connection.cursor()
        self.errors: type[Exception] = connection.dialect.loaded_dbapi.Error

    def said(self, sql: str, error: Any) -> Exception:
        """What the driver raised, as SQLAlchemy's error of the same name."""
        if self.dialect.is_disconnect(error, self.connection.connection.dbapi_connection, self.cursor):
            # Fails at once; and SQLAlchemy, meeting that itself, gives up this line and all that are as old.
            self.connection.exec_driver_sql("SELECT 1")
        spoken: Exception = DBAPIError.instance(sql, None, error, self.errors, hide_parameters=True, dialect=self.dialect)
        return spoken
