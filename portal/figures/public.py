"""The figures that everybody reads: a few rows, kept so that a public page counts nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from typing import Final

from django.db.models import Sum

from portal.figures.measures import HALF, NINE_OF_TEN, Measure, within
from portal.figures.models import CaseFigure, PublicFigure

PUBLIC_DAYS: Final = 30
"""Whole days, up to yesterday: a day that goes on would change the figures by the hour."""

FEWEST_SHOWN: Final = 10
"""Fewer cases than these are no public number: who knows one of them could learn of it.

The page says it in a word: templates/portal/figures.html."""

FEWEST_EXPECTED: Final = 20
"""From so many answers on what was is what may be expected."""


def count_public(*, today: date) -> None:
    """Write the public figures of the thirty days before a civil day; inside a transaction."""
    first, last = today - timedelta(days=PUBLIC_DAYS), today - timedelta(days=1)
    steps: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    late: Counter[tuple[str, str]] = Counter()
    rated: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    counted = (
        CaseFigure.objects.filter(
            day__range=(first, last), measure__in=[Measure.ANSWERED, Measure.LATE, Measure.RATED]
        )
        .order_by()
        .values_list("kind", "channel", "measure", "step")
        .annotate(total=Sum("cases"))
    )
    for kind, channel, measure, step, total in counted:
        for key in ((kind, channel), (kind, "")):
            if measure == Measure.LATE:
                late[key] += total
            elif measure == Measure.RATED:
                rated[key][step] += total
            else:
                steps[key][step] += total
    PublicFigure.objects.all().delete()
    PublicFigure.objects.bulk_create(
        PublicFigure(
            kind=kind,
            channel=channel,
            first_day=first,
            last_day=last,
            answered=of_steps.total(),
            late=late[kind, channel],
            rated=rated[kind, channel].total(),
            stars=sum(stars * number for stars, number in rated[kind, channel].items()),
            half_within=within(of_steps, HALF),
            most_within=within(of_steps, NINE_OF_TEN),
        )
        for (kind, channel), of_steps in steps.items()
    )
