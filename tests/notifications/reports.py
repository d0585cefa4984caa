"""Twilio's reports of tests, signed as Twilio signs them."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from notifications.models import Attempt, Message
from notifications.statuses import Lane, MessageStatus

ACCOUNT = "AC" + "0" * 32
TOKEN = "0123456789abcdef0123456789abcdef"
SID = "SM00000000000000000000000000000001"

HOST = "https://portal.example.sa"
PATH = "/sms/twilio/status/"

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


def is_delivered(message: Message) -> bool:
    message.refresh_from_db()
    return (message.status, message.error) == (MessageStatus.DELIVERED, "") and bool(
        message.delivered_at
    )
