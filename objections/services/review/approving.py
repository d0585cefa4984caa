"""The second of the two people of a decision: approving what another proposed, or returning it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from beneficiaries.models import PaymentLine, User
from objections import rules
from objections.corrections.statuses import RowState
from objections.errors import IncompleteDecision, OwnProposal, WrongBackPay
from objections.models import CorrectionRow, Decision, Objection
from objections.second_looks import ensure_others
from objections.services.history import append_act, append_event, end_look, end_wait, tell_filer
from objections.services.review.changing import Seen, changing, refusal, waiting_proposal
from objections.services.review.proposing import close
from objections.services.review.taking import put_back_of_who_left
from objections.statuses import (
    GRANTED_STATUSES,
    DecisionState,
    EventKind,
    LookState,
    ObjectionStatus,
)
from saudi.digits import is_blank
from saudi.gregorian import riyadh_date

_TEMPLATES: Final[dict[str, str]] = {
    ObjectionStatus.ACCEPTED: "objection_accepted",
    ObjectionStatus.PARTLY_ACCEPTED: "objection_partly_accepted",
    ObjectionStatus.REJECTED: "objection_rejected",
}
_CONFIRMED: Final = "objection_confirmed"


def approve_decision(
    *, objection_id: int, decision_id: int, approver: User, seen: Seen, now: datetime
) -> Objection:
    """Approve what somebody else proposed: the case is decided and whoever filed it is told.

    A decision that it replaces stays as it was, as history. The cycle in which an acceptance
    counts is that of the day of approval.

    Raises:
        TransitionRefused: it was closed meanwhile, or something of the case changed.
        OwnProposal: nobody approves their own.
        HadFirstDecision: it is a second look, and they had a part in the first.
        WrongBackPay: a correction raised a month's payment after the proposal.
    """
    with changing(
        objection_id,
        act=EventKind.APPROVED,
        wanted=_outcome_of(decision_id),
        seen=seen,
        actor=approver,
        now=now,
    ) as objection:
        decision = _waiting(objection, decision_id, closer=approver)
        _ensure_not_added_since(objection, decision)
        put_in_force(objection, decision, approver=approver, now=now)
    return objection


def put_in_force(
    objection: Objection, decision: Decision, *, approver: User, now: datetime
) -> None:
    """Approve a decision and bring its case to what it says. The caller holds the case's lock.

    A second look that is open ends with it.
    """
    look = decision.second_look
    if look is not None:
        is_same = _kind_of(decision) == EventKind.CONFIRMED
        end_look(look, LookState.CONFIRMED if is_same else LookState.CHANGED, now=now)
    replaced = decision.supersedes
    if replaced is not None:
        replaced.state = DecisionState.SUPERSEDED
        replaced.save(update_fields=["state"])
    if decision.outcome in GRANTED_STATUSES:
        decision.effective_cycle = rules.effective_cycle(riyadh_date(now))
    close(decision, DecisionState.APPROVED, by=approver, now=now)
    from_status = objection.status
    objection.status = decision.outcome
    objection.decided_by = approver
    objection.decided_at = now
    objection.answer = decision.answer
    objection.effective_cycle = decision.effective_cycle
    objection.save(
        update_fields=[
            "status",
            "decided_by",
            "decided_at",
            "answer",
            "effective_cycle",
            *end_wait(objection, now),
        ]
    )
    kind = _kind_of(decision)
    append_event(
        objection,
        kind=kind,
        decision=decision,
        from_status=from_status,
        to_status=decision.outcome,
        actor=approver,
        now=now,
        note=decision.answer,
    )
    tell_filer(
        objection,
        what="decided" if kind == EventKind.APPROVED else f"decided:{decision.pk}",
        template=_CONFIRMED if kind == EventKind.CONFIRMED else _TEMPLATES[decision.outcome],
        values={"reference": objection.reference or ""},
        now=now,
    )


def _kind_of(decision: Decision) -> EventKind:
    """Tell a first decision, one that replaces another, and one that confirms it after a second
    look: with the same outcome and the same money."""
    first = decision.supersedes
    if decision.second_look_id is not None and first is not None:
        is_same = (first.outcome, first.back_pay_sar) == (decision.outcome, decision.back_pay_sar)
        return EventKind.CONFIRMED if is_same else EventKind.SUPERSEDED
    return EventKind.SUPERSEDED if decision.supersede_reason else EventKind.APPROVED


def return_proposal(
    *, objection_id: int, decision_id: int, approver: User, note: str, seen: Seen, now: datetime
) -> Decision:
    """Return a proposal to its proposer, with a note that says what is to be changed.

    A case of somebody who can no longer decide goes back into the queue.

    Raises:
        TransitionRefused: it was closed meanwhile, or something of the case changed.
        OwnProposal: nobody returns their own; they take it back.
        HadFirstDecision: it is a second look, and they had a part in the first.
        IncompleteDecision: without a note.
    """
    if is_blank(note):
        raise IncompleteDecision(missing="note")
    with changing(
        objection_id,
        act=EventKind.RETURNED,
        wanted=seen.status,
        seen=seen,
        actor=approver,
        now=now,
    ) as objection:
        decision = _waiting(objection, decision_id, closer=approver)
        decision.return_note = note
        close(decision, DecisionState.RETURNED, by=approver, now=now)
        append_act(
            objection, EventKind.RETURNED, decision=decision, actor=approver, now=now, note=note
        )
        put_back_of_who_left(objection, by=approver, now=now)
    return decision


def _outcome_of(decision_id: int) -> str:
    """Give what a proposal would lead to, for the record of an attempt. Raises DoesNotExist."""
    return Decision.objects.values_list("outcome", flat=True).get(pk=decision_id)


def _ensure_not_added_since(objection: Objection, decision: Decision) -> None:
    """Refuse back pay for a month whose payment a correction has raised since it was proposed.

    The lines of those months are locked, so that a correction comes wholly before or after it; what
    is contested itself is held by the lock of the case. Raises WrongBackPay.
    """
    months = list(decision.back_pay.filter(amount_sar__gt=0).values_list("cycle", flat=True))
    if not months:
        return
    lines = PaymentLine.objects.current().filter(
        person_id=objection.person_id, cycle__code__in=months
    )
    held = lines.select_for_update(of=("self",), no_key=True)
    if objection.payment_id is not None:
        held = held.exclude(pk=objection.payment_id)
    list(held.order_by("pk").values_list("pk", flat=True))
    raised = (
        CorrectionRow.objects.filter(
            payment__person_id=objection.person_id,
            correction__cycle__code__in=months,
            settled_at__gte=decision.proposed_at,
            state=RowState.CORRECTED,
        )
        .values_list("correction__cycle__code", flat=True)
        .first()
    )
    if raised is not None:
        raise WrongBackPay(raised)


def _waiting(objection: Objection, decision_id: int, *, closer: User) -> Decision:
    decision = waiting_proposal(objection)
    if decision is None or decision.pk != decision_id:
        raise refusal(objection, wanted=objection.status)
    if decision.proposed_by_id == closer.pk:
        raise OwnProposal
    ensure_others(objection, closer)
    return decision
