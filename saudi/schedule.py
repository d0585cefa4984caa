"""When the app's scheduled work runs."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule of the app: once a night, by the clock in Riyadh."""
    return {
        "load-holidays": {
            "task": "saudi.load_holidays",
            "schedule": crontab(hour=3, minute=40),
            "options": {"queue": "default", "expires": 3600},
        }
    }
