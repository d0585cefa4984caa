"""When the portal's own scheduled work runs."""

from __future__ import annotations

from typing import Any, Final

from celery.schedules import crontab

from beneficiaries.schedule import SWEEP_SECONDS

CALL_SECONDS: Final = 60.0
"""How soon a message that did not arrive is in the list of calls, and one that did is out of it."""


WORK_SECONDS: Final = 60.0
"""How soon a case that was put off comes back, and one that is nearly late is said to be."""


FIGURES_SECONDS: Final = 600.0
"""How old the figures of the service are at most."""


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule of the app."""
    return {
        "sweep-announcement-runs": {
            "task": "portal.sweep_announcement_runs",
            "schedule": SWEEP_SECONDS,
            "options": {"queue": "default", "expires": SWEEP_SECONDS},
        },
        "sweep-exports": {
            "task": "portal.sweep_exports",
            "schedule": SWEEP_SECONDS,
            "options": {"queue": "default", "expires": SWEEP_SECONDS},
        },
        "sweep-calls": {
            "task": "portal.sweep_calls",
            "schedule": CALL_SECONDS,
            "options": {"queue": "default", "expires": CALL_SECONDS},
        },
        "count-days-again": {
            "task": "portal.count_days_again",
            "schedule": crontab(hour=1, minute=10),
            "options": {"queue": "default", "expires": 3_600},
        },
        "count-figures": {
            "task": "portal.count_figures",
            "schedule": FIGURES_SECONDS,
            "options": {"queue": "default", "expires": FIGURES_SECONDS},
        },
        "count-figures-again": {
            "task": "portal.count_figures_again",
            "schedule": crontab(hour=2, minute=25),
            "options": {"queue": "default", "expires": 3_600},
        },
        "sweep-work": {
            "task": "portal.sweep_work",
            "schedule": WORK_SECONDS,
            "options": {"queue": "default", "expires": WORK_SECONDS},
        },
    }
