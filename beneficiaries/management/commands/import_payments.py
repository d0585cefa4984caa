"""`import_payments CYCLE FILE.csv`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from beneficiaries.imports.command import ImportCommand
from beneficiaries.imports.payments import COLUMNS, import_payments


class Command(ImportCommand):
    """Bring a cycle's payments in; they wait until they are announced."""

    help = (
        "Import a cycle's payments, a line a person, from a CSV file with the columns "
        f"{','.join(COLUMNS)}. "
        "Nobody sees them until `announce --payments`."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("cycle", help="the cycle, like 2026-11")
        parser.add_argument("file", type=Path, help="the CSV file")

    def handle(self, *_args: Any, cycle: str, file: Path, **_options: Any) -> None:
        now = timezone.now()
        self.run_import(file, lambda report: import_payments(cycle, file, now=now, report=report))
