"""Turns that services seldom take: a repeat, another run that was faster, nothing to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from objections.errors import IncompleteObjection, NotContestable, TransitionRefused
from objections.models import Objection, ObjectionEvent, QualitySample
from objections.services import extensions, follow_extensions, papers, stop_overdue_drafts
from objections.services.entered import enter_paper
from objections.services.marking import mark_documents
from objections.services.papers import add_wanted_documents
from objections.services.quality import drawing, reviewing, take_next_review
from objections.statuses import ObjectionStatus
from saudi.gregorian import riyadh_date
from tests.objections.cases import (
    NOW,
    documents_wanted,
    draft,
    pdf,
    result_of,
    submitted,
)
from tests.objections.entering import LAST_DAY, LONG_AFTER, entry_of
from tests.objections.sampling import DECIDED, DRAWN, REVIEWED, decided_one, drawn
from tests.objections.test_extensions import AFTER, BEFORE, TOO_LATE, extended
from tests.objections.test_needs import need
from tests.personas import head, staff, user_of

pytestmark = pytest.mark.django_db


def test_paper_without_its_scan_is_not_entered() -> None:
    person = head()
    with pytest.raises(IncompleteObjection) as caught:
        enter_paper(
            entry=entry_of(result_of(person), person),
            received_on=LAST_DAY,
            checked=[],
            by=staff("agent"),
            now=LONG_AFTER,
        )
    assert caught.value.missing == ("documents",)


def test_paper_against_what_is_not_announced_is_not_entered() -> None:
    person = head()
    with pytest.raises(NotContestable):
        enter_paper(
            entry=entry_of(result_of(person, announced_on=None), person),
            received_on=LAST_DAY,
            checked=[pdf()],
            by=staff("agent"),
            now=LONG_AFTER,
        )
    assert not Objection.objects.exists()


def test_mark_that_is_there_already_writes_nothing(
    django_assert_num_queries: Callable[[int], object],
) -> None:
    person = head()
    begun = draft(result_of(person), person)
    link = begun.documents.select_related("document").get()
    marks = {link.document.uuid: need("lease")}
    mark_documents(objection=begun, marks=marks)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]  # a context manager
        mark_documents(objection=begun, marks=marks)


def test_same_wanted_documents_twice_are_one_step_and_others_are_refused() -> None:
    person = head()
    asked = documents_wanted(submitted(result_of(person), person), staff("caseworker"))
    for _time in range(2):
        moved = add_wanted_documents(
            objection=asked, checked=[pdf(pages=2)], actor=user_of(person), now=NOW
        )
        assert moved.status == ObjectionStatus.UNDER_REVIEW
    with pytest.raises(TransitionRefused):
        add_wanted_documents(
            objection=asked, checked=[pdf(pages=3)], actor=user_of(person), now=NOW
        )
    assert asked.documents.count() == 2


def test_refused_document_that_another_run_told_of_is_told_once() -> None:
    person = head()
    link = submitted(result_of(person), person).documents.get()
    assert papers._tell_of(link, now=NOW)
    assert not papers._tell_of(link, now=NOW)
    assert ObjectionEvent.objects.filter(document=link).count() == 1


# Extensions ------------------------------------------------------------------------------------


def test_extension_wakes_a_worker(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(extensions, "wake_task", lambda task, _args, **_rest: woken.append(task))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # likewise
        extended()
    assert woken == [extensions.FOLLOW_TASK]


def test_extension_that_another_worker_finished_is_left_alone() -> None:
    extension = extended()
    follow_extensions(now=BEFORE)
    assert extensions._follow_some(extension.pk, now=BEFORE) == (0, False)


def test_draft_that_follows_after_the_new_day_too_stays_stopped() -> None:
    person = head()
    begun = draft(result_of(person), person)
    stop_overdue_drafts(now=AFTER)
    extended(now=BEFORE)
    assert follow_extensions(now=TOO_LATE) == 0
    begun.refresh_from_db()
    assert begun.status == ObjectionStatus.STOPPED


# Quality ---------------------------------------------------------------------------------------


def _fail(error: str) -> Callable[..., None]:
    def fail(*_args: object, **_facts: object) -> None:
        raise IntegrityError(error)

    return fail


def test_standing_sample_that_another_run_drew_is_not_drawn_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decided_one()
    day = riyadh_date(DECIDED)
    assert drawing._draw_of_day(day, 100, now=DRAWN) == 1
    assert drawing._draw_of_day(day, 100, now=DRAWN + timedelta(seconds=1)) == 0
    assert QualitySample.objects.count() == 1
    monkeypatch.setattr(drawing, "draw_sample", _fail("of something else"))
    with pytest.raises(IntegrityError, match="something else"):
        drawing._draw_of_day(day, 100, now=DRAWN)


def test_reviewer_who_asks_twice_at_once_has_one_case_in_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    decided_one()
    decided_one()
    drawn()
    reviewer = staff("caseworker")
    first = take_next_review(reviewer=reviewer, now=REVIEWED)
    looks = iter([None, first])
    monkeypatch.setattr(reviewing, "review_in_hand", lambda _reviewer: next(looks))
    assert take_next_review(reviewer=reviewer, now=REVIEWED) == first
    monkeypatch.setattr(reviewing, "review_in_hand", lambda _reviewer: None)
    monkeypatch.setattr(reviewing, "_take", _fail("of something else"))
    with pytest.raises(IntegrityError, match="something else"), transaction.atomic():
        take_next_review(reviewer=reviewer, now=REVIEWED)
