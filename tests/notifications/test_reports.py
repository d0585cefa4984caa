"""Twilio's reports: signed over our public address (O21), in any order and any number (O22)."""

from __future__ import annotations

import itertools
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from notifications import receipts
from notifications.checks import callbacks_can_be_checked
from notifications.delivery import drain
from notifications.gateways.base import GatewayReceipt, OutgoingSms
from notifications.models import Attempt, DoubtfulNumber, Message, StatusReport
from notifications.outbox import queue_message
from notifications.receipts import remove_old_reports
from notifications.rules import LATER_TRY_HOURS
from notifications.statuses import Lane, MessageStatus

ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
SID = "SM00000000000000000000000000000001"
OTHER_SID = "SM00000000000000000000000000000002"
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


@pytest.mark.django_db(transaction=True)
def test_the_whole_story_twice_from_six_threads_ends_delivered() -> None:
    message = sent()
    said = [*STORY, ("foo", "")]
    for status, code in said:
        report(status, code=code)
    barrier = threading.Barrier(6)
    answers: list[int] = []

    def run(number: int) -> None:
        try:
            for _round in range(2):
                barrier.wait(30)
                # Each thread begins elsewhere, so that every pair of reports meets.
                for status, code in said[number:] + said[:number]:
                    answers.append(report(status, code=code))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [204] * 72
    assert is_delivered(message)
    assert StatusReport.objects.count() == 5
    assert Message.objects.count() == 1
    assert Attempt.objects.count() == 1


PROXIED = {
    "REMOTE_ADDR": "10.1.2.3",
    "HTTP_HOST": "portal.example.sa",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_FOR": "54.172.60.1",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("signature", "headers", "answer"),
    [
        pytest.param(GENUINE, {}, 204, id="as-the-proxy-sends-it"),
        pytest.param(GENUINE, {"HTTP_HOST": "web:8000"}, 204, id="proxy-keeps-no-host"),
        pytest.param(GENUINE, {"HTTP_X_FORWARDED_PROTO": "http"}, 204, id="scheme-not-passed-on"),
        pytest.param(
            GENUINE, {"HTTP_X_FORWARDED_HOST": "evil.example"}, 204, id="host-that-somebody-added"
        ),
        pytest.param(GENUINE, {"REMOTE_ADDR": "203.0.113.9"}, 204, id="proxy-not-named"),
        pytest.param("ONaxMbN67wlq8Pu/ynI+rwSGnuY=", {}, 403, id="signed-as-http"),
        pytest.param(
            "ONaxMbN67wlq8Pu/ynI+rwSGnuY=",
            {"HTTP_X_FORWARDED_PROTO": "http"},
            403,
            id="signed-as-http-and-said-so",
        ),
        pytest.param(
            "XiPizAJgWGCi+mpfGQ1z7b5A4XE=",
            {"HTTP_HOST": "web:8000", "HTTP_X_FORWARDED_PROTO": "http"},
            403,
            id="signed-as-inside-host-and-said-so",
        ),
    ],
)
def test_behind_the_proxy_only_our_public_address_counts(
    settings: Any, signature: str, headers: dict[str, str], answer: int
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    message = sent()
    assert post(FACTS, signature, **(PROXIED | headers)) == answer
    message.refresh_from_db()
    assert (message.status == MessageStatus.FAILED) is (answer == 204)


# A handset that was off ------------------------------------------------------------------

OFF = ("undelivered", "30003")
LATER_SID = "SM00000000000000000000000000000002"


@pytest.mark.django_db
def test_message_to_a_handset_that_was_off_is_tried_once_more_hours_later() -> None:
    message = sent()
    report(OFF[0], code=OFF[1])
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.QUEUED, "code 30003")
    wait = message.not_before - StatusReport.objects.get().received_at
    assert wait == timedelta(hours=LATER_TRY_HOURS)

    later = message.not_before + timedelta(minutes=1)
    gateway = Accepting(LATER_SID)
    drain(lane=Lane.CASES, gateway=gateway, clock=lambda: message.not_before - timedelta(minutes=1))
    assert gateway.sent == 0
    drain(lane=Lane.CASES, gateway=gateway, clock=lambda: later)
    assert gateway.sent == 1
    message.refresh_from_db()
    assert (message.status, message.gateway_id) == (MessageStatus.SENT, LATER_SID)

    # A late word on the first try is no news of the second; the second that fails is the last.
    report("failed", code="30003")
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    report(OFF[0], sid=LATER_SID, code=OFF[1])
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.FAILED, "code 30003")
    assert not DoubtfulNumber.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given_up", [MessageStatus.EXPIRED, MessageStatus.CANCELLED, MessageStatus.STOPPED]
)
def test_late_delivery_counts_also_where_a_later_try_was_given_up(given_up: str) -> None:
    message = sent()
    DoubtfulNumber.objects.create(mobile=message.recipient, since=timezone.now(), reason="x")
    # Its first try was reported as failed; the later one never left.
    Message.objects.update(status=given_up, gateway_id="", sent_at=None)
    assert report("undelivered", code="30005") == 204
    message.refresh_from_db()
    assert message.status == given_up
    assert report("delivered") == 204
    message.refresh_from_db()
    assert message.status == MessageStatus.DELIVERED
    assert not DoubtfulNumber.objects.exists()


