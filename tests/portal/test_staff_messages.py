"""SMS and campaigns in the staff site: no code is shown, a second person starts a campaign."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation

from beneficiaries.models import User
from notifications.campaigns import Recipient, prepare_campaign, start_campaign
from notifications.claims import claim
from notifications.models import Campaign, Message
from notifications.progress import count_campaign
from notifications.statuses import CampaignStatus, Lane, MessageStatus
from tests import personas

pytestmark = pytest.mark.django_db

LIST = "/admin/notifications/message/"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def arabic():
    with translation.override("ar"):
        yield


def page(response: Any) -> str:
    return str(response.content.decode())


def message(**fields: Any) -> Message:
    facts: dict[str, Any] = {
        "event": f"ticket:{Message.objects.count()}:received",
        "recipient": "+966500000001",
        "template": "ticket_received",
        "language": "ar",
        "body": "وصل طلبك.",
        "lane": Lane.CASES,
        "status": MessageStatus.SENT,
        "queued_at": NOW,
        "not_before": NOW,
    }
    return Message.objects.create(**facts | fields)


def campaign(prepared_by: User | None) -> Campaign:
    return prepare_campaign(
        key="2026-11",
        name="نوفمبر 2026",
        template="results_announced",
        values={"ar": {"cycle": "نوفمبر 2026"}, "en": {"cycle": "November 2026"}},
        recipients=[
            Recipient("result:1:announced", "+966500000001"),
            Recipient("result:2:announced", "+966500000002", "en"),
        ],
        prepared_by=prepared_by,
        now=NOW,
    )


def address(of: Campaign) -> str:
    return reverse("admin:notifications_campaign_change", args=[of.pk])


# Messages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("template", ["sign_in_code", "ticket_code", "mobile_code"])
def test_the_text_of_a_code_is_never_shown(client, template):
    personas.sign_in_staff(client, "supervisor")
    secret = message(template=template, body="رمزك 482913", lane=Lane.CODES)
    for where in (LIST, f"{LIST}{secret.pk}/change/"):
        text = page(client.get(where))
        assert "482913" not in text
        assert "رمز لمرة واحدة" in text


def test_a_message_is_found_by_its_mobile_in_any_digits(client):
    personas.sign_in_staff(client, "supervisor")
    message(body="رسالة المطلوب")
    message(body="رسالة غيره", recipient="+966500000002")
    text = page(client.get(LIST, {"q": "٠٥٠٠٠٠٠٠٠١"}))
    assert "رسالة المطلوب" in text
    assert "رسالة غيره" not in text


def test_messages_are_filtered_by_status(client):
    personas.sign_in_staff(client, "supervisor")
    message(body="رسالة وصلت", status=MessageStatus.DELIVERED)
    message(body="رسالة لم تصل", status=MessageStatus.FAILED, error="30003")
    text = page(client.get(LIST, {"status": "failed"}))
    assert "رسالة لم تصل" in text
    assert "رسالة وصلت" not in text


def test_a_message_that_nobody_was_to_get_is_not_listed(client):
    personas.sign_in_staff(client, "supervisor")
    nobodys = message(recipient="", status=MessageStatus.SUPPRESSED, body="لا أحد")
    assert "لا أحد" not in page(client.get(LIST))
    assert client.get(f"{LIST}{nobodys.pk}/change/").status_code == 404


def test_a_message_shows_each_try(client):
    personas.sign_in_staff(client, "auditor")
    failed = message(status=MessageStatus.FAILED, error="30003")
    failed.attempts.create(
        gateway="twilio", started_at=NOW, outcome=MessageStatus.FAILED, error="30003"
    )
    text = page(client.get(f"{LIST}{failed.pk}/change/"))
    assert "twilio" in text
    assert "30003" in text


@pytest.mark.parametrize("role", ["agent", "caseworker", "approver", None])
def test_without_the_right_no_message_is_seen(client, role):
    personas.sign_in_staff(client, role)
    sent = message()
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{sent.pk}/change/").status_code == 403


# Campaigns ----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["approver", "supervisor", "administrator"])
def test_a_second_person_starts_a_campaign(client, role):
    second = personas.sign_in_staff(client, role)
    prepared = campaign(personas.staff("administrator"))
    assert "نوفمبر 2026" in page(client.get(address(prepared)))
    response = client.post(address(prepared), {"action": "start", "is_read": "on"})
    assert response.url == address(prepared)
    prepared.refresh_from_db()
    assert (prepared.status, prepared.started_by) == (CampaignStatus.STARTED, second)
    assert len(claim(lane=Lane.ANNOUNCEMENTS, now=NOW, gateway_name="phone")) == 2
    assert "بدأت الحملة" in page(client.get(response.url))


def test_a_campaign_was_prepared_on_the_day_in_riyadh(client):
    personas.sign_in_staff(client, "supervisor")
    late = campaign(personas.staff("administrator"))
    Campaign.objects.filter(pk=late.pk).update(prepared_at=datetime(2026, 11, 24, 22, tzinfo=UTC))
    assert "25 نوفمبر 2026" in page(client.get("/admin/notifications/campaign/"))


def test_who_prepared_a_campaign_does_not_start_it(client):
    first = personas.sign_in_staff(client, "approver")
    prepared = campaign(first)
    shown = page(client.get(address(prepared)))
    assert "أنت أعددت هذه الحملة" in shown
    assert 'value="start"' not in shown
    text = page(client.post(address(prepared), {"action": "start", "is_read": "on"}))
    assert "لا يبدأ الحملة من أعدّها" in text
    prepared.refresh_from_db()
    assert prepared.status == CampaignStatus.PREPARED


def test_a_started_campaign_is_not_started_again(client):
    personas.sign_in_staff(client, "approver")
    started = campaign(personas.staff("administrator"))
    start_campaign(campaign=started, started_by=personas.staff("supervisor"), now=NOW)
    text = page(client.post(address(started), {"action": "start", "is_read": "on"}))
    assert "لم يُحفظ: سبقك" in text


def under_way() -> Campaign:
    """Give a campaign that somebody prepared and somebody else started."""
    made = campaign(personas.staff("administrator"))
    return start_campaign(campaign=made, started_by=personas.staff("approver"), now=NOW)


def test_a_start_without_the_tick_starts_nothing(client):
    personas.sign_in_staff(client, "approver")
    prepared = campaign(personas.staff("administrator"))
    assert "اقرأ النصّين" in page(client.post(address(prepared), {"action": "start"}))
    prepared.refresh_from_db()
    assert prepared.status == CampaignStatus.PREPARED


def test_a_campaign_is_paused_resumed_and_stopped_and_each_is_told(client):
    by = personas.sign_in_staff(client, "supervisor")
    going = under_way()
    stop = {"action": "stop", "reason": "نص خاطئ", "is_final": "on"}
    for data, status in (
        ({"action": "pause"}, CampaignStatus.PAUSED),
        ({"action": "resume"}, CampaignStatus.STARTED),
        (stop, CampaignStatus.STOPPED),
    ):
        assert client.post(address(going), data).status_code == 302
        going.refresh_from_db()
        assert going.status == status
    told = page(client.get(address(going)))
    assert "نص خاطئ" in told
    assert 'name="action"' not in told
    acts = going.events.order_by("id").values_list("act", "by")
    assert list(acts)[2:] == [("paused", by.pk), ("resumed", by.pk), ("stopped", by.pk)]


@pytest.mark.parametrize("missing", ["reason", "is_final"])
def test_a_stop_needs_a_reason_and_a_tick(client, missing):
    personas.sign_in_staff(client, "supervisor")
    going = under_way()
    data = {"action": "stop", "reason": "نص خاطئ", "is_final": "on"}
    del data[missing]
    assert client.post(address(going), data).status_code == 200
    going.refresh_from_db()
    assert going.status == CampaignStatus.STARTED


def test_each_fault_of_a_stop_stands_beside_its_field(client):
    personas.sign_in_staff(client, "supervisor")
    going = under_way()
    text = page(client.post(address(going), {"action": "stop", "reason": "ط" * 201}))
    assert "كتبت 201 حرف. والحد 200." in text
    assert re.search(r'id="id_is_final_error"[^>]*>.*ضع علامة هنا لتلغيها', text)
    assert 'aria-describedby="id_is_final_error"' in text


def test_marks_that_nobody_sees_are_not_kept_in_a_reason(client):
    personas.sign_in_staff(client, "supervisor")
    going = under_way()
    stop = {"action": "stop", "reason": "\u202eنص خاطئ\u202c", "is_final": "on"}
    client.post(address(going), stop)
    assert going.events.get(act="stopped").reason == "نص خاطئ"
    assert "لا يخرج منها شيء بعد الآن" in page(client.get(address(going)))


@pytest.mark.parametrize("action", ["pause", "stop"])
def test_the_second_click_is_told_who_was_first(client, action):
    first = personas.sign_in_staff(client, "supervisor")
    going = under_way()
    data = {"action": action, "reason": "نص خاطئ", "is_final": "on"}
    client.post(address(going), data)
    personas.sign_in_staff(client, "administrator")
    text = page(client.post(address(going), data))
    assert "لم يُحفظ: سبقك" in text
    assert str(first) in text
    assert going.events.count() == 3


def test_who_prepared_it_pauses_it_and_does_not_resume_it(client):
    one = personas.sign_in_staff(client, "administrator")
    made = campaign(one)
    start_campaign(campaign=made, started_by=personas.staff("approver"), now=NOW)
    client.post(address(made), {"action": "pause"})
    assert 'value="resume"' not in page(client.get(address(made)))
    assert "لا يبدأ الحملة" in page(client.post(address(made), {"action": "resume"}))
    made.refresh_from_db()
    assert made.status == CampaignStatus.PAUSED


@pytest.mark.parametrize("action", ["start", "pause", "resume", "stop"])
@pytest.mark.parametrize("role", ["agent", "caseworker", "auditor"])
def test_without_the_right_nothing_is_done_with_a_campaign(client, role, action):
    personas.sign_in_staff(client, role)
    going = under_way()
    data = {"action": action, "is_read": "on", "reason": "كفى", "is_final": "on"}
    assert client.post(address(going), data).status_code == 403


def test_parts_cost_and_times_are_shown_before_the_start(client, settings):
    settings.SMS_PART_PRICE_HALALAS = 6
    personas.sign_in_staff(client, "approver")
    prepared = campaign(personas.staff("administrator"))
    text = page(client.get(address(prepared)))
    assert "جزء واحد" in text
    assert "0.12 ريال" in text
    assert "تخرج آخر رسالة" in text
    settings.SMS_PART_PRICE_HALALAS = 0
    assert "ريال" not in page(client.get(address(prepared)))


def test_a_campaign_that_is_sent_says_so(client):
    personas.sign_in_staff(client, "auditor")
    sent = under_way()
    sent.messages.update(status=MessageStatus.DELIVERED)
    count_campaign(sent, now=NOW)
    assert "أُرسلت كلها" in page(client.get("/admin/notifications/campaign/"))
    assert "أرسلناها كلها" in page(client.get(address(sent)))


def test_the_auditor_reads_a_campaign_and_does_not_start_it(client):
    personas.sign_in_staff(client, "auditor")
    prepared = campaign(None)
    text = page(client.get(address(prepared)))
    assert "سطر الأوامر" in text
    assert 'name="action"' not in text
    assert client.post(address(prepared), {"action": "start"}).status_code == 403


@pytest.mark.parametrize("role", ["agent", "caseworker", None])
def test_without_the_right_no_campaign_is_seen(client, role):
    personas.sign_in_staff(client, role)
    prepared = campaign(None)
    assert client.get("/admin/notifications/campaign/").status_code == 403
    assert client.get(address(prepared)).status_code == 403
    assert client.post(address(prepared), {"action": "start"}).status_code == 403


def test_the_text_is_shown_in_both_languages(client):
    personas.sign_in_staff(client, "approver")
    text = page(client.get(address(campaign(None))))
    assert "نوفمبر 2026" in text
    assert "November 2026" in text
