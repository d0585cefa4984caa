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

from beneficiaries.confirmed_ids.services import confirmed_ids
from beneficiaries.cycles import parse_cycle
from beneficiaries.imports import values
from beneficiaries.imports.models import ImportRun
from beneficiaries.imports.reader import CsvFile
from beneficiaries.imports.recording import Report, hold, recorded, silent
from beneficiaries.imports.staging import (
    ImportCounts,
    Staging,
    begin_import,
    end_import,
    settle_rejected,
    take_turn,
)
from beneficiaries.models import Cycle
from beneficiaries.set_based import planned_for_many_rows
from beneficiaries.statuses import ImportKind


def no_further_checks(_staging: Staging, _cycle: Cycle) -> None:
    """Reject nothing more than every import for a cycle does."""


@dataclass(frozen=True)
class CycleImport:
    """One kind of file for a cycle: its columns, its reader and its SQL.

    `reader` makes the reader of rows from that of IDs. Of the SQL, with the parameter `cycle`,
    `drop_waiting_without_news` deletes the waiting rows whose staged row says what is announced,
    and `write_waiting` writes the lines from `first` up to `last` and gives the counts of new and
    changed rows.
    """

    kind: ImportKind
    columns: Sequence[str]
    reader: Callable[[values.ReadText], values.ReadRow]
    drop_waiting_without_news: str
    write_waiting: str
    check: Callable[[Staging, Cycle], None] = no_further_checks

    def run(
        self,
        cycle_code: str,
        path: Path,
        *,
        now: datetime,
        run: ImportRun | None = None,
        report: Report = silent,
    ) -> ImportCounts:
        """Bring a file in, all in one transaction; make the cycle if it is missing.

        Rows that cannot be taken are kept beside the file and stop no other row; running the same
        file again changes nothing. Takes the turn of its kind and the cycle's lock, so that
        nothing is announced half imported. `run` is the record of an upload; without one, one is
        made.

        Raises:
            InvalidCycle: the cycle is not like 2026-11.
            UnreadableFile: nothing was read.
            ImportRunning: another import of this kind is at work.
        """
        if run is None:
            run = begin_import(self.kind, path, now=now, cycle_code=cycle_code)
        counts = ImportCounts()
        with recorded(run, report) as tell:
            code = parse_cycle(cycle_code)
            file = CsvFile(path, columns=self.columns)
            with (
                transaction.atomic(),
                connection.cursor() as cursor,
                planned_for_many_rows(cursor),
            ):
                hold(cursor, run)
                take_turn(cursor, self.kind)
                Cycle.objects.get_or_create(code=code)
                cycle = Cycle.objects.select_for_update().get(code=code)
                staging = Staging(cursor, self.columns)
                read_national_id = values.national_id_reader(confirmed_ids())
                counts.read = staging.load(file, self.reader(read_national_id), tell)
                staging.reject_repeated("national_id")
                staging.reject(
                    "national_id:unknown_person",
                    """NOT EXISTS (
                        SELECT FROM beneficiaries_person AS p
                        WHERE p.national_id = s.national_id
                    )""",
                )
                self.check(staging, cycle)
                cursor.execute(self.drop_waiting_without_news, {"cycle": cycle.pk})
                counts.withdrawn = int(cursor.rowcount)
                for part in staging.parts(tell):
                    cursor.execute(self.write_waiting, {"cycle": cycle.pk, **part})
                    created, changed = cursor.fetchone()
                    counts.created += created
                    counts.changed += changed
                counts.rejections = staging.rejections()
                end_import(run, counts)
                if counts.rejected:
                    staging.keep_rejected(file, language=run.reasons_language)
        counts.rejected_path = settle_rejected(file, counts.rejected)
        return counts
