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
_PAYMENT_COLUMNS: Final = (
    "national_id",
    "full_name",
    "city",
    "cycle",
    "due_before_sar",
    "paid_sar",
    "due_after_sar",
    "added_sar",
    "pays_sar",
    "state",
    "settled_at",
    "objection",
)
"""`pays_sar` is what the programme pays by this file: where the row closed an objection, its
decision pays `added_sar` by the file of decisions, and this one nothing."""

_FORMULA_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def without_formula(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula.

    >>> without_formula("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.lstrip().startswith(_FORMULA_BEGINS) else text


def exported(correction: Correction) -> Iterator[str]:
    """Give the lines of the file, with the mark by which a spreadsheet reads them as UTF-8."""
    yield "\ufeff" + _line(_PAYMENT_COLUMNS if correction.is_of_payments else _COLUMNS)
    read = _read_payments if correction.is_of_payments else _read
    after = 0
    while rows := read(correction, after):
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


def _read_payments(correction: Correction, after: int) -> list[tuple[int, *tuple[object, ...]]]:
    rows = (
        CorrectionRow.objects.filter(correction=correction, pk__gt=after)
        .select_related("payment__person", "objection")
        .order_by("pk")[:AT_ONCE]
    )
    return [
        (
            row.pk,
            row.payment.person.national_id,
            row.payment.person.full_name,
            row.payment.person.city,
            correction.cycle.code,
            row.payment.entitled_sar,
            row.payment.paid_sar,
            row.entitlement_sar,
            row.added_sar,
            row.pays_sar,
            row.state,
            row.settled_at,
            row.objection.reference if row.objection else "",
        )
        for row in rows
        if row.payment is not None  # each of them: correction_row_on_one_track
    ]


def _line(values: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(values)
    return written.getvalue()
