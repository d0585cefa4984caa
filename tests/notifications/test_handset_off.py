"""Twilio's reports: a handset that was off is tried once more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from notifications.delivery import drain
from notifications.gateways.base import GatewayReceipt, OutgoingSms
from notifications.models import DoubtfulNumber, Message, StatusReport
from notifications.rules import LATER_TRY_HOURS
from notifications.statuses import Lane, MessageStatus
from tests.notifications.reports import is_delivered, report, sent

pytestmark = pytest.mark.usefixtures("twilio_reports")

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


class Accepting:
    """A gateway that accepts and gives the id it was told."""

    name = "twilio"

    def __init__(self, sid: str) -> None:
        self.sid = sid
        self.sent = 0

    def send(self, sms: OutgoingSms) -> GatewayReceipt:
        self.sent += 1
        return GatewayReceipt(gateway_id=self.sid)
