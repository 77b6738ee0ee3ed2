"""XLSX: opened with limits, because a small file can swell to fill the memory; written as text cells."""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import reduce
from io import BytesIO
from pathlib import Path

from handlers.transfer.report import Wrong

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
MOST_CELLS = 20_000_000
MOST_TEXT = 2_000_000_000
# Beyond 15 digits a spreadsheet number has lost its end.
_EXACT = 10**15
_CELL = re.compile(rb'<c[^>]*? r="([A-Z]{1,3})([0-9]{1,7})"')
_SHARED = re.compile(rb"<si>.*?</si>", re.DOTALL)
_UNREADABLE = "This is not a readable XLSX file. Open it in a spreadsheet and save it as .xlsx again."


def read_sheet(path: Path) -> list[list[str]]:
    """The first sheet with every cell as the text that a person sees or means. Raises Wrong."""
    # Late: a megabyte that only importing needs.
    from python_calamine import CalamineError, load_workbook

    book = _repacked(path)
    try:
        workbook = load_workbook(book)
        # Without the empty area the rows would not have the numbers that a person sees.
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise Wrong(_UNREADABLE) from error
    return [[_text(cell, number) for cell in row] for number, row in enumerate(rows, 1)]


def write_sheet(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Every cell as text, so that leading zeros and long digits stay. Raises OSError."""
    from xlsxwriter import Workbook  # late: forty modules for what a shop does now and then
    from xlsxwriter.exceptions import FileCreateError

    try:
        with Workbook(path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
            text, bold = book.add_format({"num_format": "@"}), book.add_format({"num_format": "@", "bold": True})
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            sheet.write_row(0, 0, header, bold)
            for number, row in enumerate(rows, 1):
                for column, cell in enumerate(row):
                    if cell:
                        sheet.write_string(number, column, cell, text)
    except FileCreateError as error:
        raise error.args[0] from None


def _text(cell: object, row: int) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, int | float):
        if abs(cell) >= _EXACT:
            raise Wrong(
                "A long number has lost its last digits because the spreadsheet stored it as a number. "
                "Format the column as Text and type it again.",
                row=row,
            )
        return str(int(cell)) if cell == int(cell) else f"{cell:.15g}"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _repacked(path: Path) -> BytesIO:
    """The workbook unpacked within limits and stored anew, so that nothing behind its real sizes reaches the reader."""
    if path.stat().st_size > MOST_BYTES:
        raise Wrong(f"The file is larger than {MOST_BYTES >> 20} MB. Split it, or save it as CSV.")
    try:
        with zipfile.ZipFile(path) as packed:
            _refuse_swelling(packed, path.stat().st_size)
            parts = {part.filename: packed.read(part) for part in packed.infolist()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Wrong(_UNREADABLE) from error
    for name, content in parts.items():
        _refuse_active(name, content)
    _refuse_far_cells(parts)
    _refuse_repeated_text(parts)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as stored:
        for name, content in parts.items():
            stored.writestr(name, content)
    out.seek(0)
    return out


def _refuse_swelling(packed: zipfile.ZipFile, size: int) -> None:
    unpacked = sum(part.file_size for part in packed.infolist())
    if unpacked > MOST_UNPACKED or (unpacked > 10_000_000 and unpacked > size * MOST_RATIO):
        raise Wrong("The file unpacks to far more than a table of this size needs. Save the rows as CSV and import that.")


def _refuse_active(name: str, content: bytes) -> None:
    if "vbaproject" in name.lower():
        raise Wrong("The file holds macros. Save it as .xlsx without macros and try again.")
    if "externallinks/" in name.lower():
        raise Wrong("The file holds links to other files. Paste the cells as values, save it and try again.")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Wrong("The file holds XML definitions that no spreadsheet writes. Save it in a spreadsheet and try again.")


def _refuse_far_cells(parts: Mapping[str, bytes]) -> None:
    """The reader makes room for the whole rectangle up to the last cell: one cell at the far corner would fill the memory."""
    for content in _sheets(parts):
        last_row = last_column = 0
        for found in _CELL.finditer(content):
            last_row = max(last_row, int(found[2]))
            last_column = max(last_column, reduce(lambda column, letter: column * 26 + letter - 64, found[1], 0))
        if last_row * last_column > MOST_CELLS:
            raise Wrong("A cell far outside the table holds something. Delete what is beyond the table and save it again.")


def _refuse_repeated_text(parts: Mapping[str, bytes]) -> None:
    """A text is stored once and pointed at from many cells; each of them gets a copy when it is read."""
    longest = max((len(found[0]) for found in _SHARED.finditer(parts.get("xl/sharedStrings.xml", b""))), default=0)
    uses = sum(content.count(b't="s"') for content in _sheets(parts))
    if longest * uses > MOST_TEXT:
        raise Wrong("The file repeats very long texts. Shorten them, or save the rows as CSV and import that.")


def _sheets(parts: Mapping[str, bytes]) -> Iterator[bytes]:
    return (content for name, content in parts.items() if name.startswith("xl/worksheets/"))
