"""Reminders: what is reminded of, and what is no longer needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from beneficiaries.models import EligibilityResult, Person
from beneficiaries.statuses import ResultStatus
from notifications.models import Message
from notifications.statuses import MessageStatus
from objections.models import Objection, ReminderRound
from objections.services import open_draft, queue_reminders
from objections.statuses import ObjectionStatus
from tests.factories import PaymentLineFactory
from tests.objections.cases import NOW, draft, result_of, riyadh, submitted
from tests.objections.reminding import (
    BEFORE_1,
    BEFORE_3,
    BEFORE_14,
    DRAFT_1,
    DRAFT_3,
    RESULT,
    reminded,
    sent_at,
)
from tests.personas import adult_of, child_of, head

pytestmark = pytest.mark.django_db


# What is reminded of ---------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"status": ResultStatus.ELIGIBLE}, id="eligible"),
        pytest.param({"superseded_on": date(2026, 11, 5)}, id="superseded"),
        pytest.param({"announced_on": None}, id="not-announced"),
        pytest.param({"announced_on": date(2026, 10, 30)}, id="a-day-later"),
    ],
)
def test_what_cannot_be_contested_is_not_reminded_of(fields: dict[str, Any]) -> None:
    result_of(head(), **fields)
    assert queue_reminders(now=BEFORE_14) == 0


def test_objection_leaves_nothing_to_remind_of_whatever_became_of_it() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    for status in (ObjectionStatus.SUBMITTED, ObjectionStatus.UNDER_REVIEW):
        Objection.objects.filter(pk=filed.pk).update(status=status)
        ReminderRound.objects.all().delete()
        assert queue_reminders(now=BEFORE_14) == 0


def test_withdrawn_objection_is_none() -> None:
    person = head()
    filed = submitted(result_of(person), person)
    Objection.objects.filter(pk=filed.pk).update(status=ObjectionStatus.WITHDRAWN)
    assert queue_reminders(now=BEFORE_14) == 1


def test_payment_is_reminded_of_as_a_draft_only() -> None:
    person = head()
    line = PaymentLineFactory.create(person=person, paid_on=date(2026, 10, 29))
    assert reminded(BEFORE_14) == set()
    open_draft(contested=line, filed_by=person, now=NOW)
    assert reminded(BEFORE_3) == {(DRAFT_3, person.mobile)}
    assert reminded(BEFORE_1) == {(DRAFT_3, person.mobile), (DRAFT_1, person.mobile)}
    assert set(sent_at(BEFORE_1)) == {person.mobile}


def test_draft_is_reminded_of_at_three_days_and_at_one() -> None:
    person = head()
    open_draft(contested=result_of(person), filed_by=person, now=NOW)
    events: list[tuple[datetime, set[str]]] = []
    for day in range(15):
        now = BEFORE_14 + timedelta(days=day)
        before = set(Message.objects.values_list("event", flat=True))
        queue_reminders(now=now)
        if new := set(Message.objects.values_list("event", flat=True)) - before:
            events.append((now, new))
    assert events == [(BEFORE_14, {RESULT}), (BEFORE_3, {DRAFT_3}), (BEFORE_1, {DRAFT_1})]


def test_writer_alone_is_told_of_a_draft() -> None:
    person = head()
    adult = adult_of(person)
    open_draft(contested=result_of(adult), filed_by=adult, now=NOW)
    queue_reminders(now=BEFORE_14)
    assert reminded(BEFORE_3) - {(RESULT, adult.mobile)} == {(DRAFT_3, adult.mobile)}


def test_writer_without_a_mobile_is_not_told_through_the_head() -> None:
    adult = adult_of(head())
    open_draft(contested=result_of(adult), filed_by=adult, now=NOW)
    queue_reminders(now=BEFORE_14)
    Person.objects.filter(pk=adult.pk).update(mobile="")
    assert reminded(BEFORE_3) == {(RESULT, adult.mobile)}


def test_several_drafts_of_one_day_are_one_message() -> None:
    person = head()
    for somebody in (person, child_of(person)):
        open_draft(contested=result_of(somebody), filed_by=person, now=NOW)
    queue_reminders(now=BEFORE_14)
    assert reminded(BEFORE_3) == {(RESULT, person.mobile), (DRAFT_3, person.mobile)}


def test_draft_beside_an_objection_of_another_is_not_reminded_of() -> None:
    person = head()
    adult = adult_of(person)
    result = result_of(adult)
    open_draft(contested=result, filed_by=adult, now=NOW)
    submitted(result, person)
    assert reminded(BEFORE_3) == set()


def test_after_an_outage_a_writer_gets_one_message_and_not_two() -> None:
    person = head()
    open_draft(contested=result_of(person), filed_by=person, now=NOW)
    adult = adult_of(person)
    result_of(adult)
    assert reminded(riyadh("2027-01-25 10:00:00")) == {
        (DRAFT_3, person.mobile),
        (RESULT, adult.mobile),
    }
    assert reminded(riyadh("2027-01-26 10:00:00")) == {
        (DRAFT_3, person.mobile),
        (DRAFT_1, person.mobile),
        (RESULT, adult.mobile),
    }


def test_first_reminder_of_a_draft_that_waited_makes_room_for_the_second() -> None:
    person = head()
    open_draft(contested=result_of(person), filed_by=person, now=NOW)
    queue_reminders(now=BEFORE_3)
    queue_reminders(now=BEFORE_1)
    assert sent_at(BEFORE_1) == [person.mobile]
    assert Message.objects.get(event=DRAFT_3).status == MessageStatus.EXPIRED


# What is no longer needed ------------------------------------------------------------


def _file(result: EligibilityResult) -> None:
    submitted(result, result.person, now=BEFORE_14)


def _correct(result: EligibilityResult) -> None:
    EligibilityResult.objects.filter(pk=result.pk).update(superseded_on=BEFORE_14.date())
    result_of(result.person, status=ResultStatus.ELIGIBLE, announced_on=BEFORE_14.date())


def _extend(result: EligibilityResult) -> None:
    EligibilityResult.objects.filter(pk=result.pk).update(filing_deadline=date(2027, 2, 27))


def _give_number_up(result: EligibilityResult) -> None:
    Person.objects.filter(pk=result.person.pk).update(mobile="+966500009999")


@pytest.mark.parametrize("change", [_file, _correct, _extend, _give_number_up])
def test_queued_reminder_of_what_is_over_never_leaves(
    change: Callable[[EligibilityResult], None],
) -> None:
    result = result_of(head())
    queue_reminders(now=BEFORE_14)
    change(result)
    assert sent_at(BEFORE_14 + timedelta(hours=1)) == []
    assert Message.objects.get(event=RESULT).status == MessageStatus.CANCELLED


def test_queued_reminder_stays_while_somebody_of_the_number_has_not_filed() -> None:
    person = head()
    results = [result_of(child_of(person)) for _ in range(2)]
    queue_reminders(now=BEFORE_14)
    submitted(results[0], person, now=BEFORE_14)
    assert sent_at(BEFORE_14 + timedelta(hours=1)) == [person.mobile]


def test_objection_of_one_household_cancels_nobody_elses() -> None:
    filer, other = head(), head()
    result = result_of(filer)
    result_of(other)
    queue_reminders(now=BEFORE_14)
    _file(result)
    assert sent_at(BEFORE_14 + timedelta(hours=1)) == [other.mobile]


def test_reminder_is_asked_after_at_each_try() -> None:
    result = result_of(head())
    queue_reminders(now=BEFORE_14)
    assert len(sent_at(BEFORE_14)) == 1
    # The handset was off: the message waits for its later try.
    later = BEFORE_14 + timedelta(hours=4)
    Message.objects.update(status=MessageStatus.QUEUED, claimed_at=None, not_before=later)
    _file(result)
    assert sent_at(later) == []


def test_draft_that_was_sent_or_stopped_is_not_reminded_of() -> None:
    sender, idler = head(), head()
    written = draft(result_of(sender), sender)
    open_draft(contested=result_of(idler), filed_by=idler, now=NOW)
    queue_reminders(now=BEFORE_1)
    submitted(written.contested, sender, now=BEFORE_1)
    assert sent_at(BEFORE_1 + timedelta(hours=1)) == [idler.mobile]
    assert Message.objects.get(event=DRAFT_1, recipient=sender.mobile).status == (
        MessageStatus.CANCELLED
    )


def test_draft_that_was_stopped_is_not_reminded_of() -> None:
    person = head()
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    queue_reminders(now=BEFORE_1)
    Objection.objects.filter(pk=opened.pk).update(status=ObjectionStatus.STOPPED)
    assert sent_at(BEFORE_1) == []
    assert Message.objects.get(event=DRAFT_1).status == MessageStatus.CANCELLED
