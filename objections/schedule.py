"""When the app's scheduled work runs."""

from __future__ import annotations

from typing import Any, Final

from celery.schedules import crontab

STOP_DRAFTS_MINUTE: Final = 5
"""Past each hour: windows close at midnight in Riyadh, and a missed run is made up in an hour."""


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule of the app."""
    return {
        "stop-overdue-drafts": {
            "task": "objections.stop_overdue_drafts",
            "schedule": crontab(minute=STOP_DRAFTS_MINUTE),
            "options": {"queue": "default", "expires": 3000},
        }
    }
