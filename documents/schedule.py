"""When the app's scheduled work runs."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule of the app, by the clock in Riyadh."""
    return {
        # What a lost wake-up left: files that wait for their scan, pages to be drawn.
        "look-into-documents": {
            "task": "documents.look_into",
            "schedule": crontab(),
            "options": {"queue": "default", "expires": 60},
        },
        "remove-files-without-row": {
            "task": "documents.remove_files_without_row",
            "schedule": crontab(hour=3, minute=40),
            "options": {"queue": "default", "expires": 3600},
        },
    }
