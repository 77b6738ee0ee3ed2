"""Fields: how an attribute of a table is written in one or more columns, and read back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Table

from handlers.transfer import values
from handlers.transfer.report import Wrong

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
Cell = str | list[str]


class Promised(NamedTuple):
    """A row whose id is looked up when the rows that point at it are written: until then it may go, or is yet to come."""

    code: str


@dataclass(frozen=True, slots=True)
class Known:
    """What rows may point at: ids by table name and code, and the countries of the stores by code (the first one under "")."""

    ids: Mapping[str, Mapping[str, int | Promised]]
    regions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cells:
    """One row while it is read."""

    number: int
    values: Mapping[str, Cell]
    known: Known

    def text(self, column: str) -> str:
        value = self.values.get(column, "")
        if isinstance(value, list):
            raise Wrong("Write one text here, not a list.", column)
        return value.strip()

    def region(self) -> str | None:
        """The country of the store in this row, else of the first store."""
        return self.known.regions.get(self.text("store")) or self.known.regions.get("")


@dataclass(frozen=True, slots=True)
class Field:
    """`name`: the attribute. `read` raises Wrong. `write` gives a cell for each of `columns`.

    `points_at`: the table whose codes stand in the column, `many` of them in a list.
    """

    name: str
    columns: Sequence[str]
    read: Callable[[Cells], Any]
    write: Callable[[Any], Sequence[Cell]]
    required: bool = False
    points_at: Table | None = None
    many: bool = False


def _plain(value: Any) -> list[Cell]:
    return ["" if value is None else str(value)]


def single(
    column: str,
    parse: Callable[[str], Any],
    *,
    required: bool = False,
    default: Any = None,
    write: Callable[[Any], Sequence[Cell]] = _plain,
) -> Field:
    """A field of one column; an empty cell means `default`."""

    def read(cells: Cells) -> Any:
        text = cells.text(column)
        if text:
            return parse(text)
        if required:
            raise Wrong("This cell is empty and must not be. Fill it in or delete the row.", column)
        return default

    return Field(column, [column], read, write, required)


def code(most: int) -> Field:
    return single("code", lambda text: values.a_code(text, most), required=True)


def text(column: str, most: int, *, required: bool = False, default: str | None = None) -> Field:
    return single(column, lambda value: values.a_text(value, most), required=required, default=default)


def day(column: str, *, required: bool = False) -> Field:
    return single(column, values.a_day, required=required)


def lunar_day(column: str) -> Field:
    return single(column, values.a_lunar_day)


def whole(column: str, least: int, most: int, *, required: bool = False) -> Field:
    return single(column, lambda value: values.a_whole_number(value, least, most), required=required)


def amount(column: str, *, required: bool = False) -> Field:
    def write(value: int | None) -> list[Cell]:
        if value is None:
            return [""]
        return [str(value // 100) if value % 100 == 0 else f"{value // 100}.{value % 100:02}"]

    return single(column, values.an_amount, required=required, write=write)


def choice(column: str, choices: Sequence[str], *, required: bool = False) -> Field:
    return single(column, lambda value: values.a_choice(value, choices), required=required)


def yes_or_no(column: str, *, default: bool) -> Field:
    return single(column, values.a_yes_or_no, default=default, write=lambda value: ["yes" if value else "no"])


def position() -> Field:
    """The order in which things are offered: the order of the file, unless the column says otherwise."""

    def read(cells: Cells) -> int:
        value = cells.text("position")
        return values.a_whole_number(value, 0, 999_999) if value else cells.number - 1

    return Field("position", ["position"], read, _plain)


def minutes_by_model() -> Field:
    """Models that take another time: "audi_q5=75|tesla_model_3=45"."""

    def read(cells: Cells) -> dict[str, int]:
        parts = values.a_list(cells.values.get("minutes_by_model", ""), 60)
        return dict(_located(values.a_code_and_minutes, part, column="minutes_by_model") for part in parts)

    return Field(
        "model_minutes", ["minutes_by_model"], read, lambda value: [[f"{code}={minutes}" for code, minutes in value.items()]]
    )


def mileages(column: str) -> Field:
    """Mileages in kilometres: "20000|40000"."""

    def read(cells: Cells) -> list[int]:
        parts = values.a_list(cells.values.get(column, ""), 20)
        return sorted(_located(values.a_whole_number, part, 1, 2_000_000, column=column) for part in parts)

    return Field(column, [column], read, lambda value: [[str(km) for km in value]])


def phone() -> Field:
    def read(cells: Cells) -> str | None:
        value = cells.text("phone")
        return values.a_phone(value, cells.region()) if value else None

    return Field("phone", ["phone"], read, _plain)


def words(column: str, most: int) -> Field:
    """A list, in a spreadsheet with `|` between its texts."""
    return Field(column, [column], lambda cells: values.a_list(cells.values.get(column, ""), most), lambda value: [list(value)])


def texts(column: str, name: str, most: int, *, required: bool = False) -> Field:
    """One text a language; a language that was left out gets the words of the first that is there."""
    columns = [f"{column}_{language.lower().replace('-', '_')}" for language in LANGUAGES]

    def read(cells: Cells) -> dict[str, str]:
        found = [_located(values.a_text, cells.text(one), most, column=one) for one in columns]
        first = next((value for value in found if value), "")
        if required and not first:
            raise Wrong("At least one language must be filled in.", columns[0])
        return {language: value or first for language, value in zip(LANGUAGES, found, strict=True)}

    return Field(name, columns, read, lambda value: [value.get(language, "") for language in LANGUAGES], required)


def reference(column: str, name: str, table: Table, *, required: bool = False) -> Field:
    """The code of a row of another table, kept as its id."""

    def read(cells: Cells) -> int | Promised | None:
        value = cells.text(column)
        if value:
            return _id(cells, table, value)
        if required:
            raise Wrong("This cell is empty and must not be. Fill it in or delete the row.", column)
        return None

    return Field(name, [column], read, _plain, required, points_at=table)


def references(column: str, table: Table) -> Field:
    """Codes of rows of another table, kept as codes."""

    def read(cells: Cells) -> list[str]:
        codes = values.a_list(cells.values.get(column, ""), 60)
        for one in codes:
            _id(cells, table, one)
        return codes

    return Field(column, [column], read, lambda value: [list(value)], points_at=table, many=True)


def _id(cells: Cells, table: Table, value: str) -> int | Promised:
    try:
        return cells.known.ids[table.name][value]
    except KeyError:
        kind = table.name.replace("_", " ")
        raise Wrong(f'There is no "{value[:60]}" among the {kind}. Import it first, or correct the code.') from None


def _located(parse: Callable[..., Any], *arguments: Any, column: str) -> Any:
    try:
        return parse(*arguments)
    except Wrong as error:
        error.column = column
        raise
