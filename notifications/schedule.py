"""When the sweeps of this app run. portal/celery.py puts the apps' schedules together."""

from __future__ import annotations

from typing import Any, Final

from celery.schedules import crontab

from notifications.mail.waking import MAIL_QUEUE, MAIL_TASK
from notifications.statuses import Lane
from notifications.waking import DRAIN_TASK

SWEEP_SECONDS: Final[dict[Lane, float]] = {
    Lane.CODES: 10.0,
    Lane.CASES: 10.0,
    Lane.REMINDERS: 60.0,
    Lane.ANNOUNCEMENTS: 60.0,
}


MAIL_SECONDS: Final = 20.0
SETTLE_MAILS_SECONDS: Final = 60.0
ASK_SECONDS: Final = 60.0
COUNT_SECONDS: Final = 300.0
COUNT_CAMPAIGNS_SECONDS: Final = 15.0
COUNT_CAMPAIGNS_TASK: Final = "notifications.count_campaigns"


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Give Celery's schedule: a sweep a lane, what dead workers left, what gateways can tell.

    A sweep that was not taken before the next one is due is dropped, so that a stopped worker
    finds one and not a thousand.
    """
    sweeps: dict[str, dict[str, Any]] = {
        f"sweep-{lane.value}": {
            "task": DRAIN_TASK,
            "schedule": seconds,
            "args": [lane.value],
            "options": {"queue": lane.value, "expires": seconds},
        }
        for lane, seconds in SWEEP_SECONDS.items()
    }
    sweeps["ask-gateways"] = {
        "task": "notifications.ask_gateways",
        "schedule": ASK_SECONDS,
        "options": {"queue": "default", "expires": ASK_SECONDS},
    }
    sweeps["count-campaigns"] = {
        "task": COUNT_CAMPAIGNS_TASK,
        "schedule": COUNT_CAMPAIGNS_SECONDS,
        "options": {"queue": "default", "expires": COUNT_CAMPAIGNS_SECONDS},
    }
    sweeps["count-days"] = {
        "task": "notifications.count_days",
        "schedule": COUNT_SECONDS,
        "options": {"queue": "default", "expires": COUNT_SECONDS},
    }
    sweeps["remove-old-reports"] = {
        "task": "notifications.remove_old_reports",
        "schedule": crontab(hour=4, minute=20),
        "options": {"queue": "default", "expires": 3600},
    }
    sweeps["settle-lost-claims"] = {
        "task": "notifications.settle_lost_claims",
        "schedule": 30.0,
        "options": {"queue": "default", "expires": 30.0},
    }
    sweeps["sweep-mails"] = {
        "task": MAIL_TASK,
        "schedule": MAIL_SECONDS,
        "options": {"queue": MAIL_QUEUE, "expires": MAIL_SECONDS},
    }
    sweeps["settle-mails"] = {
        "task": "notifications.settle_mails",
        "schedule": SETTLE_MAILS_SECONDS,
        "options": {"queue": "default", "expires": SETTLE_MAILS_SECONDS},
    }
    return sweeps
