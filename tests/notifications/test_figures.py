"""The figures of a day are a worker's count; Riyadh's midnight divides the days."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from notifications.campaigns import start_campaign
from notifications.figures import count_day, count_days, figures_of
from notifications.models import DayFigure, Message
from notifications.statuses import Lane, MessageStatus
from saudi.gregorian import RIYADH
from tests.notifications.test_campaigns import people, prepare
from tests.personas import staff

pytestmark = pytest.mark.django_db

DAY = date(2026, 11, 25)
MIDNIGHT = datetime(2026, 11, 25, 0, 0, tzinfo=RIYADH)
NOW = MIDNIGHT + timedelta(hours=12)


def message(number: int, at: datetime, **facts: Any) -> Message:
    return Message.objects.create(
        **{
            "event": f"event:{number}",
            "recipient": f"+96650000{number:04}",
            "template": "objection_taken",
            "language": "ar",
            "body": "نص",
            "lane": Lane.CASES,
            "status": MessageStatus.DELIVERED,
            "queued_at": at,
            "not_before": at,
            "gateway": "twilio",
        }
        | facts
    )


def counted(day: date) -> dict[tuple[str, str], int]:
    return {
        (row.lane.value, status.value): count
        for row in figures_of(day).lanes
        for status, count in row.by_status.items()
    }


def test_a_day_ends_at_midnight_in_riyadh() -> None:
    message(1, MIDNIGHT - timedelta(seconds=1))
    message(2, MIDNIGHT)
    message(3, MIDNIGHT + timedelta(days=1) - timedelta(seconds=1))
    message(4, MIDNIGHT + timedelta(days=1))
    count_day(day=DAY, now=NOW)
    assert counted(DAY) == {("cases", "delivered"): 2}


def test_a_campaign_counts_on_the_day_of_its_start() -> None:
    campaign = prepare(people(2), now=NOW)
    count_day(day=DAY, now=NOW)
    assert counted(DAY) == {}
    later = NOW + timedelta(days=1)
    start_campaign(campaign=campaign, started_by=staff("approver"), now=later)
    for day in (DAY, DAY + timedelta(days=1)):
        count_day(day=day, now=later)
    assert counted(DAY) == {}
    assert counted(DAY + timedelta(days=1)) == {("announcements", "held"): 2}


def test_lanes_and_statuses_are_told_apart_and_gateways_added_up() -> None:
    message(1, NOW)
    message(2, NOW, gateway="unifonic")
    message(3, NOW, status=MessageStatus.FAILED)
    message(4, NOW, lane=Lane.CODES)
    message(5, NOW, recipient="", status=MessageStatus.SUPPRESSED)
    count_day(day=DAY, now=NOW)
    assert counted(DAY) == {
        ("cases", "delivered"): 2,
        ("cases", "failed"): 1,
        ("codes", "delivered"): 1,
    }
    assert DayFigure.objects.filter(lane="cases", status="delivered").count() == 2
    assert figures_of(DAY).counted_at == NOW


def test_a_receipt_of_days_later_is_counted_and_an_old_day_is_left() -> None:
    late = message(1, NOW, status=MessageStatus.SENT)
    count_days(now=NOW)
    Message.objects.filter(pk=late.pk).update(status=MessageStatus.DELIVERED)
    count_days(now=NOW + timedelta(days=2))
    assert counted(DAY) == {("cases", "delivered"): 1}
    Message.objects.all().delete()
    count_days(now=NOW + timedelta(days=3))
    assert counted(DAY) == {("cases", "delivered"): 1}


def test_a_day_without_messages_says_that_nothing_was_counted() -> None:
    count_day(day=DAY, now=NOW)
    shown = figures_of(DAY)
    assert shown.counted_at is None
    assert sum(lane.total for lane in shown.lanes) == 0
