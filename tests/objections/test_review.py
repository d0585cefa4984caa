"""Staff take cases, ask for documents and give cases away; nobody overwrites another (O29)."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from objections.errors import IncompleteDecision, NothingToTake, TransitionRefused
from objections.models import Objection
from objections.presenting.cases import timeline_of
from objections.services.review import (
    hand_over_objection,
    propose_decision,
    put_back_objection,
    request_documents,
    take_next,
    take_objection,
)
from objections.statuses import ObjectionStatus
from tests.objections.cases import (
    NOW,
    documents_wanted,
    proposal_of,
    result_of,
    riyadh,
    seen,
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
    both_saw = seen(case)
    taken(case, first, now=LATER)
    with pytest.raises(TransitionRefused) as caught:
        take_objection(objection_id=case.pk, caseworker=second, seen=both_saw, now=LATER)
    assert caught.value == TransitionRefused("under_review", "under_review", by="نورة", at=LATER)
    case.refresh_from_db()
    assert case.assigned_to == first
    assert len(texts_to(case.filed_by, template="objection_taken")) == 1


def test_case_that_somebody_has_is_taken_by_nobody() -> None:
    clerk = staff()
    case = documents_wanted(filed_one(), clerk)
    for other in (staff(), clerk):
        with pytest.raises(TransitionRefused):
            take_objection(objection_id=case.pk, caseworker=other, seen=seen(case), now=LATER)
    case.refresh_from_db()
    assert (case.status, case.assigned_to) == ("documents_wanted", clerk)
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
            seen=seen(case),
            now=LATER,
        )
    assert caught.value.missing == missing


def test_case_without_history_names_nobody() -> None:
    case = filed_one()
    case.events.all().delete()
    with pytest.raises(TransitionRefused) as caught:
        request_documents(
            objection_id=case.pk,
            caseworker=staff(),
            text="أرسل العقد",
            due_on=date(2026, 12, 8),
            seen=seen(case),
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
        seen=seen(case),
        now=LATER,
    )
    assert len(texts_to(case.filed_by, template="objection_documents_wanted")) == 2
    assert NOW < LATER


@pytest.mark.parametrize("is_question", [True, False])
def test_case_that_somebody_took_is_changed_by_nobody_else(is_question: bool) -> None:
    case, first, second = filed_one(), staff(display_name="نورة"), staff()
    taken(case, first, now=LATER)
    ask = partial(request_documents, text="أرسل العقد.", due_on=date(2026, 12, 8))
    propose = partial(propose_decision, proposal=proposal_of(ObjectionStatus.REJECTED))
    act = partial(ask, caseworker=second) if is_question else partial(propose, proposer=second)
    with pytest.raises(TransitionRefused) as caught:
        act(objection_id=case.pk, seen=seen(case), now=LATER)
    assert caught.value.by == "نورة"
    case.refresh_from_db()
    assert (case.status, case.assigned_to) == ("under_review", first)
    attempt = case.events.last()
    assert attempt is not None
    assert (attempt.is_refused, attempt.actor) == (True, second)


# Whose a case is ------------------------------------------------------------------


def test_next_case_is_the_oldest_that_nobody_has() -> None:
    first, second, clerk = filed_one(), filed_one(), staff()
    documents_wanted(second, staff())
    third = filed_one()
    assert take_next(caseworker=clerk, now=LATER) == first
    assert take_next(caseworker=clerk, now=LATER) == third
    with pytest.raises(NothingToTake):
        take_next(caseworker=clerk, now=LATER)
    assert texts_to(first.filed_by)[-1] == "objection_taken"


def test_case_is_handed_over_with_a_note_that_the_citizen_does_not_read() -> None:
    case, first, second = filed_one(), staff("caseworker"), staff("caseworker")
    taken(case, first)
    hand_over_objection(
        objection_id=case.pk, by=first, to=second, note="سبق أن درسته.", seen=seen(case), now=LATER
    )
    case.refresh_from_db()
    assert (case.status, case.assigned_to) == ("under_review", second)
    event = case.events.last()
    assert event is not None
    assert (event.kind, event.is_for_citizen) == ("handed_over", False)
    assert "سبق أن درسته." in event.note
    assert "سبق أن درسته." not in str(timeline_of(case, today=LATER.date()))
    assert texts_to(case.filed_by)[-1] == "objection_taken"


def test_case_goes_back_into_the_queue_and_is_taken_without_a_second_sms() -> None:
    case, first, second = filed_one(), staff("caseworker"), staff("caseworker")
    taken(case, first)
    put_back_objection(objection_id=case.pk, by=first, note="إجازة.", seen=seen(case), now=LATER)
    case.refresh_from_db()
    assert (case.status, case.assigned_to) == ("under_review", None)
    assert take_next(caseworker=second, now=LATER) == case
    assert texts_to(case.filed_by).count("objection_taken") == 1
    kinds = list(case.events.values_list("kind", flat=True))
    assert kinds[-3:] == ["moved", "put_back", "taken"]


def test_only_its_caseworker_or_a_supervisor_gives_a_case_away() -> None:
    case, owner = filed_one(), staff("caseworker")
    other, supervisor = staff("caseworker"), staff("supervisor")
    taken(case, owner)
    facts = {"objection_id": case.pk, "note": "إجازة.", "now": LATER}
    with pytest.raises(TransitionRefused):
        hand_over_objection(**facts, by=other, to=other, seen=seen(case))
    with pytest.raises(IncompleteDecision) as caught:
        hand_over_objection(**facts, by=supervisor, to=staff("agent"), seen=seen(case))
    assert caught.value.missing == "to"
    with pytest.raises(IncompleteDecision) as caught:
        hand_over_objection(**facts, by=supervisor, to=owner, seen=seen(case))
    assert caught.value.missing == "to"
    hand_over_objection(**facts, by=supervisor, to=other, seen=seen(case))
    case.refresh_from_db()
    assert case.assigned_to == other


@pytest.mark.parametrize("is_back", [True, False])
def test_note_is_needed_to_give_a_case_away(is_back: bool) -> None:
    case, owner = filed_one(), staff("caseworker")
    taken(case, owner)
    give = partial(hand_over_objection, to=staff("caseworker"))
    with pytest.raises(IncompleteDecision) as caught:
        (put_back_objection if is_back else give)(
            objection_id=case.pk, by=owner, note=" \u200b", seen=seen(case), now=LATER
        )
    assert caught.value.missing == "note"


def test_nobodys_case_is_not_put_back() -> None:
    case = filed_one()
    taken(case, staff())
    Objection.objects.filter(pk=case.pk).update(assigned_to=None)
    with pytest.raises(TransitionRefused):
        put_back_objection(
            objection_id=case.pk, by=staff("supervisor"), note="لا أحد.", seen=seen(case), now=LATER
        )
