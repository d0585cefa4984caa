"""What was done with a correction, written down, and the worker that is told of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from beneficiaries.models import User
from notifications.waking import wake_task
from objections.corrections.statuses import CorrectionAct
from objections.models import Correction, CorrectionEvent

WORK_TASK: Final = "objections.work_corrections"


def append_act(
    correction: Correction, act: CorrectionAct, *, by: User | None, now: datetime, note: str = ""
) -> None:
    """Write what was done with a correction. The caller holds its lock."""
    CorrectionEvent.objects.create(correction=correction, act=act, by=by, at=now, note=note)


def wake_corrections() -> None:
    """Tell a worker of what is to be written or applied; the sweep finds it where nobody heard."""
    wake_task(WORK_TASK, (), queue="default")
