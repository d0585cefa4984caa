"""What the queue does by itself: it brings back what was put off, and says what is nearly late."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from portal.work.clock import fill_due, last_working_day
from portal.work.kinds import Warned, WorkStep
from portal.work.models import WorkEvent, WorkItem
from portal.work.presence import forget_looks
from saudi.days_off import days_off
from saudi.gregorian import riyadh_date

SOON: Final = timedelta(hours=4)
"""Working time before the end of its due day from which a case is said to be due soon."""

_AT_ONCE: Final = 500


def sweep_work(*, now: datetime) -> int:
    """Count days, bring back what was put off, warn of what is due; give how many were warned of.

    Warnings are given in working hours only: nobody could act on them at night. Each case is
    warned of once before and once after the end of its day, and the second escalates it.
    """
    fill_due()
    forget_looks(now=now)
    today = riyadh_date(now)
    _bring_back(WorkItem.objects.filter(snoozed_until__lte=today), now=now)
    closes_at = settings.PROGRAMME.working_hours.closes_at(now, days_off())
    if closes_at is None:
        return 0
    owed = WorkItem.objects.filter(is_awaiting=False)
    late = owed.filter(due_on__lt=last_working_day(today), warned__lt=Warned.LATE)
    warned = _warn(late, Warned.LATE, WorkStep.OVERDUE, now=now)
    if now >= closes_at - SOON:
        soon = owed.filter(due_on=today, warned=Warned.NOT_YET)
        warned += _warn(soon, Warned.SOON, WorkStep.DUE_SOON, now=now)
    return warned


def _bring_back(items: QuerySet[WorkItem], *, now: datetime) -> None:
    with transaction.atomic():
        locked = _lock_some(items)
        WorkItem.objects.filter(pk__in=[item.pk for item in locked]).update(snoozed_until=None)
        _append_each(locked, WorkStep.WOKEN, now=now)


def _warn(items: QuerySet[WorkItem], level: Warned, step: WorkStep, *, now: datetime) -> int:
    """Mark some cases as warned of; a late one is escalated by it."""
    with transaction.atomic():
        locked = _lock_some(items)
        marked = WorkItem.objects.filter(pk__in=[item.pk for item in locked])
        if level == Warned.LATE:
            marked.filter(escalated_at=None).update(escalated_at=now)
        marked.update(warned=level)
        _append_each(locked, step, now=now)
    return len(locked)


def _lock_some(items: QuerySet[WorkItem]) -> list[WorkItem]:
    """Lock some cases' places, but for those that somebody is changing: their turn is the next."""
    rows = items.select_for_update(of=("self",), skip_locked=True)
    return list(rows.order_by("id")[:_AT_ONCE])


def _append_each(items: Iterable[WorkItem], step: WorkStep, *, now: datetime) -> None:
    WorkEvent.objects.bulk_create(
        WorkEvent(objection_id=item.objection_id, ticket_id=item.ticket_id, at=now, step=step)
        for item in items
    )
