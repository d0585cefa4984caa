"""Scheduled work on objections."""

from __future__ import annotations

import logging
import time
from typing import Final

from celery import shared_task
from django.utils import timezone

from objections.services import (
    follow_extensions,
    follow_names,
    queue_reminders,
    stop_overdue_drafts,
    tell_of_refused,
)
from objections.services.corrections import apply_corrections, fix_sets, wake_corrections
from objections.services.corrections.events import WORK_TASK
from objections.services.quality import draw_standing_samples

logger = logging.getLogger(__name__)

MOST_SECONDS: Final = 60.0
"""A run ends after so long and the next one goes on: no task keeps a worker from its others."""


@shared_task(name="objections.stop_overdue_drafts")
def stop_drafts() -> int:
    """Stop the drafts whose last filing day has passed; early or twice, it stops nothing more."""
    return stop_overdue_drafts(now=timezone.now())


@shared_task(name="objections.queue_reminders")
def remind() -> int:
    """Queue the reminders that are due; twice, or beside another run, it queues nothing more."""
    ends = time.monotonic() + MOST_SECONDS
    queued = queue_reminders(now=timezone.now(), is_over=lambda: time.monotonic() > ends)
    if queued:
        logger.info("reminders queued: %s", queued)
    return queued


@shared_task(name="objections.follow_names")
def follow() -> int:
    """Have objections found under the names that the register corrected."""
    return follow_names(now=timezone.now())


@shared_task(name="objections.follow_extensions")
def extend() -> int:
    """Let drafts follow the extensions of their cycles; twice, it changes nothing more."""
    ends = time.monotonic() + MOST_SECONDS
    told = follow_extensions(now=timezone.now(), is_over=lambda: time.monotonic() > ends)
    if told:
        logger.info("writers told of an extension: %s", told)
    return told


@shared_task(name="objections.tell_of_refused")
def tell() -> int:
    """Tell citizens of the documents that the scanner refused; twice, it tells nobody again."""
    return tell_of_refused(now=timezone.now())


@shared_task(name=WORK_TASK)
def correct() -> int:
    """Write the sets of corrections and apply the approved ones; twice, it changes nothing more.

    What is not done in its time wakes the next run.
    """
    ends = time.monotonic() + MOST_SECONDS

    def is_over() -> bool:
        return time.monotonic() > ends

    now = timezone.now()
    done = fix_sets(now=now, is_over=is_over) + apply_corrections(now=now, is_over=is_over)
    if done:
        logger.info("rows of corrections written or applied: %s", done)
    if is_over():
        wake_corrections()
    return done


@shared_task(name="objections.draw_quality_samples")
def draw() -> int:
    """Draw the standing share of what was decided on the days before; twice, nothing more."""
    drawn = draw_standing_samples(now=timezone.now())
    if drawn:
        logger.info("decisions drawn to be decided again: %s", drawn)
    return drawn
