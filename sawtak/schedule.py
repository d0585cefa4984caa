"""When the app's scheduled work runs."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule of the app."""
    return {
        "answer-many-tickets": {
            "task": "sawtak.answer_many",
            "schedule": crontab(),
            "options": {"queue": "default", "expires": 60},
        },
        "tell-senders-of-refused-files": {
            "task": "sawtak.tell_of_refused",
            "schedule": crontab(),
            "options": {"queue": "default", "expires": 60},
        },
    }
