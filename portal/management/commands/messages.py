"""`manage.py messages`: bring the Arabic catalogues up to the code, or check them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import catalogues


class Command(BaseCommand):
    """Extract, merge and report what has no Arabic yet."""

    help = "Extract messages into locale/APP/ar; with --check change nothing and fail on gaps."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the apps and --check."""
        parser.add_argument("apps", nargs="*", metavar="APP", help="default: every catalogue")
        parser.add_argument("--check", action="store_true", help="change nothing, fail on gaps")

    def handle(self, *args: Any, apps: list[str], check: bool, **options: Any) -> None:
        """Merge or check each catalogue.

        Raises CommandError for an unknown app or, with --check, for anything missing, fuzzy,
        obsolete, with other placeholders, or translated in two ways.
        """
        unknown = set(apps) - set(settings.CATALOGUES)
        if unknown:
            raise CommandError(f"No such catalogue: {', '.join(sorted(unknown))}")
        chosen = tuple(apps) or tuple(settings.CATALOGUES)
        if check:
            lines = [line for app in chosen for line in catalogues.faults(app)]
            lines += catalogues.disagreements(tuple(settings.CATALOGUES))
            if lines:
                raise CommandError("\n".join([*lines, f"{len(lines)} to put right."]))
            self.stdout.write(f"Complete: {', '.join(chosen)}.")
            return
        for app in chosen:
            done = catalogues.merge(app)
            self.stdout.write(
                f"{app}: {len(done.added)} added, {len(done.removed)} removed, "
                f"{len(done.missing)} without Arabic"
            )
            for message_id in done.missing:
                self.stdout.write(f"  {message_id}")
