"""What each cycle says of each person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from functools import cache
from itertools import groupby
from typing import Final

from portal.demo.caseload import FIRST_UNFILED, LAST_UNFILED, RESULT_CASES
from portal.demo.days import BEFORE, CLOSING, NEWEST, OLD, DemoCycle
from portal.demo.people import (
    ADULT_DEPENDANT,
    ASKED_FOR_DOCUMENTS,
    KHALID,
    RESIDENT,
    SARA,
    RegisterRow,
)
from saudi.hijri import HijriDate

HEAD_SAR: Final = Decimal(720)
ADULT_SAR: Final = Decimal(360)
MINOR_SAR: Final = Decimal(216)
MOST_SAR: Final = Decimal(2088)
"""What a household gets at most; above it everybody's share is as much smaller."""

ADULT_YEARS: Final = 18

Place = tuple[int, int]
"""Somebody by household, 1 is the first, and by place in it, 0 is the head."""


@dataclass(frozen=True)
class ResultRow:
    """A row of a cycle's file, in the order of its columns."""

    national_id: str
    status: str
    reason_codes: str
    entitlement_sar: str


# Who is not eligible, by the age of the cycle.
_WRITTEN: Final[Mapping[Place, Mapping[int, str]]] = {
    # One person alone: two papers are missing.
    (6, 0): {NEWEST: "INDEPENDENCE_NOT_PROVEN;LEASE_NOT_PROVEN", BEFORE: "LEASE_NOT_PROVEN"},
    (7, 0): {BEFORE: "DATA_MISMATCH"},
    (8, 0): {NEWEST: "ATTACHMENTS_MISSING", BEFORE: "ATTACHMENTS_MISSING"},
    # The largest household: one adult's reason is private, another's is not.
    (9, 3): {NEWEST: "PRISON", BEFORE: "PRISON"},
    (9, 4): {NEWEST: "ABSENCE_90"},
    (9, 7): {NEWEST: "DATA_MISMATCH"},
    (10, 0): {NEWEST: "ASSETS", BEFORE: "ASSETS"},
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
    (36, 1): {NEWEST: "PRISON"},
}

_FOLLOWING_THEIR_HEAD: Final = frozenset({10})
"""The written households whose dependants are told that their head is not eligible."""

_ACCOUNTS: Final[Mapping[str, Mapping[int, str]]] = {
    SARA: {NEWEST: "LEASE_NOT_PROVEN"},
    ADULT_DEPENDANT: {NEWEST: "SHELTER"},
    RESIDENT: {CLOSING: "ABSENCE_90"},
    ASKED_FOR_DOCUMENTS: {NEWEST: "INDEPENDENCE_NOT_PROVEN"},
}

# Households that have nothing filed: they can object, or let it be.
_UNFILED: Final[Sequence[Mapping[int, str]]] = (
    {NEWEST: "LEASE_NOT_PROVEN"},
    {NEWEST: "INCOME_OVER_CUTOFF", BEFORE: "INCOME_OVER_CUTOFF"},
    {BEFORE: "DATA_MISMATCH"},
    {NEWEST: "ASSETS;INCOME_OVER_CUTOFF"},
    {2: "ATTACHMENTS_MISSING", BEFORE: "ATTACHMENTS_MISSING"},
    {7: "ABSENCE_90", 8: "ABSENCE_90"},
    {NEWEST: "ATTACHMENTS_MISSING;LEASE_NOT_PROVEN"},
    {OLD: "INDEPENDENCE_NOT_PROVEN", 5: "INDEPENDENCE_NOT_PROVEN"},
)

# The last households stand first in the lists of staff.
_LAST: Final[Mapping[int, Mapping[int, str]]] = {
    189: {NEWEST: "LEASE_NOT_PROVEN", BEFORE: "LEASE_NOT_PROVEN"},
    190: {NEWEST: "ABSENCE_90"},
    192: {NEWEST: "INCOME_OVER_CUTOFF"},
    193: {NEWEST: "DATA_MISMATCH", BEFORE: "DATA_MISMATCH"},
}

CORRECTED: Final[Mapping[int, tuple[str, str]]] = {
    161: ("DATA_MISMATCH", ""),
    162: ("DATA_MISMATCH", ""),
    163: ("ATTACHMENTS_MISSING", ""),
    164: ("LEASE_NOT_PROVEN", "INDEPENDENCE_NOT_PROVEN"),
    165: ("", "INCOME_OVER_CUTOFF"),
}
"""Heads of households of whom the newest cycle said one thing, and a corrected file another."""

