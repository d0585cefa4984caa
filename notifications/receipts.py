"""What gateways report of messages later, in whatever order it arrives (O22).

Each report is kept once, before it is applied: it may come before our row knows the gateway's id,
and is then applied when the id is recorded. A message only goes forwards: accepted, then failed,
then delivered; a report without news changes nothing. One report alone leads to another try: the
first to say that a handset was off, and not of a code (O23).
"""

from __future__ import annotations

import logging
import zlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When

from notifications.models import Attempt, Message, StatusReport
from notifications.numbers import doubt_number, note_delivery
from notifications.rules import later_try_at
from notifications.statuses import Lane, MessageStatus

logger = logging.getLogger(__name__)

_RANKS: Final = {
    MessageStatus.UNKNOWN: 0,
    MessageStatus.SENDING: 0,
    MessageStatus.SENT: 1,
    MessageStatus.UNCONFIRMED: 1,
    MessageStatus.FAILED: 2,
    MessageStatus.QUEUED: 2,
    MessageStatus.EXPIRED: 2,
    MessageStatus.CANCELLED: 2,
    MessageStatus.STOPPED: 2,
    MessageStatus.DELIVERED: 3,
}
"""How much is known. What is queued and yet reported had failed before, and so had what was given
up while it waited for a later try. A delivery outranks a failure: a phone that has the message has
it."""


WITHOUT_REASON: Final = "reported without a code"


# Written out: the ORM asks first, and keeps a savepoint.
_KEEP: Final = """
    INSERT INTO notifications_statusreport (
        gateway, gateway_id, reported, error, status, received_at, makes_number_doubtful,
        is_worth_a_later_try
    ) VALUES (
        %(gateway)s, %(gateway_id)s, %(reported)s, %(error)s, %(status)s, %(received_at)s,
        %(makes_number_doubtful)s, %(is_worth_a_later_try)s
    )
    ON CONFLICT (gateway, gateway_id, reported, error) DO NOTHING RETURNING id
"""

KEPT_FOR: Final = timedelta(days=30)
REMOVED_AT_ONCE: Final = 10_000


def take_report(
    *,
    gateway: str,
    gateway_id: str,
    reported: str,
    status: MessageStatus | None,
    error: str = "",
    makes_number_doubtful: bool = False,
    is_worth_a_later_try: bool = False,
    now: datetime,
) -> bool:
    """Keep a report and apply it; False where the same one was kept before.

    `reported` is the gateway's own word, `status` what it means to us, or nothing where we do not
    know the word. One transaction under the id's lock.
    """
    with transaction.atomic():
        lock_ids(gateway, [gateway_id])
        report = _keep(
            gateway=gateway,
            gateway_id=gateway_id,
            reported=_storable(reported),
            error=_storable(error),
            status=status.value if status else "",
            received_at=now,
            makes_number_doubtful=makes_number_doubtful,
            is_worth_a_later_try=is_worth_a_later_try,
        )
        if report is not None:
            message = _message_of(report)
            if message is None:
                logger.info("report %s: of no message we know yet", report.pk)
            else:
                _apply(message, report)
    if report is not None and status is None:
        logger.warning("report %s: unknown status", report.pk)
    return report is not None


def _keep(**facts: Any) -> StatusReport | None:
    """Write a report; None where it is there already."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, facts)
        row = cursor.fetchone()
    return StatusReport(pk=row[0], **facts) if row else None


def _storable(word: str) -> str:
    """Give a gateway's word as a column holds it: PostgreSQL knows no NUL."""
    return word.replace("\x00", "")[:20]


def remove_old_reports(*, now: datetime) -> int:
    """Remove reports older than KEPT_FOR, in batches; give how many."""
    removed = 0
    while True:
        old = StatusReport.objects.filter(received_at__lt=now - KEPT_FOR).order_by("received_at")
        batch, _by_model = StatusReport.objects.filter(
            pk__in=list(old.values_list("pk", flat=True)[:REMOVED_AT_ONCE])
        ).delete()
        removed += batch
        if batch < REMOVED_AT_ONCE:
            return removed


