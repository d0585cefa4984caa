"""When the app's scheduled work runs."""

from __future__ import annotations

from typing import Any, Final

from celery.schedules import crontab

SWEEP_SECONDS: Final = 60


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule of the app."""
    return {
        "sweep-imports": {
            "task": "beneficiaries.sweep_imports",
            "schedule": SWEEP_SECONDS,
            "options": {"queue": "default", "expires": SWEEP_SECONDS},
        },
        "remove-import-files": {
            "task": "beneficiaries.remove_import_files",
            "schedule": crontab(hour=4, minute=10),
            "options": {"queue": "default", "expires": 3600},
        },
    }
