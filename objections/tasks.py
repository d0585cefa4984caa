"""Scheduled work on objections."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from objections.services import stop_overdue_drafts


@shared_task(name="objections.stop_overdue_drafts")
def stop_drafts() -> int:
    """Stop the drafts whose last filing day has passed; early or twice, it stops nothing more."""
    return stop_overdue_drafts(now=timezone.now())
