"""The workers' and the scheduler's way in. Tasks take a lane, never a message or a number."""

from __future__ import annotations

from functools import partial
from typing import Final

from celery import shared_task
from django.utils import timezone

from notifications import claims, delivery
from notifications.crew import Crew, Shift
from notifications.gateways import chosen_gateway
from notifications.statuses import Lane
from notifications.waking import DRAIN_TASK, wake

_SHIFTS: Final = {lane: Shift() for lane in Lane}


@shared_task(name=DRAIN_TASK, ignore_result=True)
def drain(lane: str) -> None:
    """Send what is due in a lane: after a wake-up, and by the scheduled sweep."""
    gateway, of = chosen_gateway(), Lane(lane)

    def drain_with(crew: Crew) -> None:
        drained = delivery.drain(lane=of, gateway=gateway, crew=crew, call_help=partial(wake, of))
        if drained.has_more:
            wake(of)

    _SHIFTS[of].work(gateway, drain_with)


@shared_task(name="notifications.settle_lost_claims", ignore_result=True)
def settle_lost_claims() -> None:
    """Settle what dead workers left claimed."""
    claims.settle_lost_claims(now=timezone.now())
