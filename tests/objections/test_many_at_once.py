"""Two who act on the same two hundred cases at once, while their SMS are reported (O29 b)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from twilio.request_validator import RequestValidator

from access.references import ReferenceKind, new_reference
from notifications.models import Message
from notifications.statuses import Lane, MessageStatus
from objections.models import Objection, ObjectionEvent
from objections.services.review import DoneMany, Seen, approve_many, hand_over_many, take_many
from tests.factories import GROUND, CycleFactory
from tests.objections.cases import NOW, proposed, result_of, seen, submitted
from tests.objections.test_concurrency import at_once
from tests.personas import head, staff

CASES = 200
ACCOUNT, TOKEN, HOST = "AC" + "0" * 32, "0" * 32, "https://portal.example.sa"
PATH = "/sms/twilio/status/"


def file_many() -> list[Objection]:
    """File as many cases as the test needs, of people each with an SMS that is on its way."""
    CycleFactory.create()
    results = [result_of(head()) for _number in range(CASES)]
    cases = Objection.objects.bulk_create(
        Objection(
            reference=new_reference(ReferenceKind.OBJECTION),
            result=result,
            person=result.person,
            filed_by=result.person,
            status="submitted",
            **GROUND,
            statement="العقد باسمي.",
            has_declared=True,
            counted_from=result.announced_on,
            deadline=result.filing_deadline,
            opened_at=NOW,
            submitted_at=NOW,
        )
        for result in results
    )
    ObjectionEvent.objects.bulk_create(
        ObjectionEvent(objection=case, at=NOW, from_status="draft", to_status="submitted")
        for case in cases
    )
    Message.objects.bulk_create(
        Message(
            event=f"objection:{case.pk}:submitted",
            recipient=case.filed_by.mobile,
            person_id=case.filed_by_id,
            template="objection_submitted",
            language="ar",
            body="نص",
            lane=Lane.CASES,
            status=MessageStatus.SENT,
            queued_at=NOW,
            not_before=NOW,
            sent_at=NOW,
            gateway="twilio",
            gateway_id=f"SM{case.pk:032}",
        )
        for case in cases
    )
    return cases


def report(case: Objection) -> int:
    """Have Twilio report that nobody is reached at the number of a case."""
    facts = {
        "AccountSid": ACCOUNT,
        "MessageSid": f"SM{case.pk:032}",
        "MessageStatus": "undelivered",
        "ErrorCode": "30005",
        "To": case.filed_by.mobile,
    }
    signature = RequestValidator(TOKEN).compute_signature(HOST + PATH, facts)
    client = Client()
    return client.post(PATH, facts, headers={"X-Twilio-Signature": signature}).status_code


@pytest.mark.django_db(transaction=True)
def test_two_in_opposite_order_and_two_hundred_reports_meet_no_deadlock(settings: Any) -> None:
    settings.PUBLIC_URL = HOST
    settings.SMS_GATEWAY = "twilio"
    settings.TWILIO_ACCOUNT_SID = ACCOUNT
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.ALLOWED_HOSTS = ["*"]
    cases = file_many()
    events = dict(ObjectionEvent.objects.values_list("objection_id", "pk"))
    shown = {case.pk: Seen("submitted", events[case.pk]) for case in cases}
    takers = [staff(), staff()]

    def work(number: int) -> DoneMany | set[int]:
        if number == 2:
            return {report(case) for case in cases}
        order = reversed(shown) if number else shown
        return take_many(seen={pk: shown[pk] for pk in order}, caseworker=takers[number], now=NOW)

    first, second, reported = at_once(3, work)
    assert isinstance(first, DoneMany)
    assert isinstance(second, DoneMany)
    assert reported == {204}
    assert sorted(first.done + second.done) == sorted(shown)
    assert set(first.refused) == set(second.done)
    assert set(second.refused) == set(first.done)
    for taker, made in zip(takers, (first, second), strict=True):
        assert Objection.objects.filter(assigned_to=taker).count() == len(made.done)
    told = Message.objects.filter(template="objection_taken")
    assert told.count() == CASES
    failed = Message.objects.filter(template="objection_submitted", status=MessageStatus.FAILED)
    assert failed.count() == CASES


@pytest.mark.django_db
def test_what_cannot_be_done_with_one_case_holds_up_no_other() -> None:
    giver, taker, approver = staff("caseworker"), staff("caseworker"), staff("approver")
    filed = [submitted(result_of(person), person) for person in (head(), head(), head())]
    decisions = {case.pk: proposed(case, giver).pk for case in filed[:2]}
    done = take_many(seen={filed[2].pk: seen(filed[2])}, caseworker=giver, now=NOW)
    assert done.done == [filed[2].pk]
    shown = {case.pk: seen(case) for case in filed}
    given = hand_over_many(seen=shown, by=giver, to=taker, note="إجازة.", now=NOW)
    assert (given.done, set(given.refused)) == ([filed[2].pk], set(decisions))
    late = shown | {filed[0].pk: Seen("submitted", 0)}
    made = approve_many(
        seen=late, decisions=decisions, approver=approver, now=NOW + timedelta(hours=1)
    )
    assert (made.done, list(made.refused)) == ([filed[1].pk], [filed[0].pk])
