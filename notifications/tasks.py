"""The workers' and the scheduler's way in. Tasks take a lane, never a message or a number."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from notifications import delivery
from notifications.gateways import chosen_gateway
from notifications.statuses import Lane
from notifications.waking import DRAIN_TASK, wake


@shared_task(name=DRAIN_TASK, ignore_result=True)
def drain(lane: str) -> None:
    """Send what is due in a lane: after a wake-up, and by the scheduled sweep."""
    drained = delivery.drain(lane=Lane(lane), gateway=chosen_gateway())
    if drained.has_more:
        wake(Lane(lane))


@shared_task(name="notifications.settle_lost_claims", ignore_result=True)
def settle_lost_claims() -> None:
    """Settle what dead workers left claimed."""
    delivery.settle_lost_claims(now=timezone.now())
