"""Sending what the outbox holds: claim, commit, send, record (docs/adr/0004).

No transaction is open while a gateway works. An attempt is recorded before the gateway is
called, so that a worker that dies in between leaves a trace: such a message is `unknown` and is
never sent again blindly. A message that was claimed and not yet attempted goes back to the queue.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, Exists, F, Func, OuterRef, QuerySet, TextField, Value, When
from django.utils import timezone

from notifications.catalogue import SECRET_TEMPLATES
from notifications.gateways.base import (
    Gateway,
    GatewayClosed,
    GatewayPermanent,
    GatewayTemporary,
    OutcomeUnknown,
    OutgoingSms,
)
from notifications.models import Attempt, GatewayPause, Message
from notifications.numbers import doubt_number
from notifications.receipts import apply_early_reports
from notifications.rules import (
    LOST_AFTER_SECONDS,
    is_sending_hour,
    retry_delay_seconds,
    sending_time,
)
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import riyadh_date, start_of_day

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BATCH: Final = 20
MOST_BATCHES: Final = 50
"""After so many a drain ends and another is asked for, so that a worker is never one task's."""

_JITTER: Final = 0.25
_random: Final = secrets.SystemRandom()

# A code is of no use once its message is over: nobody may read it in the table afterwards.
_WITHOUT_SECRET: Final = Case(
    When(
        template__in=sorted(SECRET_TEMPLATES),
        then=Func(
            F("body"),
            Value("[0-9]{4,}"),
            Value("••••••"),
            Value("g"),
            function="regexp_replace",
            output_field=TextField(),
        ),
    ),
    default=F("body"),
    output_field=TextField(),
)


@dataclass(frozen=True, slots=True)
class Drained:
    """What a drain did: messages it finished with, and whether it stopped before the end."""

    done: int
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class LostClaims:
    """Claims whose worker was lost: attempted, so unknown; or not yet, so queued again."""

    unknown: int
    requeued: int


def drain(
    *, lane: Lane, gateway: Gateway, clock: Clock = timezone.now, batches: int = MOST_BATCHES
) -> Drained:
    """Send what is due in a lane until nothing is left, the gateway tires, or so many batches.

    Several workers may drain one lane: each claims other rows. A gateway that refuses for now
    is left alone until the next sweep, and what was claimed behind it keeps its place.
    """
    done = 0
    for _ in range(batches):
        if GatewayPause.objects.filter(gateway=gateway.name, until__gt=clock()).exists():
            return Drained(done)
        claimed = claim(lane=lane, now=clock(), gateway_name=gateway.name)
        if not claimed:
            return Drained(done)
        for position, message in enumerate(claimed, 1):
            goes_on = deliver(message, gateway=gateway, clock=clock)
            done += 1
            if not goes_on:
                release(claimed[position:])
                return Drained(done)
    return Drained(done, has_more=True)


def claim(*, lane: Lane, now: datetime, gateway_name: str, size: int = BATCH) -> list[Message]:
    """Take what is due in a lane, oldest first, and commit.

    Locks the rows with SKIP LOCKED; `claimed_at` is the claim's token. What is no longer worth
    sending is expired on the way. Nothing is taken outside the lane's hours.
    """
    if not is_sending_hour(lane, now):
        return []
    taken: list[Message] = []
    while not taken:
        with transaction.atomic():
            due = list(
                Message.objects.select_for_update(skip_locked=True)
                .filter(lane=lane, status=MessageStatus.QUEUED, not_before__lte=now)
                .order_by("not_before", "id")[:size]
            )
            if not due:
                return []
            late = [message.pk for message in due if _is_worthless(message, now)]
            if late:
                Message.objects.filter(pk__in=late).update(
                    status=MessageStatus.EXPIRED, body=_WITHOUT_SECRET
                )
            taken = [message for message in due if not _is_worthless(message, now)]
            if taken:
                Message.objects.filter(pk__in=[message.pk for message in taken]).update(
                    status=MessageStatus.SENDING, claimed_at=now, gateway=gateway_name
                )
    for message in taken:
        message.claimed_at, message.gateway = now, gateway_name
    return taken


def release(messages: Sequence[Message]) -> None:
    """Give back what was claimed and not attempted."""
    for message in messages:
        _claimed(message).update(status=MessageStatus.QUEUED, claimed_at=None)


def deliver(message: Message, *, gateway: Gateway, clock: Clock = timezone.now) -> bool:
    """Send one claimed message and record what became of it; False when the gateway is tired.

    The claim is renewed with the attempt: where it was taken back meanwhile, nothing is sent.
    """
    now = clock()
    if _is_worthless(message, now):
        _claimed(message).update(status=MessageStatus.EXPIRED, body=_WITHOUT_SECRET)
        return True
    attempt = _begin_attempt(message, now=now)
    if attempt is None:
        return True
    sms = OutgoingSms(message_id=message.pk, to=message.recipient, body=message.body)
    try:
        receipt = gateway.send(sms)
    except GatewayClosed as refusal:
        _pause(message, attempt, refusal, now=clock())
        return False
    except GatewayTemporary as refusal:
        _try_again(message, attempt, reason=refusal.reason, now=clock())
        return False
    except GatewayPermanent as refusal:
        _finish(message, attempt, MessageStatus.FAILED, error=refusal.reason, now=clock())
        _heed(message, refusal, now=clock())
    except OutcomeUnknown as doubt:
        _finish(message, attempt, MessageStatus.UNKNOWN, error=doubt.reason, now=clock())
    except Exception as error:
        # The gateway may have the message all the same, and two SMS are worse than a question.
        logger.exception("message %s: the gateway failed", message.pk)
        reason = type(error).__name__
        _finish(message, attempt, MessageStatus.UNKNOWN, error=reason, now=clock())
    else:
        _finish(message, attempt, MessageStatus.SENT, gateway_id=receipt.gateway_id, now=clock())
    return True


