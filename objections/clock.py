"""How long a case has been with the programme.

Counted in working days after the day of receipt, or of the wish for a second look, of those in
which an answer usually comes. While the citizen is waited for, until the day by which they were
asked to send, the clock stands. The citizen's own ninety days are calendar days and end with the
filing (DOMAIN 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from objections.models import Objection
from objections.rules import decision_limit
from objections.statuses import OPEN_STATUSES, ObjectionStatus
from saudi.days_off import days_off
from saudi.gregorian import riyadh_date

SOON_DAYS: Final = 2
"""From so many working days left a case is shown as near."""

ClockState = Literal["", "is-soon", "is-late", "is-paused"]


@dataclass(frozen=True)
class CaseClock:
    """The working days a case has used, and how that is to be read."""

    elapsed_days: int
    state: ClockState
    text: str
    usual_days: int

    @property
    def shown_days(self) -> int:
        """Elapsed days as a bar of the usual length shows them."""
        return min(self.elapsed_days, self.usual_days)


def case_clock(case: Objection, *, today: date) -> CaseClock | None:
    """Give an open case's clock; None for a case that is done. `today` is a day in Riyadh."""
    if case.status not in OPEN_STATUSES or case.submitted_at is None:
        return None
    usual = settings.PROGRAMME.decision_working_days
    elapsed = days_used(case, today=today)
    left = usual - elapsed
    if _is_waited_for(case, today=today):
        return CaseClock(elapsed, "is-paused", _("Paused: waiting for documents"), usual)
    if left < 0:
        text = ngettext("%(days)d working day late", "%(days)d working days late", -left)
        return CaseClock(elapsed, "is-late", text % {"days": -left}, usual)
    if left == 0:
        return CaseClock(elapsed, "is-soon", _("Due today"), usual)
    text = ngettext("%(days)d working day left", "%(days)d working days left", left)
    state: ClockState = "is-soon" if left <= SOON_DAYS else ""
    return CaseClock(elapsed, state, text % {"days": left}, usual)


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
