"""Unifonic by a server that plays it: what is posted, and what comes back by callback."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from notifications.checks import callbacks_can_be_checked
from notifications.delivery import drain
from notifications.gateways import chosen_gateway
from notifications.gateways.base import GatewayPermanent, OutcomeUnknown, OutgoingSms
from notifications.gateways.unifonic import UnifonicGateway, status_callback
from notifications.models import Attempt, DoubtfulNumber, Message, PhoneMessage, StatusReport
from notifications.outbox import queue_message
from notifications.reconciling import Reconciled, reconcile
from notifications.statuses import Lane, MessageStatus
from tests.notifications.sms_provider import (
    APP_SID,
    CALLBACK_TOKEN,
    AcceptAndCut,
    Provider,
    Refuse,
    ReportOrder,
    running_provider,
)
from tests.worker import CeleryWorker, wait_until

SMS = OutgoingSms(message_id=7, to="+966500000001", body="رمز الدخول 048213.", reference="31")
HOST = "https://portal.example.sa"
PATH = "/sms/unifonic/status/"
ID = "42000348806901"
FACTS = {"MessageID": ID, "DLR": "Delivered", "Recipient": "966500000001"}
LANES = {
    Lane.CODES: ("sign_in_code", {"code": "048213"}),
    Lane.CASES: ("objection_taken", {"reference": "4000000006"}),
    Lane.ANNOUNCEMENTS: ("results_announced", {"cycle": "نوفمبر 2026"}),
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running_provider(plays="unifonic") as running:
        yield running


@pytest.fixture(autouse=True)
def _settings(settings: Any) -> None:
    settings.DEMO = False
    settings.PUBLIC_URL = HOST
    settings.ALLOWED_HOSTS = ["*"]
    settings.SMS_GATEWAY = "unifonic"
    settings.SMS_SENDER = "CitizenAcc"
    settings.UNIFONIC_APP_SID = APP_SID
    settings.UNIFONIC_CALLBACK_TOKEN = CALLBACK_TOKEN


@pytest.fixture
def gateway(provider: Provider, settings: Any) -> UnifonicGateway:
    settings.UNIFONIC_API_BASE_URL = provider.url
    chosen = chosen_gateway()
    assert isinstance(chosen, UnifonicGateway)
    return chosen


def queue(number: int = 1, *, lane: Lane = Lane.CASES) -> Message:
    template, values = LANES[lane]
    with transaction.atomic():
        queue_message(
            event=f"{lane.value}:{number}",
            to=f"+96650{number:07}",
            template=template,
            values=values,
            language="ar",
            now=timezone.now(),
        )
    return Message.objects.get(event=f"{lane.value}:{number}")


def sent(gateway_id: str = ID) -> Message:
    """Give a message that Unifonic accepted under an id."""
    message = queue()
    now = timezone.now()
    facts = {"gateway": "unifonic", "gateway_id": gateway_id}
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.SENT, sent_at=now, **facts)
    Attempt.objects.create(message=message, started_at=now, outcome="sent", **facts)
    return message


def status_of(message: Message) -> str:
    message.refresh_from_db()
    return message.status


def post(facts: Any = FACTS, *, token: str | None = CALLBACK_TOKEN, **more: Any) -> int:
    query = f"?{urlencode({'token': token})}" if token is not None else ""
    client = Client(enforce_csrf_checks=True)
    return client.post(more.pop("path", PATH) + query, facts, **more).status_code


def test_message_is_posted_as_documented(gateway: UnifonicGateway, provider: Provider) -> None:
    assert gateway.send(SMS).gateway_id == ID
    assert provider.accepted == [
        {
            "AppSid": APP_SID,
            "SenderID": "CitizenAcc",
            "Recipient": "966500000001",
            "Body": SMS.body,
            "responseType": "JSON",
            "CorrelationID": "31",
            "MessageType": "3",
            "statusCallback": f"{HOST}{PATH}?token={CALLBACK_TOKEN}",
        }
    ]
    assert provider.requests == ["/rest/SMS/messages"], "the application's id is in no address"


def test_no_report_is_asked_for_without_a_secret(
    gateway: UnifonicGateway, provider: Provider, settings: Any
) -> None:
    settings.UNIFONIC_CALLBACK_TOKEN = ""
    assert status_callback() == ""
    UnifonicGateway.from_settings().send(SMS)
    assert "statusCallback" not in provider.accepted[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lane", "kind"), [(Lane.CODES, "3"), (Lane.CASES, "3"), (Lane.ANNOUNCEMENTS, "6")]
)
def test_lane_decides_the_class_of_message(
    gateway: UnifonicGateway, provider: Provider, lane: Lane, kind: str
) -> None:
    message = queue(lane=lane)
    noon = timezone.now().replace(hour=9) + timedelta(days=1)
    drain(lane=lane, gateway=gateway, clock=lambda: noon)
    assert status_of(message) == MessageStatus.SENT
    assert provider.accepted[0]["MessageType"] == kind
    assert provider.accepted[0]["CorrelationID"] == str(Attempt.objects.get().pk)


class Canned(UnifonicGateway):
    """A gateway whose line answers what the test says."""

    def __init__(self, answer: str, status: int = 200) -> None:
        from notifications.gateways.http import Answer, Line

        class Said(Line):
            def request(self, *_: Any, **__: Any) -> Answer:
                return Answer(status, answer, {})

        super().__init__(line=Said("http://127.0.0.1:9"), app_sid=APP_SID, sender="CitizenAcc")


def test_success_spelled_as_a_word_counts() -> None:
    answer = {"success": "true", "errorCode": "ER-00", "data": {"MessageID": 5}}
    assert Canned(json.dumps(answer)).send(SMS).gateway_id == "5"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"success": True, "errorCode": "ER-00", "data": {}}, id="no-id"),
        pytest.param({"success": True, "errorCode": "ER-00", "data": []}, id="data-a-list"),
        pytest.param(
            {"success": True, "errorCode": "ER-00", "data": {"MessageID": "a"}}, id="id-no-number"
        ),
        pytest.param({"success": True, "errorCode": "ER-05", "data": {"MessageID": 5}}, id="both"),
        pytest.param({"errorCode": "ER-00", "data": {"MessageID": 5}}, id="no-success"),
        pytest.param({"success": [], "data": {"MessageID": 5}}, id="success-a-list"),
        pytest.param([], id="a-list"),
        pytest.param("", id="a-word"),
    ],
)
def test_answer_that_says_nothing_for_sure_is_unknown(answer: Any) -> None:
    with pytest.raises(OutcomeUnknown):
        Canned(json.dumps(answer)).send(SMS)


def test_message_that_was_rejected_at_once_has_failed() -> None:
    data = {"MessageID": 5, "Status": "Rejected"}
    answer = {"success": True, "errorCode": "ER-00", "data": data}
    with pytest.raises(GatewayPermanent):
        Canned(json.dumps(answer)).send(SMS)


@pytest.mark.parametrize("code", ["ER-07", "ER-05"])
def test_refusals_that_ask_for_more_than_a_failure(
    gateway: UnifonicGateway, provider: Provider, code: str
) -> None:
    provider.next_answers.append(Refuse(200, code))
    with pytest.raises(GatewayPermanent) as refused:
        gateway.send(SMS)
    assert refused.value.reason == f"http 200, code {code}"
    assert refused.value.is_alarming == (code == "ER-07")
    assert refused.value.makes_number_doubtful == (code == "ER-05")


@pytest.mark.django_db
def test_lost_answer_is_found_by_our_own_id_among_messages_alike(
    gateway: UnifonicGateway, provider: Provider
) -> None:
    message = queue()
    provider.next_answers.append(AcceptAndCut())
    drain(lane=Lane.CASES, gateway=gateway)
    assert status_of(message) == MessageStatus.UNKNOWN
    # The same text to the same number from elsewhere, before and after.
    for reference in ("999999", "999998"):
        gateway.send(
            OutgoingSms(message_id=1, to=message.recipient, body=message.body, reference=reference)
        )
    now = timezone.now() + timedelta(minutes=11)
    assert reconcile(gateway=gateway, now=now) == Reconciled(settled=1)
    message.refresh_from_db()
    assert (message.status, message.gateway_id) == (MessageStatus.SENT, ID)


@pytest.mark.parametrize("hours", [0, 3, 4, -5])
def test_search_finds_a_message_whatever_zone_its_time_is_told_in(
    gateway: UnifonicGateway, provider: Provider, hours: int
) -> None:
    gateway.send(SMS)
    [message] = provider.messages.values()
    at = message.created_at
    message.created_at += timedelta(hours=hours)
    around = {"since": at - timedelta(seconds=30), "until": at + timedelta(seconds=30)}
    [found] = gateway.find(to=SMS.to, **around)
    assert (found.gateway_id, found.body, found.reference) == (ID, SMS.body, "31")
    assert gateway.find(to="+966500000002", **around) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "offered",
    [
        pytest.param({"token": "wrong"}, id="wrong"),
        pytest.param({"token": ""}, id="empty"),
        pytest.param({"token": None}, id="none"),
        pytest.param({"token": None, "HTTP_AUTHORIZATION": "Bearer x"}, id="bearer-wrong"),
        pytest.param({"token": None, "HTTP_AUTHORIZATION": "Basic !!"}, id="basic-nonsense"),
        pytest.param({"token": None, "HTTP_AUTHORIZATION": "Basic é"}, id="basic-not-ascii"),
        pytest.param({"token": None, "HTTP_AUTHORIZATION": "Basic /w=="}, id="basic-no-text"),
        pytest.param({"token": None, "HTTP_AUTHORIZATION": CALLBACK_TOKEN}, id="header-of-no-kind"),
        pytest.param({"token": "سر"}, id="not-ascii"),
    ],
)
def test_report_without_our_secret_is_refused(offered: dict[str, Any]) -> None:
    message = sent()
    assert post(**offered) == 403
    assert status_of(message) == MessageStatus.SENT
    assert not StatusReport.objects.exists()


@pytest.mark.django_db
def test_without_a_secret_set_nobody_is_let_in(settings: Any) -> None:
    settings.UNIFONIC_CALLBACK_TOKEN = ""
    message = sent()
    basic = base64.b64encode(b"portal:").decode()
    assert [post(token=""), post(token=None), post(token=CALLBACK_TOKEN)] == [403, 403, 403]
    assert post(token=None, HTTP_AUTHORIZATION=f"Basic {basic}") == 403
    assert status_of(message) == MessageStatus.SENT
    assert [fault.id for fault in callbacks_can_be_checked(None)] == ["notifications.E003"]
    settings.UNIFONIC_CALLBACK_TOKEN = "short"
    assert [fault.id for fault in callbacks_can_be_checked(None)] == ["notifications.E003"]
    settings.UNIFONIC_CALLBACK_TOKEN = CALLBACK_TOKEN
    assert callbacks_can_be_checked(None) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "offered",
    [
        pytest.param({}, id="in-the-address"),
        pytest.param({"path": PATH.rstrip("/")}, id="address-without-its-slash"),
        pytest.param(
            {"token": None, "HTTP_AUTHORIZATION": f"Bearer {CALLBACK_TOKEN}"}, id="bearer"
        ),
        pytest.param(
            {
                "token": None,
                "HTTP_AUTHORIZATION": "Basic "
                + base64.b64encode(f"portal:{CALLBACK_TOKEN}".encode()).decode(),
            },
            id="basic",
        ),
    ],
)
def test_report_with_our_secret_is_taken_without_a_csrf_cookie(offered: dict[str, Any]) -> None:
    message = sent()
    assert post(**offered) == 200
    assert status_of(message) == MessageStatus.DELIVERED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "status", "error"),
    [
        pytest.param(FACTS, "delivered", "", id="form"),
        pytest.param(json.dumps(FACTS), "delivered", "", id="json"),
        pytest.param(
            json.dumps({"messageId": int(ID), "status": "delivered"}),
            "delivered",
            "",
            id="other-capitals",
        ),
        pytest.param({**FACTS, "Status": "Sent"}, "delivered", "", id="network-counts-first"),
        pytest.param({"MessageID": ID, "Status": "Sent"}, "sent", "", id="sent"),
        pytest.param(
            {"MessageID": ID, "DLR": "Undeliverable"},
            "failed",
            "reported without a code",
            id="undeliverable",
        ),
        pytest.param(
            {"MessageID": ID, "DLR": "Undelivered", "errorCode": "ER-05"},
            "failed",
            "code ER-05",
            id="undelivered-with-code",
        ),
        pytest.param({**FACTS, "errorCode": "ER-00"}, "delivered", "", id="code-of-success"),
        pytest.param({"MessageID": ID, "DLR": "Foretold"}, "sent", "", id="unknown-word"),
        pytest.param({"MessageID": ID}, "sent", "", id="no-status"),
        pytest.param(
            json.dumps({"MessageID": ID, "DLR": "\ud800", "errorCode": "\ud800"}),
            "sent",
            "",
            id="half-a-character",
        ),
        pytest.param(
            json.dumps({"MessageID": ID, "DLR": "Undelivered", "errorCode": "\x00\ud800" * 30}),
            "failed",
            None,
            id="code-of-nonsense",
        ),
    ],
)
def test_report_is_read_in_the_forms_it_may_come_in(
    facts: Any, status: str, error: str | None
) -> None:
    message = sent()
    kind = {"content_type": "application/json"} if isinstance(facts, str) else {}
    assert post(facts, **kind) == 200
    assert status_of(message) == status
    assert error is None or message.error == error
    assert StatusReport.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"DLR": "Delivered"}, {}),
        ({**FACTS, "MessageID": "٤٢"}, {}),
        ({**FACTS, "MessageID": "4" * 30}, {}),
        ("{", {"content_type": "application/json"}),
        ("[1]", {"content_type": "application/json"}),
        ("\xff", {"content_type": "application/json"}),
    ],
)
def test_report_without_a_message_is_refused_and_kept_nowhere(facts: Any, kind: Any) -> None:
    assert post(facts, **kind) == 400
    assert not StatusReport.objects.exists()


@pytest.mark.django_db
def test_number_without_a_route_is_doubtful_until_something_arrives() -> None:
    sent()
    post({"MessageID": ID, "DLR": "Undelivered", "errorCode": "ER-05"})
    assert DoubtfulNumber.objects.get().reason == "unifonic ER-05"
    post({"MessageID": ID, "DLR": "Delivered"})
    assert not DoubtfulNumber.objects.exists()


@pytest.mark.django_db
def test_filtered_text_alarms_once_and_no_secret_is_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    sent()
    for _ in range(2):
        post({"MessageID": ID, "DLR": "Undelivered", "errorCode": "ER-07"})
    post(token="wrong")
    assert caplog.text.count("sms alarm") == 1
    assert CALLBACK_TOKEN not in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "order", [ReportOrder.IN_ORDER, ReportOrder.OUT_OF_ORDER, ReportOrder.TWICE, ReportOrder.EARLY]
)
@pytest.mark.parametrize("code", [None, "ER-05"])
def test_reports_end_in_the_same_whatever_their_order(
    settings: Any, live_server: Any, order: ReportOrder, code: str | None
) -> None:
    settings.PUBLIC_URL = live_server.url
    undelivered = {"+966500000001": code} if code else {}
    with running_provider(plays="unifonic", reports=order, undelivered=undelivered) as provider:
        settings.UNIFONIC_API_BASE_URL = provider.url
        message = queue()
        drain(lane=Lane.CASES, gateway=chosen_gateway())
        provider.reporter.wait()
        [told] = provider.messages.values()
    assert {answer for _status, answer in told.reports} == {200}
    assert status_of(message) == (MessageStatus.FAILED if code else MessageStatus.DELIVERED)
    assert message.error == (f"code {code}" if code else "")
    assert StatusReport.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_late_report_still_counts(provider: Provider, settings: Any, live_server: Any) -> None:
    settings.PUBLIC_URL = live_server.url
    settings.UNIFONIC_API_BASE_URL = provider.url
    message = queue()
    drain(lane=Lane.CASES, gateway=chosen_gateway())
    assert status_of(message) == MessageStatus.SENT
    Message.objects.filter(pk=message.pk).update(status=MessageStatus.UNCONFIRMED)
    [told] = provider.messages.values()
    provider.reporter.report(told, "delivered")
    provider.reporter.wait()
    assert status_of(message) == MessageStatus.DELIVERED


def test_rehearsal_shows_on_the_demonstration_phone_what_the_stand_in_took(
    start_worker: Any, provider: Provider
) -> None:
    worker: CeleryWorker = start_worker(
        "rehearsal",
        DEMO="1",
        SMS_GATEWAY="unifonic",
        UNIFONIC_API_BASE_URL=provider.url,
        UNIFONIC_APP_SID=APP_SID,
        UNIFONIC_CALLBACK_TOKEN=CALLBACK_TOKEN,
    )
    message = queue(lane=Lane.CODES)
    wait_until(lambda: status_of(message) == MessageStatus.SENT, what="the code is sent")
    assert PhoneMessage.objects.get().body == provider.accepted[0]["Body"]
    assert "048213" in provider.accepted[0]["Body"]
    for secret in (APP_SID, CALLBACK_TOKEN, "048213", "500000001"):
        assert secret not in worker.log()
