"""One person's exemption, and the late attempts that may be its reason (docs/adr/0022)."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from beneficiaries.models import EligibilityResult
from beneficiaries.statuses import ResultStatus
from notifications.models import Message
from objections.errors import ExemptionRefused, FilingWindowClosed
from objections.models import FilingExemption, LateAttempt, Objection
from objections.services import (
    grant_exemption,
    open_draft,
    record_late_attempt,
    stop_overdue_drafts,
    submit_objection,
)
from objections.statuses import FilingChannel, ObjectionStatus
from saudi.gregorian import format_gregorian
from saudi.hijri import HijriDate, format_hijri
from tests.factories import PaymentLineFactory
from tests.objections.cases import STATEMENT, draft, result_of, riyadh, submitted, texts_to
from tests.objections.pages import new_url, step_url
from tests.personas import adult_of, child_of, head, outsider, sign_in, sign_in_staff, staff

pytestmark = pytest.mark.django_db

BEFORE = riyadh("2027-01-20 10:00:00")
AFTER = riyadh("2027-02-01 10:00:00")
UNTIL = date(2027, 2, 15)
LAST_SECOND = riyadh("2027-02-15 23:59:59")
TOO_LATE = riyadh("2027-02-16 00:00:00")


def exempted(contested: Any, **fields: Any) -> FilingExemption:
    facts = {
        "contested": contested,
        "last_day": UNTIL,
        "reason": "كان في المستشفى، ومعه تقرير.",
        "submission": uuid.uuid4(),
        "by": staff("supervisor"),
        "now": AFTER,
    }
    return grant_exemption(**{**facts, **fields})


@pytest.mark.parametrize("track", ["result", "payment"])
def test_exemption_opens_one_row_for_its_person_until_its_midnight(track: str) -> None:
    person, other = head(), head()
    results = [result_of(person), result_of(other)]
    lines = [
        PaymentLineFactory.create(person=each, paid_on=date(2026, 10, 29))
        for each in (person, other)
    ]
    mine, theirs = results if track == "result" else lines
    exemption = exempted(mine)
    opened = draft(mine, person, now=AFTER)
    with pytest.raises(FilingWindowClosed):
        open_draft(contested=theirs, filed_by=other, now=AFTER)
    with pytest.raises(FilingWindowClosed) as caught:
        submit_objection(objection=opened, has_declared=True, now=TOO_LATE)
    assert caught.value.deadline == UNTIL
    filed = submit_objection(objection=opened, has_declared=True, now=LAST_SECOND)
    assert (filed.exemption, filed.deadline) == (exemption, date(2027, 1, 27))
    assert texts_to(person) == ["exemption_granted", "objection_submitted"]


def test_what_was_filed_in_time_names_no_exemption() -> None:
    person = head()
    result = result_of(person)
    exempted(result, now=BEFORE)
    assert submitted(result, person, now=BEFORE).exemption is None


def test_database_refuses_a_late_filing_without_exemption() -> None:
    person = head()
    filed = submitted(result_of(person), person, now=riyadh("2027-01-27 23:59:59"))
    with pytest.raises(IntegrityError, match="objection_in_time_or_exempted"), transaction.atomic():
        Objection.objects.filter(pk=filed.pk).update(submitted_at=riyadh("2027-01-28 00:00:00"))


def test_stopped_draft_opens_again_and_is_not_stopped_before_the_day() -> None:
    person = head()
    result = result_of(person)
    stopped = draft(result, person, now=BEFORE)
    stop_overdue_drafts(now=AFTER)
    exempted(result)
    stopped.refresh_from_db()
    assert stopped.status == ObjectionStatus.DRAFT
    assert stop_overdue_drafts(now=LAST_SECOND) == 0
    assert stop_overdue_drafts(now=TOO_LATE) == 1
    stopped.refresh_from_db()
    assert (stopped.status, stopped.deadline) == (ObjectionStatus.STOPPED, UNTIL)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        pytest.param({"reason": "\u200f "}, "reason", id="no-reason"),
        pytest.param({"last_day": date(2027, 1, 31)}, "past", id="passed"),
        pytest.param({"last_day": date(2027, 1, 27), "now": BEFORE}, "too_early", id="regular"),
        pytest.param({"last_day": date(2027, 3, 4)}, "too_late", id="thirty-one-days"),
    ],
)
def test_refusals(fields: dict[str, Any], why: str) -> None:
    result = result_of(head())
    with pytest.raises(ExemptionRefused) as caught:
        exempted(result, **fields)
    assert caught.value.why == why
    result.refresh_from_db()
    assert result.exempted_until is None


@pytest.mark.parametrize("state", ["eligible", "corrected", "objected"])
def test_nothing_to_object_to_has_no_exemption(state: str) -> None:
    person = head()
    result = result_of(person)
    if state == "objected":
        submitted(result, person, now=BEFORE)
    elif state == "corrected":
        EligibilityResult.objects.update(superseded_on=date(2027, 1, 5))
    else:
        EligibilityResult.objects.update(status=ResultStatus.ELIGIBLE, reason_codes=[])
    with pytest.raises(ExemptionRefused) as caught:
        exempted(result)
    assert caught.value.why == "not_contestable"


def test_withdrawn_objection_may_be_filed_again_by_an_exemption() -> None:
    person = head()
    filed = submitted(result_of(person), person, now=BEFORE)
    Objection.objects.filter(pk=filed.pk).update(status=ObjectionStatus.WITHDRAWN)
    exempted(filed.contested)
    assert submitted(filed.contested, person, now=AFTER).exemption is not None


def test_same_form_twice_exempts_once() -> None:
    result, submission = result_of(head()), uuid.uuid4()
    first = exempted(result, submission=submission)
    assert exempted(result, submission=submission) == first
    assert Message.objects.filter(template="exemption_granted").count() == 1


@pytest.mark.parametrize(
    ("who", "reasons", "is_head_told"),
    [
        pytest.param("child", ["LEASE_NOT_PROVEN"], True, id="minor"),
        pytest.param("adult", ["LEASE_NOT_PROVEN"], False, id="adult"),
        pytest.param("silent", ["LEASE_NOT_PROVEN"], True, id="adult-without-mobile"),
        pytest.param("silent", ["PRISON"], False, id="never-of-a-sensitive-reason"),
    ],
)
def test_who_is_told(who: str, reasons: list[str], is_head_told: bool) -> None:
    chief = head()
    person = child_of(chief) if who == "child" else adult_of(chief)
    if who == "silent":
        person.mobile = ""
        person.save()
    exempted(result_of(person, reason_codes=reasons))
    assert bool(texts_to(chief)) is is_head_told


# Late attempts -------------------------------------------------------------------------


def test_direct_post_on_day_95_is_refused_and_kept_once_a_day(client: Client) -> None:
    person = head()
    result = result_of(person)
    with time_machine.travel(riyadh("2027-02-01 09:00:00"), tick=False):  # day 95
        sign_in(client, person)
        assert client.get(new_url(result)).status_code == 200
        assert not LateAttempt.objects.exists()
        pages = [client.post(new_url(result)) for _each in range(3)]
    assert [page.status_code for page in pages] == [409, 409, 409]
    attempt = LateAttempt.objects.get()
    assert (attempt.result, attempt.person, attempt.on) == (result, person, date(2027, 2, 1))
    assert (attempt.last_day, attempt.channel) == (date(2027, 1, 27), "online")
    with time_machine.travel(riyadh("2027-02-02 00:00:00"), tick=False):
        sign_in(client, person)
        client.post(new_url(result))
    assert LateAttempt.objects.count() == 2
    assert not Objection.objects.exists()


@pytest.mark.parametrize("state", ["open", "superseded"])
def test_what_is_not_late_is_no_late_attempt(state: str) -> None:
    person = head()
    result = result_of(person)
    if state == "superseded":
        result.superseded_on = date(2027, 1, 5)
    record_late_attempt(
        contested=result,
        person=person,
        channel=FilingChannel.ONLINE,
        now=BEFORE if state == "open" else AFTER,
    )
    assert not LateAttempt.objects.exists()


def test_outsider_leaves_no_late_attempt(client: Client) -> None:
    result = result_of(head())
    with time_machine.travel(AFTER, tick=False):
        sign_in(client, outsider())
        assert client.post(new_url(result)).status_code == 404
    assert not LateAttempt.objects.exists()


def test_closed_page_has_a_button_for_each_way_on_and_the_draft(client: Client) -> None:
    person = head()
    opened = draft(result_of(person), person, now=BEFORE)
    stop_overdue_drafts(now=AFTER)
    with time_machine.travel(AFTER, tick=True):
        sign_in(client, person)
        page = client.get(step_url(opened, "review")).content.decode()
        ticket = reverse("sawtak:new") + "?category=objection&amp;about=result&amp;cycle=2026-10"
        assert ticket in page
        written = client.get(ticket.replace("&amp;", "&")).content.decode()
    assert STATEMENT in page
    assert "عقد.pdf" in page
    for day in (date(2026, 10, 29), date(2027, 1, 27)):
        assert format_gregorian(day, "ar") in page
        assert format_hijri(HijriDate.from_gregorian(day), "ar") in page
    assert reverse("portal:register") in page
    assert "tel:19912" in page
    assert "أكتوبر 2026" in written
    assert 'value="objection" selected' in written


@pytest.mark.parametrize(
    "asked", ["about=x&cycle=2026-10", "about=result&cycle=<b>", "about=result"]
)
def test_ticket_is_begun_with_nothing_that_the_address_makes_up(client: Client, asked: str) -> None:
    page = client.get(reverse("sawtak:new") + f"?{asked}").content.decode()
    assert "أريد الاعتراض" not in page
    assert "&lt;b&gt;" not in page.split("<textarea")[1].split("</textarea>")[0]


# The staff site --------------------------------------------------------------------------


def grant_url(result: EligibilityResult) -> str:
    return reverse("admin:objections_filingexemption_grant", args=["result", result.pk])


def form(**fields: str) -> dict[str, str]:
    return {
        "last_day": "2027-02-15",
        "reason": "كان في المستشفى.",
        "submission": str(uuid.uuid4()),
    } | fields


def test_supervisor_goes_from_a_late_attempt_to_the_exemption(client: Client) -> None:
    person = head()
    result = result_of(person)
    record_late_attempt(contested=result, person=person, channel=FilingChannel.ONLINE, now=AFTER)
    with time_machine.travel(AFTER, tick=True):
        sign_in_staff(client, "supervisor")
        address = grant_url(result)
        for page in (
            reverse("admin:objections_lateattempt_changelist"),
            reverse("admin:beneficiaries_person_change", args=[person.pk]),
            reverse("admin:beneficiaries_eligibilityresult_change", args=[result.pk]),
        ):
            assert address in client.get(page).content.decode(), page
        assert "27 يناير 2027" in client.get(address).content.decode()
        sent = form()
        done, again = client.post(address, sent), client.post(address, sent)
        assert done["Location"] == again["Location"]
        shown = client.get(done["Location"]).content.decode()
    assert "كان في المستشفى." in shown
    assert FilingExemption.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [{"last_day": "2027-01-01"}, {"last_day": "x"}, {"last_day": "2028-01-01"}, {"reason": ""}],
)
def test_bad_input_is_said_and_kept(client: Client, fields: dict[str, str]) -> None:
    result = result_of(head())
    with time_machine.travel(AFTER, tick=True):
        sign_in_staff(client, "supervisor")
        response = client.post(grant_url(result), form(**fields))
    page = response.content.decode()
    assert (response.status_code, FilingExemption.objects.count()) == (200, 0)
    assert "invalid-feedback" in page
    assert form(**fields)["reason"] in page


@pytest.mark.parametrize("role", [None, "agent", "caseworker", "approver", "auditor"])
def test_others_of_staff_may_not_exempt(client: Client, role: str | None) -> None:
    result = result_of(head())
    sign_in_staff(client, role)
    assert client.get(grant_url(result)).status_code == 403
    assert client.post(grant_url(result), form()).status_code == 403
    assert not FilingExemption.objects.exists()


def test_anonymous_and_unknown_rows(client: Client) -> None:
    result = result_of(head())
    assert client.post(grant_url(result), form()).status_code == 302
    sign_in_staff(client, "supervisor")
    for address in ("result/999999", "nothing/1", f"payment/{result.pk}"):
        assert client.get(f"/admin/objections/filingexemption/grant/{address}/").status_code == 404


def test_database_takes_no_exemption_of_another_row() -> None:
    person = head()
    mine, other = result_of(person), result_of(head())
    exempted(mine)
    case = submitted(mine, person, now=LAST_SECOND)
    others = exempted(other)
    Objection.objects.filter(pk=case.pk).update(exemption=others)
    with (
        pytest.raises(IntegrityError, match="objection_exempted_for_result"),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("model", [FilingExemption, LateAttempt])
def test_database_keeps_exemptions_and_late_attempts_as_they_were_made(model: Any) -> None:
    row = result_of(head())
    record_late_attempt(contested=row, person=row.person, channel=FilingChannel.ONLINE, now=AFTER)
    exempted(row)
    rows = model.objects.all()
    assert rows.count() == 1
    with pytest.raises(IntegrityError, match="is kept as it was made"), transaction.atomic():
        rows.update(last_day=date(2028, 1, 1))
    with pytest.raises(IntegrityError, match="is kept as it was made"), transaction.atomic():
        rows._raw_delete(rows.db)
