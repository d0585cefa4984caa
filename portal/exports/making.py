"""Making the file of a list: a small one while its reader waits, a large one by a worker.

Both are written by the same rows in one transaction, read through a cursor of the server, so that
a file is of one moment and its memory of a few hundred rows. The record has its hash before a byte
leaves the house. A file in the storage is named by its record and its attempt, so that what a
killed process left is known for what it is.
"""

from __future__ import annotations

import logging
import re
import shutil
import uuid
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final, cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import FileSystemStorage, storages
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.utils.translation import override

from access.exports.cells import Cell, Head, Sheet
from access.exports.files import Format, write_file
from beneficiaries.imports.recording import (
    Progress,
    RunEnded,
    Step,
    end_done,
    hold,
    recorded,
    settle_dead,
    silent,
    take,
)
from beneficiaries.imports.uploads import QUEUE
from beneficiaries.models import User
from beneficiaries.statuses import Phase, RunStatus
from notifications.waking import wake_task
from portal.exports.errors import NarrowingGone, NotWritten, RightGone, TakenForDead
from portal.exports.lists import LISTS, ExportedList
from portal.exports.models import Export, ExportDownload
from portal.exports.narrowing import narrowed_in_both, open_list, pinned_query, request_for

logger = logging.getLogger(__name__)

EXPORT_TASK: Final = "portal.run_export"
KEPT: Final = timedelta(days=1)
"""A file that a worker made can be fetched for so long after it is done."""

STRAY_AFTER: Final = timedelta(days=1)
"""A younger file without a row may still be written."""

_CHUNK: Final = 500
_LONGEST_QUERY: Final = 500
_OURS: Final = re.compile(r"[0-9]+-[0-9]+\..+")
"""What the names of our files and folders look like; others use the same folder."""


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for: a list as they see it, and the format."""

    exported: ExportedList
    format: Format
    request: HttpRequest
    """Of the list's address: its filters and, kept in the session, its search."""

    @property
    def reader(self) -> User:
        return cast(User, self.request.user)


def storage() -> FileSystemStorage:
    """Give the storage of exports, a folder outside the web root that the portal alone reads."""
    return cast(FileSystemStorage, storages["exports"])


def count_rows(wanted_list: Any) -> int:
    """Count the rows of an opened list, up to one more than may be exported."""
    rows = wanted_list.queryset.order_by()
    return int(rows[: settings.LIMITS["export_rows"] + 1].count())


# At once -------------------------------------------------------------------------------------


def export_now(
    wanted: Wanted, *, language: str, submission: uuid.UUID, now: datetime
) -> tuple[Export, IO[bytes] | None]:
    """Make a small file and give its record and its bytes.

    There are no bytes for a form sent twice, and where the record says why no file was made. The
    file has no name any more when it is given: it is gone as soon as it is closed.
    """
    run = _record(wanted, RunStatus.RUNNING, language=language, submission=submission, now=now)
    if run is None:
        return Export.objects.get(submission=submission), None
    try:
        with recorded(run, silent) as progress, _on_disk(run):
            prefix = f"{run.pk}-{run.attempts}."
            with TemporaryDirectory(dir=_folder(), prefix=prefix) as scratch:
                path = Path(scratch) / f"export.{run.format}"
                _write(run, wanted, path, progress)
                return run, path.open("rb")
    except RunEnded:
        return run, None


def _folder() -> Path:
    folder = Path(storage().location)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


@contextmanager
def _on_disk(run: Export) -> Iterator[None]:
    """Say of what the disk refuses that the export failed of it."""
    try:
        yield
    except OSError as error:
        logger.exception("exports alarm: the file of export %s cannot be written", run.pk)
        raise NotWritten from error


# By a worker ---------------------------------------------------------------------------------


def ask_for_export(
    wanted: Wanted, *, language: str, submission: uuid.UUID, now: datetime
) -> Export:
    """Have a worker make a file. The same form sent twice asks once.

    A search is never asked of a worker: what was typed is kept in the session alone.
    """
    run = _record(wanted, RunStatus.WAITING, language=language, submission=submission, now=now)
    return run or Export.objects.get(submission=submission)


def _record(
    wanted: Wanted, status: RunStatus, *, language: str, submission: uuid.UUID, now: datetime
) -> Export | None:
    """Write down who exports what, before anything of it is read; None for a form sent twice."""
    is_waiting = status == RunStatus.WAITING
    admin = wanted.exported.admin
    query = pinned_query(open_list(admin, wanted.request))
    if is_waiting and len(query) > _LONGEST_QUERY:
        raise SuspiciousOperation("a list narrowed by more than is kept")
    try:
        with transaction.atomic():
            run = Export.objects.create(
                status=status,
                attempts=0 if is_waiting else 1,
                asked_by=wanted.reader,
                asked_at=now,
                started_at=None if is_waiting else now,
                submission=submission,
                list_key=wanted.exported.key,
                format=wanted.format,
                language=language,
                query=query[:_LONGEST_QUERY],
                **narrowed_in_both(admin, wanted.request),
            )
            if is_waiting:
                transaction.on_commit(lambda: wake_export(run.pk))
    except IntegrityError:
        return None
    return run


def wake_export(pk: int) -> None:
    """Tell a worker of an export; the sweep finds it where nobody heard."""
    wake_task(EXPORT_TASK, (pk,), queue=QUEUE)


