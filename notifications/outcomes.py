"""What became of the messages that were handed over, recorded many at a time.

The gateway is called by `hand_over`, which touches no database; `record` writes what several
calls gave in one transaction, so that a message costs a fraction of a statement. An outcome is
recorded also where the sweep took the worker for dead meanwhile.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Max

from notifications.catalogue import SECRET_TEMPLATES
from notifications.circuits import is_failing, last_outage_ended
from notifications.claims import HIDDEN, HIDDEN_DIGITS, Flight, claimed
from notifications.gateways.base import (
    Gateway,
    GatewayClosed,
    GatewayError,
    GatewayPermanent,
    GatewayReceipt,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.models import Attempt, GatewayPause, Message, Retry
from notifications.numbers import doubt_number
from notifications.receipts import apply_early_reports, lock_ids
from notifications.rules import DAYTIME_LANES, retry_delay_seconds, sending_time
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import riyadh_date, start_of_day

logger = logging.getLogger(__name__)

_JITTER: Final = 0.25
_random: Final = secrets.SystemRandom()
_LONGEST_REASON: Final = 80

# Written out: one statement for all that landed together, where the ORM would write two each. It
# also tells whether any of them was reported on before we knew its id.
_END: Final = """
    WITH o AS (
        SELECT * FROM unnest(
            %(messages)s::bigint[], %(attempts)s::bigint[], %(claims)s::timestamptz[],
            %(ends)s::timestamptz[], %(statuses)s::text[], %(ids)s::text[], %(reasons)s::text[]
        ) AS o(message, attempt, claimed_at, ended_at, status, gateway_id, reason)
    ), attempts AS (
        UPDATE notifications_attempt a SET ended_at = o.ended_at, outcome = o.status,
            error = o.reason, gateway_id = o.gateway_id
        FROM o WHERE a.id = o.attempt
    ), messages AS (
        UPDATE notifications_message m SET status = o.status, gateway_id = o.gateway_id,
            error = o.reason, sent_at = CASE WHEN o.status = 'sent' THEN o.ended_at END,
            body = CASE WHEN m.template = ANY(%(secret)s)
                THEN regexp_replace(m.body, %(digits)s, %(hidden)s, 'g') ELSE m.body END
        FROM o
        WHERE m.id = o.message AND m.claimed_at = o.claimed_at
            AND m.status IN ('sending', 'unknown')
    )
    SELECT EXISTS (
        SELECT FROM notifications_statusreport
        WHERE gateway = %(gateway)s AND gateway_id = ANY(%(accepted)s)
    )
"""


@dataclass(frozen=True, slots=True)
class Landed:
    """What a gateway did with one message, and when we knew."""

    flight: Flight
    answer: GatewayReceipt | GatewayError
    at: datetime

    @property
    def status(self) -> MessageStatus:
        """What the message is now; one that is to be tried again is queued."""
        if isinstance(self.answer, GatewayReceipt):
            return MessageStatus.SENT
        if isinstance(self.answer, GatewayTemporary):
            return MessageStatus.QUEUED
        if isinstance(self.answer, GatewayPermanent):
            return MessageStatus.FAILED
        return MessageStatus.UNKNOWN

    @property
    def reason(self) -> str:
        """Why it was not accepted, short and without personal data."""
        return "" if isinstance(self.answer, GatewayReceipt) else self.answer.reason


def hand_over(flight: Flight, *, gateway: Gateway, clock: Callable[[], datetime]) -> Landed:
    """Call the gateway for one message; whatever happens is an outcome."""
    message = flight.message
    sms = OutgoingSms(
        message_id=message.pk,
        to=message.recipient,
        body=message.body,
        reference=str(flight.attempt_id),
        is_service=Lane(message.lane) not in DAYTIME_LANES,
    )
    answer: GatewayReceipt | GatewayError
    try:
        answer = gateway.send(sms)
    except GatewayError as refusal:
        answer = refusal
    except Exception as error:
        # The gateway may have the message all the same, and two SMS are worse than a question.
        logger.exception("message %s: the gateway failed", message.pk)
        answer = OutcomeUnknown(type(error).__name__)
    return Landed(flight, answer, clock())


def record(landed: Sequence[Landed]) -> None:
    """Record what several calls gave, in one transaction."""
    with transaction.atomic(savepoint=False):
        over = [one for one in landed if not _queue_again(one)]
        for gateway in sorted({one.flight.message.gateway for one in over}):
            _finish(gateway, [one for one in over if one.flight.message.gateway == gateway])
    for one in landed:
        _heed(one)


def _finish(gateway: str, over: Sequence[Landed]) -> None:
    """Record a gateway's outcomes that are final as far as we know. Inside a transaction."""
    accepted = {
        one.answer.gateway_id: one.flight.message
        for one in over
        if isinstance(one.answer, GatewayReceipt)
    }
    lock_ids(gateway, accepted)
    rows: dict[str, Any] = {
        "gateway": gateway,
        "accepted": list(accepted),
        "messages": [one.flight.message.pk for one in over],
        "attempts": [one.flight.attempt_id for one in over],
        "claims": [one.flight.message.claimed_at for one in over],
        "ends": [one.at for one in over],
        # What is tried no more has failed.
        "statuses": [
            (MessageStatus.FAILED if one.status == MessageStatus.QUEUED else one.status).value
            for one in over
        ],
        "ids": [
            one.answer.gateway_id if isinstance(one.answer, GatewayReceipt) else "" for one in over
        ],
        "reasons": [one.reason[:_LONGEST_REASON] for one in over],
        "secret": sorted(SECRET_TEMPLATES),
        "digits": HIDDEN_DIGITS,
        "hidden": HIDDEN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_END, rows)
        [has_reports] = cursor.fetchone()
    if has_reports:
        apply_early_reports(gateway=gateway, messages=accepted)


