"""The state of the SMS in the staff site: seen at once, and dead letters sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.staff import moment_text
from notifications.figures import count_days
from notifications.models import Attempt, Message, Retry, StatusReport
from notifications.statuses import Lane, MessageStatus
from portal.admin import message_desk
from saudi.gregorian import RIYADH
from tests import personas
from tests.objections.cases import result_of, submitted

pytestmark = pytest.mark.django_db

DESK = "/admin/notifications/message/today/"
LIST = "/admin/notifications/message/"
CODE = "http 400, code 21408"


def sms(number: int, **facts: Any) -> Message:
    now = timezone.now()
    return Message.objects.create(
        **{
            "event": f"objection:{number}:taken",
            "recipient": f"+96650000{number:04}",
            "template": "objection_taken",
            "language": "ar",
            "body": "نص",
            "lane": Lane.CASES,
            "status": MessageStatus.FAILED,
            "queued_at": now,
            "not_before": now,
            "gateway": "twilio",
            "gateway_id": f"SM{number:032x}",
            "error": CODE,
        }
        | facts
    )


def found(client: Client, asked: str) -> list[int]:
    """Give the messages that a search of the list shows."""
    page = client.post(LIST, {"q": asked}, follow=True)
    return sorted(row.pk for row in page.context["cl"].result_list)


def test_the_page_tells_what_waits_what_was_sent_and_why_not(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    sms(1)
    sms(2, status=MessageStatus.DELIVERED, error="")
    sms(3, status=MessageStatus.QUEUED, error="", lane=Lane.CODES)
    count_days(now=timezone.now())
    page = client.get(DESK).content.decode()
    assert "حال الرسائل" in page
    assert CODE in page
    assert "حسابنا" in page, "the cause stands there in words"
    assert 'name="error"' in page
    assert "في وقتها" in page


def test_pages_of_the_day_cost_the_same_statements_whatever_there_is(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    personas.sign_in_staff(client, "supervisor")
    for number in range(30):
        sms(number, error=f"code {30000 + number}")
    count_days(now=timezone.now())
    with django_assert_max_num_queries(24):
        assert client.get(DESK).status_code == 200


@pytest.mark.parametrize("day", ["2026-13-45", "x", "٢٠٢٦-١١-٢٥", "1999-01-01"])
def test_a_day_that_is_not_offered_is_today(client: Client, day: str) -> None:
    personas.sign_in_staff(client, "supervisor")
    assert client.get(DESK, {"day": day}).status_code == 200


def test_a_supervisor_sends_a_cause_again_and_the_second_press_finds_none(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    sms(1)
    sms(2)
    address = reverse("admin:notifications_message_retry_cause")
    facts = {"gateway": "twilio", "error": CODE}
    page = client.post(address, facts, follow=True).content.decode()
    assert "رسالتان" in page
    assert Retry.objects.count() == 2
    first = Retry.objects.first()
    personas.sign_in_staff(client, "administrator")
    again = client.post(address, facts, follow=True).content.decode()
    assert "لم تُرسل أي رسالة" in again
    assert f"\u2068{first.by}\u2069" in again
    assert moment_text(first.at) in again
    assert Retry.objects.count() == 2


def test_one_message_is_sent_again_from_its_page_which_keeps_who_did(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    message = sms(1)
    address = reverse("admin:notifications_message_change", args=[message.pk])
    assert "أرسل مرة أخرى" in client.get(address).content.decode()
    retry = reverse("admin:notifications_message_retry", args=[message.pk])
    page = client.post(retry, follow=True).content.decode()
    assert "أرسلها الموظفون مرة أخرى" in page
    message.refresh_from_db()
    assert message.status == MessageStatus.QUEUED
    first = Retry.objects.get()
    personas.sign_in_staff(client, "administrator")
    page = client.post(retry, follow=True).content.decode()
    assert f"لم يُحفظ: سبقك \u2068{first.by}\u2069" in page
    assert moment_text(first.at) in page


def test_one_that_is_too_late_says_so(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    message = sms(1, expires_at=timezone.now())
    retry = reverse("admin:notifications_message_retry", args=[message.pk])
    assert "فات وقتها" in client.post(retry, follow=True).content.decode()


def test_who_signs_in_again_on_the_way_comes_back_and_sends_nothing(client: Client) -> None:
    message = sms(1)
    retry = reverse("admin:notifications_message_retry", args=[message.pk])
    cause = reverse("admin:notifications_message_retry_cause")
    assert f"next={retry}" in client.post(retry).url
    personas.sign_in_staff(client, "supervisor")
    assert client.get(retry).url == reverse("admin:notifications_message_change", args=[message.pk])
    assert client.get(cause).url == DESK
    assert not Retry.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "agent"])
def test_others_send_nothing_again(client: Client, role: str) -> None:
    personas.sign_in_staff(client, role)
    message = sms(1)
    retry = reverse("admin:notifications_message_retry", args=[message.pk])
    cause = reverse("admin:notifications_message_retry_cause")
    assert client.post(retry).status_code == 403
    assert client.post(cause, {"gateway": "twilio", "error": CODE}).status_code == 403
    assert client.get(retry).status_code == 403
    assert not Retry.objects.exists()


def test_the_page_is_closed_to_who_may_not_see_sms(client: Client) -> None:
    assert client.get(DESK).status_code == 302
    client.force_login(personas.staff(), backend=personas.STAFF_BACKEND)
    assert client.get(DESK).status_code == 403


def test_any_message_is_found_by_what_names_it(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    person = personas.head()
    case = submitted(result_of(person), person)
    [told] = Message.objects.filter(recipient=person.mobile)
    other = sms(77)
    arabic = str(case.reference).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for asked in (person.mobile, person.national_id, case.reference, arabic, told.event):
        assert found(client, str(asked)) == [told.pk], asked
    assert found(client, other.gateway_id) == [other.pk]
    assert found(client, other.event) == [other.pk]
    assert found(client, "SM" + "f" * 32) == []
    assert found(client, "objection:999999:taken") == []


def test_a_cause_with_a_nul_is_refused(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    sms(1)
    address = reverse("admin:notifications_message_retry_cause")
    assert client.post(address, {"gateway": "twilio", "error": "\x00"}).status_code == 400
    assert client.post(address, {"gateway": "\x00", "error": CODE}).status_code == 400
    assert not Retry.objects.exists()


def test_reports_of_each_gateway_that_tried_are_shown(client: Client) -> None:
    personas.sign_in_staff(client, "auditor")
    message = sms(1, gateway="unifonic", gateway_id="77")
    for gateway, number, word in (("twilio", "SM1", "undelivered"), ("unifonic", "77", "Failed")):
        Attempt.objects.create(
            message=message, gateway=gateway, gateway_id=number, started_at=timezone.now()
        )
        StatusReport.objects.create(
            gateway=gateway, gateway_id=number, reported=word, received_at=timezone.now()
        )
    StatusReport.objects.create(
        gateway="unifonic", gateway_id="SM1", reported="Of another", received_at=timezone.now()
    )
    address = reverse("admin:notifications_message_change", args=[message.pk])
    page = client.get(address)
    assert [one["report"].reported for one in page.context["reports"]] == ["undelivered", "Failed"]


@pytest.mark.parametrize(
    ("lane", "oldest", "now", "is_late"),
    [
        pytest.param("codes", "03:00:00", "03:00:09", False, id="code-just-now"),
        pytest.param("codes", "03:00:00", "03:00:11", True, id="code-at-night"),
        pytest.param("reminders", "20:50:00", "23:59:00", False, id="reminder-in-the-evening"),
        pytest.param("reminders", "00:30:00", "08:59:59", False, id="reminder-before-nine"),
        pytest.param("reminders", "00:30:00", "09:30:00", False, id="reminder-soon-after-nine"),
        pytest.param("reminders", "00:30:00", "10:00:01", True, id="reminder-an-hour-after-nine"),
        pytest.param("announcements", "09:00:00", "15:00:01", True, id="campaign-six-hours-on"),
    ],
)
def test_nothing_is_late_in_hours_in_which_it_may_not_leave(
    lane: str, oldest: str, now: str, *, is_late: bool
) -> None:
    at = {
        name: datetime.fromisoformat(f"2026-11-25T{clock}").replace(tzinfo=RIYADH)
        for name, clock in (("since", oldest), ("now", now))
    }
    assert message_desk.is_late(Lane(lane), **at) == is_late


def test_lanes_are_told_apart(client: Client) -> None:
    personas.sign_in_staff(client, "supervisor")
    sms(1)
    code = sms(2, lane=Lane.CODES, template="sign_in_code")
    page = client.get(LIST, {"lane": "codes"})
    assert [row.pk for row in page.context["cl"].result_list] == [code.pk]
