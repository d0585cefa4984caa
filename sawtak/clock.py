"""How long a ticket has been with the programme, as the staff's lists show it.

Counted in working days after the day of the sender's last word (DOMAIN 14). While the sender is
waited for, the clock stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from saudi.days_off import days_off
from sawtak.rules import ANSWER_WORKING_DAYS
from sawtak.statuses import WAITING_STATUSES, TicketStatus

ClockState = Literal["", "is-soon", "is-late", "is-paused"]


@dataclass(frozen=True)
class TicketClock:
    """The working days a ticket has used, and how that is to be read."""

    shown_days: int
    state: ClockState
    text: str
    usual_days: int = ANSWER_WORKING_DAYS


def ticket_clock(status: str, *, counted_from: date, today: date) -> TicketClock | None:
    """Give an open ticket's clock; None for one that is done. Days are civil days in Riyadh."""
    if status not in WAITING_STATUSES:
        return None
    used = settings.PROGRAMME.working_hours.count_working_days(counted_from, today, days_off())
    left = ANSWER_WORKING_DAYS - used
    shown = min(used, ANSWER_WORKING_DAYS)
    if status == TicketStatus.AWAITING_CITIZEN:
        return TicketClock(shown, "is-paused", _("Paused: waiting for the sender"))
    if left < 0:
        text = ngettext("%(days)d working day late", "%(days)d working days late", -left)
        return TicketClock(shown, "is-late", text % {"days": -left})
    if left == 0:
        return TicketClock(shown, "is-soon", _("Due today"))
    text = ngettext("%(days)d working day left", "%(days)d working days left", left)
    return TicketClock(shown, "is-soon" if left == 1 else "", text % {"days": left})
