"""Twilio's reports: signed over our public address (O21), in any order and any number (O22)."""

from __future__ import annotations

import itertools
import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from notifications.checks import callbacks_can_be_checked
from notifications.delivery import drain
from notifications.gateways.base import GatewayReceipt, OutgoingSms
from notifications.models import Attempt, DoubtfulNumber, Message, StatusReport
from notifications.outbox import queue_message
from notifications.statuses import Lane, MessageStatus

ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
SID = "SM00000000000000000000000000000001"
HOST = "https://portal.example.sa"
PATH = "/sms/twilio/status/"
GENUINE = "0BjARaWwCf+rxikhdqQiBBIDdtE="
FACTS = {
    "AccountSid": ACCOUNT,
    "ApiVersion": "2010-04-01",
    "ErrorCode": "30005",
    "From": "PORTAL",
    "MessageSid": SID,
    "MessageStatus": "undelivered",
    "SmsSid": SID,
    "SmsStatus": "undelivered",
    "To": "+966500000001",
}


@pytest.fixture(autouse=True)
def _twilio(settings: Any) -> None:
    settings.PUBLIC_URL = HOST
    settings.SMS_GATEWAY = "twilio"
    settings.TWILIO_ACCOUNT_SID = ACCOUNT
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.ALLOWED_HOSTS = ["*"]


def sent(sid: str = SID) -> Message:
    """Give a message that Twilio accepted under an id."""
    now = timezone.now()
    message = Message.objects.create(
        event=f"case:{sid}",
        recipient="+966500000001",
        template="objection_taken",
        language="ar",
        body="نص",
        lane=Lane.CASES,
        status=MessageStatus.SENT,
        queued_at=now,
        not_before=now,
        sent_at=now,
        gateway="twilio",
        gateway_id=sid,
    )
    Attempt.objects.create(
        message=message,
        gateway="twilio",
        started_at=now,
        ended_at=now,
        outcome=MessageStatus.SENT,
        gateway_id=sid,
    )
    return message


def post(facts: dict[str, str], signature: str | None, *, path: str = PATH, **headers: Any) -> int:
    if signature is not None:
        headers["HTTP_X_TWILIO_SIGNATURE"] = signature
    client = Client(enforce_csrf_checks=True)
    return client.post(path, facts, **headers).status_code


def report(status: str, *, sid: str = SID, code: str = "", **changed: str) -> int:
    """Post a report with the signature Twilio would give it."""
    facts = FACTS | {"MessageStatus": status, "SmsStatus": status, "MessageSid": sid} | changed
    facts["ErrorCode"] = code
    return post(facts, RequestValidator(TOKEN).compute_signature(HOST + PATH, facts))


@pytest.mark.django_db
def test_genuine_report_is_taken_without_a_csrf_cookie() -> None:
    message = sent()
    assert post(FACTS, GENUINE) == 204
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.FAILED, "code 30005")
    assert DoubtfulNumber.objects.get().mobile == "+966500000001"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("signature", "changed"),
    [
        pytest.param("ONaxMbN67wlq8Pu/ynI+rwSGnuY=", {}, id="signed-as-http"),
        pytest.param("XiPizAJgWGCi+mpfGQ1z7b5A4XE=", {}, id="signed-as-inside-host"),
        pytest.param(GENUINE, {"To": "+966500000002"}, id="to-changed"),
        pytest.param(None, {}, id="header-missing"),
        pytest.param("", {}, id="header-empty"),
        pytest.param("AAAA", {}, id="header-nonsense"),
    ],
)
def test_report_that_is_not_genuine_is_refused(
    signature: str | None, changed: dict[str, str]
) -> None:
    message = sent()
    assert post(FACTS | changed, signature) == 403
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert not StatusReport.objects.exists()


@pytest.mark.django_db
def test_host_of_the_request_does_not_count() -> None:
    sent()
    assert post(FACTS, GENUINE, HTTP_HOST="web:8000") == 204
    assert post(FACTS, "AAAA", HTTP_X_FORWARDED_HOST="evil.example") == 403
    assert post(FACTS, GENUINE, HTTP_X_FORWARDED_HOST="evil.example") == 204


