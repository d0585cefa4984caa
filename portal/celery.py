"""The Celery application: queues and the scheduled sweeps.

Redis only wakes workers. What must be done is a row in PostgreSQL, and a sweep finds each row
whose wake-up was lost (docs/adr/0004).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from celery import Celery, signals

from access.schedule import beat_schedule as access_schedule
from beneficiaries.schedule import beat_schedule as beneficiaries_schedule
from documents.schedule import beat_schedule as documents_schedule
from notifications.schedule import beat_schedule as notifications_schedule
from objections.schedule import beat_schedule as objections_schedule
from portal.liveness import watch
from portal.schedule import beat_schedule as portal_schedule
from saudi.schedule import beat_schedule as saudi_schedule
from sawtak.schedule import beat_schedule as sawtak_schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


def joined(*schedules: Mapping[str, Any]) -> dict[str, Any]:
    """Join the schedules of the apps.

    Raises:
        ValueError: two apps use one name, and the second would silence the first.
    """
    together: dict[str, Any] = {}
    for schedule in schedules:
        if again := together.keys() & schedule.keys():
            raise ValueError(f"Scheduled twice under one name: {', '.join(sorted(again))}")
        together |= schedule
    return together


app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = joined(
    notifications_schedule(),
    access_schedule(),
    beneficiaries_schedule(),
    documents_schedule(),
    objections_schedule(),
    portal_schedule(),
    saudi_schedule(),
    sawtak_schedule(),
)
app.autodiscover_tasks()
signals.worker_ready.connect(watch)
