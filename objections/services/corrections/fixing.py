"""Writing the set of a correction: every result that it is asked for, once, in batches."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from beneficiaries.models import User
from beneficiaries.set_based import planned_for_some_rows, row_with, rows_where
from objections.corrections.criteria import FOLLOWS, HEAD_REASON, MATCHES, Criteria, criteria_of
from objections.corrections.finding import figures_of_set
from objections.corrections.payments import payment_criteria_of, payment_figures_of_set
from objections.corrections.statuses import CorrectionAct, CorrectionState
from objections.errors import CorrectionRefused
from objections.models import Correction
from objections.services.corrections.events import append_act, wake_corrections
from objections.services.corrections.payments import write_payments
from saudi.digits import is_blank

BATCH: Final = 5_000
"""Results written into a set in one transaction."""

_PERSON: Final = "beneficiaries_person"
_RESULT: Final = "beneficiaries_eligibilityresult"

# Nothing here computes what somebody is entitled to (docs/adr/0027): a result that becomes eligible
# keeps the amount of its own file, else it has that of the person's newest eligible result before.
_AMOUNTS: Final = f"""
    CROSS JOIN LATERAL (
        SELECT cardinality(found.rest) = 0 AND found.status = 'ineligible' AS turns
    ) AS way
    LEFT JOIN LATERAL (
        SELECT e.entitlement_sar, c.code
        FROM {rows_where(_RESULT, "person_id = found.person_id")} AS e
        CROSS JOIN {row_with("beneficiaries_cycle", "e.cycle_id")} AS c
        WHERE e.status = 'eligible' AND e.entitlement_sar > 0
          AND e.announced_on IS NOT NULL AND e.superseded_on IS NULL AND c.code < %(cycle_code)s
        ORDER BY c.code DESC LIMIT 1
    ) AS earlier ON way.turns AND found.entitlement_sar = 0
"""  # noqa: S608

_INSERT: Final = f"""
    INSERT INTO objections_correctionrow AS row (
        correction_id, result_id, follows_id, status, reason_codes, entitlement_sar, amount_cycle,
        state, removed_why
    )
    SELECT %(correction)s, found.id, found.follows,
           CASE WHEN way.turns THEN 'eligible' ELSE found.status END, found.rest,
           coalesce(earlier.entitlement_sar, found.entitlement_sar),
           CASE WHEN found.entitlement_sar > 0 OR NOT way.turns THEN %(cycle_code)s
                ELSE coalesce(earlier.code, '') END,
           'waiting', ''
    FROM found {_AMOUNTS}
    ORDER BY found.id
"""  # noqa: S608 - of constants; every value is a parameter

_WRITE: Final = f"""
    WITH found AS (
        SELECT r.id, r.person_id, r.status, r.entitlement_sar, NULL::bigint AS follows,
               array_remove(r.reason_codes, %(reason)s) AS rest
        FROM {_RESULT} AS r
        CROSS JOIN {row_with(_PERSON, "r.person_id")} AS p
        WHERE {MATCHES} AND r.id > %(after)s
        ORDER BY r.id LIMIT %(batch)s
    ), written AS (
        {_INSERT} RETURNING row.result_id
    )
    SELECT count(*), max(result_id) FROM written
"""  # noqa: S608

_FOLLOWED_AHEAD: Final = """
    SELECT count(*), max(id) FROM (
        SELECT id FROM objections_correctionrow
        WHERE correction_id = %(correction)s AND state = 'waiting' AND id > %(after)s
        ORDER BY id LIMIT %(batch)s
    ) AS ahead
"""

# Who was found for a reason of their own and follows too loses both at once; the amount is then
# looked for again.
_WRITE_FOLLOWERS: Final = f"""
    WITH found AS (
        SELECT f.id, f.person_id, f.status, f.entitlement_sar, head_row.id AS follows,
               array_remove(array_remove(f.reason_codes, %(head_reason)s), %(reason)s) AS rest
        FROM objections_correctionrow AS head_row
        CROSS JOIN {row_with(_RESULT, "head_row.result_id")} AS h
        CROSS JOIN {row_with(_PERSON, "h.person_id")} AS chief
        CROSS JOIN {rows_where(_PERSON, "household_id = chief.household_id")} AS other
        CROSS JOIN {rows_where(_RESULT, "person_id = other.id")} AS f
        WHERE {FOLLOWS} AND head_row.correction_id = %(correction)s AND head_row.status = 'eligible'
          AND head_row.id > %(after)s AND head_row.id <= %(upto)s
    ), written AS (
        {_INSERT}
        ON CONFLICT (correction_id, result_id) DO UPDATE SET
            follows_id = excluded.follows_id, status = excluded.status,
            reason_codes = excluded.reason_codes, entitlement_sar = excluded.entitlement_sar,
            amount_cycle = excluded.amount_cycle
        RETURNING (xmax = 0) AS is_new
    )
    SELECT count(*) FILTER (WHERE is_new) FROM written
