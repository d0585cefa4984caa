"""Staff take, ask and decide; two at once do not overwrite each other (O29)."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from objections.errors import IncompleteDecision, TransitionRefused
from objections.models import Objection
from objections.services.review import decide_objection, request_documents, take_objection
from objections.statuses import DECIDED_STATUSES, ObjectionStatus
from tests.objections.cases import (
    NOW,
    decided,
    documents_wanted,
    result_of,
    riyadh,
    submitted,
    taken,
    texts_to,
)
from tests.personas import head, staff

pytestmark = pytest.mark.django_db

UNDER_REVIEW = ObjectionStatus.UNDER_REVIEW
LATER = riyadh("2026-11-15 10:00:00")


def filed_one() -> Objection:
    person = head()
    return submitted(result_of(person), person)


def test_taking_assigns_the_case_and_tells_the_citizen() -> None:
    case, clerk = filed_one(), staff()
    taken(case, clerk, now=LATER)
    case.refresh_from_db()
    assert (case.status, case.assigned_to) == ("under_review", clerk)
    event = case.events.last()
    assert event is not None
    assert (event.from_status, event.to_status, event.actor, event.at) == (
        "submitted",
        "under_review",
        clerk,
        LATER,
    )
    assert texts_to(case.filed_by)[-1] == "objection_taken"


def test_second_taker_learns_who_was_faster_and_when() -> None:
    case, first, second = filed_one(), staff(display_name="نورة"), staff()
    taken(case, first, now=LATER)
    with pytest.raises(TransitionRefused) as caught:
        taken(case, second)
    assert caught.value == TransitionRefused("under_review", "under_review", by="نورة", at=LATER)
    case.refresh_from_db()
    assert case.assigned_to == first
    assert len(texts_to(case.filed_by, template="objection_taken")) == 1


def test_case_that_waits_for_documents_is_not_taken_again() -> None:
    case = documents_wanted(filed_one(), staff())
    with pytest.raises(TransitionRefused):
        take_objection(
            objection_id=case.pk,
            caseworker=staff(),
            seen_status=ObjectionStatus.DOCUMENTS_WANTED,
            now=LATER,
        )


def test_nor_by_whoever_has_it() -> None:
    clerk = staff()
    case = documents_wanted(filed_one(), clerk)
    with pytest.raises(TransitionRefused):
        take_objection(
            objection_id=case.pk,
            caseworker=clerk,
            seen_status=ObjectionStatus.DOCUMENTS_WANTED,
            now=LATER,
        )
    case.refresh_from_db()
    assert case.status == ObjectionStatus.DOCUMENTS_WANTED
    assert texts_to(case.filed_by)[-1] == "objection_documents_wanted"


def test_asking_for_documents_shows_the_words_and_the_day() -> None:
    case = documents_wanted(filed_one(), staff())
    case.refresh_from_db()
    assert (case.status, case.documents_due_on) == ("documents_wanted", date(2026, 12, 8))
    event = case.events.last()
    assert event is not None
    assert event.note == "أرسل الصفحة الثانية من العقد."
    assert texts_to(case.filed_by)[-1] == "objection_documents_wanted"


@pytest.mark.parametrize(
    ("text", "due_on", "missing"),
    [
        (" \u200f", date(2026, 12, 8), "text"),
        ("أرسل العقد", date(2026, 11, 14), "due_on"),
    ],
)
def test_question_needs_words_and_a_coming_day(text: str, due_on: date, missing: str) -> None:
    case, clerk = filed_one(), staff()
    taken(case, clerk)
    with pytest.raises(IncompleteDecision) as caught:
        request_documents(
            objection_id=case.pk,
            caseworker=clerk,
            text=text,
            due_on=due_on,
            seen_status=UNDER_REVIEW,
            now=LATER,
        )
    assert caught.value.missing == missing


@pytest.mark.parametrize("decision", DECIDED_STATUSES)
def test_decision_is_stored_with_its_answer_and_told_once(decision: ObjectionStatus) -> None:
    case, clerk = filed_one(), staff()
    decided(case, clerk, decision=decision, now=LATER)
    case.refresh_from_db()
    is_rejected = decision == ObjectionStatus.REJECTED
    assert (case.status, case.decided_by, case.decided_at) == (decision, clerk, LATER)
    assert case.effective_cycle == ("" if is_rejected else "2027-01")
    event = case.events.last()
    assert event is not None
    assert (event.to_status, event.note) == (decision, case.answer)
    assert texts_to(case.filed_by)[-1] == f"objection_{decision}"


@pytest.mark.parametrize(
    ("decision", "answer", "cycle", "missing"),
    [
        (ObjectionStatus.SUBMITTED, "نص", "", "decision"),
        (ObjectionStatus.REJECTED, "\u200b", "", "answer"),
        (ObjectionStatus.REJECTED, "نص", "2027-01", "effective_cycle"),
        (ObjectionStatus.ACCEPTED, "نص", "", "effective_cycle"),
        (ObjectionStatus.PARTLY_ACCEPTED, "نص", "2027-13", "effective_cycle"),
    ],
)
def test_incomplete_decision_changes_nothing(
    decision: ObjectionStatus, answer: str, cycle: str, missing: str
) -> None:
    case, clerk = filed_one(), staff()
    taken(case, clerk)
    with pytest.raises(IncompleteDecision) as caught:
        decide_objection(
            objection_id=case.pk,
            caseworker=clerk,
            decision=decision,
            answer=answer,
            effective_cycle=cycle,
            seen_status=UNDER_REVIEW,
            now=LATER,
        )
    assert caught.value.missing == missing
    case.refresh_from_db()
    assert case.status == UNDER_REVIEW


def test_submitted_case_is_taken_before_it_is_decided() -> None:
    case = filed_one()
    with pytest.raises(TransitionRefused) as caught:
        decide_objection(
            objection_id=case.pk,
            caseworker=staff(),
            decision=ObjectionStatus.REJECTED,
            answer="نص",
            effective_cycle="",
            seen_status=ObjectionStatus.SUBMITTED,
            now=LATER,
        )
    assert (caught.value.status, caught.value.by) == ("submitted", "")


def test_second_decision_from_an_old_page_is_refused_and_remembered() -> None:
    case, first, second = filed_one(), staff(display_name="نورة"), staff()
    decided(case, first, now=LATER)
    with pytest.raises(TransitionRefused) as caught:
        decide_objection(
            objection_id=case.pk,
            caseworker=second,
            decision=ObjectionStatus.REJECTED,
            answer="نص آخر",
            effective_cycle="",
            seen_status=UNDER_REVIEW,
            now=riyadh("2026-11-15 10:01:00"),
        )
    assert caught.value == TransitionRefused("accepted", "rejected", by="نورة", at=LATER)
    case.refresh_from_db()
    assert (case.status, case.answer) == ("accepted", "وصل العقد كاملًا.")
    attempt = case.events.last()
    assert attempt is not None
    assert (attempt.is_refused, attempt.actor, attempt.to_status) == (True, second, "rejected")
    assert [t for t in texts_to(case.filed_by) if t.endswith("ed")][-1] == "objection_accepted"


def test_case_without_history_names_nobody() -> None:
    case = filed_one()
    case.events.all().delete()
    with pytest.raises(TransitionRefused) as caught:
        request_documents(
            objection_id=case.pk,
            caseworker=staff(),
            text="أرسل العقد",
            due_on=date(2026, 12, 8),
            seen_status=ObjectionStatus.SUBMITTED,
            now=LATER,
        )
    assert (caught.value.by, caught.value.at) == ("", None)


def test_documents_may_be_asked_for_again_after_they_came() -> None:
    case, clerk = filed_one(), staff()
    documents_wanted(case, clerk)
    Objection.objects.filter(pk=case.pk).update(status=UNDER_REVIEW)
    request_documents(
        objection_id=case.pk,
        caseworker=clerk,
        text="والصفحة الثالثة.",
        due_on=date(2026, 12, 20),
        seen_status=UNDER_REVIEW,
        now=LATER,
    )
    assert len(texts_to(case.filed_by, template="objection_documents_wanted")) == 2
    assert NOW < LATER


@pytest.mark.parametrize("is_question", [True, False])
def test_case_that_somebody_took_is_changed_by_nobody_else(is_question: bool) -> None:
    case, first, second = filed_one(), staff(display_name="نورة"), staff()
    taken(case, first, now=LATER)
    facts = {"objection_id": case.pk, "caseworker": second, "seen_status": UNDER_REVIEW}
    ask = partial(request_documents, text="أرسل العقد.", due_on=date(2026, 12, 8))
    reject = partial(
        decide_objection, decision=ObjectionStatus.REJECTED, answer="نص", effective_cycle=""
    )
    with pytest.raises(TransitionRefused) as caught:
        (ask if is_question else reject)(**facts, now=LATER)
    assert caught.value.by == "نورة"
    case.refresh_from_db()
    assert (case.status, case.assigned_to) == ("under_review", first)
    attempt = case.events.last()
    assert attempt is not None
    assert (attempt.is_refused, attempt.actor) == (True, second)
