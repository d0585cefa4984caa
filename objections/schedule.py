"""When the app's scheduled work runs."""

from __future__ import annotations

from typing import Any, Final

from celery.schedules import crontab

STOP_DRAFTS_MINUTE: Final = 5
"""Past each hour: windows close at midnight in Riyadh, and a missed run is made up in an hour."""

FOLLOW_NAMES_MINUTE: Final = 35
"""Past each hour: so long a corrected name may find a person and not yet their objections."""

EXTENSION_SECONDS: Final = 60.0
"""A worker is woken by an extension; this makes up for a wake-up that nobody heard."""

CORRECTION_SECONDS: Final = 60.0
"""As with extensions: a run ends by itself before the next begins, or finds it at work."""

REMIND_HOURS: Final = "9-20"
"""Riyadh hours. The first run of a day is at 09:00; the others find what it left, or nothing."""

REMIND_MINUTES: Final = 10

DRAW_HOUR: Final = 5
DRAW_MINUTE: Final = 20
"""Riyadh time: before the caseworkers' day. A missed night is made up by the next ones."""


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule of the app."""
    return {
        "stop-overdue-drafts": {
            "task": "objections.stop_overdue_drafts",
            "schedule": crontab(minute=STOP_DRAFTS_MINUTE),
            "options": {"queue": "default", "expires": 3000},
        },
        "follow-names": {
            "task": "objections.follow_names",
            "schedule": crontab(minute=FOLLOW_NAMES_MINUTE),
            "options": {"queue": "default", "expires": 3000},
        },
        "follow-extensions": {
            "task": "objections.follow_extensions",
            "schedule": EXTENSION_SECONDS,
            "options": {"queue": "default", "expires": EXTENSION_SECONDS},
        },
        "tell-of-refused": {
            "task": "objections.tell_of_refused",
            "schedule": crontab(),
            "options": {"queue": "default", "expires": 60},
        },
        "work-corrections": {
            "task": "objections.work_corrections",
            "schedule": CORRECTION_SECONDS,
            "options": {"queue": "default", "expires": CORRECTION_SECONDS},
        },
        "queue-reminders": {
            "task": "objections.queue_reminders",
            "schedule": crontab(minute=f"*/{REMIND_MINUTES}", hour=REMIND_HOURS),
            "options": {"queue": "default", "expires": REMIND_MINUTES * 60},
        },
        "draw-quality-samples": {
            "task": "objections.draw_quality_samples",
            "schedule": crontab(minute=DRAW_MINUTE, hour=DRAW_HOUR),
            "options": {"queue": "default", "expires": 3600},
        },
    }
