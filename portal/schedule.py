"""When the portal's own scheduled work runs."""

from __future__ import annotations

from typing import Any

from beneficiaries.schedule import SWEEP_SECONDS


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule of the app."""
    return {
        "sweep-announcement-runs": {
            "task": "portal.sweep_announcement_runs",
            "schedule": SWEEP_SECONDS,
            "options": {"queue": "default", "expires": SWEEP_SECONDS},
        }
    }
