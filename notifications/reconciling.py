"""Asking the gateway what became of messages whose outcome is unknown.

A message is settled only where exactly one of the gateway's own fits: to the same number, begun
in the seconds of our try, with the same text, and not known by another of our rows. Anything else
is left as it is and said: a guess would hide a message that never left, or send one twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from notifications.catalogue import SECRET_TEMPLATES
from notifications.claims import HIDDEN, HIDDEN_DIGITS
from notifications.gateways.base import FoundSms, Gateway
from notifications.models import Attempt, Message
from notifications.receipts import apply_early_reports, lock_ids, take_report
from notifications.rules import LOST_AFTER_SECONDS
from notifications.statuses import MessageStatus

QUIET_SECONDS: Final = LOST_AFTER_SECONDS
"""Only asked about when the try is so long over that the gateway must list it."""

OLDEST: Final = timedelta(days=3)
MOST_MESSAGES: Final = 1_000
CLOCKS_APART: Final = timedelta(seconds=30)
"""How far the gateway's clock and ours may differ, and its answer may take."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What asking gave: settled, not found at the gateway, found more than once."""

    settled: int = 0
    not_found: int = 0
    ambiguous: int = 0


def reconcile(*, gateway: Gateway, now: datetime) -> Reconciled:
    """Ask about each unknown message of a gateway, oldest first; no transaction is open meanwhile.

    Raises:
        GatewayError: when the gateway does not answer; what was settled before stays.
    """
    unknown = Message.objects.filter(
        status=MessageStatus.UNKNOWN, gateway=gateway.name, queued_at__gt=now - OLDEST
    )
    counts = {"settled": 0, "not_found": 0, "ambiguous": 0}
    for message in unknown.order_by("id")[:MOST_MESSAGES]:
        attempt = message.attempts.order_by("-id").first()
        if attempt is None or attempt.started_at > now - timedelta(seconds=QUIET_SECONDS):
            continue
        since, until = attempt.started_at - CLOCKS_APART, attempt.started_at + CLOCKS_APART
        found = [
            one
            for one in gateway.find(to=message.recipient, since=since, until=until)
            if _has_its_text(one, message) and not _is_known(one, gateway)
        ]
        # Two of ours with one text in one minute: nobody can say which of them the one is.
        if len(found) == 1 and not _twins(message, attempt):
            _settle(message, attempt, found[0], now=now)
            counts["settled"] += 1
        else:
            counts["ambiguous" if found else "not_found"] += 1
    return Reconciled(**counts)


def _has_its_text(found: FoundSms, message: Message) -> bool:
    """Compare the texts; of a code our row has kept none."""
    if message.template in SECRET_TEMPLATES:
        return re.sub(HIDDEN_DIGITS, HIDDEN, found.body) == re.sub(
            HIDDEN_DIGITS, HIDDEN, message.body
        )
    return found.body == message.body


def _is_known(found: FoundSms, gateway: Gateway) -> bool:
    known = {"gateway": gateway.name, "gateway_id": found.gateway_id}
    return Message.objects.filter(**known).exists() or Attempt.objects.filter(**known).exists()


def _twins(message: Message, attempt: Attempt) -> bool:
    others = Message.objects.filter(
        recipient=message.recipient,
        body=message.body,
        status=MessageStatus.UNKNOWN,
        attempts__started_at__gt=attempt.started_at - 2 * CLOCKS_APART,
        attempts__started_at__lt=attempt.started_at + 2 * CLOCKS_APART,
    )
    return others.exclude(pk=message.pk).exists()


def _settle(message: Message, attempt: Attempt, found: FoundSms, *, now: datetime) -> None:
    """Record that the gateway has the message, then what it and earlier reports say of it."""
    with transaction.atomic():
        lock_ids(message.gateway, [found.gateway_id])
        moved = Message.objects.filter(pk=message.pk, status=MessageStatus.UNKNOWN).update(
            status=MessageStatus.SENT,
            gateway_id=found.gateway_id,
            sent_at=attempt.started_at,
            error="",
        )
        if not moved:
            return
        Attempt.objects.filter(pk=attempt.pk).update(
            outcome=MessageStatus.SENT, gateway_id=found.gateway_id, error=""
        )
        apply_early_reports(gateway=message.gateway, messages={found.gateway_id: message})
    if found.status is not None:
        take_report(
            gateway=message.gateway,
            gateway_id=found.gateway_id,
            reported=found.reported,
            status=found.status,
            error=found.error,
            now=now,
        )
