"""Scheduled work on documents."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from documents.sweeping import remove_files_without_row


@shared_task(name="documents.remove_files_without_row")
def sweep_files() -> None:
    """Remove the files that no document names."""
    remove_files_without_row(now=timezone.now())
