"""Rows of a flat file on their way into their table, a batch at a time."""

import pickle
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.transfer.fields import Cells, Field, Known, Promised
from handlers.transfer.files import Row
from handlers.transfer.kinds import Kind
from handlers.transfer.report import Report, Wrong
from storage import bulk, stores

# Rows by the fields that they leave alone.
Groups = dict[frozenset[str], list[dict[str, Any]]]


class FlatImport:
    """The import of one file of one kind; what is wrong goes into the report.

    With `ahead` rows are read and checked only, and kept until `write`; it names the imports that are written before this one.
    """

    def __init__(
        self, kind: Kind, session: Session, now: datetime, report: Report, *, ahead: Sequence["FlatImport"] | None = None
    ) -> None:
        self.kind = kind
        self.session = session
        self.report = report
        self._born = kind.born(now)
        self._columns = set(kind.columns)
        everywhere = stores.all_stores(session)
        self._regions = {"": everywhere[0].region if everywhere else ""} | {store.code: store.region for store in everywhere}
        self._seen: dict[tuple[Any, ...], int] = {}
        self._ahead = ahead
        self._kept: list[bytes] = []
        self._brought: frozenset[str] = frozenset()

    def check_columns(self, columns: Sequence[str]) -> None:
        """Raises Wrong for a column that is not known or not there."""
        if unknown := [column for column in columns if column not in self.kind.columns]:
            raise Wrong(
                f'There is no column "{unknown[0][:60]}" in {self.kind.name}. The columns are {", ".join(self.kind.columns)}.',
                unknown[0][:60],
                row=1,
            )
        for field in self.kind.fields:
            if field.required and not set(field.columns) & set(columns):
                raise Wrong(f'The column "{field.columns[0]}" is missing. Add it to the first row.', field.columns[0], row=1)

    def take(self, rows: Sequence[Row]) -> None:
        """Checks these rows and, as long as nothing has been wrong so far, writes or keeps them."""
        known = self._known(rows)
        groups: Groups = {}
        for row in rows:
            values = self._read(row, known)
            if values is not None:
                # An empty cell empties what was there; a column that is not in the file leaves it alone.
                left_out = frozenset(f.name for f in self.kind.fields if not row.cells.keys() & set(f.columns))
                groups.setdefault(left_out, []).append(values)
        if self.report.ok and self._ahead is not None:
            # As they are, a million rows would fill the memory.
            self._kept.append(zlib.compress(pickle.dumps(groups), level=1))
        elif self.report.ok:
            self._put_all(groups)

    def write(self, session: Session, progress: Callable[[int], None]) -> None:
        """Writes what was kept; `progress` is told how many rows were written so far."""
        self.session = session
        written = 0
        for kept in self._kept:
            groups: Groups = pickle.loads(zlib.decompress(kept))  # noqa: S301 - our own, and never out of the memory
            self._put_all(groups)
            written += sum(map(len, groups.values()))
            progress(written)

    def finish(self) -> None:
        """A flat file has no end that could be wrong. Where each row stood is asked no more; what it brings may be pointed at."""
        if self._ahead is not None and self.kind.key == ("code",):
            self._brought = frozenset(code for (code,) in self._seen)
        self._seen.clear()

    def _put_all(self, groups: Groups) -> None:
        for left_out, group in groups.items():
            self._keep_promises(group)
            self._put(group, left_out)

    def _keep_promises(self, rows: list[dict[str, Any]]) -> None:
        """Ids as they are now. Those of the time of reading may be somebody else's: SQLite gives free ones away again."""
        for field in self.kind.fields:
            if field.points_at is None or field.many:
                continue
            waiting = [row for row in rows if isinstance(row[field.name], Promised)]
            ids = bulk.ids(self.session, field.points_at, {row[field.name].code for row in waiting}) if waiting else {}
            for row in waiting:
                code = row[field.name].code
                if code not in ids:
                    raise Wrong(f'"{code}" was taken out while the rows were read. Try again.', field.columns[0])
                row[field.name] = ids[code]

    def _put(self, rows: list[dict[str, Any]], left_out: frozenset[str]) -> None:
        self.kind.before(self.session, rows, left_out)
        # What is made from a field that is left alone is left alone too.
        derived = {name for name, (source, _) in self.kind.derived.items() if source in left_out}
        counts = bulk.put(self.session, self.kind.table, self.kind.key, rows, keep={*left_out, *derived, *self._born})
        self.kind.after(self.session, rows)
        self.report.added += counts.added
        self.report.changed += counts.changed
        self.report.unchanged += counts.unchanged

    def _known(self, rows: Sequence[Row]) -> Known:
        ids: dict[str, dict[str, int | Promised]] = {}
        for field in self.kind.fields:
            if field.points_at is not None:
                codes = {code.strip() for row in rows for code in _codes(field, row.cells)}
                found = bulk.ids(self.session, field.points_at, codes - {""})
                if self._ahead is None:
                    ids[field.points_at.name] = {**found}
                    continue
                before = [one._brought for one in self._ahead if one.kind.table is field.points_at]
                there = [code for code in codes if code in found or any(code in brought for brought in before)]
                ids[field.points_at.name] = {code: Promised(code) for code in there}
        return Known(ids, self._regions)

    def _read(self, row: Row, known: Known) -> dict[str, Any] | None:
        cells = Cells(row.number, row.cells, known)
        values: dict[str, Any] = {}
        wrong = False
        for field in self.kind.fields:
            try:
                values[field.name] = field.read(cells)
            except Wrong as error:
                error.column = error.column or field.columns[0]
                self.report.wrong(row.number, error)
                wrong = True
        try:
            if wrong:
                return None
            self._check_whole(row, values)
        except Wrong as error:
            self.report.wrong(row.number, error)
            return None
        derived = {name: make(values[source]) for name, (source, make) in self.kind.derived.items()}
        return {**values, **derived, **self._born}

    def _check_whole(self, row: Row, values: Mapping[str, Any]) -> None:
        if unknown := row.cells.keys() - self._columns:
            raise Wrong(f"There is no such column. The columns are {', '.join(self.kind.columns)}.", min(unknown)[:60])
        self.kind.rule(values)
        key = tuple(values[name] for name in self.kind.key)
        first = self._seen.setdefault(key, row.number)
        if first != row.number:
            raise Wrong(f"Row {first} is about the same one. Keep one of the two rows.", self.kind.columns[0])


def _codes(field: Field, cells: Mapping[str, str | list[str]]) -> list[str]:
    value = cells.get(field.columns[0], "")
    if isinstance(value, list):
        return value
    return value.split("|") if field.many else [value]
