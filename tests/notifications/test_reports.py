"""Twilio's reports: signed over our public address, and kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from notifications import receipts
from notifications.checks import callbacks_can_be_checked
from notifications.models import DoubtfulNumber, StatusReport
from notifications.receipts import remove_old_reports
from notifications.statuses import MessageStatus
from tests.notifications.reports import FACTS, HOST, PATH, TOKEN, post, report, sent

pytestmark = pytest.mark.usefixtures("twilio_reports")

OTHER_SID = "SM00000000000000000000000000000002"

GENUINE = "0BjARaWwCf+rxikhdqQiBBIDdtE="


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


@pytest.mark.django_db
def test_unknown_id_is_kept_and_another_account_refused() -> None:
    assert report("delivered", sid="SM" + "9" * 32) == 204
    assert StatusReport.objects.get().status == MessageStatus.DELIVERED
    assert report("delivered", AccountSid="AC" + "1" * 32) == 400
    assert report("delivered", sid="x") == 400


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