def apply_early_reports(*, gateway: str, messages: Mapping[str, Message]) -> None:
    """Apply what was reported before our rows knew the gateway's ids; `messages` is by id.

    The caller holds the ids' locks and has just recorded the ids in its open transaction.
    """
    if not messages:
        return
    reports = StatusReport.objects.filter(gateway=gateway, gateway_id__in=messages)
    for report in reports.order_by("id"):
        _apply(messages[report.gateway_id], report)


def lock_ids(gateway: str, gateway_ids: Iterable[str]) -> None:
    """Let reports and the recording of an id come one after the other, until the commit.

    Locks are taken in one order, so that two who record many ids never wait for each other.
    """
    keys = [zlib.crc32(f"report:{gateway}:{gateway_id}".encode()) for gateway_id in gateway_ids]
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(key)"
            " FROM (SELECT unnest(%s::bigint[]) AS key ORDER BY key) AS keys",
            [sorted(set(keys))],
        )


def _message_of(report: StatusReport) -> Message | None:
    """Give the message that the gateway calls so, for its newest try or an earlier one; locked."""
    rows = Message.objects.select_for_update(of=("self",))
    known = {"gateway": report.gateway, "gateway_id": report.gateway_id}
    newest = rows.filter(**known).first()
    # Its newest try may have gone by another gateway.
    tried = {f"attempts__{name}": value for name, value in known.items()}
    return newest or rows.filter(**tried).first()


def _apply(message: Message, report: StatusReport) -> None:
    """Bring a message forwards, never back. The caller holds the id's lock.

    A delivery counts whichever try it reports. Anything else is news of the newest try only.
    """
    if not report.status:
        return
    status = MessageStatus(report.status)
    rank = Case(
        *(When(status=known, then=Value(rank)) for known, rank in _RANKS.items()),
        default=Value(max(_RANKS.values())),
        output_field=IntegerField(),
    )
    lower = (
        Message.objects.filter(pk=message.pk).annotate(rank=rank).filter(rank__lt=_RANKS[status])
    )
    if status == MessageStatus.DELIVERED:
        if lower.update(status=status, error="", delivered_at=report.received_at):
            note_delivery(message.recipient)
        return
    newest = lower.filter(gateway=report.gateway, gateway_id=report.gateway_id)
    if status != MessageStatus.FAILED:
        newest.update(status=status, error="")
        return
    if _queue_later_try(message, report, newest):
        return
    has_failed = newest.update(status=status, error=_error(report)) or _learn_why(message, report)
    if has_failed and report.makes_number_doubtful:
        reason = f"{report.gateway} {report.error}"
        doubt_number(message.recipient, reason=reason, now=report.received_at)


def _queue_later_try(message: Message, report: StatusReport, newest: QuerySet[Message]) -> bool:
    """Queue a message once more where its handset was off, with a number of its own to come."""
    if not report.is_worth_a_later_try:
        return False
    accepted = Attempt.objects.filter(message=message, outcome=MessageStatus.SENT).count()
    later = later_try_at(
        Lane(message.lane),
        failed_at=report.received_at,
        expires_at=message.expires_at,
        later_tries=max(0, accepted - 1),
    )
    if later is None:
        return False
    queued = newest.update(
        status=MessageStatus.QUEUED,
        not_before=later,
        claimed_at=None,
        sent_at=None,
        gateway_id="",
        error=_error(report),
    )
    return bool(queued)


def _learn_why(message: Message, report: StatusReport) -> bool:
    """Add the reason to a failure that was reported without one; a known reason stays."""
    if not report.error:
        return False
    unexplained = Message.objects.filter(
        pk=message.pk,
        status=MessageStatus.FAILED,
        gateway=report.gateway,
        gateway_id=report.gateway_id,
        error=WITHOUT_REASON,
    )
    return bool(unexplained.update(error=_error(report)))


def _error(report: StatusReport) -> str:
    return f"code {report.error}"[:80] if report.error else WITHOUT_REASON
