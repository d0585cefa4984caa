"""What reaches a person's messages reaches their proved address too: announcements, reminders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from beneficiaries.models import Cycle, Person
from notifications.campaigns import start_campaign
from notifications.mail.delivery import drain
from notifications.mail.models import Mail, MailAddress, MailboxMail
from notifications.models import Campaign
from objections.services import queue_reminders, submit_objection
from portal.announcing import announce
from portal.inbox.reading import read_inbox
from tests import personas
from tests.factories import ResultFactory
from tests.objections.cases import draft, result_of, submitted
from tests.objections.reminding import BEFORE_1, BEFORE_14, DRAFT_1, RESULT
from tests.personas import adult_of, child_of, head

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def prove(*people: Person) -> None:
    MailAddress.objects.bulk_create(
        MailAddress(person_id=one.pk, address=f"p{one.pk}@example.com", proved_at=NOW)
        for one in people
    )


def mailed(event: str) -> set[int]:
    return set(Mail.objects.filter(event=event).values_list("person_id", flat=True))


def test_announcement_is_mailed_to_whoever_finds_it_among_their_messages() -> None:
    cycle = Cycle.objects.create(code="2026-11")
    mother = head(mobile="")
    daughter = adult_of(mother)
    son = child_of(mother)
    father = head()
    his_child = child_of(father)
    grown = adult_of(father, language="en")
    outside = head()
    everybody = (mother, daughter, son, father, his_child, grown, outside)
    for person in (mother, daughter, son, his_child, grown):
        ResultFactory.create(person=person, cycle=cycle, announced_on=None, status="eligible")
    prove(*everybody)
    announce(cycle_code="2026-11", on=NOW.date(), now=NOW, prepared_by=personas.staff())
    found = mailed("announced:2026-11")
    after = NOW + timedelta(days=1)
    assert found == {
        one.pk
        for one in everybody
        if [told for told in read_inbox(one.pk, now=after).told if told.kind == "results"]
    }
    assert found == {mother.pk, daughter.pk, son.pk, father.pk, his_child.pk, grown.pk}
    assert Mail.objects.get(person_id=grown.pk).language == "en"

    assert drain(clock=lambda: NOW).done == 0  # nobody has started it
    start_campaign(campaign=Campaign.objects.get(), started_by=personas.staff(), now=NOW)
    drain(clock=lambda: NOW)
    assert MailboxMail.objects.count() == len(found)


def test_reminder_is_mailed_to_whoever_finds_it_among_their_messages() -> None:
    mother = head()
    silent = adult_of(mother, mobile="")
    grown = adult_of(mother)
    child = child_of(mother)
    father = head()
    private = adult_of(father, mobile="")
    outside = head()
    for person in (silent, grown, child):
        result_of(person)
    result_of(private, reason_codes=["UNDECLARED_INCOME", "SANCTION"])
    prove(mother, silent, grown, child, father, private, outside)
    queue_reminders(now=BEFORE_14)
    found = mailed(RESULT)
    after = BEFORE_14 + timedelta(hours=1)
    assert found == {
        one.pk
        for one in (mother, silent, grown, child, father, private, outside)
        if [told for told in read_inbox(one.pk, now=after).told if told.kind == "result_closing"]
    }
    assert {mother.pk, silent.pk, grown.pk} <= found
    assert child.pk not in found
    queue_reminders(now=BEFORE_14)
    assert mailed(RESULT) == found


def test_reminder_that_is_needed_no_more_is_not_mailed() -> None:
    one, other = head(), head()
    for person in (one, other):
        result_of(person)
    prove(one, other)
    queue_reminders(now=BEFORE_14)
    submitted(one.results.get(), one)
    drain(clock=lambda: BEFORE_14)
    of_reminders = Mail.objects.filter(event=RESULT)
    assert dict(of_reminders.values_list("person_id", "status")) == {
        one.pk: "cancelled",
        other.pk: "sent",
    }


def test_writer_of_a_draft_is_mailed_of_it_and_not_when_it_was_sent() -> None:
    one, other = head(), head()
    drafts = [draft(result_of(person), person) for person in (one, other)]
    prove(one, other)
    queue_reminders(now=BEFORE_1)
    assert mailed(DRAFT_1) == {one.pk, other.pk}
    submit_objection(objection=drafts[0], has_declared=True, now=BEFORE_1)
    drain(clock=lambda: BEFORE_1)
    assert dict(Mail.objects.filter(event=DRAFT_1).values_list("person_id", "status")) == {
        one.pk: "cancelled",
        other.pk: "sent",
    }
