"""XLSX: read row by row and with limits, because a small file can swell to fill the memory; written as text cells."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from handlers.transfer.report import Wrong
from handlers.transfer.room import left

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200
# The texts that cells share are kept while rows are read.
MOST_TEXT = 100 * 1024 * 1024
# Measured with a hundred thousand rows of customers: the library and the rest of an import, and a text that cells share.
LEAST_ROOM, ROOM_FOR_TEXT = 50 * 1024 * 1024, 6
# What a cell can hold in a spreadsheet.
_LONGEST_TEXT = 32_767
# Far more columns than any table here has.
_FAR_COLUMN = 256
# Beyond 15 digits a spreadsheet number has lost its end.
_EXACT = 10**15
# Numbers of formats that Chinese spreadsheets have for dates of their own (ECMA-376, 18.8.30).
_CHINESE_DATES = frozenset([*range(27, 37), *range(50, 59)])
_DEFINITIONS = re.compile(b"<!(?:DOCTYPE|ENTITY)")
_PIECE = 1 << 20
# What it says of its size, in its first bytes.
_FIRST_SHEET, _HEAD = "xl/worksheets/sheet1.xml", 4096
_EXTENT = re.compile(rb'<dimension ref="[A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}([0-9]{1,7})"')
# What the library raises on files that are none.
_BROKEN = (
    ParseError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, LookupError, ArithmeticError,
    ValueError, TypeError, AttributeError,
)  # fmt: skip


def read_sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet, with their numbers from 1, every cell as the text that a person sees or means. Raises Wrong."""
    with _opened(path) as sheet:
        sheet.reset_dimensions()  # what the file says of its size may be anything
        for number, row in enumerate(sheet.iter_rows(), 1):
            if len(row) > _FAR_COLUMN:
                raise Wrong(
                    "A cell far outside the table holds something. Delete what is beyond the table and save it again.", row=number
                )
            cells = [_text(cell, number) for cell in row]
            if any(cells):
                yield number, cells


def about_rows(path: Path) -> int:
    """How many rows the first sheet says that it has, 0 if it does not. Opening it anew would read all texts a second time."""
    try:
        with zipfile.ZipFile(path) as packed, packed.open(_FIRST_SHEET) as file:
            found = _EXTENT.search(file.read(_HEAD))
    except _BROKEN:
        return 0
    return int(found[1]) if found else 0


@contextmanager
def _opened(path: Path) -> "Iterator[ReadOnlyWorksheet]":
    # Late: what only importing needs.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if path.stat().st_size > MOST_BYTES:
        raise Wrong(f"The file is larger than {MOST_BYTES >> 20} MB. Split it, or save it as CSV.")
    try:
        with zipfile.ZipFile(path) as packed:
            _refuse_swelling(packed, path.stat().st_size)
            _refuse_active(packed)
            _refuse_without_room(packed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and the like that are not read here
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                yield book.worksheets[0]
            finally:
                book.close()
    except Wrong:
        raise
    except (InvalidFileException, *_BROKEN) as error:
        raise Wrong("This is not a readable XLSX file. Open it in a spreadsheet and save it as .xlsx again.") from error


def _text(cell: Any, row: int) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "e":
        raise Wrong(
            f"A cell shows {str(value)[:20]}, or a number that its format cannot show. Put it right, or empty it.", row=row
        )
    if isinstance(value, str):
        return _words(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        if cell.style_array.numFmtId in _CHINESE_DATES:
            value = _day(cell, value)
        elif abs(value) >= _EXACT:
            raise Wrong(
                "A long number has lost its last digits because the spreadsheet stored it as a number. "
                "Format the column as Text and type it again.",
                row=row,
            )
        else:
            return str(int(value)) if value == int(value) else f"{value:.15g}"
    if isinstance(value, datetime):
        value = value.date() if value.time() == time() else value.replace(microsecond=0)
    return (
        value.isoformat(" ")
        if isinstance(value, datetime)
        else value.isoformat()
        if isinstance(value, date | time)
        else str(value)
    )


def _words(value: str) -> str:
    from openpyxl.utils.escape import unescape

    if len(value) > _LONGEST_TEXT:
        raise Wrong("The file holds a very long text. Shorten it, or save the rows as CSV and import that.")
    return str(unescape(value)) if "_x" in value else value


def _day(cell: Any, number: float) -> Any:
    from openpyxl.utils.datetime import from_excel

    return from_excel(number, cell.parent.parent.epoch)


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


def _refuse_swelling(packed: zipfile.ZipFile, size: int) -> None:
    unpacked = sum(part.file_size for part in packed.infolist())
    if unpacked > MOST_UNPACKED or (unpacked > 10_000_000 and unpacked > size * MOST_RATIO):
        raise Wrong("The file unpacks to far more than a table of this size needs. Save the rows as CSV and import that.")


def _refuse_without_room(packed: zipfile.ZipFile) -> None:
    """Where the system would end us, or the worker beside us, there would be no sentence."""
    texts = sum(part.file_size for part in packed.infolist() if "sharedstrings" in part.filename.lower())
    needed, room = LEAST_ROOM + ROOM_FOR_TEXT * texts, left()
    if room is not None and room < needed:
        raise Wrong(
            f"Reading this sheet takes about {needed >> 20} MB of memory, and of what is allowed here {max(0, room) >> 20} MB "
            "are left. Save the rows as CSV and import that."
        )


def _refuse_active(packed: zipfile.ZipFile) -> None:
    for part in packed.infolist():
        name = part.filename.lower()
        if "vbaproject" in name:
            raise Wrong("The file holds macros. Save it as .xlsx without macros and try again.")
        if "externallinks/" in name:
            raise Wrong("The file holds links to other files. Paste the cells as values, save it and try again.")
        if "sharedstrings" in name and part.file_size > MOST_TEXT:
            raise Wrong(f"The texts of the file take more than {MOST_TEXT >> 20} MB. Split it, or save it as CSV.")
        if name.endswith((".xml", ".rels")) and _has_definitions(packed, part):
            raise Wrong("The file holds XML definitions that no spreadsheet writes. Save it in a spreadsheet and try again.")


def _has_definitions(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    end = b""
    with packed.open(part) as file:
        while piece := file.read(_PIECE):
            # In two bytes a sign, too, as XML may be.
            if _DEFINITIONS.search((end + piece).replace(b"\0", b"")):
                return True
            end = piece[-32:]
    return False
