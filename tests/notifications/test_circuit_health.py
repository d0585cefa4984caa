"""What staff see of the gateways and of what waits, and what it costs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.campaigns import pause_campaign, start_campaign
from notifications.circuits import leave_of
from notifications.health import gateways_health, waiting_messages
from notifications.models import (
    GatewayPause,
    Message,
)
from notifications.rules import (
    FIRST_REST_SECONDS,
)
from notifications.statuses import GatewayState, Lane, MessageStatus
from tests.notifications.circuits import NOW, UNKNOWN, Line, no
from tests.notifications.test_campaigns import people, prepare
from tests.personas import staff
from tests.plans import plan_of


def test_health_tells_state_failures_last_success_and_queue(line: Line) -> None:
    first, second = gateways_health(now=line.now)
    assert (first.gateway, first.is_first, first.state) == ("first", True, GatewayState.IN_USE)
    assert (second.gateway, second.is_first, second.last_success_at) == ("second", False, None)
    line.queue(1)
    line.drain()
    line.open()
    line.queue(2, 3)
    first, second = gateways_health(now=line.now)
    assert (first.state, first.since, first.failures) == (GatewayState.FAILING, NOW, 3)
    assert (first.reason, first.last_success_at) == ("http 503", NOW)
    assert first.until == NOW + timedelta(seconds=FIRST_REST_SECONDS)
    assert [outage.closed_at for outage in first.outages] == [None]
    waiting = {one.lane: (one.waiting, one.oldest) for one in waiting_messages(now=line.now)}
    assert waiting[Lane.CASES] == (2, NOW)
    assert waiting[Lane.CODES] == (0, None)
    line.rest()
    leave_of("first", lane=Lane.CASES, has_other=no, now=line.now)
    assert gateways_health(now=line.now)[0].state == GatewayState.PROBED
    GatewayPause.objects.create(
        gateway="second", until=line.now + timedelta(hours=1), reason="http 401"
    )
    line.first.answer = UNKNOWN
    second = gateways_health(now=line.now)[1]
    assert (second.state, second.reason) == (GatewayState.RESTING, "http 401")


def waiting_of(lane: Lane, *, now: datetime) -> tuple[int, datetime | None]:
    [found] = [one for one in waiting_messages(now=now) if one.lane == lane]
    return found.waiting, found.oldest


def test_what_waits_in_a_campaign_counts_from_its_start_while_it_is_under_way(line: Line) -> None:
    campaign = prepare(people(3), now=NOW - timedelta(days=2))
    assert waiting_of(Lane.ANNOUNCEMENTS, now=NOW) == (0, None)
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    assert waiting_of(Lane.ANNOUNCEMENTS, now=NOW) == (3, NOW)
    pause_campaign(campaign=campaign, by=staff("supervisor"), now=NOW)
    assert waiting_of(Lane.ANNOUNCEMENTS, now=NOW) == (0, None)


def test_what_a_campaign_tries_again_is_hurried_too(line: Line) -> None:
    campaign = prepare(people(2), now=NOW)
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    later = NOW + timedelta(minutes=5)
    first, second = Message.objects.order_by("id")
    Message.objects.filter(pk=first.pk).update(
        status=MessageStatus.QUEUED, gateway="first", error="http 503", not_before=later
    )
    Message.objects.filter(pk=second.pk).update(
        status=MessageStatus.QUEUED, gateway="first", error="code 30003", not_before=later
    )
    line.open()
    due = dict(Message.objects.values_list("pk", "not_before"))
    assert due == {first.pk: NOW, second.pk: later}


def plans_of(captured: CaptureQueriesContext) -> list[str]:
    """Give the plan of each statement that reads messages, in its order where an index has it."""
    asked = [query["sql"] for query in captured.captured_queries]
    return [
        plan_of(sql, of=[Message], without=("seqscan", "bitmapscan", "sort"))
        for sql in asked
        if "notifications_message" in sql and sql.startswith(("SELECT", "UPDATE", "WITH"))
    ]


def test_neither_the_page_nor_an_opening_circuit_reads_all_that_is_queued(line: Line) -> None:
    campaign = prepare(people(500), now=NOW - timedelta(hours=1))
    start_campaign(campaign=campaign, started_by=staff("approver"), now=NOW)
    with CaptureQueriesContext(connection) as captured:
        waiting_messages(now=NOW)
        line.open()
    plans = plans_of(captured)
    assert len(plans) >= len(Lane)
    for plan in plans:
        assert "message_due" in plan, plan
        assert "Sort" not in plan, plan
