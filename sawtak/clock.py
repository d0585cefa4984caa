"""How long a ticket has been with the programme, as the staff's lists show it.

Counted in working days after the day of the sender's last word (DOMAIN 14). While the sender is
waited for, the clock stands.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from saudi.clock import WorkClock, paused_clock, running_clock
from saudi.days_off import days_off
from sawtak.rules import ANSWER_WORKING_DAYS
from sawtak.statuses import WAITING_STATUSES, TicketStatus

SOON_DAYS: Final = 1
"""From so many working days left a ticket is shown as near."""


def ticket_clock(status: str, *, counted_from: date, today: date) -> WorkClock | None:
    """Give an open ticket's clock; None for one that is done. Days are civil days in Riyadh."""
    if status not in WAITING_STATUSES:
        return None
    usual = ANSWER_WORKING_DAYS
    used = settings.PROGRAMME.working_hours.count_working_days(counted_from, today, days_off())
    if status == TicketStatus.AWAITING_CITIZEN:
        return paused_clock(used, usual_days=usual, text=_("Paused: waiting for the sender"))
    return running_clock(used, usual_days=usual, soon_days=SOON_DAYS)