def _queue_again(one: Landed) -> bool:
    """Queue a message that was refused for now; False for any other, and after the last try.

    It waits longer each time, or keeps its place where the gateway closed or was known to fail:
    who waits for that fails by no number of tries, and is expired by the claim that finds it
    worthless (O23).
    """
    message, reason = one.flight.message, one.reason[:_LONGEST_REASON]
    if isinstance(one.answer, GatewayClosed):
        _pause(message.gateway, one.answer, now=one.at)
        not_before = message.not_before
    elif isinstance(one.answer, GatewayTemporary) and is_failing(message.gateway):
        not_before = message.not_before
    elif isinstance(one.answer, GatewayTemporary):
        own = retry_delay_seconds(_tries(message))
        if own is None:
            return False
        wait_seconds = max(own, one.answer.wait_seconds) * _random.uniform(1, 1 + _JITTER)
        not_before = sending_time(Lane(message.lane), one.at + timedelta(seconds=wait_seconds))
    else:
        return False
    Attempt.objects.filter(pk=one.flight.attempt_id).update(
        ended_at=one.at, outcome=MessageStatus.QUEUED, error=reason
    )
    claimed(message).update(
        status=MessageStatus.QUEUED, claimed_at=None, not_before=not_before, error=reason
    )
    return True


def _tries(message: Message) -> int:
    """Count a message's tries since its gateway's last outage, and since a person had it retried.

    What an outage used up counts no more once it is over.
    """
    asked_at = Retry.objects.filter(message=message).aggregate(last=Max("at"))["last"]
    since = [at for at in (last_outage_ended(message.gateway), asked_at) if at is not None]
    tries = Attempt.objects.filter(message=message)
    return (tries.filter(started_at__gt=max(since)) if since else tries).count() or 1


def _pause(gateway: str, refusal: GatewayClosed, *, now: datetime) -> None:
    """Let a gateway rest; said aloud once, however many messages were on their way to it."""
    if refusal.rest_seconds is None:
        until = start_of_day(riyadh_date(now) + timedelta(days=1))
    else:
        until = now + timedelta(seconds=refusal.rest_seconds)
    reason = refusal.reason[:_LONGEST_REASON]
    rests_already = GatewayPause.objects.filter(gateway=gateway, until__gt=now).exists()
    GatewayPause.objects.update_or_create(
        gateway=gateway, defaults={"until": until, "reason": reason}
    )
    if not rests_already:
        logger.error("sms alarm: %s takes nothing until %s (%s)", gateway, until, reason)


def _heed(one: Landed) -> None:
    """Tell the log, and do what a refusal for good asks for: alarm, or doubt the number."""
    message = one.flight.message
    if one.reason:
        logger.warning("message %s: %s (%s)", message.pk, one.status.value, one.reason)
    if not isinstance(one.answer, GatewayPermanent):
        return
    if one.answer.is_alarming:
        logger.error("sms alarm: %s refuses (%s)", message.gateway, one.reason)
    if one.answer.makes_number_doubtful:
        reason = f"{message.gateway} {one.reason}"
        doubt_number(message.recipient, reason=reason, now=one.at)
