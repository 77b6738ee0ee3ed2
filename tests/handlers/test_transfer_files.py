"""Files in every shape that a spreadsheet writes, and those that are refused (IE1, IE2, IE4, IE6)."""

import csv
import gc
import zipfile
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.transfer import formulas, room, spreadsheets, writing
from handlers.transfer.encodings import encoding_of
from handlers.transfer.files import open_rows
from handlers.transfer.report import Wrong

CHINESE = "code,name\nC-1,陈静雯先生的车已经修好了\nC-2,机油和机滤需要更换\nC-3,王雨桐\n"
TRADITIONAL = "code,name\nC-1,陳靜雯先生的車已經修好了\nC-2,機油和機油芯需要更換\nC-3,黃子軒\n"


def rows_of(path: Path) -> list[tuple[int, dict[str, Any]]]:
    return [(row.number, row.cells) for row in open_rows(path).rows]


def file(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> Wrong:
    with pytest.raises(Wrong) as caught:
        list(open_rows(path).rows)
    assert caught.value.reason.endswith(".")
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", CHINESE), ("utf-8-sig", CHINESE), ("utf-16", CHINESE), ("utf-16-le", CHINESE), ("utf-16-be", CHINESE),
        ("gb18030", CHINESE), ("gbk", CHINESE), ("big5", TRADITIONAL), ("cp950", TRADITIONAL),
    ],
)  # fmt: skip
def test_chinese_is_read_right_in_every_usual_encoding_ie2(tmp_path: Path, encoding: str, text: str) -> None:
    path = file(tmp_path, "customers.csv", text.encode(encoding))
    assert [cells["name"] for _, cells in rows_of(path)] == [line.split(",")[1] for line in text.splitlines()[1:]]


@pytest.mark.parametrize("content", ["caf\xe9,na\xefve\n1,\xfc\n".encode("latin-1"), b"\xff\xfea\x00\x00", b"\x81,\xff\xff\n"])
def test_an_encoding_that_is_not_certain_is_refused_ie2(tmp_path: Path, content: bytes) -> None:
    assert "UTF-8" in refusal(file(tmp_path, "customers.csv", content)).reason


def test_a_late_chinese_character_decides_the_encoding_too_ie2(tmp_path: Path) -> None:
    path = file(tmp_path, "c.csv", ("code,name\n" + "a,b\n" * 600_000 + CHINESE.split("\n", 1)[1]).encode("gb18030"))
    assert encoding_of(path) == "gb18030"


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_quotes_and_line_ends_ie2(tmp_path: Path, separator: str) -> None:
    lines = ['Code|Full Name|"no te"', '1|"a|b ""c"""|"two', 'lines"', "", " | | ", "4|x"]
    path = file(tmp_path, "c.csv", "\r\n".join(lines).replace("|", separator))
    first, last = rows_of(path)
    assert first == (2, {"code": "1", "full_name": f'a{separator}b "c"', "no_te": "two\r\nlines"})
    # Empty lines are rows of the spreadsheet: the numbers are those that a person sees there.
    assert last == (5, {"code": "4", "full_name": "x", "no_te": ""})


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        ("code,Code\n1,2\n", 1, 'two columns "code"'),
        ("code,,name\n1,2,3\n", 1, "Column 2 has no name"),
        ("code,name\n1,2\n1,2,3\n", 3, "3 cells but 2 columns"),
        ('code,name\n1,2\n2,"open\n3,4\n', 3, "opened and not closed"),
        ('code,name\n1,"a"b\n', 2, "cannot be told apart"),
        ("", 1, "first line is empty"),
        ("\n\n", 1, "first line is empty"),
        ("code,name\n1," + "x" * 2_000_000, 2, "million characters"),
        ("code,name\n1," + "x" * 200_000, 2, "field limit"),
    ],
)
def test_a_broken_table_is_refused_with_its_row_ie2(tmp_path: Path, content: str, row: int, words: str) -> None:
    wrong = refusal(file(tmp_path, "c.csv", content))
    assert (wrong.row, words in wrong.reason) == (row, True), wrong.reason


