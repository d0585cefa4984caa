"""How the gateways are, for a page of the staff site: read, and bounded in cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, QuerySet

from notifications.claims import read_in_order_of_the_index
from notifications.models import Campaign, GatewayCircuit, GatewayOutage, GatewayPause, Message
from notifications.progress import campaigns_under_way
from notifications.statuses import WAITING, GatewayState, Lane, MessageStatus

MOST_COUNTED: Final = 10_000
"""Counts end here: a page says "ten thousand and more"."""

OUTAGES_SHOWN: Final = 10
UNKNOWN_SINCE: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """One gateway as it is now.

    `since` and `until` are of the failing or the rest that goes on; `reason` is stored as the
    gateway's errors are, for `reason_in_words`. `on_its_way` are messages with it that have no
    outcome yet, `unknown` those of the last three days whose outcome is still asked about.
    """

    gateway: str
    is_first: bool
    state: GatewayState
    since: datetime | None
    until: datetime | None
    reason: str
    failures: int
    last_success_at: datetime | None
    last_failure_at: datetime | None
    on_its_way: int
    unknown: int
    outages: tuple[GatewayOutage, ...]


@dataclass(frozen=True, slots=True)
class WaitingMessages:
    """What is due and not sent yet, in one lane, whichever gateway will take it.

    `oldest` is the instant from which the oldest could have left: a campaign's not before its
    start.
    """

    lane: Lane
    waiting: int
    oldest: datetime | None


def gateways_health(*, now: datetime) -> list[GatewayHealth]:
    """Give how each gateway of the settings is, the first one first."""
    names = [name for name in (settings.SMS_GATEWAY, settings.SMS_SECOND_GATEWAY) if name]
    circuits = {one.gateway: one for one in GatewayCircuit.objects.filter(gateway__in=names)}
    pauses = {
        one.gateway: one for one in GatewayPause.objects.filter(gateway__in=names, until__gt=now)
    }
    return [
        _health(
            circuits.get(name) or GatewayCircuit(gateway=name),
            pauses.get(name),
            is_first=name == settings.SMS_GATEWAY,
            now=now,
        )
        for name in names
    ]


def waiting_messages(*, now: datetime) -> list[WaitingMessages]:
    """Give what waits in each lane, also in its campaigns under way, counted up to MOST_COUNTED.

    By the indexes of what is due, in their order, however much was queued for later.
    """
    under_way = campaigns_under_way()
    return [
        _waiting_in(lane, [one for one in under_way if one.lane == lane], now=now) for lane in Lane
    ]


def _waiting_in(lane: Lane, campaigns: Sequence[Campaign], *, now: datetime) -> WaitingMessages:
    due = Message.objects.filter(not_before__lte=now).order_by("not_before", "id")
    waiting, oldest = _count(
        due.filter(lane=lane, status=MessageStatus.QUEUED, campaign__isnull=True), MOST_COUNTED
    )
    instants = [oldest]
    for campaign in campaigns:
        with transaction.atomic(), read_in_order_of_the_index():
            theirs = due.filter(campaign=campaign, status__in=WAITING)
            count, oldest = _count(theirs, MOST_COUNTED - waiting)
        waiting += count
        if oldest is not None and campaign.started_at is not None:
            instants.append(max(oldest, campaign.started_at))
    first = min((at for at in instants if at is not None), default=None)
    return WaitingMessages(lane=lane, waiting=waiting, oldest=first)


def _count(due: QuerySet[Message], most: int) -> tuple[int, datetime | None]:
    """Count what is due, up to a number, and give since when the first of it is."""
    told = due[:most].aggregate(count=Count("pk"), oldest=Min("not_before"))
    return told["count"], told["oldest"]


def _health(
    circuit: GatewayCircuit, pause: GatewayPause | None, *, is_first: bool, now: datetime
) -> GatewayHealth:
    state, since, until, reason = GatewayState.IN_USE, None, None, ""
    if circuit.opened_at is not None:
        is_probed = circuit.probe_until is not None and circuit.probe_until > now
        state = GatewayState.PROBED if is_probed else GatewayState.FAILING
        since, until, reason = circuit.opened_at, circuit.rest_until, circuit.last_failure
    if pause is not None:
        state, until, reason = GatewayState.RESTING, pause.until, pause.reason
    own = Message.objects.filter(gateway=circuit.gateway)
    unknown = own.filter(status=MessageStatus.UNKNOWN, queued_at__gt=now - UNKNOWN_SINCE)
    outages = GatewayOutage.objects.filter(gateway=circuit.gateway).order_by("-id")
    return GatewayHealth(
        gateway=circuit.gateway,
        is_first=is_first,
        state=state,
        since=since,
        until=until,
        reason=reason,
        failures=circuit.failures,
        last_success_at=circuit.last_success_at,
        last_failure_at=circuit.last_failure_at,
        on_its_way=own.filter(status=MessageStatus.SENDING)[:MOST_COUNTED].count(),
        unknown=unknown[:MOST_COUNTED].count(),
        outages=tuple(outages[:OUTAGES_SHOWN]),
    )
