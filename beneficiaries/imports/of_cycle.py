"""What every import for a cycle does: rows wait in it, seen by nobody, until they are announced.

A row that says what is already announced leaves nothing waiting; one that says something else
waits as a correction beside what was announced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from beneficiaries.cycles import parse_cycle
from beneficiaries.imports.reader import CsvFile
from beneficiaries.imports.staging import (
    ImportCounts,
    Report,
    Staging,
    record_run,
    settle_rejected,
    take_turn,
)
from beneficiaries.models import Cycle


def no_further_checks(_staging: Staging, _cycle: Cycle) -> None:
    """Reject nothing more than every import for a cycle does."""


@dataclass(frozen=True)
class CycleImport:
    """One kind of file for a cycle: its columns, its reader and its SQL.

    `read` gives a row's values in the order of the columns or raises InvalidValue. Of the SQL,
    with the parameter `cycle`, `drop_waiting_without_news` deletes the waiting rows whose staged
    row says what is announced, and `write_waiting` gives the counts of new and changed rows.
    """

    kind: str
    columns: Sequence[str]
    read: Callable[[Sequence[str]], Sequence[str]]
    drop_waiting_without_news: str
    write_waiting: str
    check: Callable[[Staging, Cycle], None] = no_further_checks

    def run(
        self, cycle_code: str, path: Path, *, now: datetime, report: Report = lambda _: None
    ) -> ImportCounts:
        """Bring a file in, all in one transaction; make the cycle if it is missing.

        Rows that cannot be taken are kept beside the file and stop no other row; running the same
        file again changes nothing. Takes the turn of its kind and the cycle's lock, so that
        nothing is announced half imported.

        Raises:
            InvalidCycle: the cycle is not like 2026-11.
            UnreadableFile: nothing was read.
            ImportRunning: another import of this kind is at work.
        """
        code = parse_cycle(cycle_code)
        file = CsvFile(path, columns=self.columns)
        counts = ImportCounts()
        with transaction.atomic(), connection.cursor() as cursor:
            take_turn(cursor, self.kind)
            Cycle.objects.get_or_create(code=code)
            cycle = Cycle.objects.select_for_update().get(code=code)
            staging = Staging(cursor, self.columns)
            counts.read = staging.load(file, self.read, report)
            report("checking people")
            staging.reject_repeated("national_id", "national_id: already in this file")
            staging.reject(
                "national_id: not in the register",
                """NOT EXISTS (
                    SELECT FROM beneficiaries_person AS p WHERE p.national_id = s.national_id
                )""",
            )
            self.check(staging, cycle)
            report("writing")
            cursor.execute(self.drop_waiting_without_news, {"cycle": cycle.pk})
            if cursor.rowcount:
                counts.notes.append(
                    f"{cursor.rowcount:,} waiting corrections withdrawn: as announced again"
                )
            cursor.execute(self.write_waiting, {"cycle": cycle.pk})
            counts.created, counts.changed = cursor.fetchone()
            counts.rejected = staging.rejected_count()
            record_run(self.kind, file, counts, started_at=now)
            if counts.rejected:
                staging.keep_rejected(file)
        counts.rejected_path = settle_rejected(file, counts.rejected)
        return counts
