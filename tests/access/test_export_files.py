"""Exported files: no cell runs, no digit is lost, and a spreadsheet reads the Arabic (O08)."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from xml.etree import ElementTree as ET

from access.exports.cells import Cell, Code, Head, Sheet, plain
from access.exports.files import write_file

HOSTILE = (
    '=HYPERLINK("http://x.example","انقر")',
    "@SUM(1+1)",
    "+1+1",
    "-2+3",
    "\t=1+1",
    "\r=1+1",
    "- طلب أول",
    "\u200f=1+1",
    "＝1+1",
    "0501234567",
    "<r>x</r>",
    "نعم;=1+1\n@SUM(1)",
)
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
SHEET = Sheet(
    "قائمة: [أ]", [Head("الاسم", 30), Head("الجوال"), Head("عدد"), Head("متى")], is_rtl=True
)


def unescaped(text: str) -> str:
    """Read the control characters that XLSX writes as _x000D_."""
    return re.sub("_x([0-9A-F]{4})_", lambda found: chr(int(found[1], 16)), text)


def read_xlsx(path: Path) -> list[list[tuple[str, str]]]:
    """Give the kind and the text of each cell, and hold that none is a formula or a link."""
    with zipfile.ZipFile(path) as book:
        assert not [name for name in book.namelist() if "rels/sheet" in name]
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314  # ours
    assert not sheet.findall(".//m:f", NS)
    assert not sheet.findall(".//m:hyperlink", NS)
    return [
        [
            (cell.get("t") or "n", unescaped("".join(cell.itertext())))
            for cell in row.findall("m:c", NS)
        ]
        for row in sheet.findall(".//m:row", NS)
    ]


def rows() -> Iterator[Sequence[Cell]]:
    at = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)  # past midnight in Riyadh
    for text in HOSTILE:
        yield [text, Code("+966500000001"), 1_000, at]
    yield [Code("1000000008"), None, 0, date(2026, 11, 24)]


def test_csv_runs_nothing_and_keeps_every_digit(tmp_path: Path) -> None:
    written = write_file(tmp_path / "x.csv", "csv", SHEET, rows())
    data = (tmp_path / "x.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert (written.rows, written.size_bytes) == (len(HOSTILE) + 1, len(data))
    assert written.sha256 == sha256(data).hexdigest()
    head, *lines = csv.reader(data.decode("utf-8-sig").splitlines(keepends=True))
    assert head == ["الاسم", "الجوال", "عدد", "متى"]
    names = [line[0] for line in lines]
    assert names[0] == '\'=HYPERLINK("http://x.example","انقر")'
    assert names[3:7] == ["'-2+3", "'\t'=1+1", "'\r'=1+1", "'- طلب أول"]
    assert names[9:12] == ["'0501234567", "<r>x</r>", "نعم;'=1+1\n'@SUM(1)"]
    assert {line[1] for line in lines[:-1]} == {"'+966500000001"}
    assert lines[0][2:] == ["1000", "2026-11-25 00:30"]
    assert lines[-1] == ["'1000000008", "", "0", "2026-11-24"]
    # Parted by semicolons instead, as a spreadsheet of another country does, nothing runs either.
    for part in re.split(r"[;\n]", data.decode("utf-8-sig")):
        assert not part.lstrip(" \ufeff").startswith(("=", "+", "@", "-", "\t"))


def test_what_a_spreadsheet_reads_as_a_value_stays_a_text() -> None:
    for text in ("000123", "1E5", "1/2", "50%", "2026-11-24", "5 مارس", "MAR 5", "true", "#N/A"):
        assert plain(text) == f"'{text}", text
    for text in ("نعم", "قبل 5 أيام", "رقم 12", "A1B2", "صواب", "true story", "1 " * 40):
        assert plain(text) == text, text


def test_xlsx_has_texts_that_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    written = write_file(path, "xlsx", SHEET, rows())
    assert written.rows == len(HOSTILE) + 1
    head, *lines = read_xlsx(path)
    assert [text for _kind, text in head] == ["الاسم", "الجوال", "عدد", "متى"]
    for line, text in zip(lines[:-1], HOSTILE, strict=True):
        expected = f"{text} " if text.startswith("<r>") else text
        assert line[0] == ("inlineStr", expected)
        assert line[1] == ("inlineStr", "+966500000001")
        assert line[2] == ("n", "1000")
        assert line[3][0] == "n"
    assert lines[-1][0] == ("inlineStr", "1000000008")
    with zipfile.ZipFile(path) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert 'rightToLeft="1"' in sheet
    assert 'state="frozen"' in sheet
    assert 'xml:space="preserve">\t=1+1' in sheet or "_x0009_" in sheet


def test_text_too_long_for_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    write_file(path, "xlsx", SHEET, [["𐀀" * 20_000]])
    [_head, [(_kind, text)]] = read_xlsx(path)
    assert text.endswith("…")
    assert len(text.encode("utf-16-le")) // 2 <= 32_767