def test_digits_stay_text_ie6(tmp_path: Path) -> None:
    path = file(tmp_path, "v.csv", "code,vin\n007,1E10\n0012345678901234567890,+1\n")
    assert [list(cells.values()) for _, cells in rows_of(path)] == [["007", "1E10"], ["0012345678901234567890", "+1"]]
    path = file(
        tmp_path, "v.jsonl", '{"code": 12345678901234567890, "amount": 399.50, "active": true, "vin": null, "aliases": ["a"]}\n'
    )
    assert rows_of(path) == [
        (1, {"code": "12345678901234567890", "amount": "399.50", "active": "yes", "vin": "", "aliases": ["a"]})
    ]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not JSON"), ("[1]", "must be an object"), ('{"a": {"b": 1}}', "list of texts"), ('{"a": 1, "a": 2}', "twice"),
        ("[" * 100_000, "not JSON"), ('{"a": NaN}', "list of texts"),
    ],
)  # fmt: skip
def test_a_broken_line_of_json_is_refused_with_its_number(tmp_path: Path, line: str, words: str) -> None:
    wrong = refusal(file(tmp_path, "v.jsonl", f'{{"code": "1"}}\n\n{line}\n'))
    assert (wrong.row, words in wrong.reason) == (3, True), wrong.reason


def test_toml_rows_have_the_line_of_their_heading(tmp_path: Path) -> None:
    path = file(tmp_path, "s.toml", '# shops\n\n[[store]]\ncode = "a"\n\n  [[ store ]]\ncode = "b"\n')
    assert [number for number, _ in rows_of(path)] == [3, 6]


@pytest.mark.parametrize("content", ["[[store]]\ncode = ", "a = 1\n", "[[store]]\n[[entry]]\n", "store = 5\n", "store = [5]\n"])
def test_broken_toml_is_refused(tmp_path: Path, content: str) -> None:
    refusal(file(tmp_path, "s.toml", content))


def test_a_missing_file_and_a_strange_ending_are_refused(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "none.csv").reason
    assert ".csv" in refusal(file(tmp_path, "a.docx", "x")).reason


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    return path


def test_a_sheet_is_read_as_a_person_sees_it_ie6(tmp_path: Path) -> None:
    rows = [["code", "phone", "amount", "day", "yes"], [], ["007", 13800138000, 0.1 + 0.2, date(2026, 4, 3), True], ["x", 1.5]]
    assert rows_of(workbook(tmp_path / "a.xlsx", rows)) == [
        (3, {"code": "007", "phone": "13800138000", "amount": "0.3", "day": "2026-04-03", "yes": "yes"}),
        (4, {"code": "x", "phone": "1.5", "amount": "", "day": "", "yes": ""}),
    ]


def test_a_number_that_lost_its_digits_is_refused_ie6(tmp_path: Path) -> None:
    wrong = refusal(workbook(tmp_path / "a.xlsx", [["code"], [12345678901234567890]]))
    assert (wrong.row, "as Text" in wrong.reason) == (2, True)


def test_formats_say_what_a_number_is_ie6(tmp_path: Path) -> None:
    at, lunch = datetime.combine(date(2026, 4, 3), time(10, 20)), time(12, 30)
    shown = [
        ("yyyy-mm-dd hh:mm", at, "2026-04-03 10:20:00"), ('yyyy"年"m"月"d"日"', date(2026, 4, 3), "2026-04-03"),
        ("hh:mm", lunch, "12:30:00"), ("[h]:mm", timedelta(hours=30), "1 day, 6:00:00"), ('0.0 "days"', 2, "2"),
        (31, date(2026, 4, 3), "2026-04-03"), ("[Red]0", 7, "7"), ("[$¥-804]#,##0.00", 39.5, "39.5"),
        ("yyyy-mm-dd", 1, "1900-01-01"),
    ]  # fmt: skip
    for begins_1904 in (False, True):
        with xlsxwriter.Workbook(tmp_path / "a.xlsx", {"date_1904": begins_1904}) as book:
            sheet = book.add_worksheet()
            for column, (code, cell, _) in enumerate(shown):
                sheet.write(0, column, f"c{column}")
                sheet.write(1, column, cell, book.add_format({"num_format": code}))
        [(_, cells)] = rows_of(tmp_path / "a.xlsx")
        wanted = [text for _, _, text in shown]
        assert list(cells.values()) == ([*wanted[:-1], "1904-01-02"] if begins_1904 else wanted)


