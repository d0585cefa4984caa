"""By which day staff owe the next step of a case: counted in working days, kept in the queue.

The database marks a case whose day is to be counted (anew); `fill_due` counts it. The queue asks
for it as it is opened, so that no reader sees a case without its day.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from portal.work.kinds import Warned, WorkKind
from portal.work.models import WorkItem
from saudi.days_off import days_off
from sawtak.rules import ANSWER_WORKING_DAYS

_LOCK: Final = 0x64756564
_COUNTED_AT_ONCE: Final = 1_000
"""Different beginnings of the clock that one call counts; each is one statement."""


def due_day(
    kind: str, *, clock_day: date, awaited_days: int = 0, paused_until: date | None = None
) -> date:
    """Give the civil day in Riyadh by which the next step is owed.

    While the citizen is waited for it is the day on which the wait ends. Otherwise the days in
    which a case of its kind is answered, and those of waiting, after the day its clock began.
    """
    if paused_until is not None:
        return paused_until
    answered_in = (
        ANSWER_WORKING_DAYS if kind == WorkKind.TICKET else settings.PROGRAMME.decision_working_days
    )
    day: date = settings.PROGRAMME.working_hours.add_working_days(
        clock_day, answered_in + awaited_days, days_off()
    )
    return day


def last_working_day(today: date) -> date:
    """Give today, or the working day before it: what is due on that is due, and not late yet."""
    hours, holidays = settings.PROGRAMME.working_hours, days_off()
    day = today
    while not hours.is_working_day(day, holidays):
        day -= timedelta(days=1)
    return day


def fill_due() -> int:
    """Count the days of the cases that have none; give how many got one.

    One statement where all have theirs. Of two that count at once the second does nothing.
    """
    uncounted = WorkItem.objects.filter(due_on=None)
    inputs = uncounted.values("kind", "clock_day", "awaited_days", "paused_until").distinct()
    found = list(inputs[:_COUNTED_AT_ONCE])
    if not found:
        return 0
    counted = 0
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        for each in found:
            counted += uncounted.filter(**each).update(
                due_on=due_day(**each), warned=Warned.NOT_YET
            )
    return counted


def count_again() -> int:
    """Count every day anew, for the day on which the holidays changed; give how many cases."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        WorkItem.objects.update(due_on=None)
    return fill_due()
