"""Asking the gateway what became of messages: of unknown outcome, or without any receipt.

A message of unknown outcome is settled by one of the gateway's own that no other row of ours
knows: to the same number, begun in the seconds of our try, with the same text. Two of ours that
are alike in all of these may take either. What the gateway does not list ten minutes after the
try never reached it, and is sent again, once; a code never is, nor anything whose time is over.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Greatest

from notifications.catalogue import SECRET_TEMPLATES
from notifications.circuits import is_failing
from notifications.claims import HIDDEN, HIDDEN_DIGITS, WITHOUT_SECRET
from notifications.gateways.base import FoundSms, Gateway, GatewayPermanent
from notifications.models import Attempt, Message, Retry
from notifications.outbox import wake_after_commit
from notifications.receipts import apply_early_reports, lock_ids, take_report
from notifications.rules import LOST_AFTER_SECONDS, sending_time
from notifications.statuses import Lane, MessageStatus

logger = logging.getLogger(__name__)

QUIET_SECONDS: Final = LOST_AFTER_SECONDS
"""Only asked about when the try is so long over that the gateway must list it."""

MISSING_AFTER: Final = timedelta(minutes=10)
"""What the gateway does not list so long after the try never reached it."""

MOST_UNKNOWN_TRIES: Final = 2
"""A message is sent again once; one that was lost twice has failed, and staff see it."""

OLDEST: Final = timedelta(days=3)
"""Asked about for so long; then it is unconfirmed."""

MOST_MESSAGES: Final = 1_000
CLOCKS_APART: Final = timedelta(seconds=30)
"""How far the gateway's clock and ours may differ, and its answer may take."""

RECEIPT_WITHIN: Final = timedelta(hours=24)
"""A message that nobody reported on for so long is asked about."""

ASKED_FOR: Final = timedelta(days=7)
"""One that is older was asked about before; gateways forget."""

NOT_LISTED: Final = "not at the gateway"
LOST_TWICE: Final = "not at the gateway, twice"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What asking about unknown outcomes gave.

    `settled` are with the gateway, `sent_again` are queued once more, `given_up` are codes and
    others whose time is over, and those lost twice; `waiting` are asked about again later.
    """

    settled: int = 0
    sent_again: int = 0
    given_up: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Receipts:
    """What asking about messages without a receipt gave: said to be over, or not confirmed."""

    reported: int = 0
    unconfirmed: int = 0


def reconcile(
    *, gateway: Gateway, now: datetime, is_over: Callable[[], bool] = lambda: False
) -> Reconciled:
    """Ask about each message of unknown outcome, oldest first; no transaction is open meanwhile.

    Ends where `is_over` says so, and after MOST_MESSAGES.

    Raises:
        GatewayError: when the gateway does not answer; what was settled before stays.
    """
    counts = Reconciled()
    # A campaign's messages may have been written long before they were claimed.
    is_recent = Q(queued_at__gt=now - OLDEST) | Q(claimed_at__gt=now - OLDEST)
    unknown = Message.objects.filter(is_recent, status=MessageStatus.UNKNOWN, gateway=gateway.name)
    for message in unknown.order_by("id")[:MOST_MESSAGES]:
        if is_over():
            break
        try:
            settled_as = _settle_unknown(message, gateway, now=now)
        except GatewayPermanent as refused:  # this question, and no other
            logger.warning("message %s: not told what became of it (%s)", message.pk, refused)
            settled_as = "waiting"
        if settled_as:
            counts = replace(counts, **{settled_as: getattr(counts, settled_as) + 1})
    return counts


def _settle_unknown(message: Message, gateway: Gateway, *, now: datetime) -> str:
    """Settle one message; give the field of Reconciled that counts it, or nothing."""
    attempt = message.attempts.order_by("-id").first()
    if attempt is None or attempt.started_at > now - timedelta(seconds=QUIET_SECONDS):
        return ""
    since, until = attempt.started_at - CLOCKS_APART, attempt.started_at + CLOCKS_APART
    found = [
        one
        for one in gateway.find(to=message.recipient, since=since, until=until)
        if _may_be_it(one, message, attempt) and not _is_another_s(one, message)
    ]
    if found and not _has_twin_on_its_way(message, attempt):
        return "settled" if _settle(message, attempt, found[-1], now=now) else ""
    if found or attempt.started_at > now - MISSING_AFTER or is_failing(gateway.name):
        return "waiting"  # what a failing gateway does not list, it may have all the same
    return _send_again(message, attempt, now=now)


def _may_be_it(found: FoundSms, message: Message, attempt: Attempt) -> bool:
    """Tell whether the gateway's message may be our try; our own id beside it decides."""
    if found.reference:
        return found.reference == str(attempt.pk)
    return _has_its_text(found, message)


def _has_its_text(found: FoundSms, message: Message) -> bool:
    """Compare the texts; of a code our row has kept none."""
    if message.template in SECRET_TEMPLATES:
        return re.sub(HIDDEN_DIGITS, HIDDEN, found.body) == re.sub(
            HIDDEN_DIGITS, HIDDEN, message.body
        )
    return found.body == message.body


def _is_another_s(found: FoundSms, message: Message) -> bool:
    """Tell whether another row of ours knows the id.

    A try of this message may know it: its worker was slow, and recorded it after the message was
    taken for lost.
    """
    known = {"gateway": message.gateway, "gateway_id": found.gateway_id}
    return (
        Message.objects.filter(**known).exclude(pk=message.pk).exists()
        or Attempt.objects.filter(**known).exclude(message=message.pk).exists()
    )