def test_what_other_programs_write_is_read_ie6(tmp_path: Path) -> None:
    """Names with a prefix, rows and cells without places, pieces of a text, how it is pronounced, what a formula gave."""
    pieces = b"<x:r><x:t>A-</x:t></x:r><x:r><x:t>1</x:t></x:r><x:rPh sb='0' eb='1'><x:t>ei</x:t></x:rPh>"
    texts = b"<x:si>" + pieces + b"</x:si><x:si><x:t>_x0041_</x:t></x:si>"
    cells = b'<x:c t="s"><x:v>0</x:v></x:c><x:c t="str"><x:f>B1</x:f><x:v>b &amp; c</x:v></x:c><x:c t="s"><x:v>1</x:v></x:c>'
    sheet = b'<x:row><x:c t="inlineStr"><x:is><x:t>code</x:t></x:is></x:c><x:c/><x:c/></x:row><x:row r="5">' + cells + b"</x:row>"
    sheet = sheet.replace(b"<x:c/>", b'<x:c t="str"><x:v>n</x:v></x:c>', 1).replace(
        b"<x:c/>", b'<x:c t="str"><x:v>m</x:v></x:c>', 1
    )
    space = b'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    path = packed(
        tmp_path / "a.xlsx",
        {
            "xl/sharedStrings.xml": b"<x:sst %s>%s</x:sst>" % (space, texts),
            "xl/worksheets/sheet1.xml": b"<x:worksheet %s><x:sheetData>%s</x:sheetData></x:worksheet>" % (space, sheet),
        },
    )
    assert rows_of(path) == [(5, {"code": "A-1", "n": "b & c", "m": "A"})]


def test_a_cell_that_shows_an_error_is_refused_with_its_row_ie6(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "code")
        sheet.write_formula(1, 0, "=NA()", None, "#N/A")
    wrong = refusal(tmp_path / "a.xlsx")
    assert (wrong.row, "#N/A" in wrong.reason) == (2, True)
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "phone")
        sheet.write(1, 0, 13800138000, book.add_format({"num_format": "m/d/yy"}))
    wrong = refusal(tmp_path / "b.xlsx")
    assert (wrong.row, "its format cannot show" in wrong.reason) == (2, True)


def packed(path: Path, parts: dict[str, bytes]) -> Path:
    """A sound workbook with some of its parts replaced or added."""
    sound = workbook(path.with_name("sound.xlsx"), [["code"], ["a"]])
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, content in parts.items():
            new.writestr(name, content)
    return path


_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
_PLACE = "xl/worksheets/sheet1.xml"
_FAR = _SHEET % b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
_REPEATED = _SHEET % (b'<row><c t="s"><v>0</v></c></row>' * 20_000)


def test_a_sheet_is_read_row_by_row_ie4(tmp_path: Path) -> None:
    """What is large is never whole in memory: rows have come before anybody knows that one further down is broken."""
    rows = [b'<row><c t="inlineStr"><is><t>%d</t></is></c></row>' % number for number in range(5000)]
    rows[4500] = b"<row><"
    sheet = (_SHEET % b"".join(rows)).replace(b"<sheetData>", b'<dimension ref="A1:A5000"/><sheetData>')
    come: list[int] = []
    with pytest.raises(Wrong, match="not a readable"):
        come.extend(row.number for row in open_rows(packed(tmp_path / "a.xlsx", {_PLACE: sheet})).rows)
    assert 3000 < come[-1] <= 4500


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"xl/media/zeros.bin": bytes(60_000_000)}, "unpacks to far more"),
        ({"xl/vbaProject.bin": b"x"}, "macros"),
        ({"xl/externalLinks/externalLink1.xml": b"<a/>"}, "links to other files"),
        ({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}, "definitions"),
        ({_PLACE: _FAR}, "far outside"),
        (
            {
                _PLACE: _REPEATED,
                "xl/sharedStrings.xml": b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>'
                + b"x" * 200_000
                + b"</t></si></sst>",
            },
            "very long",
        ),
        ({"xl/workbook.xml": b"<a>"}, "not a readable"),
    ],
)
def test_a_sheet_that_could_do_harm_is_refused_ie4(tmp_path: Path, parts: dict[str, bytes], words: str) -> None:
    assert words in refusal(packed(tmp_path / "a.xlsx", parts)).reason


def test_a_sheet_that_is_too_large_or_no_sheet_is_refused_ie4(tmp_path: Path) -> None:
    path = file(tmp_path, "b.xlsx", b"PK nothing")
    assert "not a readable" in refusal(path).reason
    with path.open("r+b") as book:
        book.truncate(spreadsheets.MOST_BYTES + 1)
    assert "larger than" in refusal(path).reason


