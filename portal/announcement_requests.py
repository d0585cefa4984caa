"""Announcements that staff ask for, made by a worker: a million rows are no work for a page."""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from beneficiaries.errors import RegisterRefused
from beneficiaries.imports.recording import settle_dead, take
from beneficiaries.imports.uploads import QUEUE
from beneficiaries.models import AnnouncementRun, Cycle, EligibilityResult, PaymentLine, User
from beneficiaries.statuses import ImportKind, RunStatus
from notifications.waking import wake_task
from portal.announcing import MATTERS, announce

ANNOUNCE_TASK: Final = "portal.run_announcement"
SHOWN_CYCLES: Final = 24


@dataclass(frozen=True)
class Announceable:
    """Results or payments of a cycle that wait to be announced."""

    kind: ImportKind
    cycle_code: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.cycle_code}"


def announceable() -> list[Announceable]:
    """Give what waits in the newest cycles, by a look at one waiting row of each."""
    waiting = {"announced_on__isnull": True, "cycle": OuterRef("pk")}
    cycles = Cycle.objects.annotate(
        results_wait=Exists(EligibilityResult.objects.filter(**waiting)),
        payments_wait=Exists(PaymentLine.objects.filter(**waiting)),
    ).order_by("-code")[:SHOWN_CYCLES]
    found = []
    for cycle in cycles:
        if cycle.results_wait:
            found.append(Announceable(ImportKind.RESULTS, cycle.code))
        if cycle.payments_wait:
            found.append(Announceable(ImportKind.PAYMENTS, cycle.code))
    return found


def ask_to_announce(
    *, wanted: Announceable, on: date, submission: uuid.UUID, by: User, now: datetime
) -> AnnouncementRun:
    """Have a worker announce what waits. The same form sent twice asks once."""
    try:
        with transaction.atomic():
            run = AnnouncementRun.objects.create(
                kind=wanted.kind,
                cycle_code=wanted.cycle_code,
                on=on,
                status=RunStatus.WAITING,
                attempts=0,
                asked_by=by,
                asked_at=now,
                submission=submission,
            )
            transaction.on_commit(lambda: wake_announcement(run.pk))
    except IntegrityError:
        return AnnouncementRun.objects.get(submission=submission)
    return run


def wake_announcement(pk: int) -> None:
    """Tell a worker of an announcement; the sweep finds it where nobody heard."""
    wake_task(ANNOUNCE_TASK, (pk,), queue=QUEUE)


def work_on(pk: int, *, now: datetime) -> None:
    """Make an announcement that waits; nothing where another worker has it or it is over."""
    run = take(AnnouncementRun, pk, now=now)
    if run is None:
        return
    with suppress(RegisterRefused):  # told on the run
        announce(
            cycle_code=run.cycle_code,
            on=run.on,
            now=now,
            matter=MATTERS[run.kind],
            prepared_by=run.asked_by,
            run=run,
        )


def sweep(*, now: datetime) -> None:
    """Settle the announcements whose process died, and wake a worker for each that waits."""
    asked = settle_dead(AnnouncementRun, can_resume=lambda run: run.submission is not None, now=now)
    for pk in asked:
        wake_announcement(pk)
