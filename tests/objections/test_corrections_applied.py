"""Corrections of many results: what they do to each result, and whom they tell."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beneficiaries.models import EligibilityResult
from notifications.models import Mail, MailAddress, Message
from objections.corrections.statuses import RowState
from objections.errors import NotContestable, TransitionRefused
from objections.models import CorrectionRow, Decision, Objection
from objections.services import corrections, submit_objection
from objections.services.corrections import applying
from objections.services.review import approve_decision
from objections.statuses import DecisionState, ObjectionStatus
from objections.tasks import correct
from tests.objections.cases import (
    approved as approved_decision,
)
from tests.objections.cases import (
    decided,
    documents_wanted,
    draft,
    result_of,
    seen,
    submitted,
    taken,
    texts_to,
)
from tests.objections.cases import (
    proposed as proposed_decision,
)
from tests.objections.correcting import (
    APPROVED,
    PREPARED,
    SAID,
    applied,
    approved,
    now_of,
    proposed,
    states,
)
from tests.personas import adult_of, child_of, head, staff

pytestmark = pytest.mark.django_db


# Applying -----------------------------------------------------------------------------------


def test_corrected_result_takes_the_place_of_the_old_one_with_a_window_of_its_own() -> None:
    person, other = head(), head()
    old = result_of(person)
    result_of(other, reason_codes=["LEASE_NOT_PROVEN", "ASSETS"])
    correction = applied()
    old.refresh_from_db()
    new, remaining = now_of(person), now_of(other)
    assert old.superseded_on == APPROVED.date()
    assert (new.status, new.reason_codes) == ("eligible", [])
    assert (remaining.status, remaining.reason_codes) == ("ineligible", ["ASSETS"])
    assert remaining.announced_on == APPROVED.date()
    assert remaining.filing_deadline == APPROVED.date() + timedelta(days=90)
    assert new.corrected_by.correction == correction
    assert (correction.state, correction.rows_corrected, correction.told) == ("done", 2, 2)
    assert texts_to(person) == texts_to(other) == ["result_corrected"]


def test_second_run_changes_nothing() -> None:
    result_of(head())
    correction = applied()
    before = (EligibilityResult.objects.count(), Message.objects.count())
    assert corrections.apply_corrections(now=APPROVED) == correct() == 0
    assert (EligibilityResult.objects.count(), Message.objects.count()) == before
    correction.refresh_from_db()
    assert correction.rows_corrected == 1


def test_killed_half_way_it_goes_on_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "BATCH", 2)
    people = [head() for _each in range(5)]
    for person in people:
        result_of(person)
    correction = approved()
    batches = iter([False, True])
    assert corrections.apply_corrections(now=APPROVED, is_over=lambda: next(batches)) == 2

    def killed(*_args: object, **_facts: object) -> int:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(applying, "tell_corrected", killed)
        with pytest.raises(SystemExit):
            corrections.apply_corrections(now=APPROVED)
    assert CorrectionRow.objects.filter(state="corrected").count() == 2
    assert corrections.apply_corrections(now=APPROVED) == 3
    correction.refresh_from_db()
    assert (correction.state, correction.rows_corrected, correction.told) == ("done", 5, 5)
    assert [texts_to(person) for person in people] == [["result_corrected"]] * 5


@pytest.mark.parametrize("count", [3, 30])
def test_batch_takes_as_many_statements_whatever_its_size(count: int) -> None:
    worker = staff("caseworker")
    for nth in range(count):
        person = head()
        filed = submitted(result_of(person), person)
        if nth % 3 == 1:
            documents_wanted(filed, worker)
        if nth % 3 == 2:
            proposed_decision(filed, worker)
        draft(result_of(other := head()), other)
    approved()
    with CaptureQueriesContext(connection) as caught:
        assert corrections.apply_corrections(now=APPROVED) == 2 * count
    assert len(caught) <= 34, [query["sql"][:90] for query in caught]


def test_open_objections_are_closed_as_accepted_by_the_two_people_of_the_correction() -> None:
    worker = staff("caseworker")
    people = [head(), head(), head(language="en"), head()]
    new, under_review, wanted, waiting = (submitted(result_of(p), p) for p in people)
    taken(under_review, worker)
    documents_wanted(wanted, worker)
    proposal = proposed_decision(waiting, worker, decision=ObjectionStatus.REJECTED)
    Message.objects.all().delete()
    correction = applied()
    for objection in (new, under_review, wanted, waiting):
        objection.refresh_from_db()
        decision = objection.decisions.get(state=DecisionState.APPROVED)
        event = objection.events.last()
        assert objection.status == ObjectionStatus.ACCEPTED
        assert decision.proposed_by == correction.prepared_by
        assert decision.closed_by == objection.decided_by == correction.approved_by
        assert objection.answer == correction.said(objection.filed_by.language)
        assert objection.effective_cycle == "2027-01"
        assert event is not None
        assert (event.note, event.to_status) == (objection.answer, "accepted")
    proposal.refresh_from_db()
    assert proposal.state == DecisionState.LAPSED
    assert wanted.wanted_on is None
    assert [texts_to(person) for person in people] == [["objection_corrected"]] * 4
    assert (correction.objections_closed, correction.told) == (4, 4)
    assert set(correction.rows.values_list("objection", flat=True)) == {
        objection.pk for objection in (new, under_review, wanted, waiting)
    }


def test_objection_is_accepted_in_part_where_another_reason_remains() -> None:
    person = head()
    filed = submitted(result_of(person, reason_codes=["ASSETS", "LEASE_NOT_PROVEN"]), person)
    applied()
    filed.refresh_from_db()
    assert filed.status == ObjectionStatus.PARTLY_ACCEPTED
    assert draft(now_of(person), person, now=APPROVED).status == ObjectionStatus.DRAFT


def test_draft_is_stopped_and_cannot_be_sent() -> None:
    person = head()
    opened = draft(result_of(person), person)
    correction = applied()
    opened.refresh_from_db()
    event = opened.events.last()
    assert event is not None
    assert (opened.status, event.note) == (ObjectionStatus.STOPPED, correction.said_ar)
    assert texts_to(person) == ["result_corrected"]
    with pytest.raises(NotContestable, match="superseded"):
        submit_objection(objection=opened, has_declared=True, now=APPROVED)


def test_approval_that_comes_after_the_correction_is_refused() -> None:
    person, worker = head(), staff("caseworker")
    proposal = proposed_decision(submitted(result_of(person), person), worker)
    shown = seen(proposal.objection)
    applied()
    with pytest.raises(TransitionRefused):
        approve_decision(
            objection_id=proposal.objection_id,
            decision_id=proposal.pk,
            approver=staff("approver"),
            seen=shown,
            now=APPROVED,
        )
    assert Decision.objects.filter(state=DecisionState.APPROVED).count() == 1


def test_what_changed_since_the_set_was_fixed_is_left_alone_and_reported() -> None:
    replaced, rejected, plain = head(), head(), head()
    of_replaced = result_of(replaced)
    filed = submitted(result_of(rejected), rejected)
    result_of(plain)
    proposal = proposed_decision(filed, staff("caseworker"), decision=ObjectionStatus.REJECTED)
    correction = proposed()
    EligibilityResult.objects.filter(pk=of_replaced.pk).update(superseded_on=date(2026, 11, 20))
    later = result_of(replaced, reason_codes=["LEASE_NOT_PROVEN"], announced_on=date(2026, 11, 20))
    approved_decision(proposal, now=APPROVED)
    Message.objects.all().delete()
    correction = applied(correction)
    assert states(correction) == [RowState.REPLACED, RowState.DECIDED, RowState.CORRECTED]
    assert (correction.rows_left, correction.rows_corrected) == (2, 1)
    assert now_of(replaced) == later
    filed.refresh_from_db()
    assert filed.status == ObjectionStatus.REJECTED
    assert not texts_to(replaced)
    assert not texts_to(rejected)


def test_what_was_rejected_before_is_corrected() -> None:
    person = head()
    decided(
        submitted(result_of(person), person),
        staff("caseworker"),
        decision=ObjectionStatus.REJECTED,
    )
    assert applied().rows_corrected == 1
    assert now_of(person).status == "eligible"
    assert Objection.objects.get().status == ObjectionStatus.REJECTED


# Telling ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "told"),
    [("LEASE_NOT_PROVEN", ["result_corrected"]), ("PRISON", [])],
)
def test_head_is_told_for_who_has_no_mobile_but_not_of_an_adults_private_reason(
    reason: str, told: list[str]
) -> None:
    chief = head()
    result_of(adult_of(chief, mobile=""), reason_codes=[reason])
    applied(proposed(reason_code=reason))
    assert texts_to(chief) == told


def test_each_number_gets_one_message_and_the_objection_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(applying, "BATCH", 1)
    chief = head()
    result_of(child_of(chief))
    result_of(child_of(chief))
    adult = adult_of(chief)
    result_of(adult)
    last = child_of(chief)
    submitted(result_of(last), chief)
    Message.objects.all().delete()
    applied()
    assert texts_to(chief) == ["objection_corrected"]
    assert texts_to(adult) == ["result_corrected"]


def test_mail_says_the_same_to_who_chose_it() -> None:
    person, filer = head(), head()
    for nth, each in enumerate((person, filer)):
        MailAddress.objects.create(
            person_id=each.pk, address=f"p{nth}@example.org", proved_at=PREPARED
        )
    result_of(person)
    submitted(result_of(filer), filer)
    Mail.objects.all().delete()
    applied()
    assert dict(Mail.objects.values_list("person_id", "template")) == {
        person.pk: "result_corrected",
        filer.pk: "objection_corrected",
    }


def test_no_message_has_the_reason() -> None:
    result_of(head(), reason_codes=["PRISON"])
    applied(proposed(reason_code="PRISON"))
    body = Message.objects.get().body
    assert SAID["said_ar"] not in body
    assert "سجن" not in body
