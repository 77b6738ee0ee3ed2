"""Files out: rows become CSV, XLSX, JSONL or TOML, and appear under their name only when they are complete."""

import csv
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from handlers.transfer.entries import COMMON, OWN
from handlers.transfer.fields import LANGUAGES, Cell
from handlers.transfer.formulas import disarm
from handlers.transfer.spreadsheets import write_sheet

if TYPE_CHECKING:
    from tomlkit.items import InlineTable


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A place to write to; what is there becomes `path` at the end, and vanishes if anything goes wrong."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    try:
        yield Path(name)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def write_flat(path: Path, suffix: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Rows of cells as CSV (with the mark by which Excel knows UTF-8), XLSX or JSONL."""
    if suffix == ".jsonl":
        write_json_lines(path, (dict(zip(columns, row, strict=True)) for row in rows))
        return
    lines = ([_cell(cell) for cell in row] for row in rows)
    if suffix == ".xlsx":
        write_sheet(path, columns, lines)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(lines)


def write_json_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            filled = {name: value for name, value in row.items() if value is not None}
            file.write(json.dumps(filled, ensure_ascii=False, default=_iso) + "\n")


def write_stores(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    _write_toml(path, "store", (_store(row) for row in rows))


def write_entries(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One table an entry, with its languages below it."""
    entries: dict[str, dict[str, Any]] = {}
    for row in rows:
        common = {name: row[name] for name in COMMON if row[name] is not None and (row[name] or name != "stores")}
        entries.setdefault(row["id"], common)[row["language"]] = {name: row[name] for name in OWN}
    for entry in entries.values():
        for language in LANGUAGES:
            if language in entry:
                entry[language] = entry.pop(language)
    _write_toml(path, "entry", iter(entries.values()))


def _write_toml(path: Path, heading: str, tables: Iterator[Mapping[str, Any]]) -> None:
    import tomlkit  # a part of each start otherwise

    document = tomlkit.document()
    array = tomlkit.aot()
    for table in tables:
        array.append(tomlkit.item(dict(table)))
    document.append(heading, array)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def _store(row: Mapping[str, Any]) -> dict[str, Any]:
    special = [{**day, "names": _inline(day["names"])} for day in row["special_days"]]
    plain = {name: value for name, value in row.items() if name != "special_days" and value not in ({}, [], None)}
    return {**plain, **({"special_days": special} if special else {})}


def _inline(texts: Mapping[str, str]) -> "InlineTable":
    import tomlkit

    table = tomlkit.inline_table()
    table.update(texts)
    return table


def _cell(cell: Cell) -> str:
    return disarm("|".join(cell) if isinstance(cell, list) else cell)


def _iso(value: object) -> str:
    assert isinstance(value, date)
    return value.isoformat()
