"""What the tests of corrections stand on: a correction at each step, made by its services."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from beneficiaries.models import Cycle, EligibilityResult, Person, User
from objections.corrections.criteria import Criteria
from objections.models import Correction
from objections.services import corrections
from tests.objections.cases import riyadh
from tests.personas import staff

PREPARED = riyadh("2026-11-20 10:00:00")
APPROVED = riyadh("2026-11-21 11:00:00")

SAID = {
    "said_ar": "قرأنا عقود الإيجار من سجل قديم فظهرت كأنها غير مسجلة.",
    "said_en": "We read the leases from an old record, so they looked unregistered.",
}


def prepared(*, by: User | None = None, now: datetime = PREPARED, **narrowed: Any) -> Correction:
    """Give a correction of a wrong lease in the cycle of the cases, whose set is to be written."""
    facts: dict[str, Any] = {"reason_code": "LEASE_NOT_PROVEN", **narrowed}
    facts.setdefault("cycle", Cycle.objects.get_or_create(code="2026-10")[0])
    return corrections.prepare_correction(
        criteria=Criteria(**facts),
        **SAID,
        why="تعطّل الربط مع إيجار من 20 إلى 28 أكتوبر.",
        submission=uuid.uuid4(),
        by=by or staff("supervisor"),
        now=now,
    )


def fixed(**narrowed: Any) -> Correction:
    correction = prepared(**narrowed)
    corrections.fix_sets(now=PREPARED)
    correction.refresh_from_db()
    return correction


def proposed(**narrowed: Any) -> Correction:
    correction = fixed(**narrowed)
    return corrections.ask_for_approval(
        correction_id=correction.pk, by=correction.prepared_by, now=PREPARED
    )


def approved(correction: Correction | None = None, *, by: User | None = None) -> Correction:
    correction = correction or proposed()
    return corrections.approve_correction(
        correction_id=correction.pk,
        seen_rows=correction.rows_to_correct,
        by=by or staff("approver"),
        now=APPROVED,
    )


def applied(correction: Correction | None = None, *, now: datetime = APPROVED) -> Correction:
    correction = approved(correction)
    corrections.apply_corrections(now=now)
    correction.refresh_from_db()
    return correction


def now_of(person: Person) -> EligibilityResult:
    """Give somebody's current result of the cycle."""
    return EligibilityResult.objects.current().get(person=person, cycle__code="2026-10")


def states(correction: Correction) -> list[str]:
    return list(correction.rows.order_by("pk").values_list("state", flat=True))
