"""The set of a correction as a file for a spreadsheet, which runs nothing that stands in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Final

from objections.models import Correction, CorrectionRow

AT_ONCE: Final = 2_000
"""Rows read in one statement: no transaction is open while the file is on its way."""

_COLUMNS: Final = (
    "national_id",
    "full_name",
    "city",
    "result_before",
    "result_after",
    "entitlement_sar",
    "amount_of_cycle",
    "state",
    "settled_at",
    "objection",
)
_FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def without_formula(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula.

    >>> without_formula("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.lstrip().startswith(_FORMULA_BEGINS) else text


def exported(correction: Correction) -> Iterator[str]:
    """Give the lines of the file, with the mark by which a spreadsheet reads them as UTF-8."""
    yield "\ufeff" + _line(_COLUMNS)
    after = 0
    while rows := _read(correction, after):
        for row in rows:
            yield _line([without_formula(str("" if each is None else each)) for each in row[1:]])
        after = rows[-1][0]


def _read(correction: Correction, after: int) -> list[tuple[int, *tuple[object, ...]]]:
    return list(
        CorrectionRow.objects.filter(correction=correction, pk__gt=after)
        .order_by("pk")
        .values_list(
            "pk",
            "result__person__national_id",
            "result__person__full_name",
            "result__person__city",
            "result__status",
            "status",
            "entitlement_sar",
            "amount_cycle",
            "state",
            "settled_at",
            "objection__reference",
        )[:AT_ONCE]
    )


def _line(values: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(values)
    return written.getvalue()
