"""Files in: CSV, XLSX, JSONL and TOML become rows that know where they stood."""

import csv
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from handlers.transfer.encodings import encoding_of
from handlers.transfer.formulas import rearm
from handlers.transfer.report import Wrong
from handlers.transfer.spreadsheets import about_rows, read_sheet

FORMATS = (".csv", ".xlsx", ".jsonl", ".toml")
# One line may not fill the memory.
_LONGEST_LINE = 1 << 20
_PIECE = 1 << 20


class Row(NamedTuple):
    """`number`: as a person counts in the spreadsheet; the line for JSONL and TOML. Flat files have texts and lists of texts."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """`columns`: the header, or None where each row brings its own. `total`: about how many rows there are."""

    columns: list[str] | None
    rows: Iterable[Row]
    total: int


def open_rows(path: Path) -> Source:
    """What is in the file; rows come one by one. Raises Wrong, here or while reading, with a sentence for the operator."""
    if not path.is_file():
        raise Wrong(f'There is no file "{path.name}" here. Check the name and the folder.')
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        return _sheet(path)
    if suffix in (".csv", ".tsv"):
        return _csv(path)
    if suffix == ".jsonl":
        return Source(None, _json_lines(path, encoding_of(path)), _lines(path))
    if suffix == ".toml":
        return _toml(path)
    raise Wrong(f'"{suffix}" files cannot be read. Save it as one of {", ".join(FORMATS)}.')


def _sheet(path: Path) -> Source:
    rows = read_sheet(path)
    number, names = next(rows, (0, []))
    if number != 1 or not any(names):
        raise Wrong("The first row of the first sheet is empty. Put the names of the columns there.")
    columns = _header(names)
    return Source(columns, _table(columns, rows), about_rows(path) - 1)


def _csv(path: Path) -> Source:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        first = file.readline(_LONGEST_LINE)
        if not first.strip():
            raise Wrong("The first line is empty. Put the names of the columns there.", row=1)
    separator = max(",;\t", key=first.count)
    columns = _header(next(csv.reader([first], delimiter=separator)))
    return Source(columns, _table(columns, _records(path, encoding, separator)), _lines(path) - 1)


def _records(path: Path, encoding: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    number = 1
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(_short_lines(file), delimiter=separator, strict=True)
        try:
            next(reader)
            for number, record in enumerate(reader, 2):
                yield number, record
        except csv.Error as error:
            raise Wrong(
                f'The cells cannot be told apart here ({error}). Look for a quote (") that is opened and not closed.',
                row=number + 1,
            ) from error


def _short_lines(file: TextIO) -> Iterator[str]:
    while line := file.readline(_LONGEST_LINE):
        if len(line) == _LONGEST_LINE and not line.endswith("\n"):
            raise csv.Error("a line of more than a million characters")
        yield line


def _table(columns: list[str], records: Iterable[tuple[int, list[str]]]) -> Iterator[Row]:
    for number, record in records:
        cells = [rearm(cell) for cell in record]
        while len(cells) > len(columns) and not cells[-1].strip():
            cells.pop()
        if len(cells) > len(columns):
            raise Wrong(
                f"There are {len(cells)} cells but {len(columns)} columns. Put quotes around a text that contains the separator.",
                row=number,
            )
        if any(cell.strip() for cell in cells):
            cells += [""] * (len(columns) - len(cells))
            yield Row(number, dict(zip(columns, cells, strict=True)))


def _header(names: list[str]) -> list[str]:
    columns = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in names]
    while columns and not columns[-1]:
        columns.pop()
    for place, column in enumerate(columns, 1):
        if not column:
            raise Wrong(f"Column {place} has no name. Write one or delete the column.", row=1)
        if columns.index(column) != place - 1:
            raise Wrong(f'There are two columns "{column}". Keep one.', column, row=1)
    return columns


def _json_lines(path: Path, encoding: str) -> Iterator[Row]:
    with path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(_short_lines(file), 1):
            if line.strip():
                yield Row(number, _json_row(line, number))


def _json_row(line: str, number: int) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        for index, (name, _) in enumerate(pairs):
            if any(name == other for other, _ in pairs[:index]):
                raise Wrong(f'"{name}" is there twice. Keep one.', name, row=number)
        return dict(pairs)

    try:
        # Numbers stay as they are written: a plate of digits keeps its zeros and an amount its cents.
        row = json.loads(line, parse_float=str, parse_int=str, object_pairs_hook=once)
    except (json.JSONDecodeError, RecursionError) as error:
        raise Wrong(f'This line is not JSON ({error}). Write one object such as {{"code": "…"}} a line.', row=number) from error
    if not isinstance(row, dict):
        raise Wrong('Each line must be an object such as {"code": "…"}.', row=number)
    return {name: _json_cell(value, name, number) for name, value in row.items()}


def _json_cell(value: Any, name: str, number: int) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) or (isinstance(value, list) and all(isinstance(item, str) for item in value)):
        return value
    raise Wrong("Write a text, a number or a list of texts.", name, row=number)


def _toml(path: Path) -> Source:
    text = path.read_text(encoding_of(path))
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Wrong(f"This is not TOML: {error}.") from error
    if not content:
        return Source(None, [], 0)
    entries = next(iter(content.values()))
    if len(content) != 1 or not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        raise Wrong('Write everything below headings of one kind, such as "[[store]]" or "[[entry]]".')
    [name] = content
    # The parser keeps no places, but the headings stand in the order of what it found.
    heading = re.compile(rf"^[ \t]*\[\[[ \t]*{re.escape(name)}[ \t]*\]\]", re.MULTILINE)
    numbers = [text.count("\n", 0, found.start()) + 1 for found in heading.finditer(text)]
    if len(numbers) != len(entries):
        numbers = list(range(1, len(entries) + 1))
    rows = [
        Row(number, {name: dict(entry)}) for number, entry in zip(numbers, entries, strict=True) if isinstance(entry, Mapping)
    ]
    return Source(None, rows, len(rows))


def _lines(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(_PIECE), b"")) + 1
