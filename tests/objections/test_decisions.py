"""A decision is made by two people, is superseded and never edited (docs/adr/0023)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from beneficiaries.models import User
from objections.errors import (
    IncompleteDecision,
    NotYourProposal,
    OwnProposal,
    ProposalWaits,
    TransitionRefused,
    WrongBackPay,
)
from objections.models import BackPayLine, Decision, Objection
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
from tests.factories import PaymentLineFactory, ResultFactory
from tests.objections.cases import (
    NOW,
    approved,
    decided,
    proposal_of,
    proposed,
    reason_of,
    result_of,
    riyadh,
    seen,
    submitted,
    taken,
    texts_to,
)
from tests.personas import head, staff

pytestmark = pytest.mark.django_db

LATER = riyadh("2026-11-15 10:00:00")
TODAY = LATER.date()
ACCEPTED, PARTLY, REJECTED = DECIDED_STATUSES


def filed_one() -> Objection:
    person = head()
    return submitted(result_of(person), person)


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
    case, clerk, approver = filed_one(), staff(), staff()
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


# Back pay ---------------------------------------------------------------------------------


@pytest.fixture
def paid_months() -> Objection:
    """A case of October's result, after the payments of October and November."""
    person = head()
    ResultFactory.create(
        person=person, status="eligible", entitlement_sar=Decimal(720), cycle__code="2026-08"
    )
    case = submitted(result_of(person), person)
    for code, day in (("2026-10", 30), ("2026-11", 10)):
        month = 10 if code == "2026-10" else 11
        PaymentLineFactory.create(
            person=head(), cycle__code=code, paid_on=riyadh(f"2026-{month}-{day} 09:00:00").date()
        )
    return case


def test_back_pay_is_kept_by_month_with_its_estimate_and_approved(paid_months: Objection) -> None:
    amounts = {"2026-10": Decimal("720.00"), "2026-11": Decimal("360.50")}
    decision = proposed(paid_months, staff(), back_pay=amounts, now=LATER)
    assert decision.back_pay_sar == Decimal("1080.50")
    lines = {line.cycle: (line.amount_sar, line.estimate_sar) for line in decision.back_pay.all()}
    assert lines == {
        "2026-10": (Decimal("720.00"), Decimal("720.00")),
        "2026-11": (Decimal("360.50"), Decimal("720.00")),
    }
    approved(decision, now=LATER)


@pytest.mark.parametrize(
    ("outcome", "amounts"),
    [
        (REJECTED, {"2026-10": "1"}),
        (ACCEPTED, {"2026-09": "1"}),
        (ACCEPTED, {"2026-12": "1"}),
        (ACCEPTED, {"2026-10": "-1"}),
        (ACCEPTED, {"2026-10": "1.005"}),
        (ACCEPTED, {"2026-10": "100000"}),
    ],
)
def test_back_pay_that_cannot_be_is_refused(
    paid_months: Objection, outcome: ObjectionStatus, amounts: dict[str, str]
) -> None:
    back_pay = {cycle: Decimal(amount) for cycle, amount in amounts.items()}
    with pytest.raises(WrongBackPay):
        proposed(paid_months, staff(), decision=outcome, back_pay=back_pay, now=LATER)
    assert not Decision.objects.exists()
    assert not BackPayLine.objects.exists()


# What the database refuses ------------------------------------------------------------------


def refuses(statement: str, *values: object, name: str) -> None:
    """Run a statement to the end of its transaction, and expect a constraint to refuse it."""
    with pytest.raises(IntegrityError, match=name):
        _run(statement, values)


def _run(statement: str, values: tuple[object, ...]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


_INSERT = """
    INSERT INTO objections_decision (objection_id, outcome, reason_codes, answer, state,
        proposed_by_id, proposed_at, closed_by_id, closed_at, return_note, effective_cycle,
        supersede_reason, back_pay_sar, supersedes_id)
    SELECT objection_id, {outcome}, {reason_codes}, {answer}, {state}, proposed_by_id,
        proposed_at, {closed_by_id}, {closed_at}, {return_note}, {effective_cycle},
        {supersede_reason}, {back_pay_sar}, {supersedes_id}
    FROM objections_decision WHERE id = %s
"""


def copy_with(**changes: str) -> str:
    """Give the statement that copies a decision, returned, with other values."""
    columns = {
        "outcome": "outcome",
        "reason_codes": "reason_codes",
        "answer": "answer",
        "state": "'lapsed'",
        "closed_by_id": "NULL",
        "closed_at": "proposed_at",
        "return_note": "''",
        "effective_cycle": "''",
        "supersede_reason": "''",
        "back_pay_sar": "0",
        "supersedes_id": "NULL",
    }
    return _INSERT.format(**(columns | changes))


IN_JANUARY = {"effective_cycle": "'2027-01'"}


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"state": "'proposed'", "closed_at": "NULL"}, "one_proposal_waits"),
        ({"outcome": "'submitted'"}, "decision_outcome"),
        ({"answer": "''"}, "decision_has_answer_and_reason"),
        ({"reason_codes": "'{}'"}, "decision_has_answer_and_reason"),
        (
            {
                "state": "'approved'",
                "closed_by_id": "proposed_by_id",
                "effective_cycle": "'2027-01'",
            },
            "decision_closed_by_a_second_person",
        ),
        (
            {"state": "'approved'"} | IN_JANUARY,
            "decision_closed_by_a_second_person",
        ),
        (
            {"state": "'returned'", "return_note": "'x'", "closed_by_id": "proposed_by_id"},
            "decision_closed_by_a_second_person",
        ),
        ({"state": "'proposed'"}, "decision_closed_by_a_second_person"),
        ({"closed_at": "proposed_at - interval '1 s'"}, "decision_closed_after_proposal"),
        ({"return_note": "'x'"}, "decision_returned_with_a_note"),
        ({"supersedes_id": "id"}, "decision_supersedes_with_a_reason"),
        ({"back_pay_sar": "-1"}, "decision_back_pay_where_granted"),
        ({"outcome": "'rejected'", "back_pay_sar": "1"}, "decision_back_pay_where_granted"),
        (
            {"outcome": "'rejected'", "effective_cycle": "'2027-01'"},
            "decision_effect_where_granted",
        ),
        ({"effective_cycle": "'2027-13'"}, "decision_effect_where_granted"),
        ({"back_pay_sar": "1"}, "is not that of its months"),
    ],
)
def test_database_refuses_an_impossible_decision(changes: dict[str, str], name: str) -> None:
    decision = proposed(filed_one(), staff())
    refuses(copy_with(**changes), decision.pk, name=name)


