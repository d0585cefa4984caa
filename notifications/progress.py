"""How far campaigns are: counted by a worker, shown from the campaign's own row.

A page never counts a million messages, and nothing is added up along the way: what a worker
counts is true after any crash. A count reads `message_campaign_status` alone, and one that took
long is made less often.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count

from notifications.claims import read_in_order_of_the_index
from notifications.models import Campaign, Message
from notifications.schedule import COUNT_CAMPAIGNS_SECONDS, COUNT_CAMPAIGNS_TASK
from notifications.statuses import WAITING, CampaignStatus, MessageStatus
from notifications.waking import wake_task

AT_LEAST_SECONDS: Final = COUNT_CAMPAIGNS_SECONDS
UNCHANGED_SECONDS: Final = 300
QUIET_SECONDS: Final = 3_600
SHARE_OF_TIME: Final = 20
"""A count that took a second is not made again for twenty: a twentieth of one core at most."""

EXPECTED_FOR: Final = timedelta(days=8)
"""Reports and answers to our own questions come for so long (notifications/reconciling.py)."""

ROWS_AT_ONCE: Final = 5_000

# From the last batch on: what it left dead in the index is not walked again.
_MARK: Final = """
    WITH batch AS (
        SELECT id, not_before FROM notifications_message
        WHERE campaign_id = %(campaign)s AND status IN ('held', 'queued')
            AND (not_before, id) > (%(not_before)s, %(id)s)
        ORDER BY not_before, id LIMIT %(rows)s FOR UPDATE SKIP LOCKED
    ), marked AS (
        UPDATE notifications_message m SET status = 'stopped' FROM batch WHERE m.id = batch.id
    )
    SELECT not_before, id FROM batch
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """A campaign's messages by what a reader wants to know of them.

    `accepted` are with the network, and nobody has said yet that they arrived; `unsent` are those
    stopped with the campaign, or no longer worth sending.
    """

    waiting: int = 0
    sending: int = 0
    accepted: int = 0
    delivered: int = 0
    failed: int = 0
    unknown: int = 0
    unsent: int = 0

    @property
    def sent(self) -> int:
        """How many the gateway has taken."""
        return self.accepted + self.delivered

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will be sent."""
        return not self.waiting and not self.sending


_GROUPS: Final[dict[str, tuple[MessageStatus, ...]]] = {
    "waiting": WAITING,
    "sending": (MessageStatus.SENDING,),
    "accepted": (MessageStatus.SENT, MessageStatus.UNCONFIRMED),
    "delivered": (MessageStatus.DELIVERED,),
    "failed": (MessageStatus.FAILED,),
    "unknown": (MessageStatus.UNKNOWN,),
    "unsent": (
        MessageStatus.STOPPED,
        MessageStatus.EXPIRED,
        MessageStatus.CANCELLED,
        MessageStatus.SUPPRESSED,
    ),
}


def progress_of(campaign: Campaign) -> Progress:
    """Give how far a campaign was when it was counted."""
    return Progress(
        **{
            name: sum(int(campaign.counts.get(status.value, 0)) for status in statuses)
            for name, statuses in _GROUPS.items()
        }
    )


def campaigns_under_way() -> list[Campaign]:
    """Give the campaigns whose messages may leave, as a claim finds them."""
    started = Campaign.objects.filter(status=CampaignStatus.STARTED, count_due_at__isnull=False)
    return list(started.order_by("started_at", "id"))


def is_done(campaign: Campaign) -> bool:
    """Tell whether a campaign that was started has nothing more to send."""
    return campaign.status == CampaignStatus.STARTED and progress_of(campaign).is_over


def next_count_at(
    *, now: datetime, took_seconds: float, is_over: bool, changed_at: datetime
) -> datetime | None:
    """Give when a campaign is counted next; None where nothing more is expected of it. Pure."""
    if is_over and now - changed_at > EXPECTED_FOR:
        return None
    least = AT_LEAST_SECONDS
    if changed_at < now:
        least = QUIET_SECONDS if is_over else UNCHANGED_SECONDS
    return now + timedelta(seconds=max(least, took_seconds * SHARE_OF_TIME))


def count_soon() -> None:
    """Have a worker count after this transaction; the schedule is the guarantee."""
    transaction.on_commit(lambda: wake_task(COUNT_CAMPAIGNS_TASK, (), queue="default"), robust=True)


def count_campaigns(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Count the campaigns whose time has come, and mark what waits in those that were stopped.

    Ends where `is_over` says so; give how many were counted.
    """
    counted = 0
    for campaign in Campaign.objects.filter(count_due_at__lte=now).order_by("count_due_at"):
        if campaign.status == CampaignStatus.STOPPED:
            mark_stopped(campaign, is_over=is_over)
        if is_over():
            break
        count_campaign(campaign, now=now)
        counted += 1
    return counted


def count_campaign(campaign: Campaign, *, now: datetime) -> None:
    """Count one campaign. No lock is held meanwhile, and an older count never hides a newer one."""
    began = time.monotonic()
    rows = Message.objects.filter(campaign=campaign).values_list("status").order_by()
    counts = {str(status): number for status, number in rows.annotate(Count("id"))}
    took_seconds = time.monotonic() - began
    with transaction.atomic():
        locked = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        if locked.counted_at is not None and locked.counted_at > now:
            return
        is_new = counts != locked.counts or locked.changed_at is None
        locked.changed_at = now if is_new else locked.changed_at
        locked.counts, locked.counted_at = counts, now
        # A step that was taken while we counted wants a count of its own.
        if locked.count_due_at == campaign.count_due_at:
            locked.count_due_at = next_count_at(
                now=now,
                took_seconds=took_seconds,
                is_over=progress_of(locked).is_over,
                changed_at=locked.changed_at or now,
            )
        locked.save(update_fields=["counts", "counted_at", "changed_at", "count_due_at"])


def mark_stopped(campaign: Campaign, *, is_over: Callable[[], bool] = lambda: False) -> int:
    """Mark what waits in a stopped campaign, a batch a transaction; give how many.

    What a worker holds at this moment is given back by it and marked the next time.
    """
    marked = 0
    not_before, last = datetime.min.replace(tzinfo=UTC), 0
    while not is_over():
        facts: dict[str, Any] = {
            "campaign": campaign.pk,
            "rows": ROWS_AT_ONCE,
            "not_before": not_before,
            "id": last,
        }
        with transaction.atomic(), connection.cursor() as cursor:
            with read_in_order_of_the_index():
                cursor.execute(_MARK, facts)
            batch = cursor.fetchall()
        if not batch:
            break
        not_before, last = max(batch)
        marked += len(batch)
    return marked
