"""What gateways report of messages later, in whatever order it arrives (O22).

Each report is kept once, before it is applied: it may come before our row knows the gateway's id,
and is then applied when the id is recorded. A message only goes forwards: accepted, then failed,
then delivered; a report without news changes nothing, and no report sends anything.
"""

from __future__ import annotations

import logging
import zlib
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.db.models import Case, IntegerField, Value, When

from notifications.models import Message, StatusReport
from notifications.numbers import doubt_number, trust_number
from notifications.statuses import MessageStatus

logger = logging.getLogger(__name__)

_RANKS: Final = {
    MessageStatus.UNKNOWN: 0,
    MessageStatus.SENDING: 0,
    MessageStatus.SENT: 1,
    MessageStatus.FAILED: 2,
    MessageStatus.DELIVERED: 3,
}
"""How much is known. A delivery outranks a failure: a phone that has the message has it."""


def take_report(
    *,
    gateway: str,
    gateway_id: str,
    reported: str,
    status: MessageStatus | None,
    error: str = "",
    makes_number_doubtful: bool = False,
    now: datetime,
) -> bool:
    """Keep a report and apply it; False where the same one was kept before.

    `reported` is the gateway's own word, `status` what it means to us, or nothing where we do not
    know the word. One transaction under the id's lock.
    """
    with transaction.atomic():
        _lock(gateway, gateway_id)
        report, is_new = StatusReport.objects.get_or_create(
            gateway=gateway,
            gateway_id=gateway_id,
            reported=reported[:20],
            error=error[:20],
            defaults={
                "status": status or "",
                "received_at": now,
                "makes_number_doubtful": makes_number_doubtful,
            },
        )
        if is_new:
            message = (
                Message.objects.select_for_update()
                .filter(gateway=gateway, gateway_id=gateway_id)
                .first()
            )
            if message is None:
                logger.info("report %s: of no message we know yet", report.pk)
            else:
                _apply(message, report)
    if is_new and status is None:
        logger.warning("report %s: unknown status", report.pk)
    return is_new


def apply_early_reports(message: Message, *, gateway_id: str) -> None:
    """Apply what was reported before our row knew the gateway's id.

    The caller has just recorded the id in a transaction of its own, which is still open.
    """
    _lock(message.gateway, gateway_id)
    for report in StatusReport.objects.filter(
        gateway=message.gateway, gateway_id=gateway_id
    ).order_by("id"):
        _apply(message, report)


def _lock(gateway: str, gateway_id: str) -> None:
    """Let reports and the recording of one id come one after the other, until the commit."""
    with connection.cursor() as cursor:
        key = zlib.crc32(f"report:{gateway}:{gateway_id}".encode())
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _apply(message: Message, report: StatusReport) -> None:
    """Bring a message forwards, never back. The caller holds the id's lock."""
    if not report.status:
        return
    status = MessageStatus(report.status)
    rank = Case(
        *(When(status=known, then=Value(rank)) for known, rank in _RANKS.items()),
        default=Value(max(_RANKS.values())),
        output_field=IntegerField(),
    )
    is_delivered = status == MessageStatus.DELIVERED
    moved = (
        Message.objects.filter(pk=message.pk)
        .annotate(rank=rank)
        .filter(rank__lt=_RANKS[status])
        .update(
            status=status,
            error="" if status != MessageStatus.FAILED else f"code {report.error}"[:80],
            delivered_at=report.received_at if is_delivered else None,
        )
    )
    if moved and report.makes_number_doubtful:
        reason = f"{report.gateway} {report.error}"
        doubt_number(message.recipient, reason=reason, now=report.received_at)
    if moved and is_delivered:
        trust_number(message.recipient)
