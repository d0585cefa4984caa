"""Telling how far a run is while its transaction is open, and knowing when its process died.

The working process holds an advisory lock for as long as its transaction is open: a run that is
`running` without that lock was broken off. The lock belongs to the transaction, so that it works
behind a pooler of transactions too, and the server gives it up with the connection.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final, TypeVar

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from beneficiaries.errors import (
    AnnouncementInFuture,
    ImportRunning,
    InvalidCycle,
    UnknownCycle,
    UnreadableFile,
)
from beneficiaries.imports.models import MOST_ATTEMPTS, ImportRun, Run
from beneficiaries.statuses import Phase, RunStatus
from notifications.errors import SamePersonRefused

logger = logging.getLogger(__name__)

TOLD_EVERY_SECONDS: Final = 1.0

LOCK_WITHIN: Final = timedelta(seconds=60)
"""A run that began less long ago may not have its lock yet: it is not called dead."""

LONGEST_SECONDS: Final = 2 * 60 * 60
"""A run's process is ended after so long; the longest seen took minutes (docs/imports.md)."""

R = TypeVar("R", bound=Run)


class RunEnded(Exception):
    """The work of a run ends it; `code` is kept, and worded where the run is shown.

    `is_failure` tells what failed from what was refused.
    """

    code: ClassVar[str]
    is_failure: ClassVar[bool] = False


@dataclass(frozen=True)
class Step:
    """How far the work is: its phase, the rows done in it, percent of the phase where known."""

    phase: Phase
    rows: int = 0
    percent: int | None = None


Report = Callable[[Step], None]


def silent(_step: Step) -> None:
    """Tell nobody."""


class Progress:
    """Writes a run's steps over a connection of its own, at most one a second.

    What cannot be written is left out: an import does not fail for its progress.
    """

    def __init__(self, run: Run, report: Report) -> None:
        self._run = run
        self._report = report
        self._connection: BaseDatabaseWrapper = connection.copy()
        self._phase = ""
        self._told_at = 0.0

    def __call__(self, step: Step) -> None:
        """Tell of a step here and, where the last was long enough ago, in the run's row."""
        self._report(step)
        now = time.monotonic()
        if step.phase == self._phase and now - self._told_at < TOLD_EVERY_SECONDS:
            return
        self._phase, self._told_at = step.phase, now
        try:
            with self._connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute(
                    f"UPDATE {self._run._meta.db_table}"  # noqa: S608  # a table of ours
                    " SET phase = %s, phase_rows = %s, phase_percent = %s"
                    " WHERE id = %s AND status = %s",
                    [step.phase, step.rows, step.percent, self._run.pk, RunStatus.RUNNING],
                )
        except (DatabaseError, InterfaceError) as error:
            logger.warning("Progress of run %s not written: %s", self._run.pk, type(error).__name__)
            self.close()  # one that the server ended stays useless; the next step opens another

    def close(self) -> None:
        """Give the connection back."""
        with suppress(DatabaseError, InterfaceError):
            self._connection.close()


@contextmanager
def recorded(run: Run, report: Report) -> Iterator[Progress]:
    """Do a run's work in the block, which ends the run itself (`end_done`) in its transaction.

    What goes wrong is written on the run and raised on: a refusal as `refused`, anything else as
    `failed`. A process that is killed writes nothing, and its run is seen to be broken off.
    """
    progress = Progress(run, report)
    try:
        yield progress
    except BaseException as error:
        _end_undone(run, error)
        raise
    finally:
        progress.close()


def hold(cursor: CursorWrapper, run: Run) -> None:
    """Let this transaction show that the run's process lives.

    The server looks every two seconds whether the process is still there, so that what a killed
    one was at ends soon, and its locks with it.
    """
    cursor.execute("SET LOCAL client_connection_check_interval = '2s'")
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [run.LOCK_SPACE, run.pk])


def end_done(run: R) -> R:
    """Write that a run is done, with what it counted; the caller's transaction holds it."""
    run.status, run.ended_at, run.phase = RunStatus.DONE, timezone.now(), ""
    run.save()
    return run


