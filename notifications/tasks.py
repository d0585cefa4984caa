"""The workers' and the scheduler's way in. Tasks take a lane, never a message or a number."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Final

from celery import shared_task
from django.utils import timezone

from notifications import claims, delivery, receipts, reconciling
from notifications.crew import Crew, Shift
from notifications.gateways import chosen_gateway
from notifications.gateways.base import GatewayError
from notifications.statuses import Lane
from notifications.waking import DRAIN_TASK, wake

logger = logging.getLogger(__name__)

MOST_ASKING_SECONDS: Final = 20.0

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


@shared_task(name="notifications.ask_gateways", ignore_result=True)
def ask_gateways() -> None:
    """Ask the gateway about unknown outcomes and missing receipts, for so many seconds."""
    gateway, now, ends = chosen_gateway(), timezone.now(), time.monotonic() + MOST_ASKING_SECONDS

    def is_over() -> bool:
        return time.monotonic() > ends

    try:
        outcomes = reconciling.reconcile(gateway=gateway, now=now, is_over=is_over)
        silent = reconciling.ask_for_receipts(gateway=gateway, now=now, is_over=is_over)
    except GatewayError as error:
        logger.warning("asking %s ended: %s", gateway.name, error.reason)
        return
    if outcomes != reconciling.Reconciled() or silent != reconciling.Receipts():
        logger.info("asked %s: %s, %s", gateway.name, outcomes, silent)


@shared_task(name="notifications.remove_old_reports", ignore_result=True)
def remove_old_reports() -> None:
    """Remove what gateways reported long ago."""
    receipts.remove_old_reports(now=timezone.now())


@shared_task(name="notifications.settle_lost_claims", ignore_result=True)
def settle_lost_claims() -> None:
    """Settle what dead workers left claimed."""
    claims.settle_lost_claims(now=timezone.now())
