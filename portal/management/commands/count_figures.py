"""`count_figures [--days N]`: what the scheduler does each ten minutes and each night, by hand."""

from __future__ import annotations

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from portal.figures.counting import NIGHTLY_DAYS, count_days

MOST_DAYS: Final = 400


class Command(BaseCommand):
    """Count the figures of the last days anew. Run again, it gives the same."""

    help = "Count the figures of the service of the last days anew, today among them."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --days."""
        parser.add_argument(
            "--days", type=int, default=NIGHTLY_DAYS, help=f"how many days (1 to {MOST_DAYS})"
        )

    def handle(self, *_args: Any, days: int, **_options: Any) -> None:
        if not 1 <= days <= MOST_DAYS:
            raise CommandError(f"--days is a number from 1 to {MOST_DAYS}.")
        count_days(days=days, now=timezone.now())
        self.stdout.write(f"Counted {days} days.")
