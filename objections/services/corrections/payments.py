"""Corrections of many payments: asking for one, and writing its set in batches."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from beneficiaries.models import User
from objections.corrections.payments import PAID_BACK, PAYMENT_MATCHES, WORTH, PaymentCriteria
from objections.corrections.statuses import AmountRule, CorrectionAct
from objections.errors import CorrectionRefused
from objections.models import Correction, CorrectionAmount
from objections.services.corrections.events import append_act, wake_corrections
from saudi.digits import is_blank

_AT_ONCE: Final = 5_000

# What was due in the corrected line is never less than before. A reason of which nothing is left to
# deduct falls away; the others stay as they were said.
_WRITTEN: Final = """
    found AS ({found}), written AS (
        INSERT INTO objections_correctionrow AS row (
            correction_id, payment_id, status, reason_codes, entitlement_sar, amount_cycle,
            added_sar, state, removed_why
        )
        SELECT %(correction)s, found.id, found.status,
               CASE WHEN due.sar <= found.granted + found.added
                    THEN array_remove(found.reason_codes, %(reason)s)
                    ELSE found.reason_codes END,
               due.sar, %(cycle_code)s, found.added, 'waiting', ''
        FROM found CROSS JOIN LATERAL (
            SELECT CASE %(rule)s WHEN 'addition' THEN found.entitled_sar + found.added
                   ELSE greatest(found.entitled_sar, found.granted + found.added) END AS sar
        ) AS due
        ORDER BY found.id
        RETURNING row.payment_id
    )
"""

_COLUMNS: Final = """
    line.id, line.status, line.reason_codes, line.entitled_sar, worth.added,
    line.paid_sar + line.added_sar AS granted
"""

_FOUND: Final = f"""
    SELECT {_COLUMNS}
    FROM beneficiaries_paymentline AS line
    JOIN beneficiaries_person AS p ON p.id = line.person_id
    {WORTH.format(right_sar="NULL::numeric")}
    WHERE {PAYMENT_MATCHES} AND line.id > %(after)s AND worth.added > 0 AND NOT {PAID_BACK}
    ORDER BY line.id LIMIT %(batch)s
"""  # noqa: S608 - of constants; every value is a parameter

_WALKED: Final = f"""
    WITH {_WRITTEN.format(found=_FOUND)}
    SELECT count(*), max(payment_id), count(*) FROM written
"""  # noqa: S608

_NAMED: Final = f"""
    SELECT {_COLUMNS}
    FROM ahead
    JOIN beneficiaries_person AS p ON p.national_id = ahead.national_id
    JOIN beneficiaries_paymentline AS line ON line.person_id = p.id
    {WORTH.format(right_sar="ahead.right_sar")}
    WHERE {PAYMENT_MATCHES} AND worth.added > 0 AND NOT {PAID_BACK}
"""  # noqa: S608

# A file names some thousand of millions of lines, so the walk is over what it names.
_LISTED: Final = f"""
    WITH ahead AS MATERIALIZED (
        SELECT id, national_id, right_sar FROM objections_correctionamount
        WHERE correction_id = %(correction)s AND id > %(after)s
        ORDER BY id LIMIT %(batch)s
    ), {_WRITTEN.format(found=_NAMED)}
    SELECT (SELECT count(*) FROM ahead), (SELECT max(id) FROM ahead), count(*) FROM written
"""  # noqa: S608


def prepare_payment_correction(
    *,
    criteria: PaymentCriteria,
    amounts: Mapping[str, Decimal],
    said_ar: str,
    said_en: str,
    why: str,
    submission: uuid.UUID,
    by: User,
    now: datetime,
) -> Correction:
    """Have the set of a correction of payments written by a worker.

    `amounts` are the right amounts in riyals by national ID, where the rule is that a file names
    them. The same form sent twice gives the first.

    Raises:
        CorrectionRefused: texts, or amounts where the file names nobody.
    """
    if any(is_blank(text) for text in (said_ar, said_en, why)):
        raise CorrectionRefused("texts")
    if (criteria.rule == AmountRule.LISTED) != bool(amounts):
        raise CorrectionRefused("amounts")
    with transaction.atomic():
        correction, is_new = Correction.objects.get_or_create(
            submission=submission,
            defaults={
                "track": "payment",
                "cycle": criteria.cycle,
                "reason_code": criteria.reason_code,
                "rule": criteria.rule,
                "addition_sar": criteria.addition_sar,
                "city": criteria.city,
                "paid_from": criteria.paid_from,
                "paid_until": criteria.paid_until,
                "said_ar": said_ar,
                "said_en": said_en,
                "why": why,
                "prepared_by": by,
                "prepared_at": now,
            },
        )
        if is_new:
            CorrectionAmount.objects.bulk_create(
                (
                    CorrectionAmount(correction=correction, national_id=each, right_sar=right)
                    for each, right in amounts.items()
                ),
                batch_size=_AT_ONCE,
            )
            append_act(correction, CorrectionAct.PREPARED, by=by, now=now)
            transaction.on_commit(wake_corrections)
    return correction


def write_payments(cursor: Any, correction: Correction, facts: dict[str, Any]) -> tuple[int, bool]:
    """Write a batch of a set; give the rows written and whether there may be more."""
    cursor.execute(_LISTED if correction.rule == AmountRule.LISTED else _WALKED, facts)
    ahead, upto, added = cursor.fetchone()
    if ahead:
        correction.reached = upto
    correction.rows_fixed += added
    return added, ahead == facts["batch"]
