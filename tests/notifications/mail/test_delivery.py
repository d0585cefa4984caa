"""Mails on their way, to a real server on loopback that fails in each way that servers do."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from notifications.mail import claims, server
from notifications.mail.delivery import drain
from notifications.mail.models import Mail, MailAddress, MailServerRest
from notifications.mail.outbox import queue_code_mail
from notifications.mail.rules import LOST_AFTER_SECONDS, MAX_TRIES
from tests.notifications.mail.smtp_server import SmtpServer
from tests.notifications.mail.test_outbox import ADDRESS, prove, tell

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def smtp(settings: Any) -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        settings.EMAIL_BY = "smtp"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_TIMEOUT = 5
        settings.EMAIL_SENDER = "no-reply@example.gov.sa"
        settings.PUBLIC_URL = "https://portal.example.sa"
        yield running


def again() -> Mail:
    """Let the mail and the server be tried now, and give the mail as it is then."""
    Mail.objects.filter(status="queued").update(not_before=timezone.now())
    MailServerRest.objects.all().update(rest_until=None)
    drain()
    return Mail.objects.get()


def test_mails_of_both_languages_leave_over_one_connection(smtp: SmtpServer) -> None:
    prove(1)
    prove(2, "ali@example.com")
    tell(1)
    tell(2, event="objection:2:0", language="en")
    assert drain().done == 2
    arabic, english = smtp.taken
    assert smtp.connections == 1
    assert (arabic.sender, arabic.to) == ("no-reply@example.gov.sa", ADDRESS)
    message = arabic.message
    assert message["From"] == "حساب المواطن <no-reply@example.gov.sa>"
    assert message["Subject"] == "قبلنا اعتراضك"
    assert message["To"] == ADDRESS
    assert message["Message-ID"] == f"<{Mail.objects.get(person_id=1).uuid}@example.gov.sa>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"] == "<https://portal.example.sa/messages/email/>"
    assert message["List-Unsubscribe-Post"] is None
    assert "قبلنا اعتراضك 4026714834. اقرأ في ملفك متى نطبق القرار." in arabic.text
    # An address has a line of its own, and no slash at its end (O07).
    assert "https://portal.example.sa/messages/email" in arabic.text.splitlines()
    assert "https://portal.example.sa" in arabic.text.splitlines()
    assert '<html lang="ar" dir="rtl">' in arabic.html
    assert '<html lang="en" dir="ltr">' in english.html
    assert english.message["Subject"] == "We accepted your objection"
    assert "https://portal.example.sa/en/messages/email" in english.text
    assert "email/" not in english.text
    for mail in smtp.taken:
        assert max(map(len, mail.content.split(b"\r\n"))) <= 998
        assert mail.content.isascii()
        for loaded in ("<img", "<link", "<script", "url(", "<style"):
            assert loaded not in mail.html
    assert set(Mail.objects.values_list("status", "tries")) == {("sent", 1)}


def test_code_is_sent_without_a_link_and_forgotten(smtp: SmtpServer) -> None:
    now = timezone.now()
    with transaction.atomic():
        queue_code_mail(
            event="code:1",
            person_id=1,
            address=ADDRESS,
            code="048213",
            language="en",
            now=now,
            expires_at=now + timedelta(minutes=15),
        )
    drain()
    [mail] = smtp.taken
    assert "048213" in mail.text
    assert "048213" not in str(mail.message["Subject"])
    assert "http" not in mail.text + mail.html
    assert mail.message["List-Unsubscribe"] is None
    assert "048213" not in Mail.objects.get().body


def test_refused_address_is_failed_and_marked_and_gets_nothing_more(smtp: SmtpServer) -> None:
    prove()
    smtp.refuses[ADDRESS] = "550 5.1.1 <sara@example.com> nobody here"
    tell()
    drain()
    mail, address = Mail.objects.get(), MailAddress.objects.get()
    assert (mail.status, mail.error) == ("failed", "550 5.1.1")
    assert address.broken_at is not None
    tell(event="objection:1:1")
    assert Mail.objects.count() == 1


@pytest.mark.parametrize(
    "answer", ["550 5.7.1 blocked", "552 5.2.2 mailbox full", "554 no", "552 full"]
)
def test_refusal_that_is_not_of_the_address_marks_none(smtp: SmtpServer, answer: str) -> None:
    prove()
    smtp.refuses[ADDRESS] = answer
    tell()
    drain()
    assert Mail.objects.get().status == "failed"
    assert MailAddress.objects.get().broken_at is None


def test_refused_text_is_failed_and_the_next_mail_goes_on(smtp: SmtpServer) -> None:
    prove(1)
    prove(2, "ali@example.com")
    smtp.data_answers = ["554 5.6.0 not this"]
    tell(1)
    tell(2, event="objection:2:0")
    drain()
    assert list(Mail.objects.order_by("id").values_list("status", flat=True)) == ["failed", "sent"]
    assert smtp.connections == 1
    assert not MailAddress.objects.filter(broken_at__isnull=False).exists()


@pytest.mark.parametrize("where", ["RCPT", "END"])
def test_put_off_is_tried_again_later_and_not_for_ever(smtp: SmtpServer, where: str) -> None:
    prove()
    if where == "RCPT":
        smtp.refuses[ADDRESS] = "450 4.2.0 later"
    else:
        smtp.data_answers = ["451 4.3.0 later"] * MAX_TRIES
    tell()
    before = timezone.now()
    drain()
    mail = Mail.objects.get()
    assert (mail.status, mail.tries) == ("queued", 1)
    assert 40 <= (mail.not_before - before).total_seconds() <= 90
    assert drain().done == 0
    for _ in range(MAX_TRIES - 1):
        mail = again()
    assert (mail.status, mail.tries) == ("failed", MAX_TRIES)
    assert MailAddress.objects.get().broken_at is None
    assert smtp.taken == []


def test_put_off_once_arrives_with_the_same_message_id(smtp: SmtpServer) -> None:
    prove()
    smtp.data_answers = ["451 later"]
    tell()
    drain()
    assert again().status == "sent"
    [mail] = smtp.taken
    assert mail.message["Message-ID"] == f"<{Mail.objects.get().uuid}@example.gov.sa>"


def test_line_lost_after_the_text_is_unknown_and_never_sent_again(smtp: SmtpServer) -> None:
    prove()
    smtp.drops_at = "END"
    tell()
    drain()
    assert Mail.objects.get().status == "unconfirmed"
    smtp.drops_at = ""
    assert again().status == "unconfirmed"
    assert smtp.taken == []


@pytest.mark.parametrize("where", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_line_lost_before_the_text_is_tried_again(smtp: SmtpServer, where: str) -> None:
    prove()
    smtp.drops_at = where
    tell()
    drain()
    assert Mail.objects.get().status == "queued"
    assert server.is_resting(now=timezone.now())
    smtp.drops_at = ""
    assert again().status == "sent"
    assert not MailServerRest.objects.get().failures


def test_dead_server_costs_no_mail_a_try_and_one_connection_a_rest(
    smtp: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    prove()
    for number in range(30):
        tell(event=f"objection:1:{number}")
    smtp.greeting = "421 not now"
    for failure in range(1, 4):
        MailServerRest.objects.update(rest_until=None)
        drain()
        drain()
        assert MailServerRest.objects.get().failures == failure
        assert smtp.connections == failure
    assert set(Mail.objects.values_list("status", "tries")) == {("queued", 0)}
    alarms = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert [one.getMessage()[:10] for one in alarms] == ["mail alarm"]
    smtp.greeting = "220 well"
    MailServerRest.objects.update(rest_until=None)
    drain()
    assert set(Mail.objects.values_list("status", flat=True)) == {"sent"}


def test_sender_that_is_refused_is_our_fault_and_no_mail_s(smtp: SmtpServer) -> None:
    prove()
    smtp.sender_answer = "550 5.7.1 not you"
    tell()
    drain()
    assert Mail.objects.get().status == "queued"
    assert MailServerRest.objects.get().reason == "550 5.7.1"
    assert MailAddress.objects.get().broken_at is None


def test_wrong_password_is_an_alarm_without_the_password(
    smtp: SmtpServer, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    prove()
    smtp.password = "never this"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "portal", "open sesame"
    tell()
    drain()
    assert Mail.objects.get().status == "queued"
    assert any("mail alarm" in one.getMessage() for one in caplog.records)
    assert "sesame" not in caplog.text


def test_logs_hold_no_address_and_no_text(
    smtp: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    prove()
    smtp.refuses[ADDRESS] = "550 5.1.1 <sara@example.com> nobody"
    tell()
    drain()
    prove(2, "ali@example.com")
    smtp.drops_at = "END"
    tell(2, event="objection:2:0")
    drain()
    assert "mail" in caplog.text
    for secret in ("sara", "ali@", "4026714834", "اعتراض"):
        assert secret not in caplog.text


def test_address_taken_away_or_changed_meanwhile_gets_nothing(smtp: SmtpServer) -> None:
    prove()
    tell()
    MailAddress.objects.update(address="new@example.com")
    drain()
    assert Mail.objects.get().status == "cancelled"
    assert smtp.taken == []


def test_mail_too_late_is_not_sent(smtp: SmtpServer) -> None:
    prove()
    tell()
    Mail.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    drain()
    assert Mail.objects.get().status == "expired"
    assert smtp.taken == []


def test_claim_of_a_dead_worker_is_unknown_where_it_was_attempted() -> None:
    prove()
    tell()
    tell(event="objection:1:1")
    now = timezone.now()
    first, _second = claims.claim(now=now)
    assert claims.begin(first, now=now)
    assert claims.settle_lost(now=now) == (0, 0)
    later = now + timedelta(seconds=LOST_AFTER_SECONDS + 1)
    assert claims.settle_lost(now=later) == (1, 1)
    assert list(Mail.objects.order_by("id").values_list("status", flat=True)) == [
        "unconfirmed",
        "queued",
    ]
    # A worker that was slow and not dead still records what it saw.
    claims.record_sent(first, now=later)
    assert Mail.objects.get(pk=first.pk).status == "sent"


def test_slow_worker_does_not_send_what_another_took_meanwhile() -> None:
    prove()
    tell()
    now = timezone.now()
    [slow] = claims.claim(now=now)
    later = now + timedelta(seconds=LOST_AFTER_SECONDS + 1)
    claims.settle_lost(now=later)
    [fast] = claims.claim(now=later)
    assert not claims.begin(slow, now=later)
    assert claims.begin(fast, now=later)


def test_two_workers_claim_different_mails() -> None:
    prove()
    for number in range(15):
        tell(event=f"objection:1:{number}")
    one = claims.claim(now=timezone.now())
    two = claims.claim(now=timezone.now())
    assert (len(one), len(two)) == (10, 5)
    assert not {mail.pk for mail in one} & {mail.pk for mail in two}
