"""Many rows at once: compared by their key, then added or changed; and whole tables read row by row."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, bindparam, func, insert, or_, select, update
from sqlalchemy.orm import Session

# One number for every import, so that two of them never wait for each other's rows.
_LOCK = 4_512_026


@dataclass(slots=True)
class Counts:
    """What became of the rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def claim(session: Session) -> bool:
    """Whether this transaction is the only one that imports; on SQLite every writing transaction is."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))))


def put(
    session: Session, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]], keep: Collection[str] = ()
) -> Counts:
    """Adds the rows whose key is new and changes those that differ; columns in `keep` stay as they are in known rows.

    All rows name the same columns, and no key comes twice.
    """
    counts = Counts()
    known = _known(session, table, key, rows)
    compared = [name for name in rows[0] if name not in keep] if rows else []
    new: list[Mapping[str, Any]] = []
    different: list[dict[str, Any]] = []
    for row in rows:
        old = known.get(tuple(row[name] for name in key))
        if old is None:
            new.append(row)
        elif any(old[name] != row[name] for name in compared):
            different.append({"known_id": old["id"], **{name: row[name] for name in compared}})
        else:
            counts.unchanged += 1
    counts.added, counts.changed = len(new), len(different)
    connection = session.connection()
    if new:
        connection.execute(insert(table), new)
    if different:
        values: dict[str, Any] = {name: bindparam(name) for name in compared}
        connection.execute(update(table).where(table.c.id == bindparam("known_id")).values(values), different)
    return counts


def ids(session: Session, table: Table, codes: Iterable[str]) -> dict[str, int]:
    """The ids of the rows with these codes."""
    query = select(table.c.code, table.c.id).where(table.c.code.in_(set(codes)))
    return dict(session.execute(query).all())


def stream(session: Session, table: Table, references: Mapping[str, Table], order: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """All rows, a thousand at a time, with codes in place of the ids in the columns that `references` names."""
    query: Select[Any] = select(
        *(_code_of(references[column.name], column) if column.name in references else column for column in table.c)
    ).order_by(*(table.c[name] for name in order))
    for row in session.connection().execute(query.execution_options(yield_per=1000)).mappings():
        yield dict(row)


def count(session: Session, table: Table) -> int:
    return session.execute(select(func.count()).select_from(table)).scalar_one()


def _code_of(other: Table, column: Any) -> Any:
    return select(other.c.code).where(other.c.id == column).scalar_subquery().label(column.name)


def _known(
    session: Session, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], Mapping[Any, Any]]:
    query = select(table)
    for name in key:
        values = {row[name] for row in rows}
        among = table.c[name].in_(values - {None})
        query = query.where(or_(among, table.c[name].is_(None)) if None in values else among)
    found = session.connection().execute(query).mappings()
    return {tuple(row[name] for name in key): row for row in found}
