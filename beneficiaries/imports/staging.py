"""The way of every import: file, COPY into a temporary table, checks and writes in SQL.

One transaction holds all of it, so that an import is seen whole or not at all. Memory is bounded
by BATCH_ROWS, statements by the number of batches.
"""

from __future__ import annotations

import csv
import shutil
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Final

from django.db import connection
from django.db.backends.utils import CursorWrapper

from beneficiaries.errors import ImportRunning
from beneficiaries.imports.reader import CsvFile, Row
from beneficiaries.imports.values import InvalidValue
from beneficiaries.models import ImportRun

BATCH_ROWS: Final = 50_000

Report = Callable[[str], None]
"""Told in a few words how far an import is."""


@dataclass
class ImportCounts:
    """What an import did with the rows of its file."""

    read: int = 0
    rejected: int = 0
    created: int = 0
    changed: int = 0
    rejected_path: Path | None = None
    notes: list[str] = field(default_factory=list)
    clock: float = field(default_factory=time.monotonic)

    @property
    def written(self) -> int:
        return self.created + self.changed


class Staging:
    """A temporary table with the rows of a file and another with the lines that were rejected.

    Needs a transaction, at whose end both tables vanish.
    """

    def __init__(self, cursor: CursorWrapper, columns: Sequence[str]) -> None:
        self.cursor: Final = cursor
        self._columns: Final = columns
        cursor.execute("DROP TABLE IF EXISTS pg_temp.staging, pg_temp.rejected")
        cursor.execute(
            "CREATE TEMPORARY TABLE staging (line bigint NOT NULL, "
            + ", ".join(f"{column} text NOT NULL" for column in columns)
            + ") ON COMMIT DROP"
        )
        cursor.execute(
            "CREATE TEMPORARY TABLE rejected (line bigint NOT NULL, reason text NOT NULL) "
            "ON COMMIT DROP"
        )

    def load(
        self, file: CsvFile, read: Callable[[Sequence[str]], Sequence[str]], report: Report
    ) -> int:
        """Copy every row that `read` accepts, give how many there were.

        `read` gives the values of a row in the order of the columns or raises InvalidValue.
        """
        count = 0
        for batch in _batches(file.rows(), BATCH_ROWS):
            rows: list[str] = []
            faults: list[str] = []
            for row in batch:
                fault = row.fault
                if not fault:
                    try:
                        values = read(row.values)
                    except InvalidValue as error:
                        fault = str(error)
                    else:
                        rows.append(_copy_line((str(row.line), *values)))
                if fault:
                    faults.append(_copy_line((str(row.line), fault)))
            self._copy("staging", ("line", *self._columns), rows)
            self._copy("rejected", ("line", "reason"), faults)
            count += len(batch)
            report(f"{count:,} rows read")
        for column in ("national_id", "line"):
            self.cursor.execute(f"CREATE INDEX ON staging ({column})")
        self.cursor.execute("ANALYZE staging")
        return count

    def reject(self, reason: str, where: str) -> int:
        """Move the staged rows that a condition on `s` finds to the rejected ones."""
        self.cursor.execute(
            f"""
            WITH gone AS (DELETE FROM staging AS s WHERE {where} RETURNING s.line)
            INSERT INTO rejected (line, reason) SELECT line, %s FROM gone
            """,  # noqa: S608  # conditions are constants of the importers
            [reason],
        )
        return int(self.cursor.rowcount)

    def reject_repeated(self, column: str, reason: str) -> int:
        """Reject every row but the first of those that share a value."""
        return self.reject(
            reason,
            f"""s.line IN (
                SELECT line FROM (
                    SELECT line, row_number() OVER (PARTITION BY {column} ORDER BY line) AS place
                    FROM staging
                ) AS numbered WHERE place > 1
            )""",  # noqa: S608  # the column is a constant of the importers
        )

    def rejected_count(self) -> int:
        """Give the number of rejected rows."""
        self.cursor.execute("SELECT count(*) FROM rejected")
        return int(self.cursor.fetchone()[0])

    def keep_rejected(self, file: CsvFile) -> None:
        """Write the rejected rows in the order of the file, the last step of the transaction.

        They stand under a temporary name until `settle_rejected`.
        """
        part = _part(_rejected_path(file))
        try:
            self._write_rejected(file, part)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise

    def _write_rejected(self, file: CsvFile, part: Path) -> None:
        with (
            connection.chunked_cursor() as cursor,
            part.open("w", encoding="utf-8", newline="") as out,
        ):
            shutil.copymode(file.path, part)  # read by whoever may read the rows in the input
            cursor.execute("SELECT line, reason FROM rejected ORDER BY line")
            writer = csv.writer(out)
            writer.writerow(("line_number", "reason", "row"))
            rows = file.rows()
            for line, reason in cursor:
                for row in rows:  # goes on where the line before stopped
                    if row.line == line:
                        writer.writerow((line, reason, row.text))
                        break

    def _copy(self, table: str, columns: Sequence[str], lines: list[str]) -> None:
        if lines:
            self.cursor.copy_expert(
                f"COPY {table} ({', '.join(columns)}) FROM STDIN", StringIO("".join(lines))
            )


def record_run(kind: str, file: CsvFile, counts: ImportCounts, *, started_at: datetime) -> None:
    """Leave a row that says what an import did. The caller's transaction holds it."""
    took = timedelta(seconds=time.monotonic() - counts.clock)
    ImportRun.objects.create(
        kind=kind,
        file_name=file.path.name[:200],
        started_at=started_at,
        ended_at=started_at + took,
        rows_read=counts.read,
        rows_rejected=counts.rejected,
        rows_written=counts.written,
    )


def settle_rejected(file: CsvFile, count: int) -> Path | None:
    """Give the rejected rows their name beside the file, once the import is committed.

    Without any, those of an earlier run are removed: they would tell of rows that are in.
    """
    path = _rejected_path(file)
    if count:
        _part(path).replace(path)
        return path
    path.unlink(missing_ok=True)
    return None


def _rejected_path(file: CsvFile) -> Path:
    return file.path.with_name(f"{file.path.name}.rejected.csv")


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def take_turn(cursor: CursorWrapper, kind: str) -> None:
    """Let one import of a kind run at a time, until the transaction ends.

    Raises:
        ImportRunning: another one is at work.
    """
    cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [zlib.crc32(f"import:{kind}".encode())])
    if not cursor.fetchone()[0]:
        raise ImportRunning(kind)


def _copy_line(values: Iterable[str]) -> str:
    line = "\t".join(values)
    return (line.replace("\\", "\\\\") if "\\" in line else line) + "\n"


def _batches(rows: Iterator[Row], size: int) -> Iterator[list[Row]]:
    while batch := list(islice(rows, size)):
        yield batch
