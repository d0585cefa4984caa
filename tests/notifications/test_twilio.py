"""Twilio's client against a real HTTP server that stands in for its Messages API."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from notifications.delivery import drain
from notifications.gateways import chosen_gateway, http
from notifications.gateways.base import (
    GatewayPermanent,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.gateways.phone import PhoneGateway
from notifications.gateways.twilio import TwilioGateway
from notifications.models import DoubtfulNumber, Message, PhoneMessage
from notifications.outbox import queue_message
from notifications.statuses import Lane, MessageStatus
from tests.notifications.sms_provider import (
    ACCOUNT,
    AcceptAndCut,
    AcceptAndHold,
    AnswerNonsense,
    Provider,
    Refuse,
    running_provider,
)
from tests.ports import free_port

SMS = OutgoingSms(message_id=7, to="+966500000001", body="حساب المواطن: رمز الدخول 048213.")
TOKEN = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def gateway(provider: Provider, settings: Any) -> TwilioGateway:
    use(settings, provider.url)
    chosen = chosen_gateway()
    assert isinstance(chosen, TwilioGateway)
    return chosen


def use(settings: Any, url: str) -> None:
    settings.DEMO = False
    settings.SMS_GATEWAY = "twilio"
    settings.SMS_SENDER = "CitizenAcc"
    settings.TWILIO_ACCOUNT_SID = ACCOUNT
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.TWILIO_MESSAGING_SERVICE_SID = ""
    settings.TWILIO_API_BASE_URL = url


def test_accepted_message_gives_its_id(gateway: TwilioGateway, provider: Provider) -> None:
    assert gateway.send(SMS).gateway_id == f"SM{1:032}"
    assert provider.accepted == [
        {
            "To": SMS.to,
            "From": "CitizenAcc",
            "Body": SMS.body,
            "StatusCallback": f"{django_settings.PUBLIC_URL}/sms/twilio/status/",
        }
    ]
    assert provider.requests == [f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"]


def test_messaging_service_takes_the_sender_s_place(provider: Provider, settings: Any) -> None:
    use(settings, f"{provider.url}/relay/")
    settings.TWILIO_MESSAGING_SERVICE_SID = "MG" + "0" * 32
    TwilioGateway.from_settings().send(SMS)
    assert provider.accepted[0]["MessagingServiceSid"] == "MG" + "0" * 32
    assert "From" not in provider.accepted[0]
    assert provider.requests[0].startswith("/relay/2010-04-01/")


@pytest.mark.parametrize("code", [21211, 21614, 21612, 21408, 21610, 21999])
def test_refusal_of_400_is_permanent(gateway: TwilioGateway, provider: Provider, code: int) -> None:
    provider.next_answers.append(Refuse(400, code))
    with pytest.raises(GatewayPermanent) as refused:
        gateway.send(SMS)
    assert refused.value.reason == f"http 400, code {code}"
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(429, 20429), (429, 63038), (500, 20500), (503, 20503), (503, None)]
)
def test_refusal_for_now_is_temporary_and_not_repeated_here(
    gateway: TwilioGateway, provider: Provider, status: int, code: int | None
) -> None:
    provider.next_answers.append(Refuse(status, code))
    with pytest.raises(GatewayTemporary):
        gateway.send(SMS)
    assert len(provider.requests) == 1


def test_connection_cut_after_acceptance_is_unknown(
    gateway: TwilioGateway, provider: Provider
) -> None:
    provider.next_answers.append(AcceptAndCut())
    with pytest.raises(OutcomeUnknown):
        gateway.send(SMS)
    assert len(provider.accepted) == 1


def test_answer_that_comes_too_late_is_unknown(
    gateway: TwilioGateway, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "ANSWER_TIMEOUT_SECONDS", 0.2)
    held = AcceptAndHold()
    provider.next_answers.append(held)
    with pytest.raises(OutcomeUnknown):
        gateway.send(SMS)
    held.go_on.set()


def test_answer_without_sense_is_unknown(gateway: TwilioGateway, provider: Provider) -> None:
    provider.next_answers.append(AnswerNonsense())
    with pytest.raises(OutcomeUnknown):
        gateway.send(SMS)


def test_refused_connection_is_temporary(settings: Any) -> None:
    use(settings, f"http://127.0.0.1:{free_port()}")
    with pytest.raises(GatewayTemporary) as refused:
        TwilioGateway.from_settings().send(SMS)
    assert refused.value.reason == "not connected"


def test_redirect_is_not_followed(gateway: TwilioGateway, provider: Provider) -> None:
    provider.next_answers.append(Refuse(307, None))
    with pytest.raises(GatewayPermanent):
        gateway.send(SMS)
    assert len(provider.requests) == 1


def test_server_that_speaks_no_tls_is_unknown_or_temporary(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        answering = threading.Thread(target=_answer_in_plain, args=(server,), daemon=True)
        answering.start()
        use(settings, f"https://127.0.0.1:{server.getsockname()[1]}")
        with pytest.raises((OutcomeUnknown, GatewayTemporary)):
            TwilioGateway.from_settings().send(SMS)
        answering.join()


def _answer_in_plain(server: socket.socket) -> None:
    connection, _ = server.accept()
    with connection:
        connection.recv(1024)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_log_holds_neither_token_number_nor_text(
    gateway: TwilioGateway, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        gateway.send(SMS)
    assert TOKEN not in caplog.text
    assert "500000001" not in caplog.text
    assert "048213" not in caplog.text


@pytest.mark.django_db
def test_demonstration_shows_what_the_stand_in_accepted(
    gateway: TwilioGateway, provider: Provider, settings: Any
) -> None:
    settings.DEMO = True
    moment = timezone.now()
    for number in (1, 2):
        queue_message(
            event=f"code:{number}",
            to=SMS.to,
            template="sign_in_code",
            values={"code": f"04821{number}"},
            language="ar",
            now=moment,
        )
    provider.next_answers.append(Refuse(400, 21211))
    drain(lane=Lane.CODES, gateway=chosen_gateway())
    assert "048212" in PhoneMessage.objects.get().body
    assert set(Message.objects.values_list("gateway", "status")) == {
        ("twilio", "failed"),
        ("twilio", "sent"),
    }


def test_setting_chooses_the_gateway(settings: Any) -> None:
    settings.SMS_GATEWAY = "phone"
    assert isinstance(chosen_gateway(), PhoneGateway)
    settings.SMS_GATEWAY = "pigeon"
    with pytest.raises(ImproperlyConfigured, match="phone, twilio"):
        chosen_gateway()


@pytest.mark.django_db(transaction=True)
def test_daily_cap_stops_the_gateway_until_the_next_day(
    gateway: TwilioGateway, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)
    for number in (1, 2):
        with transaction.atomic():
            queue_message(
                event=f"case:{number}",
                to="+966500000001",
                template="objection_taken",
                values={"reference": "4000000006"},
                language="ar",
                now=now,
            )
    provider.next_answers.append(Refuse(429, 63038))
    drain(lane=Lane.CASES, gateway=gateway, clock=lambda: now)
    assert drain(lane=Lane.CASES, gateway=gateway, clock=lambda: now).done == 0
    assert len(provider.requests) == 1
    assert "takes nothing until" in caplog.text
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.QUEUED}
    # Half past eleven in Riyadh: its next day begins thirty minutes later.
    morning = now + timedelta(minutes=30)
    assert drain(lane=Lane.CASES, gateway=gateway, clock=lambda: morning).done == 2
    assert len(provider.accepted) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("code", "alarms", "is_doubtful"),
    [(21211, 0, False), (21408, 1, False), (21610, 0, True), (21999, 0, False)],
)
def test_refusal_for_good_is_tried_once_and_heeded(
    gateway: TwilioGateway,
    provider: Provider,
    caplog: pytest.LogCaptureFixture,
    code: int,
    alarms: int,
    is_doubtful: bool,
) -> None:
    now = timezone.now()
    with transaction.atomic():
        queue_message(
            event="case:1",
            to="+966500000001",
            template="objection_taken",
            values={"reference": "4000000006"},
            language="ar",
            now=now,
        )
    provider.next_answers.append(Refuse(400, code))
    drain(lane=Lane.CASES, gateway=gateway)
    drain(lane=Lane.CASES, gateway=gateway)
    message = Message.objects.get()
    assert (message.status, message.attempts.count()) == (MessageStatus.FAILED, 1)
    assert message.error == f"http 400, code {code}"
    assert caplog.text.count("sms alarm") == alarms
    assert DoubtfulNumber.objects.exists() is is_doubtful


@pytest.mark.django_db(transaction=True)
def test_wrong_token_rests_the_gateway_and_fails_no_message(
    gateway: TwilioGateway, provider: Provider, caplog: pytest.LogCaptureFixture
) -> None:
    now = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    with transaction.atomic():
        queue_message(
            event="case:1",
            to="+966500000001",
            template="objection_taken",
            values={"reference": "4000000006"},
            language="ar",
            now=now,
        )
    for nth in range(7):
        provider.next_answers.append(Refuse(401, 20003))
        drain(
            lane=Lane.CASES, gateway=gateway, clock=lambda nth=nth: now + timedelta(minutes=6 * nth)
        )
    message = Message.objects.get()
    assert (message.status, message.attempts.count()) == (MessageStatus.QUEUED, 7)
    assert caplog.text.count("sms alarm") == 7
    later = now + timedelta(hours=2)
    assert drain(lane=Lane.CASES, gateway=gateway, clock=lambda: later).done == 1
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("", 0), ("45", 45), ("86400", 600), ("Wed, 25 Nov 2026 10:00:00 GMT", 0), ("٣", 0)],
)
def test_asked_wait_is_heeded_within_bounds(
    gateway: TwilioGateway, provider: Provider, header: str, seconds: int
) -> None:
    if not header.isascii():
        assert http.Answer(429, "", {"Retry-After": header}).wait_seconds == seconds
        return
    provider.next_answers.append(Refuse(429, 20429, retry_after=header))
    with pytest.raises(GatewayTemporary) as refused:
        gateway.send(SMS)
    assert refused.value.wait_seconds == seconds


def test_line_that_rested_is_not_used_again(
    gateway: TwilioGateway, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = gateway._client.http_client._line
    gateway.send(SMS)
    first = line._pool
    gateway.send(SMS)
    assert line._pool is first
    monkeypatch.setattr(http, "IDLE_SECONDS", -1.0)
    gateway.send(SMS)
    assert line._pool is not first
    assert len(provider.accepted) == 3


def test_one_process_has_one_gateway_for_its_settings(
    gateway: TwilioGateway, settings: Any
) -> None:
    assert chosen_gateway() is gateway
    assert gateway.most_at_once == settings.SMS_IN_FLIGHT == 50
    settings.SMS_IN_FLIGHT = 7
    assert chosen_gateway().most_at_once == 7


def test_full_queue_is_worth_another_try(gateway: TwilioGateway, provider: Provider) -> None:
    provider.next_answers.append(Refuse(400, 30001))
    with pytest.raises(GatewayTemporary):
        gateway.send(SMS)
