"""The same thing done at once by many: one record, one reference, one SMS (O13, O29)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse

from notifications.models import Message
from objections.errors import NothingToTake, TransitionRefused
from objections.models import Objection
from objections.services import open_draft
from objections.services.review import approve_decision, return_proposal, take_next
from objections.statuses import ObjectionStatus
from tests.documents.files import pdf_bytes
from tests.objections.cases import NOW, draft, proposed, result_of, seen, submitted, texts_to
from tests.personas import head, sign_in, staff

pytestmark = pytest.mark.django_db(transaction=True)

T = TypeVar("T")


def at_once(count: int, work: Callable[[int], T]) -> list[T]:
    """Do the same `count` times at the same moment, each on a connection of its own."""
    barrier = Barrier(count, timeout=30)

    def one(number: int) -> T:
        try:
            barrier.wait()
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_twenty_first_steps_at_once_open_one_draft() -> None:
    person = head()
    result = result_of(person)
    opened = at_once(20, lambda _n: open_draft(contested=result, filed_by=person, now=NOW).pk)
    assert len(set(opened)) == 1
    assert Objection.objects.count() == 1


def test_twenty_submissions_at_once_make_one_objection_and_one_sms() -> None:
    person = head()
    opened = draft(result_of(person), person)
    client = Client()
    sign_in(client, person)
    review = reverse("objections:step", args=[opened.uuid, "review"])

    def send(_number: int) -> tuple[int, str]:
        browser = Client()
        browser.cookies = client.cookies
        response = browser.post(review, {"declaration": "on"})
        return response.status_code, response["Location"]

    with time_machine.travel(NOW, tick=True):
        answers = at_once(20, send)
    opened.refresh_from_db()
    assert set(answers) == {(302, reverse("objections:detail", args=[opened.reference]))}
    assert texts_to(person) == ["objection_submitted"]
    assert opened.events.filter(to_status=ObjectionStatus.SUBMITTED).count() == 1


def test_twenty_uploads_at_once_keep_one_copy(attachments: Path) -> None:
    person = head()
    opened = open_draft(contested=result_of(person), filed_by=person, now=NOW)
    client = Client()
    sign_in(client, person)
    address = reverse("objections:step", args=[opened.uuid, "documents"])

    def send(_number: int) -> int:
        browser = Client()
        browser.cookies = client.cookies
        file = SimpleUploadedFile("عقد.pdf", pdf_bytes())
        return browser.post(address, {"documents": file}).status_code

    with time_machine.travel(NOW, tick=True):
        assert set(at_once(20, send)) == {302}
    assert opened.documents.count() == 1
    assert sum(path.is_file() for path in attachments.rglob("*")) == 1


def test_two_approvers_at_once_make_one_decision() -> None:
    person, approvers = head(), [staff(display_name="أ"), staff(display_name="ب")]
    case = submitted(result_of(person), person)
    proposal = proposed(case, staff())
    shown = seen(case)

    def approve(number: int) -> TransitionRefused | None:
        try:
            approve_decision(
                objection_id=case.pk,
                decision_id=proposal.pk,
                approver=approvers[number],
                seen=shown,
                now=NOW,
            )
        except TransitionRefused as refusal:
            return refusal
        return None

    refusals = at_once(2, approve)
    case.refresh_from_db()
    winner = refusals.index(None)
    [refusal] = [one for one in refusals if one is not None]
    assert (case.status, case.decided_by) == ("accepted", approvers[winner])
    assert refusal == TransitionRefused(
        "accepted", "accepted", by=str(approvers[winner]), at=NOW, did="approved"
    )
    assert list(case.events.values_list("is_refused", flat=True))[-2:] == [False, True]
    told = Message.objects.filter(event=f"objection:{case.pk}:decided")
    assert [message.template for message in told] == ["objection_accepted"]


def test_approval_and_return_at_once_do_one_of_both() -> None:
    person = head()
    case = submitted(result_of(person), person)
    proposal = proposed(case, staff())
    shown, facts = seen(case), {"objection_id": case.pk, "decision_id": proposal.pk, "now": NOW}

    def close(number: int) -> str:
        try:
            if number:
                return_proposal(**facts, seen=shown, approver=staff(), note="اذكر رقم العقد.")
            else:
                approve_decision(**facts, seen=shown, approver=staff())
        except TransitionRefused:
            return "refused"
        return "done"

    assert sorted(at_once(2, close)) == ["done", "refused"]
    case.refresh_from_db()
    proposal.refresh_from_db()
    assert (case.status, proposal.state) in {
        ("accepted", "approved"),
        ("under_review", "returned"),
    }
    told = Message.objects.filter(event=f"objection:{case.pk}:decided").count()
    assert told == (proposal.state == "approved")


def test_two_who_take_the_next_case_at_once_get_two_cases() -> None:
    filed = [submitted(result_of(person), person) for person in (head(), head(), head())]
    takers = [staff(), staff(), staff(), staff()]

    def take(number: int) -> int:
        try:
            return take_next(caseworker=takers[number], now=NOW).pk
        except NothingToTake:
            return 0

    got = [pk for pk in at_once(4, take) if pk]
    assert len(got) == len(set(got))
    # Whoever found all locked by the others may ask again.
    for taker in takers:
        try:
            got.append(take_next(caseworker=taker, now=NOW).pk)
        except NothingToTake:
            break
    assert sorted(got) == sorted(case.pk for case in filed)