def _end_undone(run: Run, error: BaseException) -> None:
    """Write why a run came to nothing, unless it was taken for dead and is another's by now.

    An upload that found another import of its kind at work waits again.
    """
    ours = type(run)._default_manager.filter(
        pk=run.pk, status=RunStatus.RUNNING, attempts=run.attempts
    )
    names = ["status", "refusal", "refusal_detail", "ended_at", "phase"]
    code, detail = _refusal_of(error)
    is_failure = code == "error" or (isinstance(error, RunEnded) and error.is_failure)
    run.status = RunStatus.FAILED if is_failure else RunStatus.REFUSED
    run.refusal, run.refusal_detail = code, detail[:200]
    run.ended_at, run.phase = timezone.now(), ""
    if isinstance(error, ImportRunning) and isinstance(run, ImportRun) and run.stored_name:
        run.status, run.refusal, run.started_at, run.ended_at = RunStatus.WAITING, "", None, None
        run.attempts -= 1
        names += ["started_at", "attempts"]
    try:
        ours.update(**{name: getattr(run, name) for name in names})
    except (DatabaseError, InterfaceError) as fault:  # without its lock it is seen to be broken off
        logger.warning("The end of run %s was not written: %s", run.pk, type(fault).__name__)


def _refusal_of(error: BaseException) -> tuple[str, str]:
    """Give the code of a refusal and its detail, or `error` and the kind of the error."""
    if isinstance(error, UnreadableFile):
        return error.code, error.detail
    if isinstance(error, RunEnded):
        return error.code, ""
    codes: dict[type[BaseException], str] = {
        ImportRunning: "running",
        InvalidCycle: "no_cycle",
        UnknownCycle: "unknown_cycle",
        AnnouncementInFuture: "future_day",
        SamePersonRefused: "not_allowed",
    }
    code = codes.get(type(error))
    return (code, "") if code else ("error", type(error).__name__)


# Whose process is still there -------------------------------------------------------


def living(model: type[Run]) -> set[int]:
    """Give the ids of the runs whose process holds its lock now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted"
            " AND classid = %s AND objsubid = 2"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [model.LOCK_SPACE],
        )
        return {int(row[0]) for row in cursor.fetchall()}


def shown_status(run: Run, alive: set[int]) -> RunStatus:
    """Give a run's status as it is true now: `running` needs a process that lives."""
    if run.status == RunStatus.RUNNING and run.pk not in alive:
        return RunStatus.BROKEN_OFF
    return RunStatus(run.status)


def see_statuses(runs: Sequence[Run]) -> None:
    """Have each of some runs of one model keep its status of now, with one question for all."""
    is_any_running = any(run.status == RunStatus.RUNNING for run in runs)
    alive = living(type(runs[0])) if is_any_running else set()
    for run in runs:
        run.status_seen = shown_status(run, alive)


def take(model: type[R], pk: int, *, now: datetime) -> R | None:
    """Make a run that waits this process's own, or give None: another has it or it is over."""
    with transaction.atomic():
        run = model._default_manager.select_for_update().filter(pk=pk).first()
        if run is None or run.status != RunStatus.WAITING:
            return None
        run.status, run.started_at = RunStatus.RUNNING, now
        run.attempts += 1
        run.save(update_fields=["status", "started_at", "attempts"])
    return run


def settle_dead(model: type[R], *, can_resume: Callable[[R], bool], now: datetime) -> list[int]:
    """Have each run whose process died wait for a worker again, or call it broken off.

    One that can go on without its process does so by itself up to MOST_ATTEMPTS times. Gives the
    ids of all that wait now, those whose wake-up was lost too.
    """
    alive = living(model)
    with transaction.atomic():
        dead = (
            model._default_manager.select_for_update(skip_locked=True)
            .filter(status=RunStatus.RUNNING, started_at__lt=now - LOCK_WITHIN)
            .exclude(pk__in=alive)
        )
        for run in dead:
            resumes = run.attempts < MOST_ATTEMPTS and can_resume(run)
            run.status = RunStatus.WAITING if resumes else RunStatus.BROKEN_OFF
            run.phase, run.ended_at = "", None if resumes else now
            run.save(update_fields=["status", "phase", "ended_at"])
            logger.warning("Run %s of %s lost its process: %s", run.pk, model.__name__, run.status)
    waiting = model._default_manager.filter(status=RunStatus.WAITING)
    return list(waiting.order_by("pk").values_list("pk", flat=True))
