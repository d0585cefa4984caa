"""A message costs few statements over a whole drain, however fast the machine is."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from bench.statements import AIM_A_MESSAGE, count_receipts, count_sending
from notifications.gateways.twilio import TwilioGateway
from notifications.models import Message
from notifications.outbox import queue_message
from notifications.statuses import Lane, MessageStatus
from tests.notifications.sms_provider import ACCOUNT, TOKEN, running_provider

MESSAGES = 200
RECEIPT = ["BEGIN", "SELECT", "INSERT", "SELECT", "UPDATE", "DELETE", "COMMIT"]


@pytest.mark.django_db(transaction=True)
def test_a_message_costs_at_most_four_statements_and_its_receipt_seven(settings: Any) -> None:
    with transaction.atomic():
        for number in range(MESSAGES):
            queue_message(
                event=f"cases:{number}",
                to=f"+96650{number:07}",
                template="objection_taken",
                values={"reference": "4000000006"},
                language="ar",
                now=timezone.now(),
            )
    with running_provider(latency_seconds=0.05) as provider:
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
        settings.TWILIO_API_BASE_URL = provider.url
        sending = count_sending(Lane.CASES, TwilioGateway.from_settings())
    assert len(provider.accepted) == sending.messages == MESSAGES
    assert sending.a_message <= AIM_A_MESSAGE, sending.words
    assert sending.words["INSERT"] or sending.words["WITH"], "attempts are counted"
    receipts = count_receipts("twilio")
    assert receipts.messages == MESSAGES
    assert receipts.a_message == len(RECEIPT), receipts.words
    assert set(Message.objects.values_list("status", flat=True)) == {MessageStatus.DELIVERED}
