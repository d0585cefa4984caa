"""How the messages of a day stand, for whoever watches.

A day has millions of messages: their figures are counted by a worker, and pages read the count.
A campaign's messages count on the day of its start, whenever they were written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction

from notifications.models import DayFigure
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import riyadh_date, start_of_day

COUNTED_DAYS: Final = 3
"""Receipts come for days: so many days back are counted again each time."""

_COUNT: Final = """
    INSERT INTO notifications_dayfigure (day, lane, gateway, status, messages, counted_at)
    SELECT %(day)s, lane, gateway, status, sum(messages), %(now)s FROM (
        SELECT lane, gateway, status, count(*) AS messages FROM notifications_message
        WHERE queued_at >= %(begins)s AND queued_at < %(ends)s AND status <> 'suppressed'
          AND campaign_id IS NULL
        GROUP BY lane, gateway, status
        UNION ALL
        SELECT m.lane, m.gateway, m.status, count(*) FROM notifications_message AS m
        WHERE m.campaign_id IN (
            SELECT id FROM notifications_campaign
            WHERE started_at >= %(begins)s AND started_at < %(ends)s
        )
        GROUP BY m.lane, m.gateway, m.status
    ) AS counted
    GROUP BY lane, gateway, status
"""


@dataclass(frozen=True, slots=True)
class DayOfLane:
    """The messages of a lane that are a day's, by status, over all gateways."""

    lane: Lane
    by_status: Mapping[MessageStatus, int]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())


@dataclass(frozen=True, slots=True)
class Day:
    """A day's figures, and when they were counted; None where they were not yet."""

    day: date
    lanes: Sequence[DayOfLane]
    counted_at: datetime | None


def count_days(*, now: datetime) -> None:
    """Count the last COUNTED_DAYS days anew, each in one transaction."""
    today = riyadh_date(now)
    for back in range(COUNTED_DAYS):
        count_day(day=today - timedelta(days=back), now=now)


def count_day(*, day: date, now: datetime) -> None:
    """Count a day anew, in one transaction under a lock of its own; the pages see old or new."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('notifications_dayfigure'))")
        DayFigure.objects.filter(day=day).delete()
        cursor.execute(
            _COUNT,
            {
                "day": day,
                "now": now,
                "begins": start_of_day(day),
                "ends": start_of_day(day + timedelta(days=1)),
            },
        )


def figures_of(day: date) -> Day:
    """Give a day's figures as they were last counted, a row a lane. One statement."""
    counted: dict[Lane, dict[MessageStatus, int]] = {lane: defaultdict(int) for lane in Lane}
    counted_at: datetime | None = None
    for figure in DayFigure.objects.filter(day=day):
        counted[Lane(figure.lane)][MessageStatus(figure.status)] += figure.messages
        counted_at = figure.counted_at
    return Day(day, [DayOfLane(lane, dict(counted[lane])) for lane in Lane], counted_at)