@pytest.mark.django_db
def test_path_without_the_last_slash_loses_no_post() -> None:
    sent()
    path = PATH.rstrip("/")
    signature = RequestValidator(TOKEN).compute_signature(HOST + path, FACTS)
    assert post(FACTS, signature, path=path) == 204


@pytest.mark.django_db
def test_without_a_token_nothing_is_believed(settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = ""
    sent()
    assert post(FACTS, GENUINE) == 403
    assert [fault.id for fault in callbacks_can_be_checked(None)] == ["notifications.E002"]


@pytest.mark.django_db
def test_get_is_no_report(client: Client) -> None:
    assert client.get(PATH).status_code == 405


STORY = [("queued", ""), ("delivered", ""), ("sent", ""), ("delivered", ""), ("failed", "30003")]


def is_delivered(message: Message) -> bool:
    message.refresh_from_db()
    return (message.status, message.error) == (MessageStatus.DELIVERED, "") and bool(
        message.delivered_at
    )


@pytest.mark.django_db
def test_late_and_repeated_reports_never_move_a_message_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    message = sent()
    for status, code in [*STORY, ("foo", "")] * 2:
        assert report(status, code=code) == 204
    assert is_delivered(message)
    assert sorted(StatusReport.objects.values_list("reported", flat=True)) == [
        "delivered",
        "failed",
        "foo",
        "queued",
        "sent",
    ]
    assert caplog.text.count("unknown status") == 1
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_every_order_ends_delivered() -> None:
    for number, order in enumerate(itertools.permutations(sorted(set(STORY)))):
        sid = f"SM{number:032}"
        message = sent(sid)
        for status, code in order:
            report(status, sid=sid, code=code)
        assert is_delivered(message), order


@pytest.mark.django_db(transaction=True)
def test_six_at_once_end_delivered() -> None:
    message = sent()
    barrier = threading.Barrier(6)
    answers: list[int] = []

    def run(status: str, code: str) -> None:
        barrier.wait()
        try:
            answers.append(report(status, code=code))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=said) for said in [*STORY, ("foo", "")]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * 6
    assert is_delivered(message)
    assert StatusReport.objects.count() == 5


@pytest.mark.django_db
def test_unknown_id_is_kept_and_another_account_refused() -> None:
    assert report("delivered", sid="SM" + "9" * 32) == 204
    assert StatusReport.objects.get().status == MessageStatus.DELIVERED
    assert report("delivered", AccountSid="AC" + "1" * 32) == 400
    assert report("delivered", sid="x") == 400


class ReportsFirst:
    """A gateway whose report overtakes its answer."""

    name = "twilio"

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        assert report("delivered") == 204
        return GatewayReceipt(gateway_id=SID)


@pytest.mark.django_db(transaction=True)
def test_report_that_overtakes_the_answer_is_applied() -> None:
    now: datetime = timezone.now()
    with transaction.atomic():
        queue_message(
            event="case:1",
            to="+966500000001",
            template="objection_taken",
            values={"reference": "4000000006"},
            language="ar",
            now=now,
        )
    drain(lane=Lane.CASES, gateway=ReportsFirst())
    assert is_delivered(Message.objects.get())


@pytest.mark.django_db
def test_log_holds_neither_token_nor_number(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    sent()
    post(FACTS, GENUINE)
    post(FACTS, "AAAA")
    assert TOKEN not in caplog.text
    assert "500000001" not in caplog.text


@pytest.mark.django_db
def test_reply_is_acknowledged_only_when_it_is_signed() -> None:
    path = "/sms/twilio/inbound/"
    signature = RequestValidator(TOKEN).compute_signature(HOST + path, FACTS)
    assert post(FACTS, signature, path=path) == 200
    assert post(FACTS, "AAAA", path=path) == 403
    assert post(FACTS, GENUINE, path="/sms/unknown/status/") == 404
