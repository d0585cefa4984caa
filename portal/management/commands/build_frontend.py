"""`manage.py build_frontend`: fetch the fonts and cut them to the letters that are needed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal import fonts


class Command(BaseCommand):
    """Write var/frontend and var/print; nothing where they are of the same lock."""

    help = "Install the front-end packages and build the fonts into var/frontend."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Add --force."""
        parser.add_argument("--force", action="store_true", help="build again even if up to date")

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        """Install, cut, report the sizes; a stamp written last marks a whole build."""
        root = Path(settings.BASE_DIR)
        target = root / "var" / "frontend" / "fonts"
        printed = Path(settings.PRINT_FONTS)
        stamp = root / "var" / "frontend.stamp"
        recipe = hashlib.sha256(
            (root / "package-lock.json").read_bytes() + Path(fonts.__file__).read_bytes()
        ).hexdigest()
        is_whole = target.is_dir() and printed.is_dir() and stamp.is_file()
        if not force and is_whole and stamp.read_text() == recipe:
            self.stdout.write("Fonts are up to date.")
            return
        try:
            if fonts.install_packages(root):
                self.stdout.write("Installed the front-end packages.")
            built = fonts.build_fonts(root, target)
            fonts.build_print_fonts(target, printed)
        except fonts.FrontendUnavailable as error:
            raise CommandError(str(error)) from error
        for font in built:
            self.stdout.write(
                f"{font.path.name}: {font.source_bytes / 1024:.0f} KB cut to "
                f"{font.bytes / 1024:.0f} KB"
            )
        stamp.write_text(recipe)
