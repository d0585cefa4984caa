"""Whether the call centre is open, and in words that a caller can act on.

Hours and number are settings of the programme; days off are the country's (DOMAIN 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.programme import Programme
from saudi.calendar import days_off
from saudi.gregorian import format_time, to_riyadh, weekday_name


@dataclass(frozen=True)
class CallCentreState:
    """Open or not, and until when or from when, in the language of the page."""

    is_open: bool
    text: str


def opening_hours(programme: Programme, language: str) -> str:
    """Write the usual hours in the language of the page: Sunday to Thursday, 8 AM to 8 PM."""
    return _("Sunday to Thursday, %(opens)s to %(closes)s") % {
        "opens": format_time(programme.opens, language),
        "closes": format_time(programme.closes, language),
    }


def call_centre_state(at: datetime, language: str) -> CallCentreState:
    """Tell whether the call centre is open at an instant, and what comes next."""
    programme: Programme = settings.PROGRAMME
    hours = programme.working_hours
    local = to_riyadh(at)
    holidays = days_off(local.year, local.year + 1)
    if hours.is_open(local, holidays):
        text = _("Open now, closes at %(hour)s") % {"hour": format_time(programme.closes, language)}
        return CallCentreState(is_open=True, text=text)
    opens = hours.next_opening(local, holidays)
    days_ahead = (opens.date() - local.date()).days
    values = {"hour": format_time(opens, language), "day": weekday_name(opens.date(), language)}
    if days_ahead == 0:
        return CallCentreState(
            is_open=False, text=_("Closed now, opens today at %(hour)s") % values
        )
    if days_ahead == 1:
        return CallCentreState(
            is_open=False, text=_("Closed now, opens tomorrow at %(hour)s") % values
        )
    return CallCentreState(
        is_open=False, text=_("Closed now, opens on %(day)s at %(hour)s") % values
    )


def call_centre_now(language: str) -> CallCentreState:
    """Tell the state of the call centre at this moment."""
    return call_centre_state(timezone.now(), language)