def work_on(pk: int, *, now: datetime) -> None:
    """Make the file of an export that waits; nothing where another worker has it or it is over.

    Whoever asked must still be allowed to, and the list still be narrowed as it was: else the
    record says why there is no file.
    """
    run = take(Export, pk, now=now)
    if run is None:
        return
    name = f"{run.pk}-{run.attempts}.{run.format}"
    try:
        with recorded(run, silent) as progress, _on_disk(run):
            _remove_attempts(run)
            path = _folder() / name
            path.touch(mode=0o600)
            request = request_for(cast(User, run.asked_by), run.query)
            wanted = Wanted(LISTS[run.list_key], cast(Format, run.format), request)
            if not _is_still_allowed(wanted):
                raise RightGone
            _write(run, wanted, path, progress, stored_name=name)
    except RunEnded as ended:
        logger.info("Export %s made no file: %s", run.pk, ended.code)
    finally:
        if run.status != RunStatus.DONE:
            (Path(storage().location) / name).unlink(missing_ok=True)


def _remove_attempts(run: Export) -> None:
    """Remove what earlier attempts of an export left, whose processes are dead."""
    for path in _folder().glob(f"{run.pk}-*"):
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_still_allowed(wanted: Wanted) -> bool:
    reader = wanted.reader
    is_staff = reader.is_active and reader.is_staff
    return is_staff and wanted.exported.may_be_exported_by(reader, wanted.request)


def _write(
    run: Export, wanted: Wanted, path: Path, progress: Progress, *, stored_name: str = ""
) -> None:
    """Write the file and what is in it into the record, in one transaction.

    A filter heeds only what it offers: one whose choice is gone would let the whole list through,
    so that a list which is narrowed otherwise than the record says is not written.
    """
    columns = wanted.exported.columns_for(wanted.reader)
    with override(run.language), transaction.atomic():
        with connection.cursor() as cursor:
            hold(cursor, run)
        _ensure_ours(run)
        shown: Any = open_list(wanted.exported.admin, wanted.request)
        if pinned_query(shown)[:_LONGEST_QUERY] != run.query:
            raise NarrowingGone
        rows = wanted.exported.prepared(shown.queryset)

        reader, values = wanted.reader, [column.value for column in columns]

        def cells() -> Generator[list[Cell], None, None]:
            for number, row in enumerate(rows.iterator(chunk_size=_CHUNK), 1):
                if number % _CHUNK == 0:
                    progress(Step(Phase.WRITING, number))
                yield [value(row, reader) for value in values]

        sheet = Sheet(
            str(wanted.exported.title),
            [Head(str(column.label), column.width) for column in columns],
            is_rtl=run.language == "ar",
        )
        with closing(cells()) as written_rows:  # its cursor ends with the transaction
            written = write_file(path, wanted.format, sheet, written_rows)
        run.rows, run.size_bytes, run.sha256 = written.rows, written.size_bytes, written.sha256
        run.stored_name = stored_name
        end_done(run)


def _ensure_ours(run: Export) -> None:
    mine = Export.objects.filter(pk=run.pk, status=RunStatus.RUNNING, attempts=run.attempts)
    if not mine.exists():
        raise TakenForDead


# Afterwards ----------------------------------------------------------------------------------


def is_kept(run: Export, *, now: datetime) -> bool:
    """Tell whether the file of an export can still be fetched, whole as it was written."""
    is_due = run.status == RunStatus.DONE and run.stored_name and run.ended_at
    if not is_due or now >= cast(datetime, run.ended_at) + KEPT:
        return False
    try:
        return storage().size(run.stored_name) == run.size_bytes
    except OSError:
        return False


def open_file(run: Export, *, by: User, now: datetime) -> IO[bytes] | None:
    """Give a kept file to its owner; that they fetched it is recorded first. None: it is gone."""
    if not is_kept(run, now=now):
        return None
    try:
        stream: IO[bytes] = Path(storage().path(run.stored_name)).open("rb")  # noqa: SIM115  # theirs
    except OSError:
        return None
    ExportDownload.objects.create(export=run, by=by, at=now)
    return stream


def sweep(*, now: datetime) -> None:
    """Settle the exports whose process died, and wake a worker for each that waits.

    One that began as it was asked for was made for a reader who waited, and is not taken up again.
    """
    for pk in settle_dead(Export, can_resume=_is_by_worker, now=now):
        wake_export(pk)


def _is_by_worker(run: Export) -> bool:
    return run.started_at != run.asked_at


def remove_old_files(*, now: datetime) -> int:
    """Remove the files whose day is over, and those of ours that no record names; give how many."""
    removed = 0
    for run in Export.objects.filter(ended_at__lt=now - KEPT).exclude(stored_name=""):
        Path(storage().path(run.stored_name)).unlink(missing_ok=True)
        Export.objects.filter(pk=run.pk).update(stored_name="")
        removed += 1
    named = set(Export.objects.exclude(stored_name="").values_list("stored_name", flat=True))
    old = (now - STRAY_AFTER).timestamp()
    for path in _folder().iterdir():
        if _OURS.fullmatch(path.name) is None or path.name in named:
            continue
        with suppress(FileNotFoundError):  # it was a scratch folder, and its export has ended
            if path.stat().st_mtime < old:
                _remove(path)
                removed += 1
    return removed
