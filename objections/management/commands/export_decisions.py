"""`export_decisions [--folder FOLDER] [--by USERNAME] [--again NUMBER]`."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from beneficiaries.models import User
from objections.exports import (
    Exported,
    NothingToExport,
    NotReconciled,
    export_decisions,
    finish_files,
    repeat_export,
)
from objections.models import DecisionExport


class Command(BaseCommand):
    """Write the decisions in force that did not go out yet to the programme's file."""

    help = (
        "Write the decisions in force that were not exported yet to a new file for the programme, "
        "each once. With --again, write an earlier file again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--folder",
            type=Path,
            default=settings.DATA_DIR / "exports",
            help="where the file goes (default: exports in the data folder)",
        )
        parser.add_argument("--by", metavar="USERNAME", help="the member of staff who makes it")
        parser.add_argument(
            "--again", type=int, metavar="NUMBER", help="the number of an export to write again"
        )

    def handle(
        self, *_args: Any, folder: Path, by: str | None, again: int | None, **_options: Any
    ) -> None:
        staff, account, now = _staff(by), getpass.getuser()[:64], timezone.now()
        try:
            for path in finish_files(folder):
                self.stdout.write(f"Finished what was broken off: {path}")
            if again is None:
                done = export_decisions(folder=folder, by=staff, account=account, now=now)
            else:
                done = repeat_export(
                    _export(again), folder=folder, by=staff, account=account, now=now
                )
        except NothingToExport:
            self.stdout.write("No decision in force waits to be exported. No file was made.")
            return
        except NotReconciled as error:
            raise CommandError(
                "The file does not hold what the database says. Nothing was exported: tell the "
                "administrator."
            ) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or folder}: {error.strerror}. Put it right and run this again: "
                "no decision is exported twice or left out."
            ) from error
        self._tell(done)

    def _tell(self, done: Exported) -> None:
        export = done.export
        self.stdout.write(
            f"Export {export.pk}: {export.rows:,} decisions in {done.path}\n"
            f"  accepted {export.accepted:,}, partly accepted {export.partly_accepted:,}, "
            f"rejected {export.rejected:,}\n"
            f"  back pay SAR {export.back_pay_sar:,.2f}\n"
            f"  SHA-256 {export.sha256}"
        )


def _staff(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username, is_staff=True, is_active=True).first()
    if user is None:
        raise CommandError(f"{username} is no member of staff.")
    return user


def _export(number: int) -> DecisionExport:
    export = DecisionExport.objects.filter(pk=number, repeats=None).first()
    if export is None:
        raise CommandError(f"{number} is no export of decisions. See the staff site for the list.")
    return export
