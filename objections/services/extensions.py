"""More time for a whole cycle: one act, and the drafts that follow it (docs/adr/0022)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from beneficiaries.models import Cycle, User
from notifications.waking import wake_task
from objections.contested import window_of
from objections.errors import ExtensionRefused
from objections.grounds import Track
from objections.models import Objection, WindowExtension
from objections.rules import ensure_extension
from objections.selectors import previous_last_day
from objections.services.drafts import revive_draft
from objections.services.history import tell_filer
from objections.statuses import REFILED_STATUSES, ObjectionStatus
from saudi.digits import is_blank
from saudi.gregorian import format_both, riyadh_date

FOLLOW_TASK: Final = "objections.follow_extensions"

_FOLLOW_AT_ONCE: Final = 200


def extend_window(
    *,
    cycle_id: int,
    track: Track,
    last_day: date,
    reason: str,
    submission: uuid.UUID,
    by: User,
    now: datetime,
) -> WindowExtension:
    """Give everybody on a track of a cycle until the end of a later day, a civil day in Riyadh.

    One transaction under the cycle's lock, whatever the number of people: the cycle's own day
    moves, and every reader asks it. The drafts follow in a worker. The same form sent twice gives
    the first extension.

    Raises:
        ExtensionRefused: with what is wrong, by the name of the argument, and the day in the way.
    """
    with transaction.atomic():
        cycle = Cycle.objects.select_for_update().get(pk=cycle_id)
        earlier = WindowExtension.objects.filter(submission=submission).first()
        if earlier is not None:
            return earlier
        if is_blank(reason):
            raise ExtensionRefused("reason")
        previous = previous_last_day(cycle, track)
        if previous is None:
            raise ExtensionRefused("not_announced")
        ensure_extension(previous=previous, last_day=last_day, today=riyadh_date(now))
        extension = WindowExtension.objects.create(
            cycle=cycle,
            track=track,
            previous_last_day=previous,
            last_day=last_day,
            reason=reason,
            extended_by=by,
            extended_at=now,
            submission=submission,
        )
        field = f"{track}s_open_until"
        setattr(cycle, field, last_day)
        cycle.save(update_fields=[field])
        transaction.on_commit(wake_extension)
    return extension


def wake_extension() -> None:
    """Tell a worker that drafts have to follow; the sweep finds them where nobody heard."""
    wake_task(FOLLOW_TASK, (), queue="default")


def follow_extensions(*, now: datetime, is_over: Callable[[], bool] = lambda: False) -> int:
    """Let the drafts of extended cycles follow, and give the number of writers told.

    An open draft gets the new day, a stopped one is opened again, and the writer of each is told
    once. A batch is one transaction with how far the extension is: what was broken off goes on
    there, and a second worker waits for nothing.
    """
    told = 0
    for pk in (
        WindowExtension.objects.filter(finished_at=None).order_by("id").values_list("pk", flat=True)
    ):
        has_more = True
        while has_more and not is_over():
            added, has_more = _follow_some(pk, now=now)
            told += added
    return told


def _follow_some(pk: int, *, now: datetime) -> tuple[int, bool]:
    """Let a batch follow. Gives the number told, and whether there may be more for this worker."""
    with transaction.atomic():
        extension = (
            WindowExtension.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(pk=pk, finished_at=None)
            .select_related("cycle")
            .first()
        )
        if extension is None:
            return 0, False
        drafts = list(_unsent(extension)[:_FOLLOW_AT_ONCE])
        told = sum(_follow(draft, extension, now=now) for draft in drafts)
        has_more = len(drafts) == _FOLLOW_AT_ONCE
        if drafts:
            extension.reached = drafts[-1].pk
        extension.told += told
        extension.finished_at = None if has_more else now
        extension.save(update_fields=["reached", "revived", "told", "finished_at"])
    return told, has_more


def _unsent(extension: WindowExtension) -> QuerySet[Objection]:
    """Give what was not sent on the extended track, locked, in the order of the walk.

    A draft that the stopping job holds is waited for: it comes back stopped, and is revived.
    """
    rows = extension.track
    filed = Objection.objects.exclude(reference=None).exclude(status__in=REFILED_STATUSES)
    return (
        Objection.objects.select_for_update(of=("self",))
        .filter(reference=None, pk__gt=extension.reached)
        .filter(**{f"{rows}__cycle": extension.cycle_id, f"{rows}__superseded_on": None})
        .exclude(Exists(filed.filter(**{rows: OuterRef(rows)})))
        .select_related("filed_by", f"{rows}__cycle")
        .order_by("pk")
    )


def _follow(draft: Objection, extension: WindowExtension, *, now: datetime) -> bool:
    """Give one draft the time its row has; tell whether its writer gained any by it."""
    window = window_of(draft.contested)
    if window is None or window.regular != extension.last_day:
        return False  # its own day is later, or a later extension moved it
    if draft.status == ObjectionStatus.STOPPED:
        if window.deadline < riyadh_date(now):
            return False
        revive_draft(draft, window=window, actor=None, now=now)
        extension.revived += 1
    else:
        draft.deadline = window.regular
        draft.save(update_fields=["deadline"])
    tell_filer(
        draft,
        what=f"extended:{extension.pk}",
        template="draft_extended",
        values={"last_day": format_both(window.deadline, draft.filed_by.language)},
        now=now,
    )
    return True
