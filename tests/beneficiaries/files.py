"""Files for the import tests, and what an import left beside them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

REGISTER_HEADER = "national_id,full_name,mobile,birth_date_hijri,household_id,relation,city,iban"
RESULTS_HEADER = "national_id,status,reason_codes,entitlement_sar"


def write(path: Path, header: str, rows: Sequence[str], *, end: str = "\n") -> Path:
    path.write_text(end.join([header, *rows, ""]), encoding="utf-8", newline="")
    return path


def register_row(national_id: str, **changed: str) -> str:
    """Give a row of a head of a household of their own, with some values changed."""
    values = {
        "national_id": national_id,
        "full_name": "شخص تجريبي",
        "mobile": "0500000100",
        "birth_date_hijri": "1410/07/01",
        "household_id": f"H{national_id}",
        "relation": "head",
        "city": "الرياض",
        "iban": "",
    }
    return ",".join((values | changed).values())


def rejected(path: Path) -> list[tuple[int, str, str]]:
    """Give the rows that were rejected, as the operator finds them."""
    with rejected_file(path).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["line_number", "reason", "row"]
    return [(int(line), reason, row) for line, reason, row in rows]


def rejected_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.rejected.csv")
