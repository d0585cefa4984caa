"""Replacing announced results by corrected ones, some thousand at a time.

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
