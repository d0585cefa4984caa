"""Exported files in a real spreadsheet: no cell runs, and each is the text that was stored (O08).

    .venv/bin/python bench/spreadsheet.py

Writes what O08 names, and more, as CSV and XLSX by the writer of all exports, opens each file in
headless LibreOffice as people do (a CSV with commas in UTF-8, in Arabic and in English, numbers
recognised and formulas evaluated; and once parted by semicolons, as elsewhere) and reads what
became of each cell. Fails where a text became a formula, a number, a date or an error, or another
text. In a CSV the apostrophe that keeps a cell from running is part of its text (docs/adr/0032).

LibreOffice is no part of the portal: `apt-get install --no-install-recommends libreoffice-calc`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from access.exports.cells import Cell, Code, Head, Sheet, plain  # noqa: E402 - the root is above
from access.exports.files import Format, write_file  # noqa: E402

TEXTS = {
    "O08: a link": '=HYPERLINK("http://x.example","انقر")',
    "O08: a function": "@SUM(1+1)",
    "O08: plus": "+1+1",
    "O08: minus": "-2+3",
    "O08: after a tab": "\t=1+1",
    "O08: after a return": "\r=1+1",
    "O08: a list with a dash": "- طلب أول",
    "an old command": "=cmd|'/C calc'!A0",
    "a wide equals sign": "＝1+1",
    "behind a mark of direction": "\u200f=1+1",
    "behind a space": " =1+1",
    "after a new line": "نعم\n=1+1\n@SUM(1)",
    "after a semicolon": 'نعم;=HYPERLINK("http://x.example")',
    "after a comma": "نعم,=1+1",
    "quotes": '"=1+1" قال "نعم"',
    "an apostrophe": "'=1+1",
    "leading zeros": "000123",
    "a mobile at home": "0501234567",
    "Arabic digits": "٠٥٠١٢٣٤٥٦٧",
    "a long number": "12345678901234567890",
    "an exponent": "1E5",
    "a fraction": "1/2",
    "a date": "2026-11-24",
    "a date in words": "24 Nov 2026",
    "a Hijri date": "1448/06/14",
    "a time": "12:30",
    "a percentage": "50%",
    "money": "1,234.50",
    "a truth": "TRUE",
    "a truth in Arabic": "صواب",
    "a day of a month": "5 مارس",
    "a month first": "Mar 5",
    "an error": "#REF!",
    "an address": "https://x.example/?a=1&b=2",
    "two lines": "سطر أول\nسطر ثانٍ",
    "emoji": "شكرًا 🌹👨‍👩‍👧",
    "markup": "<r><t>x</t></r>",
    "what XLSX escapes": "_x0041_",
    "spaces around": "  نص  ",
    "long Arabic": "لم تصل دفعة هذا الشهر إلى حسابي، وقد راجعت البنك. " * 40,
}
CODES = {
    "O08: an ID": "1000000008",
    "O08: a mobile": "+966500000001",
    "an IBAN": "SA0380000000608010167519",
    "a reference": "7026714849",
    "zeros before it": "0000000012",
}
DAY = date(2026, 11, 24)
MOMENT = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)
"""Half past midnight of the next day in Riyadh."""

COUNT = 1_234_567
LANGUAGES = {"Arabic": 1025, "English": 1033}
UTF_8 = 76
MISSING = "LibreOffice is missing: apt-get install --no-install-recommends libreoffice-calc"
LONGEST_SECONDS = 120

_NS = {
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
}


@dataclass(frozen=True)
class Read:
    """What a spreadsheet made of a cell."""

    kind: str
    value: str
    formula: str

    def __str__(self) -> str:
        made = f"{self.kind} {self.value!r}"
        return f"{made}, formula {self.formula!r}" if self.formula else made


# The file -----------------------------------------------------------------------------------


def rows() -> Iterator[Sequence[Cell]]:
    """Give each text in a row of its own, then each code, a day, an instant and a number."""
    for text in TEXTS.values():
        yield [text, Code(CODES["O08: an ID"]), DAY, MOMENT, COUNT]
    for code in CODES.values():
        yield ["نص", Code(code), DAY, MOMENT, COUNT]


def expected(kind: Format) -> list[tuple[str, list[Read]]]:
    """Give what each row has to be in a spreadsheet, with the name of what is tried in it."""
    after = [
        Read("date", DAY.isoformat(), ""),
        Read("date", "2026-11-25T00:30:00", ""),
        Read("float", str(COUNT), ""),
    ]

    def text(value: str) -> Read:
        if kind == "csv":
            return Read("string", f"'{value}" if isinstance(value, Code) else plain(value), "")
        return Read("string", f"{value} " if value.startswith("<r>") else value, "")

    tried = [
        (name, [text(value), text(Code(CODES["O08: an ID"])), *after])
        for name, value in TEXTS.items()
    ]
    return tried + [(name, [text("نص"), text(Code(code)), *after]) for name, code in CODES.items()]


# The spreadsheet ----------------------------------------------------------------------------


def opened(program: str, path: Path, *, csv: str = "") -> list[list[Read]]:
    """Open a file and give its cells, row by row; `csv` is how a CSV is read."""
    folder = path.parent / f"read-{path.name}-{abs(hash(csv))}"
    argv = [
        *(program, "--headless", "--norestore", f"-env:UserInstallation=file://{path.parent}/home"),
        *([f"--infilter=CSV:{csv}"] if csv else []),
        *("--convert-to", "fods", "--outdir", str(folder), str(path)),
    ]
    subprocess.run(argv, check=True, capture_output=True, timeout=LONGEST_SECONDS)
    [found] = folder.glob("*.fods")
    tree = ET.parse(found)  # noqa: S314 - written by a program of this machine
    return [_cells(row) for row in tree.iterfind(".//table:table-row", _NS)]


def read_as(separator: str, language: int) -> str:
    """Give LibreOffice's options of a CSV: numbers are recognised, formulas evaluated."""
    return f"{ord(separator)},34,{UTF_8},1,,{language},false,true,false,false,false,0,true"


