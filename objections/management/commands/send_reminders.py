"""`send_reminders`: what the scheduler does each ten minutes, by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from objections.services import queue_reminders


class Command(BaseCommand):
    """Queue the reminders that are due. Run again, it queues what is left, or nothing."""

    help = (
        "Queue the reminders that are due now: of results 14 days before their last day, of "
        "drafts 3 days and 1 day before. Each once, however often it runs."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        queued = queue_reminders(now=timezone.now())
        self.stdout.write(f"Queued {queued} reminders.")
