"""Objections that staff enter: a signed paper and a call."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from notifications.models import Message
from objections.errors import (
    AlreadyObjected,
    EntryRefused,
    FilingWindowClosed,
    IncompleteObjection,
    NotContestable,
)
from objections.models import LateAttempt, Objection
from objections.services import grant_exemption, stop_overdue_drafts
from objections.statuses import ObjectionStatus
from saudi.gregorian import format_gregorian
from tests.documents.files import pdf_bytes, upload
from tests.objections.cases import (
    NOW,
    draft,
    result_of,
    riyadh,
    taken,
    texts_to,
)
from tests.objections.entering import LAST_DAY, LONG_AFTER, call, needed, paper
from tests.personas import adult_of, child_of, head, sign_in, staff

pytestmark = pytest.mark.django_db


# Paper -----------------------------------------------------------------------------


def test_paper_counts_by_the_day_of_its_stamp_however_late_it_is_entered() -> None:
    person = head()
    filed = paper(result_of(person), person)
    assert filed.status == ObjectionStatus.SUBMITTED
    assert filed.reference
    assert filed.submitted_at == riyadh("2027-01-27 00:00:00")
    assert (filed.channel, filed.entered_at, filed.deadline) == ("paper", LONG_AFTER, LAST_DAY)
    assert filed.documents.count() == 1
    assert filed.events.get().actor == filed.entered_by
    assert texts_to(person) == ["objection_submitted"]


def test_paper_of_the_day_after_is_late_and_the_attempt_is_kept() -> None:
    person = head()
    result = result_of(person)
    with pytest.raises(FilingWindowClosed) as caught:
        paper(result, person, received_on=date(2027, 1, 28))
    assert (caught.value.deadline, Objection.objects.count()) == (LAST_DAY, 0)
    attempt = LateAttempt.objects.get()
    assert (attempt.channel, attempt.on, attempt.person) == ("paper", date(2027, 1, 28), person)
    exemption = grant_exemption(
        contested=result,
        last_day=date(2027, 2, 15),
        reason="كان في المستشفى.",
        submission=uuid.uuid4(),
        by=staff("supervisor"),
        now=LONG_AFTER,
    )
    assert paper(result, person, received_on=date(2027, 1, 28)).exemption == exemption


@pytest.mark.parametrize(
    ("received_on", "why"),
    [
        pytest.param(date(2027, 2, 11), "future", id="tomorrow"),
        pytest.param(date(2026, 10, 28), "before_window", id="before-the-announcement"),
    ],
)
def test_impossible_days_are_refused(received_on: date, why: str) -> None:
    person = head()
    with pytest.raises(EntryRefused) as caught:
        paper(result_of(person), person, received_on=received_on)
    assert caught.value.why == why
    assert not LateAttempt.objects.exists()


def test_first_day_of_the_window_is_a_day_of_receipt() -> None:
    person = head()
    filed = paper(result_of(person), person, received_on=date(2026, 10, 29))
    assert filed.counted_from == date(2026, 10, 29)


def test_double_click_is_one_objection_and_one_message() -> None:
    person = head()
    result, submission = result_of(person), uuid.uuid4()
    first = paper(result, person, submission=submission)
    assert paper(result, person, submission=submission) == first
    assert first.documents.count() == 1
    assert Message.objects.count() == 1
    with pytest.raises(AlreadyObjected):
        paper(result, person)


@pytest.mark.parametrize("fields", [{"ground": "none"}, {"statement": " \u200f"}])
def test_incomplete_paper_is_refused(fields: dict[str, str]) -> None:
    person = head()
    with pytest.raises(IncompleteObjection):
        paper(result_of(person), person, **fields)
    assert not Objection.objects.exists()


def test_draft_of_somebody_whose_paper_came_is_stopped_without_a_word_of_lateness() -> None:
    person = head()
    result = result_of(person)
    draft(result, person)
    paper(result, person)
    stop_overdue_drafts(now=LONG_AFTER)
    assert texts_to(person) == ["objection_submitted"]


def test_nobody_files_for_another_adult_by_paper() -> None:
    person = head()
    adult = adult_of(person)
    with pytest.raises(NotContestable):
        paper(result_of(person), adult)
    with pytest.raises(NotContestable):
        paper(result_of(adult, reason_codes=["PRISON"]), person)
    assert paper(result_of(child_of(person)), person).filed_by == person


def test_database_knows_who_entered_what_did_not_come_online() -> None:
    person = head()
    filed = paper(result_of(person), person)
    for change in ({"entered_by": None}, {"channel": "online"}, {"entered_at": NOW}):
        with pytest.raises(IntegrityError, match="objection_entered"), transaction.atomic():
            Objection.objects.filter(pk=filed.pk).update(**change)


# Phone -----------------------------------------------------------------------------


def test_call_is_received_in_its_minute_and_waits_for_its_documents() -> None:
    person = head()
    filed = call(result_of(person), person)
    assert filed.submitted_at == riyadh("2026-11-12 21:14:00")
    assert (filed.channel, filed.status) == ("phone", ObjectionStatus.SUBMITTED)
    assert filed.documents_due_on == date(2026, 11, 26)
    assert texts_to(person) == ["objection_submitted", "objection_documents_due"]
    told = Message.objects.get(template="objection_documents_due").body
    assert "عقد الإيجار" in told
    assert format_gregorian(date(2026, 11, 26), "ar") in told


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"reason_codes": ["PRISON"]}, id="tells-a-sensitive-reason"),
        pytest.param({"name_ar": "مستند " * 12}, id="too-long"),
    ],
)
def test_message_does_not_name_what_others_must_not_read(fields: dict[str, Any]) -> None:
    person = head()
    call(result_of(person), person, documents=[needed(**fields)])
    assert texts_to(person) == ["objection_submitted", "objection_documents_listed"]


@pytest.mark.parametrize(
    ("moment", "is_accepted"),
    [("2027-01-27 23:59:59", True), ("2027-01-28 00:00:00", False)],
    ids=["last-second", "midnight"],
)
def test_call_on_the_last_day(moment: str, is_accepted: bool) -> None:
    person = head()
    if is_accepted:
        assert call(result_of(person), person, now=riyadh(moment)).reference
        return
    with pytest.raises(FilingWindowClosed):
        call(result_of(person), person, now=riyadh(moment))
    assert LateAttempt.objects.get().channel == "phone"


@pytest.mark.parametrize(
    ("fields", "why"), [({"has_consent": False}, "consent"), ({"days": 3}, "days")]
)
def test_call_needs_consent_and_an_offered_time(fields: dict[str, Any], why: str) -> None:
    person = head()
    result = result_of(person)
    with pytest.raises(EntryRefused) as caught:
        call(result, person, **fields)
    assert caught.value.why == why
    with pytest.raises(IncompleteObjection):
        call(result, person, documents=[])
    assert not Objection.objects.exists()


@pytest.mark.parametrize("is_taken", [False, True], ids=["waiting", "under-review"])
def test_caller_sends_documents_from_their_own_page(client: Client, is_taken: bool) -> None:
    person = head()
    filed = call(result_of(person), person)
    status = ObjectionStatus.SUBMITTED
    with time_machine.travel(NOW, tick=True):
        if is_taken:
            status = ObjectionStatus.UNDER_REVIEW
            taken(filed, staff("caseworker"))
        sign_in(client, person)
        address = reverse("objections:detail", args=[filed.reference])
        page = client.get(address).content.decode()
        assert "عقد الإيجار" in page
        assert format_gregorian(date(2026, 11, 26), "ar") in page
        sent = client.post(address, {"documents": [upload("عقد.pdf", pdf_bytes())]})
        assert sent.status_code == 302
    filed.refresh_from_db()
    assert (filed.status, filed.documents_due_on) == (status, None)
    assert filed.documents.count() == 1