@pytest.mark.parametrize(
    ("most", "anon", "refused"), [("max", 10**9, False), ("400000000", 10**8, False), ("300000000", 10**8 * 2 + 5 * 10**7, True)]
)
def test_without_the_memory_for_it_a_sheet_is_refused_beforehand_ie4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str, anon: int, refused: bool
) -> None:
    """The files stand for those of a control group (version 2); where there is none, nothing is known and it is tried."""
    book = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(book) as written:
        written.add_worksheet().write_row(0, 0, ["code"])
    monkeypatch.setattr(room, "_OURS", file(tmp_path, "cgroup", b"1:name=systemd:/x\n0::/system.slice/a.service\n"))
    monkeypatch.setattr(room, "_ALL", tmp_path)
    assert room.left() is None
    group = tmp_path / "system.slice" / "a.service"
    group.mkdir(parents=True)
    file(group, "memory.max", f"{most}\n".encode())
    file(group, "memory.stat", f"anon {anon}\nfile 7000000000\n".encode())
    if refused:
        assert "about 50 MB of memory, and of what is allowed here 47 MB are left" in refusal(book).reason
    else:
        assert open_rows(book).columns == ["code"]


_CELLS = st.text(st.sampled_from("=+-@|\t＝＋－＠｜' \"ab,;\n机1"), max_size=8)


@given(_CELLS)
def test_a_formula_is_disarmed_and_comes_back_ie1(cell: str) -> None:
    disarmed = formulas.disarm(cell)
    assert formulas.rearm(disarmed) == cell
    assert not disarmed.lstrip().startswith(("=", "+", "-", "@", "|", "＝", "＋", "－", "＠", "｜"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    st.lists(st.lists(_CELLS.map(str.strip), min_size=2, max_size=2), max_size=4), st.sampled_from([".csv", ".xlsx", ".jsonl"])
)
def test_cells_come_back_from_every_kind_of_file_ie1(tmp_path: Path, rows: list[list[str]], suffix: str) -> None:
    path = tmp_path / f"t{suffix}"
    writing.write_flat(path, suffix, ["a", "b"], rows)
    read = [[cells["a"], cells["b"]] for _, cells in rows_of(path)]
    assert read == [row for row in rows if any(row) or suffix == ".jsonl"]


def test_a_spreadsheet_sees_no_formula_ie1(tmp_path: Path) -> None:
    nasty = ["=cmd|' /C calc'!A0", "+86138", "-1", "@SUM(A1)", "\t=1", "＝1", "plain"]
    writing.write_flat(tmp_path / "a.csv", ".csv", list("abcdefg"), [nasty])
    [_, cells] = csv.reader(StringIO((tmp_path / "a.csv").read_text("utf-8-sig")))
    assert [cell[0] for cell in cells] == ["'"] * 6 + ["p"]
    writing.write_flat(tmp_path / "a.xlsx", ".xlsx", list("abcdefg"), [nasty])
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


_SNIPPETS = [
    b"code,name\n", b'"', b"\n", b"\r", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"[[store]]\n", b"[", b'{"a": ', b"}",
    b'"\\ud800"', "机油".encode(), "机油".encode("gb18030"), b"=1", b"PK\x03\x04", b"1", b",", b"\t", b"\x85",
]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(
    st.one_of(st.binary(max_size=60), st.lists(st.sampled_from(_SNIPPETS), max_size=12).map(b"".join)),
    st.sampled_from([".csv", ".jsonl", ".toml", ".xlsx"]),
)
def test_any_bytes_are_rows_or_a_sentence_ie2(tmp_path: Path, content: bytes, suffix: str) -> None:
    with suppress(Wrong):
        list(open_rows(file(tmp_path, f"t{suffix}", content)).rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=8))
def test_a_damaged_sheet_is_rows_or_a_sentence_ie4(tmp_path: Path, place: int, damage: bytes) -> None:
    path = workbook(tmp_path / "a.xlsx", [["code", "name"], ["a", "b"]])
    content = bytearray(path.read_bytes())
    content[place : place + len(damage)] = damage
    with suppress(Wrong):
        list(open_rows(file(tmp_path, "b.xlsx", bytes(content))).rows)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # what the library leaves open
def test_a_sheet_that_cannot_be_written_is_an_error_of_the_system(tmp_path: Path) -> None:
    """DB3: the library has an error of its own for it, which nobody here knows."""
    with pytest.raises(FileNotFoundError):
        spreadsheets.write_sheet(tmp_path / "nowhere/prices.xlsx", ["code"], [["a"]])
    gc.collect()
