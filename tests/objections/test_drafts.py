"""Drafts: opened, written, stopped."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from beneficiaries.models import PersonChange
from beneficiaries.services import update_contact_details
from beneficiaries.statuses import ResultStatus
from notifications.models import Message
from objections.errors import (
    AlreadyObjected,
    DraftClosed,
    FilingWindowClosed,
    NotContestable,
    TooManyDocuments,
)
from objections.models import Objection
from objections.schedule import beat_schedule
from objections.services import (
    attach_documents,
    drafts,
    open_draft,
    reach_step,
    record_profile_step,
    remove_document,
    save_statement,
    stop_overdue_drafts,
)
from objections.services.drafts import ensure_draft_open
from objections.statuses import ObjectionStatus
from objections.tasks import stop_drafts
from tests.objections.cases import (
    ANNOUNCED_ON,
    NOW,
    STATEMENT,
    draft,
    pdf,
    result_of,
    riyadh,
    submitted,
    texts_to,
)
from tests.personas import adult_of, child_of, head, outsider, user_of

pytestmark = pytest.mark.django_db

LAST_SECOND = riyadh("2027-01-27 23:59:59")
TOO_LATE = riyadh("2027-01-28 00:00:00")


def test_draft_has_no_reference_and_keeps_the_days_of_its_result() -> None:
    person = head()
    user = user_of(person)
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    assert opened.reference is None
    assert (opened.counted_from, opened.deadline) == (ANNOUNCED_ON, date(2027, 1, 27))
    assert (opened.person, opened.filed_by) == (person, person)
    event = opened.events.get()
    assert (event.from_status, event.to_status, event.actor) == ("", "draft", user)
    assert texts_to(person) == []


def test_second_opening_goes_on_with_the_draft() -> None:
    person = head()
    result = result_of(person)
    first = open_draft(contested=result, filed_by=person, now=NOW)
    assert open_draft(contested=result, filed_by=person, now=NOW) == first
    assert Objection.objects.count() == 1


def test_head_and_adult_may_each_begin_a_draft() -> None:
    person = head()
    adult = adult_of(person)
    result = result_of(adult)
    first = open_draft(contested=result, filed_by=person, now=NOW)
    assert open_draft(contested=result, filed_by=adult, now=NOW) != first


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"status": ResultStatus.ELIGIBLE}, "eligible"),
        ({"announced_on": None}, "not_announced"),
        ({"superseded_on": date(2026, 11, 5)}, "superseded"),
    ],
)
def test_what_cannot_be_contested_opens_nothing(fields: dict[str, object], why: str) -> None:
    person = head()
    with pytest.raises(NotContestable) as caught:
        open_draft(contested=result_of(person, **fields), filed_by=person, now=NOW)
    assert caught.value.why == why
    assert not Objection.objects.exists()


def test_outsider_opens_nothing() -> None:
    with pytest.raises(NotContestable):
        open_draft(contested=result_of(head()), filed_by=outsider(), now=NOW)


def test_head_opens_nothing_for_an_adults_sensitive_reason() -> None:
    person = head()
    adult = adult_of(person)
    result = result_of(adult, reason_codes=["SHELTER"])
    with pytest.raises(NotContestable) as caught:
        open_draft(contested=result, filed_by=person, now=NOW)
    assert caught.value.why == "own_only"
    assert open_draft(contested=result, filed_by=adult, now=NOW)


def test_head_files_for_a_child_and_the_child_does_not() -> None:
    person = head()
    child = child_of(person)
    result = result_of(child, reason_codes=["SHELTER"])
    assert open_draft(contested=result, filed_by=person, now=NOW).person == child
    with pytest.raises(NotContestable) as caught:
        open_draft(contested=result, filed_by=child, now=NOW)
    assert caught.value.why == "head_only"


def test_window_is_judged_at_the_opening() -> None:
    person = head()
    result = result_of(person)
    with pytest.raises(FilingWindowClosed) as caught:
        open_draft(contested=result, filed_by=person, now=TOO_LATE)
    assert caught.value == FilingWindowClosed(counted_from=ANNOUNCED_ON, deadline=date(2027, 1, 27))
    assert open_draft(contested=result, filed_by=person, now=LAST_SECOND)


def test_filed_objection_opens_no_second_draft() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    with pytest.raises(AlreadyObjected) as caught:
        open_draft(contested=filed.result, filed_by=person, now=NOW)
    assert caught.value.reference == filed.reference


def test_statement_is_kept_until_the_draft_is_closed() -> None:
    person = head()
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    save_statement(objection=opened, ground="other", statement=STATEMENT)
    opened.refresh_from_db()
    assert (opened.ground, opened.statement) == ("other", STATEMENT)
    filed = submitted(opened.result, person)
    with pytest.raises(DraftClosed) as caught:
        save_statement(objection=opened, ground="other", statement="x")
    assert caught.value == DraftClosed(status="submitted", reference=filed.reference or "")


def test_step_reached_never_goes_back() -> None:
    person = head()
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    for step, reached in [(4, 4), (3, 4)]:
        reach_step(objection=opened, step=step)
        opened.refresh_from_db()
        assert opened.step == reached


def test_profile_changes_are_linked_with_the_draft() -> None:
    person = head(city="الرياض")
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    changes = update_contact_details(
        person=person, city="جدة", iban=person.iban, changed_by=user_of(person), now=NOW
    )
    record_profile_step(objection=opened, changes=changes)
    assert [change.new_value for change in opened.profile_changes.all()] == ["جدة"]
    assert PersonChange.objects.count() == 1


def test_same_file_is_kept_once(attachments: Path) -> None:
    person = head()
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    attach_documents(objection=opened, checked=[pdf("a.pdf"), pdf("b.pdf")], now=NOW)
    attach_documents(objection=opened, checked=[pdf("a.pdf")], now=NOW)
    attach_documents(objection=opened, checked=[], now=NOW)
    assert opened.documents.count() == 1
    assert sum(path.is_file() for path in attachments.rglob("*")) == 1


def test_removed_file_can_be_added_again() -> None:
    person = head()
    opened = draft(result_of(person), person)
    link = opened.documents.get()
    for _ in range(2):
        remove_document(objection=opened, document=link.document.uuid, now=NOW)
    link.refresh_from_db()
    assert link.removed_at == NOW
    remove_document(objection=opened, document=uuid.uuid4(), now=NOW)
    assert len(attach_documents(objection=opened, checked=[pdf()], now=NOW)) == 1


def test_too_many_files_leave_nothing_behind(attachments: Path) -> None:
    person = head()
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    limit = settings.LIMITS["files"]
    files = [pdf(pages=n + 1) for n in range(limit + 1)]
    with pytest.raises(TooManyDocuments) as caught:
        attach_documents(objection=opened, checked=files, now=NOW)
    assert caught.value.limit == limit
    assert not opened.documents.exists()
    assert not [path for path in attachments.rglob("*") if path.is_file()]


def test_draft_is_open_until_its_results_last_day() -> None:
    person = head()
    opened = draft(result_of(person), person)
    ensure_draft_open(opened, contested=opened.contested, now=LAST_SECOND)
    with pytest.raises(FilingWindowClosed):
        ensure_draft_open(opened, contested=opened.contested, now=TOO_LATE)
    opened.status = ObjectionStatus.STOPPED
    with pytest.raises(DraftClosed):
        ensure_draft_open(opened, contested=opened.contested, now=NOW)


def test_overdue_draft_is_stopped_once_and_its_writer_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(drafts, "_STOPPED_AT_ONCE", 1)
    person, other = head(language="en"), head()
    opened = draft(result_of(person), person)
    draft(result_of(other), other)
    assert stop_overdue_drafts(now=LAST_SECOND) == 0
    assert stop_overdue_drafts(now=TOO_LATE) == 2
    assert stop_overdue_drafts(now=TOO_LATE) == 0
    opened.refresh_from_db()
    assert (opened.status, opened.statement) == (ObjectionStatus.STOPPED, STATEMENT)
    last = opened.events.last()
    assert last is not None
    assert (last.from_status, last.to_status, last.actor) == ("draft", "stopped", None)
    assert texts_to(person) == ["draft_stopped"]
    assert "27 January 2027" in Message.objects.get(recipient=person.mobile).body
    assert texts_to(other) == ["draft_stopped"]


def test_extended_window_keeps_its_drafts() -> None:
    person = head()
    opened = draft(result_of(person), person)
    opened.result.filing_deadline = date(2027, 2, 10)
    opened.result.save()
    assert stop_overdue_drafts(now=TOO_LATE) == 0


def test_submitted_objection_is_never_stopped() -> None:
    person = head()
    submitted(result_of(person), person)
    assert stop_overdue_drafts(now=TOO_LATE) == 0


def test_task_is_scheduled_under_its_name() -> None:
    entry = beat_schedule()["stop-overdue-drafts"]
    assert entry["task"] == stop_drafts.name