def test_copy_without_changes_is_possible() -> None:
    """What the test above would prove nothing without."""
    decision = proposed(filed_one(), staff())
    with connection.cursor() as cursor:
        cursor.execute(copy_with(), [decision.pk])
    assert Decision.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        "outcome = 'rejected', effective_cycle = ''",
        "answer = 'other'",
        "reason_codes = '{OTHER}'",
        "proposed_by_id = closed_by_id",
        "back_pay_sar = 1",
        "closed_at = closed_at + interval '1 s'",
        "effective_cycle = '2030-01'",
        "state = 'proposed', closed_by_id = NULL, closed_at = NULL",
    ],
)
def test_database_refuses_to_edit_a_decision(change: str) -> None:
    case = filed_one()
    decided(case, staff())
    refuses(
        f"UPDATE objections_decision SET {change} WHERE objection_id = %s",
        case.pk,
        name="is not edited",
    )


def test_database_keeps_decisions_and_their_months(paid_months: Objection) -> None:
    decision = proposed(paid_months, staff(), back_pay={"2026-11": Decimal(5)}, now=LATER)
    refuses("DELETE FROM objections_decision WHERE id = %s", decision.pk, name="kept")
    table = "objections_backpayline"
    refuses(f"DELETE FROM {table} WHERE decision_id = %s", decision.pk, name="not edited")
    refuses(f"UPDATE {table} SET amount_sar = 1 WHERE decision_id = %s", decision.pk, name="edited")
    more = (
        f"INSERT INTO {table} (decision_id, cycle, amount_sar)"
        " SELECT decision_id, {cycle}, {amount} FROM objections_backpayline WHERE decision_id = %s"
    )
    for cycle, amount, name in (
        ("cycle", "0", "back_pay_month_once"),
        ("'2026-13'", "0", "back_pay_cycle_form"),
        ("'2026-10'", "-1", "back_pay_amount"),
        ("'2026-10'", "1", "is not that of its months"),
    ):
        refuses(more.format(cycle=cycle, amount=amount), decision.pk, name=name)


@pytest.mark.parametrize("status", ["accepted", "rejected"])
def test_database_refuses_an_objection_decided_without_a_decision(status: str) -> None:
    case = filed_one()
    taken(case, staff())
    decider = staff()
    refuses(
        "UPDATE objections_objection SET status = %s, decided_by_id = %s, decided_at = now(),"
        " answer = 'x' WHERE id = %s",
        status,
        decider.pk,
        case.pk,
        name="without a decision in force",
    )
    refuses(
        "UPDATE objections_objection SET status = %s WHERE id = %s",
        status,
        case.pk,
        name="objection_decision_has_decider_and_answer",
    )
    refuses(
        "UPDATE objections_objection SET decided_by_id = %s WHERE id = %s",
        decider.pk,
        case.pk,
        name="objection_undecided_has_no_decider",
    )


def test_database_refuses_a_case_that_leaves_its_decision() -> None:
    case = filed_one()
    decided(case, staff())
    refuses(
        "UPDATE objections_objection SET status = 'under_review', decided_by_id = NULL,"
        " decided_at = NULL, answer = '', effective_cycle = '' WHERE id = %s",
        case.pk,
        name="has a decision in force",
    )
    other_answer = "UPDATE objections_objection SET answer = 'x' WHERE id = %s"
    refuses(other_answer, case.pk, name="without a decision in force")
    waiting = filed_one()
    proposed(waiting, staff())
    refuses(
        "UPDATE objections_objection SET status = 'withdrawn' WHERE id = %s",
        waiting.pk,
        name="which takes none",
    )


def test_database_refuses_to_supersede_anothers_decision() -> None:
    first, second = filed_one(), filed_one()
    decided(first, staff())
    decided(second, staff())
    refuses(
        copy_with(
            supersedes_id=f"(SELECT id FROM objections_decision WHERE objection_id = {first.pk})",
            supersede_reason="'x'",
        ),
        second.decisions.get().pk,
        name="decision_supersedes_of_same_objection",
    )
