"""Messages that failed for good, and sending them again once their cause is mended.

A person asks for it, by name; each leaves a row. A code is never sent again, nor what is worth
nothing by now, nor anything to a number at which nobody is reached, nor what goes to many
to a number that has stopped it, nor anything of a campaign that was stopped for good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, transaction

from notifications.catalogue import SECRET_TEMPLATES
from notifications.errors import NotRetriable
from notifications.models import Message, Retry
from notifications.outbox import wake_after_commit
from notifications.rules import DAYTIME_LANES, sending_time
from notifications.statuses import CampaignStatus, Lane, MessageStatus

COUNTED: Final = 10_000
"""Of the newest dead letters, by cause: the page costs the same after a bad day."""

AT_ONCE: Final = 10_000
"""How many one request sends again; the page is there for the rest."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why some of the newest dead letters failed, how many, and when the last was queued."""

    gateway: str
    error: str
    messages: int
    last_queued_at: datetime


_CAUSES: Final = """
    SELECT gateway, error, count(*), max(queued_at) FROM (
        SELECT gateway, error, queued_at FROM notifications_message
        WHERE status = 'failed' ORDER BY id DESC LIMIT %(counted)s
    ) AS newest
    GROUP BY gateway, error ORDER BY count(*) DESC, gateway, error
"""

# In one statement: what may go again is locked, queued, and each leaves its row.
_RETRY: Final = """
    WITH chosen AS (
        SELECT id, error FROM notifications_message AS m
        WHERE status = 'failed' AND template <> ALL(%(secret)s)
          AND (expires_at IS NULL OR expires_at > %(now)s)
          AND (%(message)s IS NULL OR id = %(message)s)
          AND (%(gateway)s IS NULL OR (gateway = %(gateway)s AND error = %(error)s))
          AND NOT EXISTS (
              SELECT FROM notifications_doubtfulnumber AS d WHERE d.mobile = m.recipient
          )
          AND NOT (lane = ANY(%(daytime)s) AND EXISTS (
              SELECT FROM notifications_stoppednumber AS s WHERE s.mobile = m.recipient
          ))
          AND NOT EXISTS (
              SELECT FROM notifications_campaign AS c
              WHERE c.id = m.campaign_id AND c.status = 'stopped'
          )
        ORDER BY id DESC LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED
    ), moved AS (
        UPDATE notifications_message AS m
        SET status = 'queued', claimed_at = NULL, sent_at = NULL, gateway_id = '', error = '',
            not_before = CASE WHEN lane = ANY(%(daytime)s)
                THEN %(day_at)s ELSE %(now)s END
        FROM chosen WHERE m.id = chosen.id
        RETURNING m.id, m.lane, m.not_before, m.campaign_id, chosen.error
    ), looked_at AS (
        -- A campaign of long ago is looked at no more (notifications/progress.py).
        UPDATE notifications_campaign SET count_due_at = %(now)s
        WHERE id IN (SELECT campaign_id FROM moved)
    ), kept AS (
        INSERT INTO notifications_retry (message_id, error, at, by_id)
        SELECT id, error, %(now)s, %(by)s FROM moved
    )
    SELECT lane, count(*), min(not_before) FROM moved GROUP BY lane
"""


def causes_of_dead_letters() -> Sequence[Cause]:
    """Give the causes of the newest dead letters, the most frequent first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_CAUSES, {"counted": COUNTED})
        return [Cause(*row) for row in cursor.fetchall()]


def may_be_sent_again(message: Message, *, now: datetime) -> bool:
    """Tell whether a message failed and is worth sending again, whoever it is for."""
    return (
        message.status == MessageStatus.FAILED
        and message.template not in SECRET_TEMPLATES
        and (message.expires_at is None or message.expires_at > now)
        and (message.campaign is None or message.campaign.status != CampaignStatus.STOPPED)
    )


def retry_message(*, message: Message, by: AbstractBaseUser, now: datetime) -> None:
    """Queue a dead letter again; its tries begin anew.

    Raises:
        NotRetriable: it is none any more, a code, over, its number is doubtful or has stopped what
            goes to many, or its campaign was stopped.
    """
    if not _retry(message=message.pk, by=by, now=now):
        raise NotRetriable(message.pk)


def retry_cause(*, gateway: str, error: str, by: AbstractBaseUser, now: datetime) -> int:
    """Queue the dead letters of a cause again, at most AT_ONCE, the newest first; give how many."""
    return _retry(gateway=gateway, error=error, by=by, now=now)


def last_retry(*, error: str) -> Retry | None:
    """Give the newest message that somebody sent again after an error, by whichever gateway."""
    return Retry.objects.filter(error=error).select_related("by").order_by("-id").first()


def _retry(
    *,
    by: AbstractBaseUser,
    now: datetime,
    message: int | None = None,
    gateway: str | None = None,
    error: str = "",
) -> int:
    facts: dict[str, Any] = {
        "secret": sorted(SECRET_TEMPLATES),
        "message": message,
        "gateway": gateway,
        "error": error,
        "most": AT_ONCE,
        "daytime": sorted(lane.value for lane in DAYTIME_LANES),
        "day_at": sending_time(Lane.REMINDERS, now),
        "now": now,
        "by": by.pk,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_RETRY, facts)
        moved = cursor.fetchall()
        for lane, _count, not_before in moved:
            if not_before <= now:
                wake_after_commit(Lane(lane))
    return sum(int(count) for _lane, count, _not_before in moved)
