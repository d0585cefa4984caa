"""Work of the scheduler."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from access.cleanup import forget_old_rows


@shared_task(name="access.forget_old_rows")
def forget_old_rows_task() -> int:
    """Delete codes, counters and sessions that are over."""
    return forget_old_rows(now=timezone.now())
