"""Mails and real workers: woken, killed in the middle, and never in an SMS's way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.mail import claims
from notifications.mail.models import Mail
from notifications.mail.rules import LOST_AFTER_SECONDS
from notifications.mail.waking import wake_mails
from notifications.models import Message
from tests.notifications.mail.smtp_server import SmtpServer
from tests.notifications.mail.test_outbox import ADDRESS, prove, tell
from tests.ports import free_port
from tests.worker import CeleryWorker, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

StartWorker = Callable[..., CeleryWorker]


def status() -> str:
    return Mail.objects.get().status


def url_of(smtp: SmtpServer) -> str:
    return f"smtp://127.0.0.1:{smtp.port}/?tls=0"


def test_worker_that_is_killed_while_it_sends_leaves_an_unknown_mail(
    start_worker: StartWorker,
) -> None:
    with SmtpServer() as smtp:
        smtp.may_answer.clear()
        first = start_worker("first", EMAIL_URL=url_of(smtp), EMAIL_SENDER="a@example.com")
        prove()
        tell()
        assert smtp.end_reached.wait(60)
        assert status() == "sending"
        first.kill()
        smtp.may_answer.set()
        wait_until(lambda: smtp.taken, what="the server has the mail")
        claims.settle_lost(now=timezone.now() + timedelta(seconds=LOST_AFTER_SECONDS + 1))
        assert status() == "unconfirmed"
        start_worker("second", EMAIL_URL=url_of(smtp), EMAIL_SENDER="a@example.com")
        tell(event="objection:1:1")
        wait_until(lambda: len(smtp.taken) == 2, what="the next mail arrives")
        assert status_of("objection:1:0") == "unconfirmed"


def status_of(event: str) -> str:
    return Mail.objects.get(event=event).status


def test_dead_mail_server_holds_up_no_sms_and_no_request(start_worker: StartWorker) -> None:
    """The server answers to nothing: each connection hangs until its time is over."""
    with SmtpServer() as smtp:
        smtp.may_answer.clear()
        start_worker("one", EMAIL_URL=url_of(smtp), EMAIL_SENDER="a@example.com")
        prove()
        tell()
        assert smtp.end_reached.wait(60)
        for number in range(20):
            tell(event=f"objection:1:more{number}")
        wait_until(
            lambda: Message.objects.filter(status="sent").count() == 21, what="the SMS have left"
        )
        assert Client().get("/healthz").status_code == 200
        assert status_of("objection:1:0") == "sending"
        assert smtp.taken == []


def test_mail_waits_for_a_server_that_is_away_and_leaves_when_it_is_back(
    start_worker: StartWorker,
) -> None:
    port = free_port()
    worker = start_worker(
        "one", EMAIL_URL=f"smtp://127.0.0.1:{port}/?tls=0", EMAIL_SENDER="a@example.com"
    )
    prove()
    tell()
    wait_until(lambda: "the mail server failed" in worker.log(), what="the first try")
    assert status() == "queued"
    with SmtpServer(port=port) as smtp:
        wait_until(lambda: wake_mails() and smtp.taken, what="the mail arrives")
        assert smtp.taken[0].to == ADDRESS
        wait_until(lambda: status() == "sent", what="it is recorded")
    assert ADDRESS not in worker.log()
