"""What the import commands share: progress on the terminal, and how an import is told of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from beneficiaries.errors import ImportRunning, InvalidCycle, UnreadableFile
from beneficiaries.imports.faults import WORDS
from beneficiaries.imports.recording import Report, Step
from beneficiaries.imports.staging import ImportCounts


class ImportCommand(BaseCommand):
    """Runs one import and tells what became of its rows."""

    def run_import(self, path: Path, do: Callable[[Report], ImportCounts]) -> None:
        """Run the import and print its counts.

        Raises:
            CommandError: nothing could be imported, or some rows were rejected.
        """
        try:
            counts = do(self._report)
        except UnreadableFile as error:
            raise CommandError(f"{path}: {error.why}. Nothing was imported.") from error
        except InvalidCycle as error:
            raise CommandError(
                f"{error.text} is no cycle: write a year and a month like 2026-11."
            ) from error
        except ImportRunning as error:
            raise CommandError(
                f"Another import of {error.kind} is running. Nothing was imported: "
                "wait for it and run this again."
            ) from error
        except OSError as error:
            raise CommandError(
                f"{path}: {error.strerror or error}. Nothing was imported."
            ) from error
        self.stdout.write(
            f"{path.name}: {counts.read:,} rows read, {counts.created:,} new, "
            f"{counts.changed:,} changed, {counts.rejected:,} rejected."
        )
        for note in counts.notes:
            self.stdout.write(f"  {note}")
        for rejection in counts.rejections:
            column, _colon, fault = rejection.kind.rpartition(":")
            what = WORDS[fault] if column == "row" else f"{column}: {WORDS[fault]}"
            lines = ", ".join(map(str, rejection.lines))
            more = " …" if rejection.count > len(rejection.lines) else ""
            self.stdout.write(f"  {rejection.count:,} × {what} (lines {lines}{more})")
        if counts.rejected:
            raise CommandError(
                f"{counts.rejected:,} rows were rejected; they are in {counts.rejected_path} with "
                "the reason of each. All other rows were imported."
            )

    def _report(self, step: Step) -> None:
        self.stderr.write(f"… {step_text(step)}", self.style.NOTICE)


def step_text(step: Step) -> str:
    """Say how far a command is; commands speak English."""
    with override("en"):
        words = str(step.phase.label)
    rows = f": {step.rows:,}" if step.rows else ""
    percent = "" if step.percent is None else f" ({step.percent} %)"
    return f"{words}{rows}{percent}"
