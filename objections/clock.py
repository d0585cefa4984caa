"""How long a case has been with the programme.

Counted in working days after the day of receipt, or of the wish for a second look, of those in
which an answer usually comes. While the citizen is waited for, until the day by which they were
asked to send, the clock stands. The citizen's own ninety days are calendar days and end with the
filing (DOMAIN 14).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from objections.models import Objection
from objections.rules import decision_limit
from objections.statuses import OPEN_STATUSES, ObjectionStatus
from saudi.clock import WorkClock, paused_clock, running_clock
from saudi.days_off import days_off
from saudi.gregorian import riyadh_date

SOON_DAYS: Final = 2
"""From so many working days left a case is shown as near."""


def case_clock(case: Objection, *, today: date) -> WorkClock | None:
    """Give an open case's clock; None for a case that is done. `today` is a day in Riyadh."""
    if case.status not in OPEN_STATUSES or case.submitted_at is None:
        return None
    usual = settings.PROGRAMME.decision_working_days
    elapsed = days_used(case, today=today)
    if _is_waited_for(case, today=today):
        return paused_clock(elapsed, usual_days=usual, text=_("Paused: waiting for documents"))
    return running_clock(elapsed, usual_days=usual, soon_days=SOON_DAYS)


def days_used(case: Objection, *, today: date) -> int:
    """Give the working days of a submitted case that count, without those of waiting."""
    began_at = case.clock_began_at
    assert began_at is not None  # noqa: S101  # the caller has a submitted case
    since = _working_days(riyadh_date(began_at), today)
    return max(since - case.awaited_days - days_awaited(case, until=today), 0)


def days_awaited(case: Objection, *, until: date) -> int:
    """Give the working days of a wait that goes on: none after the day documents were due on."""
    if case.wanted_on is None:
        return 0
    due_on = case.documents_due_on
    if due_on is not None and until > due_on and case.wait_days:
        return case.wait_days
    return _working_days(case.wanted_on, min(until, due_on or until))


def wait_of(wanted_on: date, due_on: date) -> int:
    """Give the working days of a wait that lasts until its last day: what lists go by then."""
    return _working_days(wanted_on, due_on)


def began_before(today: date, *, used_days: int) -> date:
    """Give the day before which a case began that has used so many working days today.

    `used_days` is 1 at least; those for which the citizen was waited for are to be added to it.
    Civil days in Riyadh.
    """
    hours, holidays = settings.PROGRAMME.working_hours, days_off()
    left, day = used_days, today
    while True:
        left -= hours.is_working_day(day, holidays)
        if left == 0:
            return day
        day -= timedelta(days=1)


def last_day_of(case: Objection) -> date:
    """Give the last day by which a submitted case is decided, whatever was waited for."""
    began_at = case.clock_began_at
    assert began_at is not None  # noqa: S101  # the caller has a submitted case
    return decision_limit(riyadh_date(began_at), limit_days=settings.PROGRAMME.decision_limit_days)


def _is_waited_for(case: Objection, *, today: date) -> bool:
    is_wanted = case.status == ObjectionStatus.DOCUMENTS_WANTED
    return is_wanted and (case.documents_due_on is None or today <= case.documents_due_on)


def _working_days(after: date, until: date) -> int:
    counted: int = settings.PROGRAMME.working_hours.count_working_days(after, until, days_off())
    return counted
