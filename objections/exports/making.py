"""Making the programme's file of decisions: each in force goes out once (docs/adr/0023).

The file is written beside its name, forced to the disk, and its row and the decisions' links are
committed; only then it gets its name. Killed before the commit nothing has happened; killed after
it, `finish_files` gives the file its name at the next run. So a file that has its name is one the
database knows, and never a second one of the same decisions.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum

from beneficiaries.models import User
from objections.exports.rows import Totals, write_rows
from objections.models import Decision, DecisionExport
from objections.statuses import DecisionState

_UNFINISHED: Final = ".unfinished"
_AT_ONCE: Final = 1_000
_LOCK: Final = 0x6F626A65  # one export at a time, of all that use the database


class NothingToExport(Exception):
    """No decision in force waits to go out."""


class NotReconciled(Exception):
    """The file does not hold what the database says it should; nothing was exported."""


@dataclass(frozen=True)
class Exported:
    """An export and the finished file."""

    export: DecisionExport
    path: Path


def export_decisions(*, folder: Path, by: User | None, account: str, now: datetime) -> Exported:
    """Write the decisions in force that did not go out yet, all of them, to a new file.

    Two at once come one after the other. What is replaced while the file is made waits for it.

    Raises:
        NothingToExport: there are none.
        NotReconciled: the file's totals are not those of the database.
        OSError: the file cannot be written; nothing was exported.
    """
    with transaction.atomic():
        _one_at_a_time()
        waiting = list(
            Decision.objects.select_for_update(of=("self",), no_key=True)
            .filter(state=DecisionState.APPROVED, export=None)
            .order_by("id")
            .values_list("pk", flat=True)
        )
        if not waiting:
            raise NothingToExport
        chosen = Decision.objects.filter(pk__in=waiting)
        number = _next_number()
        name = f"decisions-{number:06}.csv"
        export = _write(chosen, folder / name, pk=number, made_at=now, made_by=by, account=account)
        chosen.update(export=export)
    return Exported(export, _named(folder / name))


def repeat_export(
    export: DecisionExport, *, folder: Path, by: User | None, account: str, now: datetime
) -> Exported:
    """Write an earlier file again, under a name that says so; no decision goes out anew.

    Raises:
        NotReconciled: it would not hold what it held.
        OSError: the file cannot be written.
    """
    with transaction.atomic():
        _one_at_a_time()
        number = _next_number()
        name = f"decisions-{export.pk:06}-again-{number:06}.csv"
        again = _write(
            export.decisions.all(),
            folder / name,
            pk=number,
            made_at=now,
            made_by=by,
            account=account,
            repeats=export,
        )
        if again.sha256 != export.sha256:
            (folder / (name + _UNFINISHED)).unlink()
            raise NotReconciled
    return Exported(again, _named(folder / name))


def finish_files(folder: Path) -> list[Path]:
    """Give files of exports that were committed their names, and clear what never was committed.

    Gives the files that were finished. One that does not hold what it should is cleared too: it is
    made anew by `repeat_export`.
    """
    finished: list[Path] = []
    if not folder.is_dir():
        return finished
    with transaction.atomic():
        _one_at_a_time()
        for unfinished in sorted(folder.glob(f"decisions-*.csv{_UNFINISHED}")):
            name = unfinished.name.removesuffix(_UNFINISHED)
            export = DecisionExport.objects.filter(file_name=name).first()
            if export is None or _hash_of(unfinished) != export.sha256:
                unfinished.unlink()
            else:
                finished.append(_named(folder / name))
    return finished


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _next_number() -> int:
    """Take the number of the next export: one that is rolled back is never given again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('objections_decisionexport', 'id'))")
        [number] = cursor.fetchone()
    return int(number)


def _write(decisions: QuerySet[Decision], path: Path, **facts: Any) -> DecisionExport:
    """Write decisions to a file that has no name yet, and give its row. In a transaction."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + _UNFINISHED)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            totals, sha = write_rows(_read(decisions), stream)
            stream.flush()
            os.fsync(stream.fileno())
        _ensure_reconciled(decisions, totals)
    except BaseException:
        with suppress(OSError):  # the first error is the one to tell
            unfinished.unlink()
        raise
    return DecisionExport.objects.create(
        **facts, file_name=path.name, sha256=sha, **totals.as_fields()
    )


def _read(decisions: QuerySet[Decision]) -> Iterator[Decision]:
    return (
        decisions.select_related(
            "objection__person", "objection__result__cycle", "objection__payment__cycle"
        )
        .select_related("supersedes__supersedes")
        .prefetch_related("back_pay")
        .order_by("id")
        .iterator(chunk_size=_AT_ONCE)
    )


def _ensure_reconciled(decisions: QuerySet[Decision], totals: Totals) -> None:
    """Hold what was written row by row to what the database counts and sums by itself."""
    counted = dict(
        decisions.order_by()
        .values_list("outcome")
        .annotate(Count("pk"))
        .values_list("outcome", "pk__count")
    )
    paid = decisions.aggregate(total=Sum("back_pay_sar"))["total"] or Decimal(0)
    if counted != dict(totals.by_outcome) or paid != totals.back_pay_sar:
        raise NotReconciled


def _named(path: Path) -> Path:
    """Give a finished file its name, so that a failure of the machine does not take it back."""
    path.with_name(path.name + _UNFINISHED).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return path


def _hash_of(path: Path) -> str:
    with path.open("rb") as stream:
        digest = sha256()
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
