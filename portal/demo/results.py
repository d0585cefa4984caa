"""What each cycle says of each person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from portal.demo.days import CYCLES
from portal.demo.people import (
    ADULT_DEPENDANT,
    ASKED_FOR_DOCUMENTS,
    KHALID,
    RESIDENT,
    SARA,
    RegisterRow,
)
from saudi.hijri import HijriDate

HEAD_SAR: Final = "720.00"
ADULT_SAR: Final = "360.00"
MINOR_SAR: Final = "216.00"
ADULT_YEARS: Final = 18

NEWEST: Final = CYCLES - 1
BEFORE: Final = CYCLES - 2
OLD: Final = 1
CLOSING: Final = -1
"""Stands for the cycle whose windows close now, whose place depends on the day."""


@dataclass(frozen=True)
class ResultRow:
    """A row of a cycle's file, in the order of its columns."""

    national_id: str
    status: str
    reason_codes: str
    entitlement_sar: str


# Who is not eligible, by household (1 is the first), place in it (0 is the head) and cycle.
_NOT_ELIGIBLE: Final[dict[tuple[int, int], dict[int, str]]] = {
    # One person alone: two papers are missing.
    (6, 0): {NEWEST: "INDEPENDENCE_NOT_PROVEN;LEASE_NOT_PROVEN", BEFORE: "LEASE_NOT_PROVEN"},
    (7, 0): {BEFORE: "DATA_MISMATCH"},
    (8, 0): {NEWEST: "ATTACHMENTS_MISSING", BEFORE: "ATTACHMENTS_MISSING"},
    # The largest household: one adult's reason is private, another's is not.
    (9, 3): {NEWEST: "PRISON", BEFORE: "PRISON"},
    (9, 4): {NEWEST: "ABSENCE_90"},
    (9, 7): {NEWEST: "DATA_MISMATCH"},
    # A household that follows its head.
    (10, 0): {NEWEST: "ASSETS", BEFORE: "ASSETS"},
    (10, 1): {NEWEST: "HEAD_INELIGIBLE", BEFORE: "HEAD_INELIGIBLE"},
    (10, 2): {NEWEST: "HEAD_INELIGIBLE", BEFORE: "HEAD_INELIGIBLE"},
    (10, 3): {NEWEST: "HEAD_INELIGIBLE", BEFORE: "HEAD_INELIGIBLE"},
    (11, 0): {BEFORE: "NATIONALITY", OLD: "NATIONALITY"},
    (12, 0): {NEWEST: "INCOME_OVER_CUTOFF"},
    (13, 0): {NEWEST: "LEASE_NOT_PROVEN"},
    (14, 0): {BEFORE: "ABSENCE_90"},
    (15, 0): {NEWEST: "DATA_MISMATCH"},
    (16, 0): {BEFORE: "ATTACHMENTS_MISSING"},
    (17, 1): {CLOSING: "DATA_MISMATCH"},
    (18, 0): {NEWEST: "INCOME_OVER_CUTOFF", BEFORE: "INCOME_OVER_CUTOFF"},
    (19, 0): {OLD: "LEASE_NOT_PROVEN"},
    (20, 0): {NEWEST: "ASSETS"},
    (21, 0): {OLD: "ABSENCE_90"},
    (22, 0): {BEFORE: "LEASE_NOT_PROVEN"},
    (23, 0): {BEFORE: "INDEPENDENCE_NOT_PROVEN"},
    (24, 0): {NEWEST: "LEASE_NOT_PROVEN"},
    (25, 0): {NEWEST: "ATTACHMENTS_MISSING"},
    (26, 0): {NEWEST: "ABSENCE_90"},
    (27, 0): {CLOSING: "LEASE_NOT_PROVEN"},
}

_ACCOUNTS: Final[dict[str, dict[int, str]]] = {
    SARA: {NEWEST: "LEASE_NOT_PROVEN"},
    ADULT_DEPENDANT: {NEWEST: "SHELTER"},
    RESIDENT: {CLOSING: "ABSENCE_90"},
    ASKED_FOR_DOCUMENTS: {NEWEST: "INDEPENDENCE_NOT_PROVEN"},
}

LATE: Final = KHALID
"""Whose result of the closing cycle was announced a day after the others'."""

LATE_REASONS: Final = "DATA_MISMATCH"


def result_rows(
    rows: list[RegisterRow], *, place: int, closing: int, announced_on: date
) -> Iterator[ResultRow]:
    """Give the rows of the cycle at a place, without the one that came a day late."""
    position = 0
    household = ""
    for row in rows:
        position = position + 1 if row.household_id == household else 0
        household = row.household_id
        if place == closing and row.national_id == LATE:
            continue
        told = _ACCOUNTS.get(row.national_id) or _NOT_ELIGIBLE.get(
            (int(household) - 1000, position), {}
        )
        reasons = told.get(place) or (told.get(CLOSING, "") if place == closing else "")
        yield _row(row, reasons, announced_on)


def late_rows(rows: list[RegisterRow], *, announced_on: date) -> Iterator[ResultRow]:
    """Give the row that came a day late."""
    for row in rows:
        if row.national_id == LATE:
            yield _row(row, LATE_REASONS, announced_on)


def _row(row: RegisterRow, reasons: str, announced_on: date) -> ResultRow:
    if reasons:
        return ResultRow(row.national_id, "ineligible", reasons, "0.00")
    if row.relation == "head":
        amount = HEAD_SAR
    elif HijriDate.parse(row.birth_date_hijri).age_on(announced_on) >= ADULT_YEARS:
        amount = ADULT_SAR
    else:
        amount = MINOR_SAR
    return ResultRow(row.national_id, "eligible", "", amount)
