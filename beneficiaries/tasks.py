"""The workers' and the scheduler's way in. A task takes a run's id, never a file or a name."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from beneficiaries.imports import uploads
from beneficiaries.imports.recording import LONGEST_SECONDS


@shared_task(
    name=uploads.IMPORT_TASK,
    ignore_result=True,
    soft_time_limit=LONGEST_SECONDS - 60,
    time_limit=LONGEST_SECONDS,
)
def run_import(run_id: int) -> None:
    """Bring in an uploaded file. Safe to be run twice: one of the two finds it taken."""
    uploads.work_on(run_id, now=timezone.now())


@shared_task(name="beneficiaries.sweep_imports", ignore_result=True)
def sweep_imports() -> None:
    """Take up what waits and settle what died."""
    uploads.sweep(now=timezone.now())


@shared_task(name="beneficiaries.remove_import_files", ignore_result=True)
def remove_import_files() -> None:
    """Remove uploads that have served."""
    uploads.remove_old_files(now=timezone.now())
