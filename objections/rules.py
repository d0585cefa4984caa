"""The ninety-day window and who may file: pure decisions (docs/adr/0002)."""

from __future__ import annotations

from datetime import date, timedelta

from objections.errors import FilingWindowClosed

FILING_WINDOW_DAYS = 90


def filing_deadline(counted_from: date, *, window_days: int = FILING_WINDOW_DAYS) -> date:
    """Give the last day on which an objection may be filed.

    The day of the result is day 0 and the deadline is itself a filing day, open until its
    midnight (docs/adr/0002). Dates are civil days in Riyadh.
    """
    return counted_from + timedelta(days=window_days)


def days_left(deadline: date, *, today: date) -> int:
    """Give the days from today to the last filing day: 0 on that day, negative after it."""
    return (deadline - today).days


def is_filing_open(deadline: date, *, today: date) -> bool:
    """Tell whether an objection may be filed today. Dates are civil days in Riyadh."""
    return today <= deadline


def ensure_filing_open(*, counted_from: date, deadline: date, today: date) -> None:
    """Refuse a filing after its last day.

    Raises:
        FilingWindowClosed: with the day that was counted and the day it closed.
    """
    if not is_filing_open(deadline, today=today):
        raise FilingWindowClosed(counted_from=counted_from, deadline=deadline)


CYCLE_CUTOFF_DAY = 10


def effective_cycle(accepted_on: date) -> str:
    """Give the cycle in which an accepted objection is studied, as `2027-01`.

    What is complete by the 10th is studied for the next month's cycle, what comes later for the
    one after (the programme's cut-off). The date is a civil day in Riyadh.
    """
    months_ahead = 1 if accepted_on.day <= CYCLE_CUTOFF_DAY else 2
    months = accepted_on.year * 12 + accepted_on.month - 1 + months_ahead
    return f"{months // 12}-{months % 12 + 1:02d}"
