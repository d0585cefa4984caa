"""A decision is made by two people, is superseded, and stays."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from beneficiaries.models import User
from objections.errors import (
    IncompleteDecision,
    NotYourProposal,
    OwnProposal,
    ProposalWaits,
    TransitionRefused,
)
from objections.models import Decision, Objection
from objections.presenting.cases import timeline_of
from objections.services.review import (
    approve_decision,
    hand_over_objection,
    propose_decision,
    request_documents,
    return_proposal,
    withdraw_proposal,
)
from objections.statuses import DECIDED_STATUSES, ObjectionStatus
from tests.objections.cases import (
    NOW,
    approved,
    decided,
    proposal_of,
    proposed,
    reason_of,
    riyadh,
    seen,
    taken,
    texts_to,
)
from tests.objections.deciding import ACCEPTED, LATER, REJECTED, filed_one
from tests.personas import staff

pytestmark = pytest.mark.django_db

TODAY = LATER.date()


def propose(case: Objection, proposer: User, **proposal: Any) -> Decision:
    decision = proposal.pop("decision", ACCEPTED)
    return propose_decision(
        objection_id=case.pk,
        proposer=proposer,
        proposal=proposal_of(decision, **proposal),
        seen=seen(case),
        now=LATER,
    )


# Proposing and approving -------------------------------------------------------------


def test_proposal_is_the_staffs_own_until_somebody_else_approves_it() -> None:
    case, clerk = filed_one(), staff()
    decision = proposed(case, clerk, now=LATER)
    case.refresh_from_db()
    assert (case.status, case.answer, case.proposed_by) == ("under_review", "", clerk)
    assert (decision.state, decision.proposed_by, decision.proposed_at) == (
        "proposed",
        clerk,
        LATER,
    )
    event = case.events.last()
    assert event is not None
    assert (event.kind, event.decision, event.is_for_citizen) == ("proposed", decision, False)
    assert texts_to(case.filed_by)[-1] == "objection_taken"
    shown = str(timeline_of(case, today=TODAY))
    assert "اقتُرح" not in shown
    assert decision.answer not in shown


@pytest.mark.parametrize("outcome", DECIDED_STATUSES)
def test_approved_decision_is_in_force_and_told_once(outcome: ObjectionStatus) -> None:
    case, clerk, approver = filed_one(), staff(), staff()
    decision = proposed(case, clerk, decision=outcome, now=LATER)
    approved(decision, approver, now=LATER)
    case.refresh_from_db()
    decision.refresh_from_db()
    is_rejected = outcome == REJECTED
    assert (case.status, case.decided_by, case.decided_at) == (outcome, approver, LATER)
    assert (case.answer, case.proposed_by) == (decision.answer, None)
    assert (decision.state, decision.closed_by, decision.closed_at) == ("approved", approver, LATER)
    assert case.effective_cycle == ("" if is_rejected else "2027-01")
    event = case.events.last()
    assert event is not None
    assert (event.kind, event.to_status, event.note) == ("approved", outcome, case.answer)
    assert texts_to(case.filed_by)[-1] == f"objection_{outcome}"
    assert case.answer in str(timeline_of(case, today=TODAY))


def test_decision_counts_from_the_day_of_approval() -> None:
    case = filed_one()
    decision = proposed(case, staff(), now=LATER)
    approved(decision, now=riyadh("2026-12-11 09:00:00"))
    case.refresh_from_db()
    assert case.effective_cycle == "2027-02"


def test_nobody_approves_or_returns_their_own() -> None:
    case, clerk = filed_one(), staff("supervisor")
    decision = proposed(case, clerk)
    facts = {"objection_id": case.pk, "decision_id": decision.pk, "approver": clerk, "now": LATER}
    with pytest.raises(OwnProposal):
        approve_decision(**facts, seen=seen(case))
    with pytest.raises(OwnProposal):
        return_proposal(**facts, note="لا", seen=seen(case))
    case.refresh_from_db()
    assert case.status == "under_review"


def test_returned_proposal_goes_back_with_its_note_and_another_may_follow() -> None:
    case, clerk, approver = filed_one(), staff("caseworker"), staff()
    decision = proposed(case, clerk)
    return_proposal(
        objection_id=case.pk,
        decision_id=decision.pk,
        approver=approver,
        note="اذكر رقم العقد.",
        seen=seen(case),
        now=LATER,
    )
    decision.refresh_from_db()
    assert (decision.state, decision.return_note) == ("returned", "اذكر رقم العقد.")
    event = case.events.last()
    assert event is not None
    assert (event.kind, event.note, event.is_for_citizen) == ("returned", "اذكر رقم العقد.", False)
    second = propose(case, clerk)
    approved(second, approver, now=LATER)
    assert [each.state for each in case.decisions.order_by("id")] == ["returned", "approved"]


def test_return_needs_a_note() -> None:
    case = filed_one()
    decision = proposed(case, staff())
    with pytest.raises(IncompleteDecision) as caught:
        return_proposal(
            objection_id=case.pk,
            decision_id=decision.pk,
            approver=staff(),
            note=" \u200b",
            seen=seen(case),
            now=LATER,
        )
    assert caught.value.missing == "note"


def test_proposer_alone_takes_a_proposal_back() -> None:
    case, clerk = filed_one(), staff()
    decision = proposed(case, clerk)
    facts = {"objection_id": case.pk, "decision_id": decision.pk, "now": LATER}
    with pytest.raises(NotYourProposal):
        withdraw_proposal(**facts, proposer=staff(), seen=seen(case))
    withdraw_proposal(**facts, proposer=clerk, seen=seen(case))
    decision.refresh_from_db()
    assert (decision.state, decision.closed_by) == ("withdrawn", clerk)
    with pytest.raises(TransitionRefused):
        withdraw_proposal(**facts, proposer=clerk, seen=seen(case))
    with pytest.raises(TransitionRefused):
        approved(decision)


def test_nothing_else_is_done_while_a_proposal_waits() -> None:
    case, clerk, colleague = filed_one(), staff("caseworker"), staff("caseworker")
    proposed(case, clerk)
    with pytest.raises(ProposalWaits):
        propose(case, clerk)
    with pytest.raises(ProposalWaits):
        hand_over_objection(
            objection_id=case.pk, by=clerk, to=colleague, note="لك", seen=seen(case), now=LATER
        )
    with pytest.raises(ProposalWaits) as caught:
        request_documents(
            objection_id=case.pk,
            caseworker=clerk,
            text="أرسل العقد.",
            due_on=TODAY,
            seen=seen(case),
            now=LATER,
        )
    assert (caught.value.by, caught.value.at) == (str(clerk), NOW)


@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"outcome": "submitted"}, "outcome"),
        ({"answer": "\u200b"}, "answer"),
        ({"reason_codes": ()}, "reason_codes"),
        ({"reason_codes": ("NO_SUCH",)}, "reason_codes"),
        ({"reason_codes": ("TEST_REJECTED",)}, "reason_codes"),
        ({"reason_codes": ("TEST_ACCEPTED", "TEST_ACCEPTED")}, "reason_codes"),
        ({"supersede_reason": "بلا قرار سابق"}, "supersede_reason"),
    ],
)
def test_incomplete_decision_changes_nothing(changed: dict[str, Any], missing: str) -> None:
    case, clerk = filed_one(), staff()
    reason_of(REJECTED)
    taken(case, clerk)
    proposal = proposal_of()
    with pytest.raises(IncompleteDecision) as caught:
        propose_decision(
            objection_id=case.pk,
            proposer=clerk,
            proposal=type(proposal)(**{**vars(proposal), **changed}),
            seen=seen(case),
            now=LATER,
        )
    assert caught.value.missing == missing
    assert not case.decisions.exists()


def test_case_is_taken_before_it_is_decided() -> None:
    case = filed_one()
    with pytest.raises(TransitionRefused) as caught:
        propose(case, staff())
    assert (caught.value.status, caught.value.by) == ("submitted", "")


def test_attempt_from_an_old_page_is_refused_and_remembered() -> None:
    case, first, second = filed_one(), staff(display_name="نورة"), staff()
    decision = proposed(case, staff())
    both_saw = seen(case)
    approved(decision, first, now=LATER)
    with pytest.raises(TransitionRefused) as caught:
        return_proposal(
            objection_id=case.pk,
            decision_id=decision.pk,
            approver=second,
            note="لا يكفي العقد.",
            seen=both_saw,
            now=LATER + timedelta(minutes=1),
        )
    assert caught.value == TransitionRefused(
        "accepted", "under_review", by="نورة", at=LATER, did="approved"
    )
    attempt = case.events.last()
    assert attempt is not None
    assert (attempt.is_refused, attempt.kind, attempt.actor) == (True, "returned", second)
    assert [t for t in texts_to(case.filed_by) if t.endswith("ed")][-1] == "objection_accepted"


# Superseding ----------------------------------------------------------------------------


def test_decision_is_superseded_with_a_reason_and_stays_as_it_was() -> None:
    case, clerk, approver = filed_one(), staff(), staff()
    decided(case, clerk, decision=REJECTED, approver=approver)
    first = case.decisions.get()
    before = Decision.objects.filter(pk=first.pk).values(
        "outcome", "answer", "closed_by", "closed_at", "proposed_by", "effective_cycle"
    )
    facts = before.get()
    second = propose(case, staff(), answer="وجدنا العقد.", supersede_reason="وصل العقد قبل القرار.")
    case.refresh_from_db()
    assert case.status == "rejected", "until somebody else approves"
    approved(second, staff(), now=LATER)
    case.refresh_from_db()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (case.status, case.answer) == ("accepted", "وجدنا العقد.")
    assert (first.state, second.state, second.supersedes) == ("superseded", "approved", first)
    assert before.get() == facts
    event = case.events.last()
    assert event is not None
    assert (event.kind, event.from_status, event.to_status) == (
        "superseded",
        "rejected",
        "accepted",
    )
    assert texts_to(case.filed_by)[-2:] == ["objection_rejected", "objection_accepted"]
    shown = str(timeline_of(case, today=TODAY))
    assert "وجدنا العقد." in shown
    assert "وصل العقد قبل القرار." not in shown, "the reason is the staff's"


def test_replacing_a_decision_needs_a_reason() -> None:
    case = filed_one()
    decided(case, staff())
    with pytest.raises(IncompleteDecision) as caught:
        propose(case, staff(), decision=REJECTED)
    assert caught.value.missing == "supersede_reason"
