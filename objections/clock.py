"""How long a case has been with the programme, as staff see it.

Counted in working days after the day of receipt, of the ten in which an answer usually comes;
the citizen's own ninety days are calendar days and end with the filing (DOMAIN 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from objections.models import Objection
from objections.rules import DECISION_WORKING_DAYS
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
    usual_days: int = DECISION_WORKING_DAYS

    @property
    def shown_days(self) -> int:
        """Elapsed days as a bar of the usual length shows them."""
        return min(self.elapsed_days, self.usual_days)


def case_clock(case: Objection, *, today: date) -> CaseClock | None:
    """Give an open case's clock; None for a case that is done. `today` is a day in Riyadh."""
    if case.status not in OPEN_STATUSES or case.submitted_at is None:
        return None
    received_on = riyadh_date(case.submitted_at)
    elapsed = settings.PROGRAMME.working_hours.count_working_days(received_on, today, days_off())
    left = DECISION_WORKING_DAYS - elapsed
    if case.status == ObjectionStatus.DOCUMENTS_WANTED:
        return CaseClock(elapsed, "is-paused", _("Paused: waiting for documents"))
    if left < 0:
        text = ngettext("%(days)d working day late", "%(days)d working days late", -left)
        return CaseClock(elapsed, "is-late", text % {"days": -left})
    if left == 0:
        return CaseClock(elapsed, "is-soon", _("Due today"))
    text = ngettext("%(days)d working day left", "%(days)d working days left", left)
    return CaseClock(elapsed, "is-soon" if left <= SOON_DAYS else "", text % {"days": left})
