"""`import_register FILE.csv [--as-of DATE]`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from beneficiaries.imports.command import ImportCommand
from beneficiaries.imports.register import COLUMNS, import_register
from saudi.gregorian import InvalidGregorianDate, parse_gregorian, riyadh_date


class Command(ImportCommand):
    """Bring people and households in from the register's file."""

    help = f"Import people and households from a CSV file with the columns {','.join(COLUMNS)}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument(
            "--as-of", help="the day the register wrote it, like 2026-11-10 (default: the file's)"
        )

    def handle(self, *_args: Any, file: Path, as_of: str | None, **_options: Any) -> None:
        now = timezone.now()
        day = None if as_of is None else _day(as_of, today=riyadh_date(now))
        self.run_import(
            file, lambda report: import_register(file, as_of=day, now=now, report=report)
        )


def _day(text: str, *, today: date) -> date:
    try:
        day = parse_gregorian(text)
    except InvalidGregorianDate as error:
        raise CommandError(f"--as-of {text} is no date: write it like 2026-11-10.") from error
    if day > today:
        raise CommandError(f"--as-of {day} is in the future; today is {today} in Riyadh.")
    return day
