"""Doubtful numbers, pauses of gateways and the reasons of messages in the staff site."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from access.staff import moment_text
from notifications.early_ends import clear_number
from notifications.errors import AlreadyEnded
from notifications.gateways import unifonic_codes
from notifications.gateways.twilio_codes import ALARMING, DOUBTFUL_NUMBER, UNREACHABLE
from notifications.models import (
    Attempt,
    DoubtfulNumber,
    EarlyEnd,
    GatewayPause,
    Message,
    StatusReport,
)
from notifications.numbers import WRONG_NUMBER
from notifications.reasons import reason_in_words
from notifications.statuses import Lane, MessageStatus
from tests import personas

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MOBILE = "+966500000001"
ENDING = ("supervisor", "administrator")
READING = (*ENDING, "auditor")


@pytest.fixture(autouse=True)
def arabic():
    with translation.override("ar"):
        yield


def page(response: Any) -> str:
    return str(response.content.decode())


def doubt() -> DoubtfulNumber:
    return DoubtfulNumber.objects.create(mobile=MOBILE, since=NOW, reason="twilio 30005")


def pause(**changed: Any) -> GatewayPause:
    facts = {"gateway": "twilio", "until": timezone.now() + timedelta(hours=3)}
    return GatewayPause.objects.create(**facts | changed, reason="http 429, code 63038")


def address(row: Any) -> str:
    return f"/admin/notifications/{row._meta.model_name}/{row.pk}/change/"


@pytest.mark.parametrize("role", ENDING)
def test_who_may_clears_a_number_under_their_name(client, role):
    user, row = personas.sign_in_staff(client, role), doubt()
    assert "الرقم غير مستخدم." in page(client.get(address(row)))
    shown = client.post(address(row), {"action": "end"}, follow=True)
    assert "ارتفع الشك عن الرقم." in page(shown)
    assert not DoubtfulNumber.objects.exists()
    end = EarlyEnd.objects.get()
    assert (end.kind, end.subject, end.since) == (EarlyEnd.NUMBER, MOBILE, NOW)
    assert (end.reason, end.ended_by_id) == ("twilio 30005", user.pk)
    ends = page(client.get("/admin/notifications/earlyend/"))
    assert str(user) in ends
    assert "أنهاه" in ends
    assert "Ended by" not in ends


@pytest.mark.parametrize("role", ENDING)
def test_who_may_ends_a_pause_under_their_name(client, role):
    user, row = personas.sign_in_staff(client, role), pause()
    assert "انتهى عدد رسائلنا لهذا اليوم." in page(client.get(address(row)))
    client.post(address(row), {"action": "end"})
    row.refresh_from_db()
    assert row.until <= timezone.now()
    assert EarlyEnd.objects.get().ended_by_id == user.pk
    again = page(client.post(address(row), {"action": "end", "subject": "twilio"}, follow=True))
    assert f"لم نغيّر شيئًا: أنهاه \u2068{user}\u2069 قبلك" in again
    assert EarlyEnd.objects.count() == 1


def test_a_pause_that_is_over_by_itself_says_so(client):
    personas.sign_in_staff(client, "supervisor")
    row = pause(until=NOW)
    shown = page(client.post(address(row), {"action": "end"}, follow=True))
    assert "انتهى هذا من قبل" in shown


def test_who_clears_a_number_second_is_told_who_was_first(client):
    first, row = personas.staff("supervisor"), doubt()
    personas.sign_in_staff(client, "administrator")
    sent = dict(
        re.findall(r'name="(action|subject)" value="([^"]*)"', page(client.get(address(row))))
    )
    here = address(row)
    clear_number(number=row, by=first, now=NOW)
    shown = page(client.post(here, sent, follow=True))
    assert f"لم نغيّر شيئًا: أنهاه \u2068{first}\u2069 قبلك" in shown
    assert moment_text(NOW) in shown
    assert client.post(here, {"action": "end"}).status_code == 404
    personas.sign_in_staff(client, "auditor")
    assert client.post(here, sent).status_code == 404


def test_a_number_of_somebody_else_is_no_word_of_a_gateway(client):
    personas.sign_in_staff(client, "supervisor")
    row = DoubtfulNumber.objects.create(mobile=MOBILE, since=NOW, reason=WRONG_NUMBER)
    shown = page(client.get(address(row)))
    assert "من أجاب على اتصالنا شخص آخر." in shown
    assert WRONG_NUMBER not in shown
    assert "لا يرفع الشك غير ذلك" in shown
    assert "وصلت رسالة إلى الرقم" not in shown


def test_the_auditor_reads_and_ends_nothing(client):
    personas.sign_in_staff(client, "auditor")
    for row in (doubt(), pause()):
        shown = page(client.get(address(row)))
        assert 'name="action"' not in shown
        assert client.post(address(row), {"action": "end"}).status_code == 403
    assert not EarlyEnd.objects.exists()


@pytest.mark.parametrize("role", sorted(set(personas.ROLES) - set(READING)))
def test_other_roles_see_neither(client, role):
    personas.sign_in_staff(client, role)
    for row in (doubt(), pause()):
        assert client.get(address(row)).status_code == 403


def test_a_number_that_was_cleared_meanwhile_is_not_cleared_twice():
    row, user = doubt(), personas.staff("supervisor")
    clear_number(number=row, by=user, now=NOW)
    row.pk = row.pk or 1
    with pytest.raises(AlreadyEnded):
        clear_number(number=row, by=user, now=NOW)
    assert EarlyEnd.objects.count() == 1


def test_number_is_found_in_any_digits(client):
    personas.sign_in_staff(client, "supervisor")
    doubt()
    found = client.post("/admin/notifications/doubtfulnumber/", {"q": "٠٥٠٠٠٠٠٠٠١"}, follow=True)
    assert "0500000001" in page(found)


def test_a_message_shows_each_try_and_report_with_its_reason(client):
    personas.sign_in_staff(client, "supervisor")
    doubt()
    row = Message.objects.create(
        event="case:1",
        recipient=MOBILE,
        template="objection_taken",
        language="ar",
        body="نص",
        lane=Lane.CASES,
        status=MessageStatus.FAILED,
        queued_at=NOW,
        not_before=NOW,
        gateway="twilio",
        gateway_id="SM2",
        error="code 30005",
    )
    for sid, error in (("SM1", ""), ("", "http 503, code 20503"), ("SM2", "")):
        Attempt.objects.create(
            message=row,
            gateway="twilio",
            started_at=NOW,
            ended_at=NOW,
            outcome=MessageStatus.QUEUED if error else MessageStatus.SENT,
            gateway_id=sid,
            error=error,
        )
    for sid, word, code, status in (
        ("SM1", "undelivered", "30003", MessageStatus.FAILED),
        ("SM2", "foo", "", ""),
        ("SM2", "undelivered", "30005", MessageStatus.FAILED),
        ("SM3", "delivered", "", MessageStatus.DELIVERED),
    ):
        StatusReport.objects.create(
            gateway="twilio",
            gateway_id=sid,
            reported=word,
            error=code,
            status=status,
            received_at=NOW,
        )
    shown = page(client.get(address(row)))
    for words in (
        "تعطّلت شركة الرسائل. تعاد المحاولة وحدها.",
        "كان الجوال مغلقًا أو خارج التغطية.",
        "الرقم غير مستخدم.",
        "كلمة لا نعرفها",
        "هذا الرقم مشكوك فيه",
        "30003",
        "foo",
    ):
        assert words in shown
    assert ">delivered<" not in shown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("http 400, code 21211", "لا جوال بهذا الرقم."),
        ("http 400, code 21614", "هذا الرقم ليس رقم جوال."),
        ("http 400, code 21612", "لا طريق لشركة الرسائل إلى هذا الرقم."),
        ("http 400, code 21999", "لم تقبل شركة الرسائل هذه الرسالة."),
        ("http 503, code 0", "تعطّلت شركة الرسائل. تعاد المحاولة وحدها."),
        ("http 429, code 0", "تعطّلت شركة الرسائل. تعاد المحاولة وحدها."),
        ("http 200, code ER-04", "لا جوال بهذا الرقم."),
        ("http 400, code ER-99", "لم تقبل شركة الرسائل هذه الرسالة."),
        ("http 480", "اسم المرسل غير مسجل. على المشغّل أن يعالج هذا."),
        ("http 498", "لم تقبل شركة الرسائل هذه الرسالة."),
        ("http 599", "لم يصل من شركة الرسائل جواب واضح. قد تكون الرسالة خرجت."),
        ("code ER-05", "الرقم غير مستخدم."),
        ("code 30099", "لم توصل الشبكة الرسالة."),
        ("not connected", "تعذّر الوصول إلى شركة الرسائل. تعاد المحاولة وحدها."),
        ("worker lost", "توقفت البوابة أثناء الإرسال. قد تكون الرسالة خرجت."),
        ("ReadTimeoutError", "لم يصل من شركة الرسائل جواب واضح. قد تكون الرسالة خرجت."),
        ("", ""),
    ],
)
def test_reason_is_told_in_plain_arabic(error, words):
    assert str(reason_in_words(error)) == words


def test_every_code_that_is_treated_apart_is_worded_apart():
    unknown = str(reason_in_words("code 30099"))
    unifonic = unifonic_codes.ALARMING | unifonic_codes.DOUBTFUL_NUMBER
    unifonic |= unifonic_codes.NOT_OURS_CODES
    for code in ALARMING | DOUBTFUL_NUMBER | UNREACHABLE | unifonic:
        assert str(reason_in_words(f"code {code}")) != unknown
