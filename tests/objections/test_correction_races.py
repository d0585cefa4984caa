"""A correction at the same moment as a citizen, a caseworker, another worker, an announcement."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from beneficiaries.announcing import lock_cycle
from beneficiaries.models import EligibilityResult
from objections.errors import NotContestable, TransitionRefused
from objections.models import Correction, CorrectionRow, Decision, Objection
from objections.services import corrections, submit_objection
from objections.services.corrections import applying
from objections.services.review import approve_decision
from objections.statuses import ObjectionStatus
from tests.objections.cases import draft, proposed, result_of, seen, submitted, texts_to
from tests.objections.correcting import APPROVED, approved
from tests.objections.test_concurrency import at_once
from tests.personas import head, staff

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_submission_comes_wholly_before_or_after_the_correction() -> None:
    people = [head() for _each in range(4)]
    drafts = [draft(result_of(person), person) for person in people]
    approved()

    def send(objection: Objection) -> str:
        try:
            return submit_objection(objection=objection, has_declared=True, now=APPROVED).status
        except NotContestable:
            return "refused"

    work: list[Callable[[], object]] = [
        lambda: corrections.apply_corrections(now=APPROVED),
        *(lambda objection=each: send(objection) for each in drafts),  # type: ignore[misc]
    ]
    answers = at_once(len(work), lambda nth: work[nth]())
    assert answers[0] == 4
    for objection, answer in zip(drafts, answers[1:], strict=True):
        objection.refresh_from_db()
        expected = (
            (ObjectionStatus.STOPPED, None)
            if answer == "refused"
            else (ObjectionStatus.ACCEPTED, objection.reference)
        )
        assert (objection.status, objection.reference) == expected
    assert not Objection.objects.open().exists()
    assert EligibilityResult.objects.current().filter(status="eligible").count() == 4


def test_a_rejection_comes_wholly_before_or_after_the_correction() -> None:
    worker, approver = staff("caseworker"), staff("approver")
    proposals = []
    for _each in range(3):
        person = head()
        filed = submitted(result_of(person), person)
        proposals.append(proposed(filed, worker, decision=ObjectionStatus.REJECTED))
    approved()
    shown = {proposal.pk: seen(proposal.objection) for proposal in proposals}

    def reject(proposal: Decision) -> str:
        try:
            return approve_decision(
                objection_id=proposal.objection_id,
                decision_id=proposal.pk,
                approver=approver,
                seen=shown[proposal.pk],
                now=APPROVED,
            ).status
        except TransitionRefused:
            return "refused"

    work: list[Callable[[], object]] = [
        lambda: corrections.apply_corrections(now=APPROVED),
        *(lambda proposal=each: reject(proposal) for each in proposals),  # type: ignore[misc]
    ]
    answers = at_once(len(work), lambda nth: work[nth]())
    for proposal, answer in zip(proposals, answers[1:], strict=True):
        row = CorrectionRow.objects.get(result__objections=proposal.objection_id)
        objection = Objection.objects.get(pk=proposal.objection_id)
        assert (objection.status, row.state) == (
            ("accepted", "corrected") if answer == "refused" else ("rejected", "decided")
        )
        assert objection.decisions.filter(state="approved").count() == 1


def test_two_workers_do_no_row_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "BATCH", 2)
    people = [head() for _each in range(7)]
    for person in people:
        result_of(person)
    approved()
    at_once(2, lambda _nth: corrections.apply_corrections(now=APPROVED))
    corrections.apply_corrections(now=APPROVED)
    correction = Correction.objects.get()
    assert (correction.state, correction.rows_corrected, correction.told) == ("done", 7, 7)
    assert EligibilityResult.objects.count() == 14
    assert [texts_to(person) for person in people] == [["result_corrected"]] * 7


def test_cycle_that_is_being_announced_is_left_for_the_next_run() -> None:
    result_of(head())
    approved()

    def apply(_nth: int) -> int:
        return corrections.apply_corrections(now=APPROVED)

    with transaction.atomic():
        assert lock_cycle("2026-10") is not None
        assert at_once(1, apply) == [0]
        assert connection.in_atomic_block
    assert Correction.objects.get().state == "running"
    assert apply(0) == 1
