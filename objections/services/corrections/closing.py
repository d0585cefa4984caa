"""What a correction does to the objections against its rows, some hundred in few statements."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from beneficiaries.statuses import ResultStatus
from objections.contested import key_of_objection
from objections.models import (
    BackPayLine,
    Correction,
    CorrectionRow,
    Decision,
    Objection,
    ObjectionEvent,
    SecondLook,
)
from objections.rules import effective_cycle
from objections.services.history import end_wait
from objections.statuses import DecisionState, EventKind, LookState, ObjectionStatus
from saudi.gregorian import riyadh_date

REASONS: Final = {
    ObjectionStatus.ACCEPTED: "OUR_MISTAKE",
    ObjectionStatus.PARTLY_ACCEPTED: "OUR_MISTAKE_IN_PART",
}

_DECIDED_FIELDS: Final = (
    "status",
    "decided_by",
    "decided_at",
    "answer",
    "effective_cycle",
    "awaited_days",
    "wanted_on",
    "documents_due_on",
    "wait_days",
)


def close_objections(
    correction: Correction,
    objections: list[Objection],
    rows: Mapping[int, CorrectionRow],
    *,
    now: datetime,
) -> None:
    """Decide open objections as the correction does: accepted, or in part where reasons remain or
    less than was due. What a payment is raised by is back pay for its month (docs/adr/0027).

    Who prepared it proposes and who approved it approves; the answer is what all are told. A
    proposal that waits falls away, and a second look ends: its first decision is replaced. `rows`
    are by the key of what they correct. The caller holds the locks.
    """
    if not objections:
        return
    Decision.objects.filter(objection__in=objections, state=DecisionState.PROPOSED).update(
        state=DecisionState.LAPSED, closed_at=now
    )
    firsts = _end_second_looks(objections, now=now)
    assert correction.proposed_at is not None  # noqa: S101  # correction_steps_in_order
    counts_in = effective_cycle(riyadh_date(now))
    before = {objection.pk: objection.status for objection in objections}
    decisions = []
    for objection in objections:
        row = rows[key_of_objection(objection).pk]
        outcome = _outcome(row)
        objection.status = outcome
        objection.decided_by, objection.decided_at = correction.approved_by, now
        objection.answer = correction.said(objection.filed_by.language)
        objection.effective_cycle = counts_in
        end_wait(objection, now)
        decisions.append(
            Decision(
                objection=objection,
                outcome=outcome,
                reason_codes=[REASONS[outcome]],
                answer=objection.answer,
                state=DecisionState.APPROVED,
                proposed_by=correction.prepared_by,
                proposed_at=correction.proposed_at,
                closed_by=correction.approved_by,
                closed_at=now,
                effective_cycle=counts_in,
                back_pay_sar=row.added_sar,
                supersedes=firsts.get(objection.pk),
                supersede_reason=correction.why if objection.pk in firsts else "",
            )
        )
    Decision.objects.bulk_create(decisions)
    BackPayLine.objects.bulk_create(
        BackPayLine(
            decision=decision,
            cycle=correction.cycle.code,
            amount_sar=decision.back_pay_sar,
            estimate_sar=decision.back_pay_sar,
        )
        for decision in decisions
        if decision.back_pay_sar
    )
    Objection.objects.bulk_update(objections, _DECIDED_FIELDS)
    ObjectionEvent.objects.bulk_create(
        ObjectionEvent(
            objection=decision.objection,
            kind=EventKind.SUPERSEDED if decision.supersedes_id else EventKind.APPROVED,
            decision=decision,
            at=now,
            actor=correction.approved_by,
            from_status=before[decision.objection_id],
            to_status=decision.outcome,
            note=decision.answer,
        )
        for decision in decisions
    )


def _end_second_looks(objections: list[Objection], *, now: datetime) -> dict[int, Decision]:
    """End the second looks that are open, and give the decisions they were at by objection."""
    looked_at = [objection.pk for objection in objections if objection.is_looked_at_again]
    if not looked_at:
        return {}
    SecondLook.objects.filter(objection__in=looked_at, state=LookState.OPEN).update(
        state=LookState.CHANGED, ended_at=now
    )
    firsts = list(Decision.objects.filter(objection__in=looked_at, state=DecisionState.APPROVED))
    Decision.objects.filter(pk__in=[first.pk for first in firsts]).update(
        state=DecisionState.SUPERSEDED
    )
    return {first.objection_id: first for first in firsts}


def _outcome(row: CorrectionRow) -> ObjectionStatus:
    if row.payment is not None:
        is_whole = row.payment.granted_sar + row.added_sar >= row.entitlement_sar
        return ObjectionStatus.ACCEPTED if is_whole else ObjectionStatus.PARTLY_ACCEPTED
    if row.status == ResultStatus.ELIGIBLE:
        return ObjectionStatus.ACCEPTED
    return ObjectionStatus.PARTLY_ACCEPTED


def stop_drafts(correction: Correction, drafts: list[Objection], *, now: datetime) -> None:
    """Stop drafts against what is replaced; what was written stays. Locks are held."""
    if not drafts:
        return
    Objection.objects.filter(pk__in=[draft.pk for draft in drafts]).update(
        status=ObjectionStatus.STOPPED
    )
    ObjectionEvent.objects.bulk_create(
        ObjectionEvent(
            objection=draft,
            at=now,
            actor=correction.approved_by,
            from_status=ObjectionStatus.DRAFT,
            to_status=ObjectionStatus.STOPPED,
            note=correction.said(draft.filed_by.language),
        )
        for draft in drafts
    )