LATE: Final = KHALID
"""Whose result of the closing cycle was announced a day after the others'."""

LATE_REASONS: Final = "DATA_MISMATCH"

_SHARES: Final = tuple(
    map(Decimal, ("1", "1", "0.86", "0.64", "1", "0.93", "0.41", "0.78", "1", "0.52"))
)
"""What the income leaves of the full amount, household by household of the ordinary ones."""

_FIRST_ORDINARY: Final = 19


def result_rows(
    rows: Sequence[RegisterRow], *, age: int, is_closing: bool, cycle: DemoCycle
) -> Iterator[ResultRow]:
    """Give the rows of a cycle of an age, without the one that came a day late."""
    for _, members in groupby(rows, key=lambda row: row.household_id):
        household = list(members)
        reasons = {
            row.national_id: _reasons(row, position, age=age, is_closing=is_closing)
            for position, row in enumerate(household)
        }
        told = list(_rows(household, reasons, cycle))
        yield from (row for row in told if not (is_closing and row.national_id == LATE))


def late_rows(rows: Iterable[RegisterRow]) -> Iterator[ResultRow]:
    """Give the row that came a day late."""
    for row in rows:
        if row.national_id == LATE:
            yield ResultRow(LATE, "ineligible", LATE_REASONS, "0.00")


def corrected_rows(rows: Sequence[RegisterRow], *, cycle: DemoCycle) -> Iterator[ResultRow]:
    """Give the rows of the households whose newest results are corrected."""
    for _, members in groupby(rows, key=lambda row: row.household_id):
        household = list(members)
        if household[0].household in CORRECTED:
            _, told = CORRECTED[household[0].household]
            reasons = _of_household(household, told)
            yield from _rows(household, reasons, cycle)


def _reasons(row: RegisterRow, position: int, *, age: int, is_closing: bool) -> str:
    told = _ACCOUNTS.get(row.national_id) or _WRITTEN.get((row.household, position))
    if told is None:
        told = _of_ordinary(row.household)
        if row.household in _FOLLOWING_THEIR_HEAD:
            told = _WRITTEN[row.household, 0]
        if position and told:
            told = dict.fromkeys(told, "HEAD_INELIGIBLE")
    return told.get(age) or (told.get(CLOSING, "") if is_closing else "")


@cache
def _of_ordinary(household: int) -> Mapping[int, str]:
    """Give what an ordinary household's head is told, by the age of the cycle."""
    if household in CORRECTED:
        return {NEWEST: CORRECTED[household][0]}
    if household in _LAST:
        return _LAST[household]
    if FIRST_UNFILED <= household <= LAST_UNFILED:
        return _UNFILED[household % len(_UNFILED)]
    return {
        case.cycle: case.reasons for case in RESULT_CASES if case.objection.household == household
    }


def _of_household(household: Sequence[RegisterRow], head_reasons: str) -> dict[str, str]:
    following = "HEAD_INELIGIBLE" if head_reasons else ""
    return {
        row.national_id: following if place else head_reasons for place, row in enumerate(household)
    }


def _rows(
    household: Sequence[RegisterRow], reasons: Mapping[str, str], cycle: DemoCycle
) -> Iterator[ResultRow]:
    present = HijriDate.from_gregorian(cycle.announced_on)
    full = {
        row.national_id: Decimal(0) if reasons[row.national_id] else _full_sar(row, present)
        for row in household
    }
    share = min(Decimal(1), MOST_SAR / (sum(full.values()) or MOST_SAR))
    if household[0].household >= _FIRST_ORDINARY:
        share *= _SHARES[household[0].household % len(_SHARES)]
    for row in household:
        why = reasons[row.national_id]
        amount = (full[row.national_id] * share).quantize(Decimal("0.01"), ROUND_DOWN)
        yield ResultRow(row.national_id, "ineligible" if why else "eligible", why, f"{amount:.2f}")


def _full_sar(row: RegisterRow, present: HijriDate) -> Decimal:
    if row.relation == "head":
        return HEAD_SAR
    born = _born(row.birth_date_hijri)
    is_adult = HijriDate(born.year + ADULT_YEARS, born.month, born.day) <= present
    return ADULT_SAR if is_adult else MINOR_SAR


_born = cache(HijriDate.parse)
