"""The way of every import: file, COPY into a temporary table, checks and writes in SQL.

One transaction holds all of it, so that an import is seen whole or not at all. Memory is bounded
by BATCH_ROWS and BATCH_CHARACTERS, statements by the number of batches.
"""

from __future__ import annotations

import csv
import shutil
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Final

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import override

from beneficiaries.errors import ImportRunning
from beneficiaries.imports.faults import WORDS, InvalidValue, fault_text
from beneficiaries.imports.models import ImportRun
from beneficiaries.imports.reader import CsvFile, Row
from beneficiaries.imports.recording import Report, Step, end_done
from beneficiaries.statuses import ImportKind, Phase

BATCH_ROWS: Final = 10_000
BATCH_CHARACTERS: Final = 4_000_000
LINES_A_STATEMENT: Final = 500_000
"""Of the file, written at once: between two such parts the run tells how far it is."""

LONGEST_REASON: Final = 300
"""Characters of why a row was rejected: a reason may repeat what stands in the row."""

FIRST_LINES: Final = 5
"""Of each kind of fault, told with its count."""


@dataclass(frozen=True)
class Rejection:
    """One kind of fault in a file: how often, and the first lines that have it."""

    kind: str
    count: int
    lines: list[int]


@dataclass
class ImportCounts:
    """What an import did with the rows of its file.

    `left` are rows that the register knows newer; `withdrawn` are waiting corrections that the
    file takes back.
    """

    read: int = 0
    created: int = 0
    changed: int = 0
    left: int = 0
    withdrawn: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    rejected_path: Path | None = None

    @property
    def written(self) -> int:
        return self.created + self.changed

    @property
    def rejected(self) -> int:
        return sum(rejection.count for rejection in self.rejections)

    @property
    def notes(self) -> list[str]:
        """Give what an operator should know beside the counts, in English."""
        notes = []
        if self.left:
            notes.append(
                f"{self.left:,} rows left as they are: the register's data of them is newer"
            )
        if self.withdrawn:
            notes.append(f"{self.withdrawn:,} waiting corrections withdrawn: as announced again")
        return notes


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
            "CREATE TEMPORARY TABLE rejected "
            "(line bigint NOT NULL, kind text NOT NULL, reason text NOT NULL) ON COMMIT DROP"
        )

    def load(
        self, file: CsvFile, read: Callable[[Sequence[str]], Sequence[str]], report: Report
    ) -> int:
        """Copy every row that `read` accepts, give how many there were.

        `read` gives the values of a row in the order of the columns or raises InvalidValue.
        """
        count = 0
        for batch in _batches(file.rows()):
            rows: list[str] = []
            faults: list[str] = []
            for row in batch:
                kind, fault = row.kind, row.fault
                if not fault:
                    try:
                        values = read(row.values)
                    except InvalidValue as error:
                        kind, fault = error.kind, str(error)
                    else:
                        rows.append(_copy_line((str(row.line), *values)))
                if fault:
                    faults.append(_copy_line((str(row.line), kind, _on_one_line(fault))))
            self._copy("staging", ("line", *self._columns), rows)
            self._copy("rejected", ("line", "kind", "reason"), faults)
            count += len(batch)
            percent = min(100, file.read_bytes * 100 // file.size_bytes)
            report(Step(Phase.READING, count, percent))
        report(Step(Phase.CHECKING))
        for column in ("national_id", "line"):
            self.cursor.execute(f"CREATE INDEX ON staging ({column})")
        self.cursor.execute("ANALYZE staging")
        return count

    def reject(self, kind: str, where: str) -> int:
        """Move the staged rows that a condition on `s` finds to the rejected ones.

        `kind` is a column and a fault of `beneficiaries.imports.faults`.
        """
        column, _colon, fault = kind.rpartition(":")
        self.cursor.execute(
            f"""
            WITH gone AS (DELETE FROM staging AS s WHERE {where} RETURNING s.line)
            INSERT INTO rejected (line, kind, reason) SELECT line, %s, %s FROM gone
            """,  # noqa: S608  # conditions are constants of the importers
            [kind, f"{column}: {WORDS[fault]}"],
        )
        return int(self.cursor.rowcount)

    def reject_repeated(self, column: str) -> int:
        """Reject every row but the first of those that share a value."""
        return self.reject(
            f"{column}:repeated",
            f"""s.line IN (
                SELECT line FROM (
                    SELECT line, row_number() OVER (PARTITION BY {column} ORDER BY line) AS place
                    FROM staging
                ) AS numbered WHERE place > 1
            )""",  # noqa: S608  # the column is a constant of the importers
        )

    def rejections(self) -> list[Rejection]:
        """Give the rejected rows by kind, the most frequent first."""
        self.cursor.execute(
            """
            SELECT kind, max(of_kind), array_agg(line ORDER BY line) FROM (
                SELECT kind, line, count(*) OVER (PARTITION BY kind) AS of_kind,
                       row_number() OVER (PARTITION BY kind ORDER BY line) AS place
                FROM rejected
            ) AS numbered
            WHERE place <= %s GROUP BY kind ORDER BY max(of_kind) DESC, kind
            """,
            [FIRST_LINES],
        )
        return [Rejection(kind, count, lines) for kind, count, lines in self.cursor.fetchall()]

    def parts(self, report: Report) -> Iterator[dict[str, int]]:
        """Give the lines to write at once, `first` up to and without `last`, telling how far."""
        self.cursor.execute("SELECT coalesce(min(line), 0), coalesce(max(line), -1) FROM staging")
        first, last = self.cursor.fetchone()
        for start in range(first, last + 1, LINES_A_STATEMENT):
            report(Step(Phase.WRITING, start - first, (start - first) * 100 // (last + 1 - first)))
            yield {"first": start, "last": start + LINES_A_STATEMENT}

    def keep_rejected(self, file: CsvFile, *, language: str = "en") -> None:
        """Write the rejected rows in the order of the file, the last step of the transaction.

        They stand under a temporary name until `settle_rejected`. In another language than
        English a reason is told by its kind.
        """
        part = _part(rejected_path(file.path))
        try:
            self._write_rejected(file, part, language)
        except BaseException:
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise

    def _write_rejected(self, file: CsvFile, part: Path, language: str) -> None:
        with (
            override(language),
            connection.chunked_cursor() as cursor,
            part.open("w", encoding="utf-8", newline="") as out,
        ):
            shutil.copymode(file.path, part)  # read by whoever may read the rows in the input
            cursor.execute("SELECT line, kind, reason FROM rejected ORDER BY line")
            writer = csv.writer(out)
            writer.writerow(("line_number", "reason", "row"))
            rows = file.rows()
            for line, kind, reason in cursor:
                words = reason if language == "en" else ": ".join(filter(None, fault_text(kind)))
                for row in rows:  # goes on where the line before stopped
                    if row.line == line:
                        writer.writerow((line, words, row.text))
                        break

    def _copy(self, table: str, columns: Sequence[str], lines: list[str]) -> None:
        if lines:
            self.cursor.copy_expert(
                f"COPY {table} ({', '.join(columns)}) FROM STDIN", StringIO("".join(lines))
            )


def begin_import(
    kind: ImportKind, path: Path, *, now: datetime, cycle_code: str = "", as_of: date | None = None
) -> ImportRun:
    """Leave a row that an import of the command line's is under way, before its transaction."""
    size = 0
    with suppress(OSError):  # what is wrong with it is told by its reader
        size = path.stat().st_size
    return ImportRun.objects.create(
        kind=kind,
        cycle_code=cycle_code[:7],
        as_of=as_of,
        file_name=path.name[:200],
        size_bytes=size,
        asked_at=now,
        started_at=now,
    )


def end_import(run: ImportRun, counts: ImportCounts) -> None:
    """Write on a run what it did and that it is done; the caller's transaction holds it."""
    run.rows_read = counts.read
    run.rows_created, run.rows_changed = counts.created, counts.changed
    run.rows_left, run.rows_withdrawn = counts.left, counts.withdrawn
    run.rows_rejected = counts.rejected
    run.rejections = [asdict(rejection) for rejection in counts.rejections]
    end_done(run)


def settle_rejected(file: CsvFile, count: int) -> Path | None:
    """Give the rejected rows their name beside the file, once the import is committed.

    Without any, those of an earlier run are removed: they would tell of rows that are in.
    """
    path = rejected_path(file.path)
    if count:
        _part(path).replace(path)
        return path
    path.unlink(missing_ok=True)
    return None


def rejected_path(path: Path) -> Path:
    """Give where the rejected rows of a file are kept."""
    return path.with_name(f"{path.name}.rejected.csv")


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


def _on_one_line(reason: str) -> str:
    """Give a reason without the tabs and line ends of a row that it repeats; COPY parts by them."""
    return " ".join(reason.split())[:LONGEST_REASON]


def _copy_line(values: Iterable[str]) -> str:
    """Give a line for COPY; the values have no tab and no line end."""
    line = "\t".join(values)
    return (line.replace("\\", "\\\\") if "\\" in line else line) + "\n"


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Give rows in lists that fit into memory, however long a hostile file makes its lines."""
    batch: list[Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += len(row.text)
        if len(batch) >= BATCH_ROWS or characters >= BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
