"""Work on documents that no request waits for."""

from __future__ import annotations

import time
from typing import Final

from celery import shared_task
from django.utils import timezone

from documents.drawing import draw_waiting
from documents.scanning import scan_waiting
from documents.sweeping import remove_files_without_row

MOST_SECONDS: Final = 240.0
"""A run ends after so long and the next one goes on: no task keeps a worker from its others."""


@shared_task(name="documents.look_into")
def look_into() -> None:
    """Scan the files that wait for it and draw their pages; beside another run, none twice."""
    ends = time.monotonic() + MOST_SECONDS
    scan_waiting(now=timezone.now(), is_over=lambda: time.monotonic() > ends)
    draw_waiting(now=timezone.now(), is_over=lambda: time.monotonic() > ends)


@shared_task(name="documents.remove_files_without_row")
def sweep_files() -> None:
    """Remove the files that no document names."""
    remove_files_without_row(now=timezone.now())