@pytest.mark.django_db
def test_late_delivery_of_the_first_try_calls_the_later_one_off() -> None:
    message = sent()
    report(OFF[0], code=OFF[1])
    report("sent")
    message.refresh_from_db()
    assert message.status == MessageStatus.QUEUED
    report("delivered")
    assert is_delivered(message)
    gateway = Accepting(LATER_SID)
    drain(lane=Lane.CASES, gateway=gateway, clock=lambda: timezone.now() + timedelta(days=1))
    assert gateway.sent == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"lane": Lane.CODES, "template": "sign_in_code"}, id="code"),
        pytest.param({"expires_at": timezone.now() + timedelta(hours=1)}, id="worthless-by-then"),
    ],
)
def test_what_is_of_no_use_hours_later_is_not_tried_again(changed: dict[str, Any]) -> None:
    message = sent()
    Message.objects.filter(pk=message.pk).update(**changed)
    report(OFF[0], code=OFF[1])
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.FAILED, "code 30003")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "alarms", "is_doubtful"),
    [("30005", 0, True), ("30006", 0, True), ("30007", 1, False), ("30099", 0, False)],
)
def test_other_reports_of_failure_lead_to_no_other_try(
    caplog: pytest.LogCaptureFixture, code: str, alarms: int, is_doubtful: bool
) -> None:
    message = sent()
    report("undelivered", code=code)
    report("undelivered", code=code)
    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED
    assert caplog.text.count("sms alarm") == alarms
    assert DoubtfulNumber.objects.exists() is is_doubtful


@pytest.mark.django_db
def test_unknown_id_is_kept_and_another_account_refused() -> None:
    assert report("delivered", sid="SM" + "9" * 32) == 204
    assert StatusReport.objects.get().status == MessageStatus.DELIVERED
    assert report("delivered", AccountSid="AC" + "1" * 32) == 400
    assert report("delivered", sid="x") == 400


class Accepting:
    """A gateway that accepts and gives the id it was told."""

    name = "twilio"

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.sent = 0

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        self.sent += 1
        return GatewayReceipt(gateway_id=self.sid)


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


@pytest.mark.django_db
def test_a_known_reason_stays_and_a_missing_one_is_learnt() -> None:
    message = sent()
    report("undelivered", code="30005")
    report("failed")
    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.FAILED, "code 30005")

    other = sent(OTHER_SID)
    report("failed", sid=OTHER_SID)
    other.refresh_from_db()
    assert other.error == "reported without a code"
    DoubtfulNumber.objects.all().delete()
    report("undelivered", sid=OTHER_SID, code="30006")
    other.refresh_from_db()
    assert (other.status, other.error) == (MessageStatus.FAILED, "code 30006")
    assert DoubtfulNumber.objects.exists()


@pytest.mark.django_db
def test_reports_are_kept_for_thirty_days() -> None:
    message = sent()
    report("delivered")
    report("sent", sid=OTHER_SID)
    now = timezone.now()
    StatusReport.objects.filter(reported="delivered").update(received_at=now - timedelta(days=31))
    StatusReport.objects.filter(reported="sent").update(received_at=now - timedelta(days=29))
    assert remove_old_reports(now=now) == 1
    assert StatusReport.objects.get().reported == "sent"
    report("failed")
    message.refresh_from_db()
    assert message.status == MessageStatus.DELIVERED


@pytest.mark.django_db
def test_old_reports_are_removed_whatever_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipts, "REMOVED_AT_ONCE", 2)
    for number in range(5):
        report("sent", sid=f"SM{number:032d}")
    assert receipts.remove_old_reports(now=timezone.now() + timedelta(days=31)) == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changed",
    [{"MessageStatus": "fai\x00led"}, {"ErrorCode": "9" * 5_000}, {"ErrorCode": "300\x0005"}],
    ids=["NUL in the status", "endless code", "NUL in the code"],
)
def test_signed_nonsense_is_kept_or_refused_without_an_error(changed: dict[str, str]) -> None:
    sent()
    facts = FACTS | changed
    assert post(facts, RequestValidator(TOKEN).compute_signature(HOST + PATH, facts)) == 204
    assert StatusReport.objects.count() == 1


@pytest.mark.django_db
def test_id_with_a_nul_is_refused() -> None:
    assert report("sent", sid="SM" + "\x00" + "0" * 31) == 400
