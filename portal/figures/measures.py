"""What is counted of cases, and how working time is kept in steps."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

FINE_STEP_MINUTES: Final = 30
FINE_STEPS: Final = 80
"""Up to 40 working hours a time is known to half an hour."""

COARSE_STEP_MINUTES: Final = 240
COARSE_STEPS: Final = 90
"""From there to 400 hours to four hours; what took longer is in one last step."""

LAST_STEP: Final = FINE_STEPS + COARSE_STEPS

HALF: Final = Fraction(1, 2)
NINE_OF_TEN: Final = Fraction(9, 10)


class Measure(models.TextChoices):
    """What is counted. The labels are those of the supervisor's page.

    Times are kept of first answers and of answers; of ratings the stars, 1 to 5, in the place of
    the step. `LATE` is a part of the answers. The last two
    are as they were when the day was last counted.
    """

    RECEIVED = "received", _("Received")
    FIRST_ANSWER = "first", _("First answer")
    ANSWERED = "answered", _("Answered")
    LATE = "late", _("Answered late")
    REOPENED = "reopened", _("Opened again")
    RATED = "rated", _("Rated")
    WAITING = "waiting", _("Waiting")
    OVERDUE = "overdue", _("Overdue")


OF_EVENTS: Final = (
    Measure.RECEIVED,
    Measure.FIRST_ANSWER,
    Measure.ANSWERED,
    Measure.LATE,
    Measure.REOPENED,
    Measure.RATED,
)
"""Counted from what happened on a day, at any time later with the same result."""

OF_NOW: Final = (Measure.WAITING, Measure.OVERDUE)
"""Counted from the queue as it is; of a day that is over, the last count stays."""


def mean_stars(stars: Mapping[int, int]) -> float:
    """Give the mean of ratings by how many have so many stars, to one decimal.

    Raises ValueError of none.

    >>> mean_stars({5: 2, 4: 1})
    4.7
    """
    number = sum(stars.values())
    if not number:
        raise ValueError("a mean of no ratings")
    return round(sum(each * count for each, count in stars.items()) / number, 1)


def step_of(minutes: float) -> int:
    """Give the step that a working time is kept in.

    >>> [step_of(minutes) for minutes in (0, 29.9, 30, 2399, 2400, 2640, 10**6)]
    [0, 0, 1, 79, 80, 81, 170]
    """
    fine = FINE_STEP_MINUTES * FINE_STEPS
    if minutes < fine:
        return int(minutes // FINE_STEP_MINUTES)
    return min(LAST_STEP, FINE_STEPS + int((minutes - fine) // COARSE_STEP_MINUTES))


def hours_within(step: int) -> float:
    """Give the working hours within which all of a step lie: at most half an hour too many.

    >>> [hours_within(step) for step in (0, 1, 79, 80)]
    [0.5, 1.0, 40.0, 44.0]
    """
    fine = min(step + 1, FINE_STEPS) * FINE_STEP_MINUTES
    coarse = max(step + 1 - FINE_STEPS, 0) * COARSE_STEP_MINUTES
    return (fine + coarse) / 60


def within(steps: Mapping[int, int], share: Fraction) -> float:
    """Give the working hours within which a share of the cases lie.

    `steps` has the number of cases by step. Raises ValueError of no cases.

    >>> within({0: 5, 3: 4, 7: 1}, HALF), within({0: 5, 3: 4, 7: 1}, NINE_OF_TEN)
    (0.5, 2.0)
    """
    needed = share * sum(steps.values())
    reached = 0
    for step in sorted(steps):
        reached += steps[step]
        if reached >= needed:
            return hours_within(step)
    raise ValueError("a share of no cases")
