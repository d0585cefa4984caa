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
