"""Work of the scheduler."""

from __future__ import annotations

from celery import shared_task

from saudi.days_off import load_holidays


@shared_task(name="saudi.load_holidays")
def load_holidays_task() -> int:
    """Write the official holidays of the years ahead that the table does not have yet."""
    return load_holidays()
