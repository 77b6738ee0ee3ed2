"""What an XLSX is made of: files that point at each other, read element by element, and no further than they state to be long."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from posixpath import dirname, join, normpath
from typing import IO, NoReturn
from xml.parsers import expat
from zipfile import ZipFile, ZipInfo

from handlers.transfer.report import Wrong

Attributes = dict[str, str]
_PIECE = 1 << 16
# ECMA-376, 18.8.30, with those that Chinese spreadsheets have for dates of their own.
_BUILT_IN = dict.fromkeys([*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)], "date") | {46: "elapsed"}
_LONGEST_CODE = 255
_ELAPSED = re.compile(r"\[(?:h{1,9}|m{1,9}|s{1,9})\]", re.IGNORECASE)
_BESIDE = re.compile(r'"[^"]{0,255}"|\\.|\[[^\]]{0,255}\]|_.')
_PART_OF_DATE = re.compile("[dmyhs]", re.IGNORECASE)


class Workbook:
    """The files within a file. What is not there raises KeyError, what is no XML ExpatError."""

    def __init__(self, packed: ZipFile) -> None:
        self._packed = packed
        self._infos: dict[str, ZipInfo] = {info.filename.replace("\\", "/").lower(): info for info in packed.infolist()}
        [self._name, *_] = self._related("", "/officeDocument") or [""]

    def about_rows(self) -> int:
        """About how many rows the first sheet has."""
        with self._open(self._first_sheet()) as sheet:
            return sum(piece.count(b"<row") for piece in _pieces(sheet))

    def hear_sheet(self, parser: expat.XMLParserType) -> Iterator[None]:
        """Tells the parser of the first sheet with cells, in the order of the tabs, a piece at a time."""
        yield from self._hear(self._first_sheet(), parser)

    def hear_texts(self, parser: expat.XMLParserType) -> None:
        """Tells the parser of the texts that cells point at."""
        for name in self._related(self._name, "/sharedStrings")[:1]:
            for _ in self._hear(name, parser):
                pass

    def shows(self) -> list[str]:
        """What the number in a cell of each style is to a person: "date", "elapsed" (a time that something takes) or "number"."""
        return [shown for name in self._related(self._name, "/styles")[:1] for shown in _shows(self._tags(name))]

    def epoch(self) -> datetime:
        """The day that the numbers of days begin with."""
        told = (attributes.get("date1904", "") for tag, attributes in self._tags(self._name) if tag == "workbookPr")
        year_four = next(told, "") in ("1", "true")
        return datetime(1904, 1, 1) if year_four else datetime(1899, 12, 30)  # noqa: DTZ001 - what people write has no zone

    def _first_sheet(self) -> str:
        sheets = {key: target for key, target, kind in self._relations(self._name) if kind.endswith("/worksheet")}
        keys = (_ending(attributes, "}id") for tag, attributes in self._tags(self._name) if tag == "sheet")
        return next((sheets[key] for key in keys if key in sheets), "")

    def _related(self, name: str, kind: str) -> list[str]:
        """The parts of a kind (the end of its address) that a part points at; the whole file is the part without a name."""
        return [target for _, target, of_kind in self._relations(name) if of_kind.endswith(kind)]

    def _relations(self, name: str) -> list[tuple[str, str, str]]:
        folder, plain = dirname(name), name.rpartition("/")[2]
        return [
            (one["Id"], normpath(join("/", folder, one["Target"])).lstrip("/"), one["Type"])
            for tag, one in self._tags(join(folder, "_rels", f"{plain}.rels"))
            if tag == "Relationship" and one.get("TargetMode") != "External"
        ]

    def _tags(self, name: str) -> Iterator[tuple[str, Attributes]]:
        """Each start of an element, as its plain name and attributes."""
        found: list[tuple[str, Attributes]] = []
        for _ in self._hear(name, parser(lambda tag, attributes: found.append((plain(tag), attributes)))):
            yield from found
            found.clear()

    def _hear(self, name: str, listening: expat.XMLParserType) -> Iterator[None]:
        with self._open(name) as part:
            for piece in _pieces(part):
                listening.Parse(piece)
                yield
        listening.Parse(b"", True)
        yield

    def _open(self, name: str) -> IO[bytes]:
        return self._packed.open(self._infos[name.lower()])


def _shows(styles: Iterator[tuple[str, Attributes]]) -> list[str]:
    """What the number in a cell of each style is for a person: a "date", how long something takes ("elapsed"), or a "number"."""
    codes: dict[int, str] = {}
    kinds: list[int] = []
    section = ""
    for tag, attributes in styles:
        if tag == "numFmt":
            codes[int(attributes["numFmtId"])] = attributes["formatCode"][:_LONGEST_CODE]
        elif tag == "xf" and section == "cellXfs":
            kinds.append(int(attributes.get("numFmtId", 0)))
        elif tag in ("cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            section = tag
    return [_shown_by(codes[kind]) if kind in codes else _BUILT_IN.get(kind, "number") for kind in kinds]


def _shown_by(code: str) -> str:
    if _ELAPSED.search(code):
        return "elapsed"
    return "date" if _PART_OF_DATE.search(_BESIDE.sub("", code)) else "number"


def parser(
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object] | None = None,
    data: Callable[[str], object] | None = None,
) -> expat.XMLParserType:
    made = expat.ParserCreate(namespace_separator="}")
    made.buffer_text = True
    made.StartElementHandler, made.EndElementHandler, made.CharacterDataHandler = start, end, data
    made.StartDoctypeDeclHandler = _refuse_definitions
    return made


def _refuse_definitions(*_: object) -> NoReturn:
    raise Wrong("The file holds XML definitions that no spreadsheet writes. Save it in a spreadsheet and try again.")


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: part.read(_PIECE), b"")


@lru_cache(256)
def plain(tag: str) -> str:
    """The name without the address of its vocabulary, of which there are two."""
    return tag.rpartition("}")[2]


def _ending(attributes: Mapping[str, str], end: str) -> str:
    return next((value for name, value in attributes.items() if name.endswith(end)), "")