"""  # noqa: S608


def prepare_correction(
    *,
    criteria: Criteria,
    said_ar: str,
    said_en: str,
    why: str,
    submission: uuid.UUID,
    by: User,
    now: datetime,
) -> Correction:
    """Have the set of a correction written by a worker. The same form sent twice gives the first.

    Raises:
        CorrectionRefused: a text is missing.
    """
    if any(is_blank(text) for text in (said_ar, said_en, why)):
        raise CorrectionRefused("texts")
    with transaction.atomic():
        correction, is_new = Correction.objects.get_or_create(
            submission=submission,
            defaults={
                "cycle": criteria.cycle,
                "reason_code": criteria.reason_code,
                "city": criteria.city,
                "result_status": criteria.result_status,
                "announced_since": criteria.announced_since,
                "announced_until": criteria.announced_until,
                "said_ar": said_ar,
                "said_en": said_en,
                "why": why,
                "prepared_by": by,
                "prepared_at": now,
            },
        )
        if is_new:
            append_act(correction, CorrectionAct.PREPARED, by=by, now=now)
            transaction.on_commit(wake_corrections)
    return correction


def fix_sets(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Write the sets that are asked for, and give the number of rows written.

    A batch is one transaction with how far the walk is, under the correction's lock: what was
    broken off goes on there, and what another worker is at is its own.
    """
    written = 0
    waiting = Correction.objects.filter(state=CorrectionState.FIXING).order_by("id")
    for pk in list(waiting.values_list("pk", flat=True)):
        has_more = True
        while has_more and not is_over():
            added, has_more = _fix_some(pk, now=now)
            written += added
    return written


def _fix_some(pk: int, *, now: datetime) -> tuple[int, bool]:
    """Write a batch; give the number of rows and whether there may be more for this worker."""
    with transaction.atomic():
        correction = (
            Correction.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=pk, state=CorrectionState.FIXING)
            .select_related("cycle")
            .first()
        )
        if correction is None:
            return 0, False
        criteria = payment_criteria_of if correction.is_of_payments else criteria_of
        facts = criteria(correction).facts | {
            "correction": correction.pk,
            "after": correction.reached,
            "batch": BATCH,
        }
        with connection.cursor() as cursor, planned_for_some_rows(cursor):
            step = _step_of(correction)
            added, has_more = step(cursor, correction, facts)
        if not has_more and not correction.is_following and not correction.is_of_payments:
            correction.is_following, correction.reached = True, 0
            has_more = correction.reason_code != HEAD_REASON
        if not has_more:
            _end(correction, now=now)
        correction.save()
    return added, has_more


def _step_of(correction: Correction) -> Callable[..., tuple[int, bool]]:
    if correction.is_of_payments:
        return write_payments
    return _write_followers if correction.is_following else _write_found


def _write_found(cursor: Any, correction: Correction, facts: dict[str, Any]) -> tuple[int, bool]:
    cursor.execute(_WRITE, facts)
    count, upto = cursor.fetchone()
    if count:
        correction.reached = upto
    correction.rows_fixed += count
    return count, count == BATCH


def _write_followers(
    cursor: Any, correction: Correction, facts: dict[str, Any]
) -> tuple[int, bool]:
    cursor.execute(_FOLLOWED_AHEAD, facts)
    ahead, upto = cursor.fetchone()
    if not ahead:
        return 0, False
    cursor.execute(_WRITE_FOLLOWERS, facts | {"upto": upto})
    (added,) = cursor.fetchone()
    correction.reached = upto
    correction.rows_fixed += added
    correction.rows_following += added
    return added, ahead == BATCH


def _end(correction: Correction, *, now: datetime) -> None:
    """Fix the set; from now on no result comes into it."""
    correction.state, correction.fixed_at = CorrectionState.FIXED, now
    correction.reached, correction.is_following = 0, False
    if correction.is_of_payments:
        named = correction.amounts.count()
        raised = payment_figures_of_set(correction_id=correction.pk, named=named)
        correction.figures = raised.stored()
    else:
        figures = figures_of_set(
            criteria_of(correction),
            correction_id=correction.pk,
            followers=correction.rows_following,
        )
        correction.rows_eligible, correction.figures = figures.eligible, asdict(figures)
    append_act(correction, CorrectionAct.FIXED, by=None, now=now)
