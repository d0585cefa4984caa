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
