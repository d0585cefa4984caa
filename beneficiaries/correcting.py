"""Replacing announced results and payments by corrected ones, some thousand at a time.

`objections` decides which, under the locks of their rows; the old ones stay as history.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db.backends.utils import CursorWrapper

_SUPERSEDE: Final = """
    UPDATE beneficiaries_eligibilityresult AS old
    SET superseded_on = greatest(%(on)s::date, old.announced_on)
    FROM ({wanted}) AS wanted
    WHERE old.id = wanted.result_id AND old.superseded_on IS NULL
"""

_ANNOUNCE: Final = """
    INSERT INTO beneficiaries_eligibilityresult (
        person_id, cycle_id, status, reason_codes, entitlement_sar, announced_on,
        filing_deadline, announcement
    )
    SELECT old.person_id, old.cycle_id, wanted.status, wanted.reason_codes,
           wanted.entitlement_sar, greatest(%(on)s::date, old.announced_on),
           %(deadline)s::date + greatest(old.announced_on - %(on)s::date, 0), %(announcement)s
    FROM ({wanted}) AS wanted
    JOIN beneficiaries_eligibilityresult AS old ON old.id = wanted.result_id
    ORDER BY wanted.result_id
    RETURNING id, person_id
"""

_SUPERSEDE_PAYMENTS: Final = """
    UPDATE beneficiaries_paymentline AS old
    SET superseded_on = greatest(%(on)s::date, old.announced_on)
    FROM ({wanted}) AS wanted
    WHERE old.id = wanted.payment_id AND old.superseded_on IS NULL
"""

# What came stays what came: a correction deposits nothing. Day 0 is never before the deposit.
_ANNOUNCE_PAYMENTS: Final = """
    INSERT INTO beneficiaries_paymentline (
        person_id, household_id, cycle_id, status, entitled_sar, paid_sar, added_sar, paid_on,
        reason_codes, announced_on, counted_from, filing_deadline, announcement
    )
    SELECT old.person_id, old.household_id, old.cycle_id, old.status, wanted.entitled_sar,
           old.paid_sar, old.added_sar + wanted.added_sar, old.paid_on, wanted.reason_codes,
           greatest(%(on)s::date, old.announced_on), greatest(%(on)s::date, old.paid_on),
           greatest(%(on)s::date, old.paid_on) + %(window_days)s::int, %(announcement)s
    FROM ({wanted}) AS wanted
    JOIN beneficiaries_paymentline AS old ON old.id = wanted.payment_id
    ORDER BY wanted.payment_id
    RETURNING id, person_id
"""


def correct_results(
    cursor: CursorWrapper,
    *,
    wanted: str,
    facts: Mapping[str, Any],
    on: date,
    deadline: date,
    announcement: int,
) -> list[tuple[int, int]]:
    """Put corrected results in the place of announced ones and give their ids and people's.

    `wanted` is a SELECT of `result_id`, `status`, `reason_codes` and `entitlement_sar` with
    `facts` as its parameters; the caller holds the locks of the results, each of which is current.
    `on` is day 0 of the corrected results' window and `deadline` its last day, civil days in
    Riyadh. Two statements for any number of rows.
    """
    given = {**facts, "on": on, "deadline": deadline, "announcement": announcement}
    cursor.execute(_SUPERSEDE.format(wanted=wanted), given)
    cursor.execute(_ANNOUNCE.format(wanted=wanted), given)
    return [(int(new), int(person)) for new, person in cursor.fetchall()]


def correct_payments(
    cursor: CursorWrapper,
    *,
    wanted: str,
    facts: Mapping[str, Any],
    on: date,
    window_days: int,
    announcement: int,
) -> list[tuple[int, int]]:
    """Put corrected lines in the place of announced, settled ones; give their ids and people's.

    `wanted` is a SELECT of `payment_id`, `entitled_sar`, `added_sar` (what is added beside what
    came and what was added before) and `reason_codes` with `facts` as its parameters; the caller
    holds the locks of the lines, each of which is current. `on` is a civil day in Riyadh. Two
    statements for any number of rows.
    """
    given = {**facts, "on": on, "window_days": window_days, "announcement": announcement}
    cursor.execute(_SUPERSEDE_PAYMENTS.format(wanted=wanted), given)
    cursor.execute(_ANNOUNCE_PAYMENTS.format(wanted=wanted), given)
    return [(int(new), int(person)) for new, person in cursor.fetchall()]