def _cells(row: ET.Element) -> list[Read]:
    cells = []
    for cell in row.iterfind("table:table-cell", _NS):
        kind = _of(cell, "office", "value-type")
        value = _of(cell, "office", "date-value") or _of(cell, "office", "value")
        if kind == "string" or not kind:
            value = "\n".join(_text(part) for part in cell.iterfind("text:p", _NS))
        if _of(cell, "calcext", "value-type") == "error":
            kind = "error"
        cells.append(Read(kind, value, _of(cell, "table", "formula")))
    return cells


def _of(cell: ET.Element, space: str, name: str) -> str:
    return cell.get(f"{{{_NS[space]}}}{name}", "")


def _text(part: ET.Element) -> str:
    """Give the text of a paragraph, whose spaces and tabs are elements."""
    name = part.tag.rpartition("}")[2]
    if name == "s":
        own = " " * int(part.get(f"{{{_NS['text']}}}c", "1"))
    else:
        own = {"tab": "\t", "line-break": "\n"}.get(name, part.text or "")
    return own + "".join(_text(child) + (child.tail or "") for child in part)


# The report ---------------------------------------------------------------------------------


def compare(kind: Format, found: list[list[Read]]) -> Iterator[str]:
    """Say what is not as it was stored. A return may have become the end of a line."""
    for (name, wanted), cells in zip(expected(kind), found[1:], strict=False):
        for want, became in zip(wanted, cells, strict=False):
            cell = replace(became, value=became.value.replace("\r", "\n"))
            if cell != replace(want, value=want.value.replace("\r", "\n")):
                yield f"{name}: stored {want}, became {became}"
    if len(found) < len(expected(kind)) + 1:
        yield f"{len(found)} rows of {len(expected(kind)) + 1}"


def that_run(found: list[list[Read]]) -> Iterator[str]:
    """Say which cells became formulas or errors, wherever a cell begins."""
    for cell in (cell for row in found for cell in row):
        if cell.formula or cell.kind == "error":
            yield f"it runs: {cell}"


def main() -> int:
    """Write, open, compare, print; fail where a cell is not what was stored."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        print(MISSING)
        return 2
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    print(version.stdout.strip())
    heads = [Head("النص"), Head("الرمز"), Head("اليوم"), Head("الوقت"), Head("العدد")]
    sheet = Sheet("تصدير", heads, is_rtl=True)
    faults = 0
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as name:
        folder = Path(name)
        for kind in ("csv", "xlsx"):
            write_file(folder / f"export.{kind}", kind, sheet, rows())  # type: ignore[arg-type]
        csv, xlsx = folder / "export.csv", folder / "export.xlsx"
        cells = opened(program, xlsx)
        faults += report("XLSX", cells, [*compare("xlsx", cells), *that_run(cells)])
        for language, number in LANGUAGES.items():
            cells = opened(program, csv, csv=read_as(",", number))
            said = [*compare("csv", cells), *that_run(cells)]
            faults += report(f"CSV, commas, {language}", cells, said)
        cells = opened(program, csv, csv=read_as(";", LANGUAGES["English"]))
        faults += report("CSV, semicolons", cells, list(that_run(cells)))
    print(f"{len(TEXTS)} texts and {len(CODES)} codes; {faults} cells not as they were stored.")
    return 1 if faults else 0


def report(name: str, cells: list[list[Read]], faults: list[str]) -> int:
    """Print what became of a file and give how many cells are not as they should be."""
    kinds = [cell.kind for row in cells for cell in row if cell.kind]
    counted = ", ".join(f"{kinds.count(kind)} {kind}" for kind in sorted(set(kinds)))
    formulas = sum(bool(cell.formula) for row in cells for cell in row)
    print(f"{name}: {counted}, {formulas} formulas")
    for fault in faults:
        print(f"  {fault}")
    return len(faults)


if __name__ == "__main__":
    sys.exit(main())
