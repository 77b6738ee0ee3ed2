"""The first sheet of an XLSX, a row at a time: it takes the memory of the texts that cells point at, and of a few rows."""

import re
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from functools import lru_cache
from xml.parsers.expat import ExpatError
from zipfile import ZipFile

from handlers.transfer.report import Wrong
from handlers.transfer.workbooks import Attributes, Workbook, parser, plain

MOST_TEXT = 100 * 1024 * 1024
# What spreadsheets can hold (specifications of Excel).
_LONGEST_TEXT = 32_767
_MOST_ROWS = 1_048_576
_MOST_COLUMNS = 16_384
_PAST_LAST_DAY = 2_958_466  # what begins with the year 10000 is no date, whatever its format
# Far more than any table here has.
_FAR_COLUMN = 256
# Beyond 15 digits a spreadsheet number has lost its end.
_EXACT = 10**15
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
# ECMA-376, 22.4.2.4: characters that XML cannot hold, and the underscore where such a word is meant as it stands.
_ESCAPED = re.compile("_x([0-9A-CEFa-cef][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2})_")


class Unreadable(ValueError):  # noqa: N818 - it says what it is where it is raised
    """These bytes are no workbook; there is nothing more to say to the operator than that."""


def rows_of(packed: ZipFile) -> Iterator[tuple[int, list[str]]]:
    """Rows that are there, with their numbers from 1, every cell as the text that a person sees or means.

    Raises Wrong with a sentence, or Unreadable.
    """
    with _readable():
        book = Workbook(packed)
        texts = _Texts()
        book.hear_texts(parser(texts.start, texts.end, texts.pieces.append))
        sheet = _Sheet(texts, book.shows(), book.epoch())
        for _ in book.hear_sheet(parser(sheet.start, sheet.end, sheet.pieces.append)):
            yield from sheet.done
            sheet.done.clear()


def about_rows(packed: ZipFile) -> int:
    """About how many there are. Raises Unreadable."""
    with _readable():
        return Workbook(packed).about_rows()


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except Wrong:
        raise
    except (ExpatError, LookupError, ArithmeticError, ValueError) as error:
        raise Unreadable from error


class _Texts:
    """The texts that cells point at: one run of bytes and where each ends, a third of the memory of a list."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._text = ""
        self._aside = False
        self._bytes = bytearray()
        self._ends = array("Q", [0])
        # Cells that repeat a text share it.
        self.at: Callable[[int], str] = lru_cache(4096)(self._at)

    def start(self, tag: str, _attributes: Attributes) -> None:
        self.pieces.clear()
        match plain(tag):
            case "si":
                self._text = ""
            case "rPh":  # how the words are pronounced
                self._aside = True

    def end(self, tag: str) -> None:
        match plain(tag):
            case "t" if not self._aside:
                self._text += _text(self.pieces)
            case "rPh":
                self._aside = False
            case "si":
                self._bytes += _short(self._text).encode()
                self._ends.append(len(self._bytes))
                if len(self._bytes) > MOST_TEXT:
                    raise Wrong(f"The texts of the file take more than {MOST_TEXT >> 20} MB. Split it, or save it as CSV.")

    def _at(self, index: int) -> str:
        if index < 0:
            raise IndexError(index)
        return self._bytes[self._ends[index] : self._ends[index + 1]].decode()


class _Sheet:
    """Hears the elements of a sheet; what has been read is in `done` until it is taken."""

    def __init__(self, texts: _Texts, shows: list[str], epoch: datetime) -> None:
        self._texts, self._shows, self._epoch = texts, shows, epoch
        self.done: list[tuple[int, list[str]]] = []
        self._row: list[str] = []
        self._number = self._column = self._style = 0
        self._kind = self._value = self._inline = ""
        self.pieces: list[str] = []
        self._aside = False

    def start(self, tag: str, attributes: Attributes) -> None:
        self.pieces.clear()
        match plain(tag):
            case "c":
                column = _column(attributes["r"]) if "r" in attributes else self._column + 1
                if not 0 < column <= _MOST_COLUMNS:
                    raise IndexError(column)
                self._column = column
                self._kind, self._style = attributes.get("t", "n"), int(attributes.get("s", 0))
                self._value = self._inline = ""
            case "row":
                self._number = int(attributes.get("r", self._number + 1))
                if not 0 < self._number <= _MOST_ROWS:
                    raise IndexError(self._number)
                self._row, self._column = [], 0
            case "rPh":
                self._aside = True

    def end(self, tag: str) -> None:
        match plain(tag):
            case "v":
                self._value = _text(self.pieces)
            case "c":
                self._put(_short(self._inline) if self._kind == "inlineStr" else self._shown() if self._value else "")
            case "row":
                self.done.append((self._number, self._row))
            case "t" if not self._aside:
                self._inline += _text(self.pieces)
            case "rPh":
                self._aside = False

    def _put(self, text: str) -> None:
        if not text:
            return
        if self._column > _FAR_COLUMN:
            raise Wrong(
                "A cell far outside the table holds something. Delete what is beyond the table and save it again.",
                row=self._number,
            )
        self._row += [""] * (self._column - len(self._row))
        self._row[self._column - 1] = text

    def _shown(self) -> str:
        match self._kind:
            case "s":
                return self._texts.at(int(self._value))
            case "n":
                return self._amount(float(self._value))
            case "b":
                return "yes" if self._value in ("1", "true") else "no"
            case "e":
                raise Wrong(f"A cell shows {self._value[:20]}. Put its formula right, or empty it.", row=self._number)
            case "d":
                return _moment(datetime.fromisoformat(self._value))
            case _:
                return _short(self._value)

    def _amount(self, number: float) -> str:
        shown = self._shows[self._style] if self._style < len(self._shows) else "number"
        if shown != "number" and 0 <= number < _PAST_LAST_DAY:
            since = timedelta(seconds=round(number * 86_400))
            return self._dated(since) if shown == "date" else str(since)
        if abs(number) >= _EXACT:
            raise Wrong(
                "A long number has lost its last digits because the spreadsheet stored it as a number. "
                "Format the column as Text and type it again.",
                row=self._number,
            )
        return str(int(number)) if number == int(number) else f"{number:.15g}"

    def _dated(self, since: timedelta) -> str:
        if timedelta() <= since < timedelta(days=1):
            return (self._epoch + since).time().isoformat()
        # Spreadsheets that begin with 1900 take that for a leap year.
        return _moment(self._epoch + since + timedelta(days=self._epoch.year == 1899 and since < timedelta(days=60)))


def _text(pieces: list[str]) -> str:
    text = "".join(pieces)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _short(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise Wrong("The file holds a very long text. Shorten it, or save the rows as CSV and import that.")
    return text


def _column(reference: str) -> int:
    """1 for A2, 28 for AB7. Raises IndexError."""
    if not (found := _REFERENCE.fullmatch(reference)):
        raise IndexError(reference)
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number


def _moment(moment: datetime) -> str:
    return moment.date().isoformat() if moment.time() == time() else moment.isoformat(" ", "seconds")
