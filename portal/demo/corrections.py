"""Two corrections of many results: one is done, one waits for a second person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from beneficiaries.models import Cycle, Person, User
from objections.corrections.criteria import Criteria
from objections.corrections.finding import results_found
from objections.models import Correction
from objections.services import corrections
from portal.demo.accounts import ACCOUNTS
from portal.demo.days import BEFORE, NEWEST, DemoDays
from portal.demo.stories import Story

_LOOKED_THROUGH_FOR: Final = timedelta(minutes=25)


def corrected_many(*, days: DemoDays, staff: Mapping[str, User]) -> Iterator[Story]:
    """Give what became of the two corrections."""
    yield _done(days, staff)
    yield _waiting(days, staff)


def _done(days: DemoDays, staff: Mapping[str, User]) -> Story:
    """An allowance that was read as income, until somebody saw it."""
    prepared_at = days.at(4, 11)
    yield prepared_at
    criteria = _criteria(days, BEFORE, "INCOME_OVER_CUTOFF")
    if not results_found(criteria).exists():
        return
    correction = corrections.prepare_correction(
        criteria=criteria,
        said_ar="حسبنا بدل السكن مرتين، فظهر الدخل أكبر مما هو.",
        said_en="We counted the housing allowance twice, so the income looked higher than it is.",
        why="راجعنا ملف التأمينات لهذه الدورة، فوجدنا عمود البدل مكررًا. أكدته الجهة بخطابها.",
        submission=uuid4(),
        by=staff["supervisor"],
        now=prepared_at,
    )
    corrections.fix_sets(now=prepared_at)
    asked_at = prepared_at + _LOOKED_THROUGH_FOR
    yield asked_at
    correction = corrections.ask_for_approval(
        correction_id=correction.pk, by=staff["supervisor"], now=asked_at
    )
    approved_at = days.at(3, 10)
    yield approved_at
    corrections.approve_correction(
        correction_id=correction.pk,
        seen_rows=correction.rows_to_correct,
        by=staff["approver"],
        now=approved_at,
    )
    corrections.apply_corrections(now=approved_at)


def _waiting(days: DemoDays, staff: Mapping[str, User]) -> Story:
    """Leases that were looked up in an old record."""
    prepared_at = days.at(1, 14)
    yield prepared_at
    criteria = _criteria(days, NEWEST, "LEASE_NOT_PROVEN")
    if not results_found(criteria).exists():
        return
    correction = corrections.prepare_correction(
        criteria=criteria,
        said_ar="قرأنا العقود من نسخة قديمة، فظهرت كأنها غير موثقة.",
        said_en="We read the leases from an old copy, so they looked unregistered.",
        why="تعطّل الربط مع إيجار أسبوعًا قبل النتائج، وقُرئت نسخة الشهر الذي قبله.",
        submission=uuid4(),
        by=staff["supervisor"],
        now=prepared_at,
    )
    corrections.fix_sets(now=prepared_at)
    asked_at = prepared_at + _LOOKED_THROUGH_FOR
    yield asked_at
    _leave_out_accounts(correction, staff["supervisor"], now=asked_at)
    correction.refresh_from_db()
    if not correction.rows_to_correct:  # a small demonstration has nobody else
        return
    corrections.ask_for_approval(correction_id=correction.pk, by=staff["supervisor"], now=asked_at)


def _leave_out_accounts(correction: Correction, supervisor: User, *, now: datetime) -> None:
    """Take those out whose journeys a visitor follows: an approval changes nothing of theirs."""
    followed = Person.objects.filter(national_id__in=[each.national_id for each in ACCOUNTS])
    rows = correction.rows.filter(
        result__person__household__in=followed.values("household"), follows=None
    )
    for row in rows.order_by("pk"):
        corrections.remove_row(
            correction_id=correction.pk,
            row_id=row.pk,
            why="لم يكن عقدها في النسخة القديمة، فتُدرس حالتها وحدها.",
            by=supervisor,
            now=now,
        )


def _criteria(days: DemoDays, age: int, reason_code: str) -> Criteria:
    return Criteria(cycle=Cycle.objects.get(code=days.cycles[age].code), reason_code=reason_code)
