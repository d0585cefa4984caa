"""`manage.py compile_catalogues`: make the .mo files that the portal reads."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import catalogues


class Command(BaseCommand):
    """Compile every catalogue; a broken entry fails the build, so that nobody ships it."""

    help = "Compile the Arabic catalogues with Babel."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --allow-incomplete, for work in progress."""
        parser.add_argument("--allow-incomplete", action="store_true")

    def handle(self, *args: Any, allow_incomplete: bool, **options: Any) -> None:
        """Compile all, then fail on what is missing, fuzzy or broken."""
        lines: list[str] = []
        for app in settings.CATALOGUES:
            compiled = catalogues.compile_catalogue(app)
            if compiled is None:
                lines.append(f"{app}: no catalogue")
                continue
            self.stdout.write(f"{app}: compiled")
            lines += catalogues.entry_faults(app)
        if lines and not allow_incomplete:
            raise CommandError("\n".join(lines))
