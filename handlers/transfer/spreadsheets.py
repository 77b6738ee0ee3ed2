"""XLSX: opened with limits, because a small file can swell to fill the memory; written as text cells."""

import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from handlers.transfer import sheets
from handlers.transfer.report import Wrong

MOST_BYTES = 50 * 1024 * 1024
MOST_UNPACKED = 400 * 1024 * 1024
MOST_RATIO = 200


def read_sheet(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Rows of the first sheet, with their numbers from 1, every cell as the text that a person sees or means. Raises Wrong."""
    with _opened(path) as packed:
        yield from sheets.rows_of(packed)


def about_rows(path: Path) -> int:
    """About how many rows the first sheet has. Raises Wrong."""
    with _opened(path) as packed:
        return sheets.about_rows(packed)


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    if path.stat().st_size > MOST_BYTES:
        raise Wrong(f"The file is larger than {MOST_BYTES >> 20} MB. Split it, or save it as CSV.")
    try:
        with zipfile.ZipFile(path) as packed:
            _refuse_swelling(packed, path.stat().st_size)
            _refuse_active(packed)
            yield packed
    except (sheets.Unreadable, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise Wrong("This is not a readable XLSX file. Open it in a spreadsheet and save it as .xlsx again.") from error


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


def _refuse_active(packed: zipfile.ZipFile) -> None:
    for name in packed.namelist():
        if "vbaproject" in name.lower():
            raise Wrong("The file holds macros. Save it as .xlsx without macros and try again.")
        if "externallinks/" in name.lower():
            raise Wrong("The file holds links to other files. Paste the cells as values, save it and try again.")
