"""Counting the figures of days: what happened on them, and the queue as it is now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import Count

from portal.figures.measures import OF_EVENTS, OF_NOW, Measure
from portal.figures.models import CaseFigure, CountedDay, OutcomeFigure
from portal.figures.public import count_public
from portal.figures.statement import CASES, STEP, facts_of
from portal.work.clock import fill_due, last_working_day
from portal.work.models import WorkItem
from saudi.gregorian import riyadh_date

SOON_DAYS: Final = 2
"""Days that are counted every ten minutes: today and yesterday."""

NIGHTLY_DAYS: Final = 35
"""Days that are counted each night, for what came in later than it happened: paper, mostly."""

_COUNT_CASES: Final = f"""
    {CASES}
    INSERT INTO portal_casefigure (day, kind, matter, channel, team_id, measure, step, cases)
    SELECT day, kind, matter, channel, team_id, measure, {STEP} AS step, count(*) FROM cases
    GROUP BY day, kind, matter, channel, team_id, measure, step
"""  # noqa: S608  # constants
_COUNT_OUTCOMES: Final = f"""
    {CASES}
    INSERT INTO portal_outcomefigure (day, reason, outcome, cases)
    SELECT day, code, outcome, count(*) FROM cases, unnest(reasons) AS code
    WHERE kind = 'objection' AND measure = 'answered' GROUP BY day, code, outcome
"""  # noqa: S608  # constants


def count_days(*, days: int, now: datetime) -> None:
    """Count the last days anew, today among them, in one transaction; pages see old or new.

    Of two that count at once the second waits: the result is the same however often it runs.
    """
    today = riyadh_date(now)
    first = today - timedelta(days=days - 1)
    fill_due()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('portal_casefigure'))")
        cursor.execute("SET LOCAL jit = off")
        counted = CaseFigure.objects.filter(day__range=(first, today))
        counted.filter(measure__in=OF_EVENTS).delete()
        OutcomeFigure.objects.filter(day__range=(first, today)).delete()
        facts = facts_of(first, today)
        cursor.execute(_COUNT_CASES, facts)
        cursor.execute(_COUNT_OUTCOMES, facts)
        _count_queue(today)
        _mark((first + timedelta(days=ahead) for ahead in range(days)), now=now)
        count_public(today=today)


def _count_queue(today: date) -> None:
    CaseFigure.objects.filter(day=today, measure__in=OF_NOW).delete()
    open_cases = WorkItem.objects.order_by()
    of_measure = {
        Measure.WAITING: open_cases,
        Measure.OVERDUE: open_cases.filter(due_on__lt=last_working_day(today)),
    }
    rows = [
        CaseFigure(day=today, measure=measure, **group)
        for measure, items in of_measure.items()
        for group in items.values("kind", "matter", "channel", "team_id").annotate(
            cases=Count("pk")
        )
    ]
    CaseFigure.objects.bulk_create(rows)


def _mark(days: Iterable[date], *, now: datetime) -> None:
    CountedDay.objects.bulk_create(
        [CountedDay(day=day, counted_at=now) for day in days],
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["counted_at"],
    )