def settle_lost_claims(*, now: datetime) -> LostClaims:
    """Settle the claims of workers that died, without ever sending a message twice.

    One that was attempted becomes `unknown`; one that was only claimed is queued again. A worker
    that was slow and not dead still records the outcome it sees (`_finish`).
    """
    open_attempt = Attempt.objects.filter(message=OuterRef("pk"), ended_at__isnull=True)
    with transaction.atomic():
        lost = list(
            Message.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(
                status=MessageStatus.SENDING,
                claimed_at__lt=now - timedelta(seconds=LOST_AFTER_SECONDS),
            )
            .annotate(was_attempted=Exists(open_attempt))
            .values_list("pk", "was_attempted")
        )
        unknown = [pk for pk, was_attempted in lost if was_attempted]
        untouched = [pk for pk, was_attempted in lost if not was_attempted]
        if unknown:
            Attempt.objects.filter(message__in=unknown, ended_at__isnull=True).update(
                ended_at=now, outcome=MessageStatus.UNKNOWN, error="worker lost"
            )
            Message.objects.filter(pk__in=unknown).update(
                status=MessageStatus.UNKNOWN, error="worker lost", body=_WITHOUT_SECRET
            )
        if untouched:
            Message.objects.filter(pk__in=untouched).update(
                status=MessageStatus.QUEUED, claimed_at=None
            )
    if lost:
        logger.warning("lost claims: unknown %s, queued again %s", unknown, untouched)
    return LostClaims(unknown=len(unknown), requeued=len(untouched))


def _is_worthless(message: Message, now: datetime) -> bool:
    return message.expires_at is not None and message.expires_at <= now


def _claimed(message: Message) -> QuerySet[Message]:
    """Give the message as long as this worker's claim stands."""
    return Message.objects.filter(
        pk=message.pk, status=MessageStatus.SENDING, claimed_at=message.claimed_at
    )


def _begin_attempt(message: Message, *, now: datetime) -> Attempt | None:
    """Renew the claim and record the attempt in one transaction; None when the claim is gone."""
    with transaction.atomic():
        if not _claimed(message).update(claimed_at=now):
            return None
        message.claimed_at = now
        return Attempt.objects.create(message=message, gateway=message.gateway, started_at=now)


def _finish(
    message: Message,
    attempt: Attempt,
    status: MessageStatus,
    *,
    now: datetime,
    gateway_id: str = "",
    error: str = "",
) -> None:
    """Record the outcome, also where the sweep took the worker for dead meanwhile."""
    with transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(ended_at=now, outcome=status, error=error[:80])
        Message.objects.filter(
            pk=message.pk,
            status__in=(MessageStatus.SENDING, MessageStatus.UNKNOWN),
            claimed_at=message.claimed_at,
        ).update(
            status=status,
            sent_at=now if status == MessageStatus.SENT else None,
            gateway_id=gateway_id,
            error=error[:80],
            body=_WITHOUT_SECRET,
        )
        if gateway_id:
            apply_early_reports(message, gateway_id=gateway_id)
    if error:
        logger.warning("message %s: %s (%s)", message.pk, status.value, error)


def _try_again(message: Message, attempt: Attempt, *, reason: str, now: datetime) -> None:
    """Queue the message again after a bounded, growing wait, or give it up after the last try."""
    delay_seconds = retry_delay_seconds(Attempt.objects.filter(message=message).count())
    if delay_seconds is None:
        _finish(message, attempt, MessageStatus.FAILED, error=reason, now=now)
        return
    wait = timedelta(seconds=delay_seconds * _random.uniform(1, 1 + _JITTER))
    with transaction.atomic():
        Attempt.objects.filter(pk=attempt.pk).update(
            ended_at=now, outcome=MessageStatus.QUEUED, error=reason[:80]
        )
        _claimed(message).update(
            status=MessageStatus.QUEUED,
            claimed_at=None,
            not_before=sending_time(Lane(message.lane), now + wait),
            error=reason[:80],
        )
    logger.warning("message %s: to be tried again (%s)", message.pk, reason)


def _heed(message: Message, refusal: GatewayPermanent, *, now: datetime) -> None:
    """Do what a refusal for good asks for: call the operator, doubt the number (O23)."""
    if refusal.is_alarming:
        logger.error("sms alarm: %s refuses (%s)", message.gateway, refusal.reason)
    if refusal.makes_number_doubtful:
        reason = f"{message.gateway} {refusal.reason}"
        doubt_number(message.recipient, reason=reason, now=now)


def _pause(message: Message, attempt: Attempt, refusal: GatewayClosed, *, now: datetime) -> None:
    """Let a gateway rest; the message keeps its place and fails by no number of such tries.

    One that would be worthless by then is expired by the claim that finds it (O23).
    """
    if refusal.rest_seconds is None:
        until = start_of_day(riyadh_date(now) + timedelta(days=1))
    else:
        until = now + timedelta(seconds=refusal.rest_seconds)
    reason = refusal.reason[:80]
    with transaction.atomic():
        GatewayPause.objects.update_or_create(
            gateway=message.gateway, defaults={"until": until, "reason": reason}
        )
        Attempt.objects.filter(pk=attempt.pk).update(
            ended_at=now, outcome=MessageStatus.QUEUED, error=reason
        )
        _claimed(message).update(status=MessageStatus.QUEUED, claimed_at=None, error=reason)
    logger.error("sms alarm: %s takes nothing until %s (%s)", message.gateway, until, reason)
