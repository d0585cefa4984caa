"""Writing rows to a CSV or XLSX file, one at a time: the memory does not grow with the rows."""

from __future__ import annotations

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from access.exports.cells import Cell, Code, Sheet, in_riyadh, is_dangerous, plain, unstarted

Format = Literal["csv", "xlsx"]

CONTENT_TYPES: Final[dict[Format, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_DAY: Final = "%Y-%m-%d"
_MOMENT: Final = "%Y-%m-%d %H:%M"
_LONGEST_TITLE: Final = 31
_LONGEST_CELL: Final = 32_767
"""Characters that a cell of XLSX holds at most; a longer text ends in an ellipsis there."""

_BLOCK: Final = 1 << 20


@dataclass(frozen=True)
class Written:
    """What a finished file holds."""

    rows: int
    size_bytes: int
    sha256: str


def write_file(path: Path, kind: Format, sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> Written:
    """Write a file of a format, on the disk for good, and give what it holds. Raises OSError."""
    try:
        counted = (_write_csv if kind == "csv" else _write_xlsx)(path, sheet, rows)
    except FileCreateError as error:  # XlsxWriter's word for an OSError
        raise OSError(str(error)) from error
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
        while block := stream.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return Written(counted, size, digest.hexdigest())


# CSV ---------------------------------------------------------------------------------------


def _write_csv(path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> int:
    """Write UTF-8 with the mark by which a spreadsheet knows it; lines end as RFC 4180 says."""
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow([plain(head.label) for head in sheet.head])
        for row in rows:
            count += 1
            writer.writerow([_csv_text(cell) for cell in row])
    return count


def _csv_text(cell: Cell) -> str:
    """Write a cell; a code has an apostrophe, or a spreadsheet would round or shorten it."""
    match cell:
        case None | "":
            return ""
        case Code():
            return f"'{unstarted(cell)}"
        case str():
            return plain(cell)
        case datetime():
            return in_riyadh(cell).strftime(_MOMENT)
        case date():
            return cell.strftime(_DAY)
        case _:
            return str(cell)


# XLSX --------------------------------------------------------------------------------------


def _write_xlsx(path: Path, sheet: Sheet, rows: Iterable[Sequence[Cell]]) -> int:
    """Write one sheet whose texts are texts: none becomes a formula, a link or a number."""
    count = 0
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f"{path.name}.") as scratch:
        book = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": scratch,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
            },
        )
        book.use_zip64()
        page = book.add_worksheet(_title(sheet.title))
        if sheet.is_rtl:
            page.right_to_left()
        page.freeze_panes(1, 0)
        for column, head in enumerate(sheet.head):
            page.set_column(column, column, head.width)
        drawn = _Drawn(book, page)
        for column, head in enumerate(sheet.head):
            page.write_string(0, column, head.label, drawn.head)
        for count, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                drawn.write(count, column, cell)
        if sheet.head:
            page.autofilter(0, 0, max(count, 1), len(sheet.head) - 1)
        book.close()
    return count


class _Drawn:
    """Writes cells of a page, each in the form of its kind."""

    def __init__(self, book: Any, page: Any) -> None:
        self._page = page
        self.head = book.add_format({"bold": True, "bottom": 1})
        self._text = book.add_format({"num_format": "@"})
        self._quoted = book.add_format({"num_format": "@", "quote_prefix": True})
        self._day = book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def write(self, row: int, column: int, cell: Cell) -> None:
        match cell:
            case None | "":
                return
            case str():
                style = self._quoted if is_dangerous(cell) else self._text
                self._page.write_string(row, column, _xlsx_text(cell), style)
            case datetime():
                self._page.write_datetime(row, column, in_riyadh(cell), self._moment)
            case date():
                self._page.write_datetime(row, column, cell, self._day)
            case _:
                self._page.write_number(row, column, cell)


def _xlsx_text(text: str) -> str:
    """Fit a text into a cell.

    The library writes a text between `<r>` and `</r>` as markup of its own; a space behind it
    keeps what a person typed from being that.
    """
    units = len(text.encode("utf-16-le", "replace")) // 2
    if units > _LONGEST_CELL:
        text = text[: _LONGEST_CELL - 1 - (units - len(text))] + "…"
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else str(text)


def _title(title: str) -> str:
    """Give a name of a sheet: short, without the signs that are not allowed in one."""
    allowed = "".join(" " if char in "[]:*?/\\" else char for char in title)
    return allowed.strip(" '")[:_LONGEST_TITLE] or "1"
