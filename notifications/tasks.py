"""The workers' and the scheduler's way in. Tasks take a lane, never a message or a number."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from notifications import claims, delivery, figures, progress, receipts, reconciling
from notifications.crew import Crew, Shift
from notifications.gateways import chosen_gateways
from notifications.gateways.base import Gateway, GatewayError
from notifications.mail import claims as mail_claims
from notifications.mail import delivery as mail_delivery
from notifications.mail.waking import MAIL_TASK, wake_mails
from notifications.rounds import drain_attentively, drain_in_rounds, stopping
from notifications.schedule import COUNT_CAMPAIGNS_TASK
from notifications.statuses import Lane
from notifications.waking import BREAK_SECONDS, DRAIN_TASK, wake

logger = logging.getLogger(__name__)

MOST_ASKING_SECONDS: Final = 20.0
MOST_COUNTING_SECONDS: Final = 30.0
MOST_LOOKS: Final = 3
"""How often a worker that starts tries to wake each of its lanes."""

_SHIFTS: Final = {lane: Shift() for lane in Lane}


@shared_task(name=DRAIN_TASK, ignore_result=True)
def drain(lane: str) -> None:
    """Send what is due in a lane: after a wake-up, and by the scheduled sweep."""
    (first, *others), of = chosen_gateways(), Lane(lane)

    def drain_once(crew: Crew) -> delivery.Drained:
        return delivery.drain(
            lane=of, gateway=first, others=others, crew=crew, call_help=partial(wake, of)
        )

    def drain_with(crew: Crew) -> None:
        rounds = partial(drain_in_rounds, partial(drain_once, crew), wake=partial(wake, of))
        if of == Lane.CODES:
            drain_attentively(rounds, wait=crew.wait_for_news)
        else:
            rounds()

    hands = min(gateway.most_at_once for gateway in (first, *others))
    _SHIFTS[of].work(first, drain_with, hands=hands)


@worker_ready.connect
def look_at_once(sender: Any, **_: Any) -> None:
    """Have the lanes drained of a worker that has just started: what waits needs no sweep."""
    lanes = [lane for lane in Lane if lane.value in sender.app.amqp.queues.consume_from]
    threading.Thread(target=_wake_patiently, args=[lanes], name="look", daemon=True).start()


def _wake_patiently(lanes: Sequence[Lane]) -> None:
    """Wake each lane; where Redis is slow to answer, as on a machine that starts, once more."""
    for lane in lanes:
        for _ in range(MOST_LOOKS):
            if wake(lane) or stopping.wait(BREAK_SECONDS):
                break


@shared_task(name="notifications.ask_gateways", ignore_result=True)
def ask_gateways() -> None:
    """Ask each gateway about unknown outcomes and missing receipts, for so many seconds."""
    for gateway in chosen_gateways():
        _ask(gateway, now=timezone.now(), ends=time.monotonic() + MOST_ASKING_SECONDS)
    given_up = reconciling.give_up_asking(now=timezone.now())
    if given_up:
        logger.warning("%s messages are unconfirmed: no gateway could tell of them", given_up)


def _ask(gateway: Gateway, *, now: datetime, ends: float) -> None:
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


@shared_task(name="notifications.count_days", ignore_result=True)
def count_days() -> None:
    """Count the messages of the last days for the staff's page."""
    figures.count_days(now=timezone.now())


@shared_task(name=COUNT_CAMPAIGNS_TASK, ignore_result=True)
def count_campaigns() -> None:
    """Count how far campaigns are, and mark what was stopped, for so many seconds."""
    ends = time.monotonic() + MOST_COUNTING_SECONDS
    progress.count_campaigns(now=timezone.now(), is_over=lambda: time.monotonic() > ends)


@shared_task(name="notifications.remove_old_reports", ignore_result=True)
def remove_old_reports() -> None:
    """Remove what gateways reported long ago."""
    receipts.remove_old_reports(now=timezone.now())


@shared_task(name="notifications.settle_lost_claims", ignore_result=True)
def settle_lost_claims() -> None:
    """Settle what dead workers left claimed."""
    claims.settle_lost_claims(now=timezone.now())


@shared_task(name=MAIL_TASK, ignore_result=True)
def send_mails() -> None:
    """Send the mails that are due: after a wake-up, and by the scheduled sweep."""
    if mail_delivery.drain(call_help=wake_mails).has_more:
        wake_mails()


@shared_task(name="notifications.settle_mails", ignore_result=True)
def settle_mails() -> None:
    """Settle what dead workers left of mails, and end what is late or stopped."""
    now = timezone.now()
    mail_claims.settle_lost(now=now)
    mail_claims.expire_and_cancel(now=now)
