"""What people read of a result or a payment that was corrected, and of the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Q

from beneficiaries.cycles import cycle_name
from beneficiaries.models import EligibilityResult, PaymentLine
from beneficiaries.reasons import HIDDEN
from beneficiaries.statuses import ResultStatus
from objections.corrections.statuses import RowState
from objections.models import CorrectionRow
from objections.rules import effective_cycle

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class ShownCorrection:
    """A correction as one reader may see it.

    `why` is what all were told, or that only its owner reads it (DOMAIN 16). `counts_in` and
    `amount_from` name cycles; `amount_from` is empty where the amount is the result's own.
    `before` and `after` are labels; `old_id` is the result that was replaced, `is_old` true where
    that is the one shown. `closed` is the key of the objection that it decided.
    """

    corrected_on: date
    why: StrOrPromise
    before: StrOrPromise
    after: StrOrPromise
    counts_in: str
    turned_eligible: bool
    amount_is_known: bool
    amount_from: str
    old_id: int
    is_old: bool
    closed: int | None


def shown_correction(
    result: EligibilityResult, *, is_own: bool, language: str
) -> ShownCorrection | None:
    """Give the correction that made or replaced an announced result: one statement, or none for a
    result that no correction made and nothing replaced."""
    if not result.is_from_correction and result.superseded_on is None:
        return None
    which = Q(new_result=result) if result.is_from_correction else Q(result=result)
    row = (
        CorrectionRow.objects.filter(which, state=RowState.CORRECTED)
        .select_related("correction__cycle", "result", "new_result")
        .first()
    )
    if (
        row is None
        or row.result is None
        or row.new_result is None
        or row.new_result.announced_on is None
    ):
        return None
    correction = row.correction
    turned = row.result.status == ResultStatus.INELIGIBLE and row.status == ResultStatus.ELIGIBLE
    is_carried = turned and row.amount_cycle not in {"", correction.cycle.code}
    return ShownCorrection(
        corrected_on=row.new_result.announced_on,
        why=HIDDEN.label if correction.is_sensitive and not is_own else correction.said(language),
        before=ResultStatus(row.result.status).label,
        after=ResultStatus(row.status).label,
        counts_in=cycle_name(effective_cycle(row.new_result.announced_on), language),
        turned_eligible=turned,
        amount_is_known=not turned or bool(row.amount_cycle),
        amount_from=cycle_name(row.amount_cycle, language) if is_carried else "",
        old_id=row.contested_id,
        is_old=row.result_id == result.pk,
        closed=row.objection_id,
    )


@dataclass(frozen=True)
class ShownPaymentCorrection:
    """A correction of a payment as one reader may see it; `added_sar` is what it adds, in riyals.

    `counts_in` names the cycle in which it counts. `old_id` is the payment that was replaced,
    `is_old` true where that is the one shown. `closed` is the key of the objection that it decided,
    whose decision has the amount as back pay.
    """

    corrected_on: date
    why: StrOrPromise
    added_sar: Decimal
    counts_in: str
    old_id: int
    is_old: bool
    closed: int | None


def shown_payment_correction(
    line: PaymentLine, *, is_own: bool, language: str
) -> ShownPaymentCorrection | None:
    """Give the correction that made or replaced an announced line of a payment: one statement, or
    none for a line that no correction made and nothing replaced."""
    if not line.is_from_correction and line.superseded_on is None:
        return None
    which = Q(new_payment=line) if line.is_from_correction else Q(payment=line)
    row = (
        CorrectionRow.objects.filter(which, state=RowState.CORRECTED)
        .select_related("correction", "new_payment")
        .first()
    )
    if row is None or row.new_payment is None or row.new_payment.announced_on is None:
        return None
    correction = row.correction
    return ShownPaymentCorrection(
        corrected_on=row.new_payment.announced_on,
        why=HIDDEN.label if correction.is_sensitive and not is_own else correction.said(language),
        added_sar=row.added_sar,
        counts_in=cycle_name(effective_cycle(row.new_payment.announced_on), language),
        old_id=row.contested_id,
        is_old=row.payment_id == line.pk,
        closed=row.objection_id,
    )
