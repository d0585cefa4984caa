"""Submission: complete, once, with a reference and one SMS."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.db import IntegrityError

from access.references import ReferenceKind, new_reference, parse_reference
from objections.errors import (
    AlreadyObjected,
    FilingWindowClosed,
    IncompleteObjection,
    NotContestable,
    TooManyDocuments,
    TransitionRefused,
)
from objections.models import Objection
from objections.services import (
    add_wanted_documents,
    filing,
    open_draft,
    stop_overdue_drafts,
    submit_objection,
)
from objections.statuses import ObjectionStatus
from tests.objections.cases import (
    NOW,
    STATEMENT,
    decided,
    documents_wanted,
    draft,
    pdf,
    result_of,
    riyadh,
    submitted,
    taken,
    texts_to,
)
from tests.personas import adult_of, head, staff, user_of

pytestmark = pytest.mark.django_db

TOO_LATE = riyadh("2027-01-28 00:00:00")


def test_submission_gives_a_reference_a_receipt_and_one_sms() -> None:
    person = head()
    user = user_of(person)
    filed = submitted(result_of(person), person)
    assert filed.reference is not None
    assert parse_reference(filed.reference) == filed.reference
    assert filed.reference.startswith("4")
    assert (filed.status, filed.submitted_at, filed.has_declared) == ("submitted", NOW, True)
    event = filed.events.last()
    assert event is not None
    assert (event.from_status, event.to_status, event.actor) == ("draft", "submitted", user)
    assert texts_to(person) == ["objection_submitted"]


def test_sms_of_a_dependants_objection_goes_to_whoever_filed() -> None:
    person = head()
    adult = adult_of(person)
    submitted(result_of(adult), person)
    assert texts_to(person) == ["objection_submitted"]
    assert texts_to(adult) == []


def test_filer_without_a_mobile_can_file() -> None:
    person = head(mobile="")
    assert submitted(result_of(person), person).reference


def test_second_submission_gives_the_first_one() -> None:
    person = head()
    opened = draft(result_of(person), person)
    first = submit_objection(objection=opened, has_declared=True, now=NOW)
    later = submit_objection(objection=opened, has_declared=True, now=riyadh("2026-11-13 08:00"))
    assert (later.reference, later.submitted_at) == (first.reference, NOW)
    assert texts_to(person) == ["objection_submitted"]


def test_submitted_objection_answers_a_repeat_after_the_window_too() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    again = submit_objection(objection=filed, has_declared=True, now=TOO_LATE)
    assert again.reference == filed.reference


def test_incomplete_draft_names_what_is_missing() -> None:
    person = head()
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    with pytest.raises(IncompleteObjection) as caught:
        submit_objection(objection=opened, has_declared=False, now=NOW)
    assert caught.value.missing == ("ground", "statement", "documents", "declaration")
    opened.refresh_from_db()
    assert opened.status == ObjectionStatus.DRAFT


def test_late_draft_and_stopped_draft_are_refused_and_what_came_in_time_is_not() -> None:
    person = head()
    opened = draft(result_of(person), person)
    with pytest.raises(FilingWindowClosed):
        submit_objection(objection=opened, has_declared=True, now=TOO_LATE)
    stop_overdue_drafts(now=TOO_LATE)
    with pytest.raises(FilingWindowClosed) as caught:
        submit_objection(objection=opened, has_declared=True, now=TOO_LATE)
    assert caught.value.deadline == date(2027, 1, 27)
    opened.refresh_from_db()
    assert opened.statement == STATEMENT
    arrived = riyadh("2027-01-27 23:59:59")  # and waited for a lock while the draft was stopped
    filed = submit_objection(objection=opened, has_declared=True, now=arrived)
    assert (filed.status, filed.submitted_at) == (ObjectionStatus.SUBMITTED, arrived)


def test_extended_window_is_the_one_that_counts() -> None:
    person = head()
    opened = draft(result_of(person), person)
    opened.result.filing_deadline = date(2027, 2, 10)
    opened.result.save()
    filed = submit_objection(objection=opened, has_declared=True, now=TOO_LATE)
    assert filed.deadline == date(2027, 2, 10)


def test_result_superseded_meanwhile_is_refused() -> None:
    person = head()
    opened = draft(result_of(person), person)
    opened.result.superseded_on = date(2026, 11, 5)
    opened.result.save()
    with pytest.raises(NotContestable):
        submit_objection(objection=opened, has_declared=True, now=NOW)


def test_one_open_objection_a_result_whoever_filed_first() -> None:
    person = head()
    adult = adult_of(person)
    result = result_of(adult)
    heads, adults = draft(result, person), draft(result, adult)
    filed = submit_objection(objection=adults, has_declared=True, now=NOW)
    with pytest.raises(AlreadyObjected) as caught:
        submit_objection(objection=heads, has_declared=True, now=NOW)
    assert caught.value.reference == filed.reference


def test_two_different_objections_are_both_kept() -> None:
    person = head()
    adult = adult_of(person)
    first, second = submitted(result_of(person), person), submitted(result_of(adult), person)
    assert first.reference != second.reference
    assert texts_to(person) == ["objection_submitted"] * 2


def test_withdrawn_objection_leaves_the_result_open() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    Objection.objects.filter(pk=filed.pk).update(status=ObjectionStatus.WITHDRAWN)
    assert submitted(filed.result, person).reference != filed.reference


def test_taken_reference_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    person, other = head(), head()
    taken_one = submitted(result_of(other), other).reference
    draws = iter([taken_one, taken_one, "4026714834"])
    monkeypatch.setattr(filing, "new_reference", lambda _kind: next(draws))
    assert submitted(result_of(person), person).reference == "4026714834"


def test_endless_collisions_end_in_the_databases_error(monkeypatch: pytest.MonkeyPatch) -> None:
    person, other = head(), head()
    taken_one = submitted(result_of(other), other).reference
    monkeypatch.setattr(filing, "new_reference", lambda _kind: taken_one)
    with pytest.raises(IntegrityError):
        submitted(result_of(person), person)


def test_other_refusals_of_the_database_are_not_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draws: list[str] = []

    def malformed(_kind: ReferenceKind) -> str:
        draws.append(new_reference(ReferenceKind.TICKET))
        return draws[-1]

    person = head()
    opened = draft(result_of(person), person)
    monkeypatch.setattr(filing, "new_reference", malformed)
    monkeypatch.setattr(filing, "_REFERENCE_CONSTRAINT", "unique")
    with pytest.raises(IntegrityError):
        submit_objection(objection=opened, has_declared=True, now=NOW)
    assert len(draws) == 1


# Documents that staff asked for ---------------------------------------------------


def test_wanted_documents_put_the_case_back_under_review() -> None:
    person = head()
    user = user_of(person)
    case = documents_wanted(submitted(result_of(person), person), staff())
    sent = add_wanted_documents(objection=case, checked=[pdf(pages=2)], actor=user, now=NOW)
    assert (sent.status, sent.documents_due_on) == ("under_review", None)
    assert sent.documents.count() == 2
    event = sent.events.last()
    assert event is not None
    assert (event.from_status, event.actor) == ("documents_wanted", user)
    assert texts_to(person)[-2:] == ["objection_documents_wanted", "objection_documents_received"]


def test_same_documents_twice_change_nothing_more() -> None:
    person = head()
    user = user_of(person)
    case = documents_wanted(submitted(result_of(person), person), staff())
    for _ in range(2):
        add_wanted_documents(objection=case, checked=[pdf(pages=2)], actor=user, now=NOW)
    assert case.documents.count() == 2
    assert texts_to(person, template="objection_documents_received") != []
    assert len(texts_to(person, template="objection_documents_received")) == 1


def test_documents_nobody_asked_for_are_refused(attachments: Path) -> None:
    person = head()
    case = taken(submitted(result_of(person), person), staff())
    before = sum(path.is_file() for path in attachments.rglob("*"))
    with pytest.raises(TransitionRefused) as caught:
        add_wanted_documents(objection=case, checked=[pdf(pages=3)], actor=user_of(person), now=NOW)
    assert caught.value.status == "under_review"
    assert sum(path.is_file() for path in attachments.rglob("*")) == before


def test_decided_case_takes_no_documents() -> None:
    person = head()
    case = decided(submitted(result_of(person), person), staff())
    with pytest.raises(TransitionRefused):
        add_wanted_documents(objection=case, checked=[pdf(pages=3)], actor=user_of(person), now=NOW)


def test_no_document_and_too_many_are_refused() -> None:
    person = head()
    user = user_of(person)
    case = documents_wanted(submitted(result_of(person), person), staff())
    with pytest.raises(IncompleteObjection):
        add_wanted_documents(objection=case, checked=[], actor=user, now=NOW)
    files = [pdf(pages=n + 2) for n in range(10)]
    with pytest.raises(TooManyDocuments):
        add_wanted_documents(objection=case, checked=files, actor=user, now=NOW)
    case.refresh_from_db()
    assert case.status == ObjectionStatus.DOCUMENTS_WANTED