def _has_twin_on_its_way(message: Message, attempt: Attempt) -> bool:
    """Tell whether one alike may still record what is found here as its own."""
    return Message.objects.filter(
        recipient=message.recipient,
        template=message.template,
        status=MessageStatus.SENDING,
        attempts__started_at__gt=attempt.started_at - 2 * CLOCKS_APART,
        attempts__started_at__lt=attempt.started_at + 2 * CLOCKS_APART,
    ).exists()


def _settle(message: Message, attempt: Attempt, found: FoundSms, *, now: datetime) -> bool:
    """Record that the gateway has the message, then what it and earlier reports say of it."""
    with transaction.atomic():
        lock_ids(message.gateway, [found.gateway_id])
        if _is_another_s(found, message):
            return False
        moved = Message.objects.filter(pk=message.pk, status=MessageStatus.UNKNOWN).update(
            status=MessageStatus.SENT,
            gateway_id=found.gateway_id,
            sent_at=attempt.started_at,
            error="",
        )
        if not moved:
            return False
        Attempt.objects.filter(pk=attempt.pk).update(
            outcome=MessageStatus.SENT, gateway_id=found.gateway_id, error=""
        )
        apply_early_reports(gateway=message.gateway, messages={found.gateway_id: message})
    _take(found, gateway=message.gateway, now=now)
    return True


def _take(found: FoundSms, *, gateway: str, now: datetime) -> None:
    """Take what the gateway said when asked as it would have reported it."""
    if found.status is not None:
        take_report(
            gateway=gateway,
            gateway_id=found.gateway_id,
            reported=found.reported,
            status=found.status,
            error=found.error,
            makes_number_doubtful=found.makes_number_doubtful,
            is_worth_a_later_try=found.is_worth_a_later_try,
            now=now,
        )


def _send_again(message: Message, attempt: Attempt, *, now: datetime) -> str:
    """Queue a message once more that never reached its gateway, unless it is over or lost twice."""
    lane = Lane(message.lane)
    is_over = message.expires_at is not None and message.expires_at <= now
    tries = _unknown_tries(message)
    facts: dict[str, object]
    if message.template in SECRET_TEMPLATES or is_over:
        facts = {"status": MessageStatus.EXPIRED, "error": NOT_LISTED}
    elif tries >= MOST_UNKNOWN_TRIES:
        facts = {"status": MessageStatus.FAILED, "error": LOST_TWICE}
    else:
        facts = {
            "status": MessageStatus.QUEUED,
            "error": NOT_LISTED,
            "claimed_at": None,
            "not_before": Greatest(F("not_before"), sending_time(lane, now)),
        }
    with transaction.atomic():
        moved = Message.objects.filter(pk=message.pk, status=MessageStatus.UNKNOWN).update(**facts)
        if not moved:
            return ""
        Attempt.objects.filter(pk=attempt.pk).update(error=NOT_LISTED)
        if facts["status"] == MessageStatus.QUEUED:
            wake_after_commit(lane)
    return "sent_again" if facts["status"] == MessageStatus.QUEUED else "given_up"


def _unknown_tries(message: Message) -> int:
    """Count the tries that were lost, since a person had the message sent again."""
    lost = Attempt.objects.filter(message=message, outcome=MessageStatus.UNKNOWN)
    asked_at = Retry.objects.filter(message=message).aggregate(last=Max("at"))["last"]
    return (lost if asked_at is None else lost.filter(started_at__gte=asked_at)).count()


def give_up_asking(*, now: datetime) -> int:
    """Call unconfirmed what nobody could tell of for OLDEST; give how many.

    Its gateway failed all the time, or is in use no more. It is not sent again, because it may
    have arrived; who must know of it is called (docs/adr/0017).
    """
    since = now - OLDEST
    return Message.objects.filter(
        Q(claimed_at__isnull=True) | Q(claimed_at__lte=since),
        status=MessageStatus.UNKNOWN,
        queued_at__lte=since,
    ).update(status=MessageStatus.UNCONFIRMED, body=WITHOUT_SECRET)


def ask_for_receipts(
    *, gateway: Gateway, now: datetime, is_over: Callable[[], bool] = lambda: False
) -> Receipts:
    """Ask about accepted messages without a receipt for a day; none is ever called delivered.

    What the gateway cannot say more of is `unconfirmed`, until a late report says more.

    Raises:
        GatewayError: when the gateway does not answer; what was settled before stays.
    """
    reported = unconfirmed = 0
    silent = Message.objects.filter(
        status=MessageStatus.SENT,
        gateway=gateway.name,
        sent_at__lt=now - RECEIPT_WITHIN,
        sent_at__gt=now - ASKED_FOR,
    )
    for message in silent.order_by("sent_at")[:MOST_MESSAGES]:
        if is_over():
            break
        try:
            found = gateway.status_of(message.gateway_id)
        except GatewayPermanent as refused:  # it confirms nothing of this one
            logger.warning("message %s: no receipt (%s)", message.pk, refused)
            found = None
        if found is not None:
            _take(found, gateway=gateway.name, now=now)
        still = Q(pk=message.pk, status=MessageStatus.SENT, gateway_id=message.gateway_id)
        if Message.objects.filter(still).update(status=MessageStatus.UNCONFIRMED):
            unconfirmed += 1
        else:
            reported += 1
    return Receipts(reported=reported, unconfirmed=unconfirmed)
