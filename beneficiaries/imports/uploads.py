"""Files that staff upload: streamed to the storage of imports, brought in by a worker.

The file never lies in memory or in the database. It has people's IDs in it, so that it is kept
for KEPT_DAYS and no longer, readable by the portal alone, and who took its rejected rows home is
recorded.
"""

from __future__ import annotations

import csv
import logging
import re
import sys
import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Final, cast

from django.conf import settings
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from beneficiaries.errors import RegisterRefused
from beneficiaries.imports import payments, register, results
from beneficiaries.imports.models import ImportEvent, ImportEventKind, ImportRun
from beneficiaries.imports.recording import settle_dead, take
from beneficiaries.imports.staging import rejected_path
from beneficiaries.models import User
from beneficiaries.statuses import ImportKind, RunStatus
from notifications.waking import wake_task

logger = logging.getLogger(__name__)

IMPORT_TASK: Final = "beneficiaries.run_import"
QUEUE: Final = "imports"
KEPT_DAYS: Final = 30
STRAY_AFTER: Final = timedelta(days=1)
"""A younger file without a row may still be arriving."""

COLUMNS: Final = {
    ImportKind.REGISTER: register.COLUMNS,
    ImportKind.RESULTS: results.COLUMNS,
    ImportKind.PAYMENTS: payments.COLUMNS,
}

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that starts so (OWASP, CSV injection)."""

_BEGINS_A_FORMULA: Final = re.compile(
    rf"(?:\A|(?<=[;\t\r\n]))(?=[{re.escape(''.join(FORMULA_STARTS))}])"
)


def storage() -> FileSystemStorage:
    """Give the storage of imports, a folder outside the web root."""
    return cast(FileSystemStorage, storages["imports"])


class ArrivingFile(FileUploadHandler):
    """Writes an upload straight to the storage of imports and stops writing at the limit.

    One file a request; `is_too_large` tells that it was given up, with nothing left of it. What
    is not taken has to be removed: `leave_nothing`.
    """

    is_too_large = False
    is_taken = False
    _out: IO[bytes] | None = None
    _path: Path | None = None
    _size = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Open a file under a name of the server's making."""
        super().new_file(*args, **kwargs)
        if self._path is not None:
            raise StopUpload(connection_reset=True)
        folder = Path(storage().location)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = folder / f"{uuid.uuid4().hex}.csv"
        self._path.touch(mode=0o600)
        self._out = self._path.open("wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a part, or give the file up."""
        if self._out is None:
            return
        self._size += len(raw_data)
        if self._size > settings.LIMITS["import_bytes"]:
            self.is_too_large = True
            self.upload_interrupted()
            raise StopUpload(connection_reset=False)
        self._out.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        """Give the file as it lies in the storage."""
        if self._out is None or self._path is None:
            return None
        self._out.close()
        return UploadedFile(
            file=self._path.open("rb"), name=self.file_name or "file.csv", size=self._size
        )

    def upload_interrupted(self) -> None:
        """Leave nothing of a file that will not be whole."""
        self.leave_nothing()

    def leave_nothing(self) -> None:
        """Remove the file unless a run has it; Django tells of no sender who is gone half-way."""
        if self._out is not None:
            self._out.close()
        if self._path is not None and not self.is_taken:
            self._path.unlink(missing_ok=True)


def path_of(upload: UploadedFile[bytes]) -> Path:
    """Give where an arrived file lies."""
    return Path(str(upload.file.name))  # type: ignore[union-attr]  # ArrivingFile opened it


# What staff ask for ------------------------------------------------------------------------


def accept_upload(
    *,
    kind: ImportKind,
    cycle_code: str,
    as_of: date | None,
    upload: UploadedFile[bytes],
    submission: uuid.UUID,
    by: User,
    now: datetime,
) -> ImportRun:
    """Have an arrived file imported by a worker. The same form sent twice asks once."""
    path = path_of(upload)
    upload.close()
    try:
        with transaction.atomic():
            run = ImportRun.objects.create(
                kind=kind,
                cycle_code=cycle_code,
                as_of=as_of,
                file_name=(upload.name or path.name)[:200],
                size_bytes=path.stat().st_size,
                stored_name=path.name,
                status=RunStatus.WAITING,
                attempts=0,
                asked_by=by,
                asked_at=now,
                submission=submission,
            )
            ImportEvent.objects.create(run=run, kind=ImportEventKind.UPLOADED, by=by, at=now)
            transaction.on_commit(lambda: wake_import(run.pk))
    except IntegrityError:
        path.unlink(missing_ok=True)
        return ImportRun.objects.get(submission=submission)
    return run


def can_run_again(run: ImportRun, status: RunStatus) -> bool:
    """Tell whether a run that came to nothing can be repeated with the same file."""
    ended_badly = status in {RunStatus.REFUSED, RunStatus.FAILED, RunStatus.BROKEN_OFF}
    return ended_badly and bool(run.stored_name) and storage().exists(run.stored_name)


def run_again(*, run: ImportRun, by: User, now: datetime) -> bool:
    """Have a run that came to nothing wait for a worker once more; False where it is not so now.

    Locks the run. One whose process died is looked at by the sweep first.
    """
    with transaction.atomic():
        locked = ImportRun.objects.select_for_update().get(pk=run.pk)
        if not can_run_again(locked, RunStatus(locked.status)):
            return False
        locked.status, locked.attempts = RunStatus.WAITING, 0
        locked.refusal = locked.refusal_detail = ""
        locked.ended_at = None
        locked.save(update_fields=["status", "attempts", "refusal", "refusal_detail", "ended_at"])
        ImportEvent.objects.create(run=locked, kind=ImportEventKind.RUN_AGAIN, by=by, at=now)
        transaction.on_commit(lambda: wake_import(locked.pk))
    return True


def wake_import(pk: int) -> None:
    """Tell a worker of a run; the sweep finds it where nobody heard."""
    wake_task(IMPORT_TASK, (pk,), queue=QUEUE)


# What workers do ---------------------------------------------------------------------------


def work_on(pk: int, *, now: datetime) -> None:
    """Bring in the file of a run that waits; nothing where another worker has it or it is over.

    Files of a kind go in the order in which they were uploaded, so that an older one never takes
    the place of a newer. The next one's worker is woken at the end.
    """
    if _is_behind(pk):
        return
    run = take(ImportRun, pk, now=now)
    if run is None:
        return
    try:
        _bring_in(run, now=now)
    finally:
        following = ImportRun.objects.filter(
            kind=run.kind, status=RunStatus.WAITING, pk__gt=pk
        ).order_by("pk")
        for waits in following.values_list("pk", flat=True)[:1]:
            wake_import(waits)


def _is_behind(pk: int) -> bool:
    """Tell whether an upload of the same kind that came earlier is not over yet."""
    kind = ImportRun.objects.filter(pk=pk).values("kind")
    return (
        ImportRun.objects.filter(
            kind__in=kind, pk__lt=pk, status__in=[RunStatus.WAITING, RunStatus.RUNNING]
        )
        .exclude(stored_name="")
        .exists()
    )


def _bring_in(run: ImportRun, *, now: datetime) -> None:
    path = Path(storage().path(run.stored_name or "removed"))
    with suppress(RegisterRefused):  # told on the run
        if run.kind == ImportKind.REGISTER:
            register.import_register(path, as_of=run.as_of, now=now, run=run)
        elif run.kind == ImportKind.RESULTS:
            results.import_results(run.cycle_code, path, now=now, run=run)
        else:
            payments.import_payments(run.cycle_code, path, now=now, run=run)


def sweep(*, now: datetime) -> None:
    """Settle the runs whose process died, and wake a worker for each that waits."""
    for pk in settle_dead(ImportRun, can_resume=lambda run: bool(run.stored_name), now=now):
        wake_import(pk)


def remove_old_files(*, now: datetime) -> int:
    """Remove uploads KEPT_DAYS after their run ended, and files that no run names."""
    removed = 0
    old = ImportRun.objects.filter(ended_at__lt=now - timedelta(days=KEPT_DAYS))
    for run in old.exclude(stored_name=""):
        path = Path(storage().path(run.stored_name))
        for each in (path, rejected_path(path)):
            each.unlink(missing_ok=True)
        ImportRun.objects.filter(pk=run.pk).update(stored_name="")
        removed += 1
    named = set(ImportRun.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    folder = Path(storage().location)
    for path in folder.iterdir() if folder.is_dir() else ():
        is_old = path.stat().st_mtime < (now - STRAY_AFTER).timestamp()
        if is_old and path.name.partition(".")[0] + ".csv" not in named:
            path.unlink(missing_ok=True)
            removed += 1
    return removed


# The rejected rows ---------------------------------------------------------------------------


def has_rejected_rows(run: ImportRun) -> bool:
    """Tell whether the rejected rows of a run can still be taken home."""
    return bool(run.stored_name) and rejected_path(Path(storage().path(run.stored_name))).is_file()


def rejected_rows(run: ImportRun, *, by: User, now: datetime) -> Iterator[bytes]:
    """Give the rejected rows as CSV for a spreadsheet, a row at a time; who took them is recorded.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it, which a
    spreadsheet does not show; it has to be taken out of a row that is sent in again.
    """
    path = rejected_path(Path(storage().path(run.stored_name)))
    stream = path.open(encoding="utf-8", newline="")
    ImportEvent.objects.create(run=run, kind=ImportEventKind.DOWNLOADED, by=by, at=now)
    return _for_spreadsheet(stream)


class _Echo:
    """What is written to it is given back."""

    def write(self, text: str) -> str:
        return text


def _for_spreadsheet(stream: IO[str]) -> Iterator[bytes]:
    writer = csv.writer(_Echo())
    csv.field_size_limit(sys.maxsize)  # else a row of 128 KB ends the download
    with stream:
        rows = csv.reader(stream)
        next(rows)
        yield "\ufeff".encode()  # or a spreadsheet takes the Arabic for another encoding
        yield _line(writer, (gettext("Line"), gettext("Reason"), gettext("Row")))
        for row in rows:
            yield _line(writer, [harmless(cell) for cell in row])


def _line(writer: Any, cells: Any) -> bytes:
    return str(writer.writerow(cells)).encode()


def harmless(cell: str) -> str:
    """Give a cell that no spreadsheet runs, also one that parts cells by a semicolon.

    That one sees no quotes around the row and begins a cell after each `;` and each line end.
    """
    return _BEGINS_A_FORMULA.sub("'", cell)
