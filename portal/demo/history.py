"""The SMS of the past: they were sent when they were due, to the demonstration phone."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, Value
from django.db.models.functions import Concat

from notifications.models import Attempt, Message, PhoneMessage
from notifications.statuses import MessageStatus

GATEWAY = "phone"
TAKES = timedelta(seconds=2)


def send_in_the_past(*, now: datetime) -> int:
    """Leave what the `phone` gateway leaves of every message that was due before now.

    Written set by set and dated when it would have been sent. No other gateway is ever asked:
    nobody real gets an SMS of the demonstration. Run it before anything else can send them, in
    the transaction that made them.
    """
    due = Message.objects.filter(status=MessageStatus.QUEUED, not_before__lte=now - TAKES)
    messages = list(due.order_by("not_before", "id"))
    received = PhoneMessage.objects.bulk_create(
        PhoneMessage(
            message=message,
            recipient=message.recipient,
            body=message.body,
            received_at=message.not_before + TAKES,
        )
        for message in messages
    )
    Attempt.objects.bulk_create(
        Attempt(
            message=message,
            gateway=GATEWAY,
            started_at=message.not_before + TAKES / 2,
            ended_at=message.not_before + TAKES,
            outcome=MessageStatus.SENT,
        )
        for message in messages
    )
    Message.objects.filter(pk__in=[row.message_id for row in received]).update(
        status=MessageStatus.SENT,
        claimed_at=F("not_before") + TAKES / 2,
        sent_at=F("not_before") + TAKES,
        gateway=GATEWAY,
        gateway_id=Concat(Value("phone-"), F("id")),
    )
    return len(messages)
