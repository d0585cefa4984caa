"""Whether the call centre is open, and in words that a caller can act on.

Hours and number are settings of the programme; days off are the country's (DOMAIN 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.programme import Programme
from saudi.calendar import WorkingHours, official_holidays
from saudi.gregorian import RIYADH, weekday_name


@dataclass(frozen=True)
class CallCentreState:
    """Open or not, and until when or from when, in the language of the page."""

    is_open: bool
    text: str


def hour_text(at: time) -> str:
    """Write an hour as people say it: 8 صباحًا, 8 AM; minutes only where there are some."""
    hour = at.hour % 12 or 12
    clock = f"{hour}:{at.minute:02d}" if at.minute else str(hour)
    if at.hour < 12:
        return _("%(clock)s AM") % {"clock": clock}
    return _("%(clock)s PM") % {"clock": clock}


def opening_hours(programme: Programme) -> str:
    """Write the usual hours: Sunday to Thursday, 8 AM to 8 PM."""
    return _("Sunday to Thursday, %(opens)s to %(closes)s") % {
        "opens": hour_text(programme.opens),
        "closes": hour_text(programme.closes),
    }


@lru_cache(maxsize=8)
def days_off(year: int) -> frozenset[date]:
    """Give the country's days off in a Gregorian year, computed once a process."""
    return frozenset(official_holidays(year))


def call_centre_state(at: datetime, language: str) -> CallCentreState:
    """Tell whether the call centre is open at an instant, and what comes next."""
    programme: Programme = settings.PROGRAMME
    hours = WorkingHours(opens=programme.opens, closes=programme.closes)
    local = at.astimezone(RIYADH)
    holidays = days_off(local.year) | days_off(local.year + 1)
    if hours.is_open(local, holidays):
        text = _("Open now, closes at %(hour)s") % {"hour": hour_text(programme.closes)}
        return CallCentreState(is_open=True, text=text)
    opens = hours.next_opening(local, holidays).astimezone(RIYADH)
    days_ahead = (opens.date() - local.date()).days
    values = {"hour": hour_text(opens.time()), "day": weekday_name(opens.date(), language)}
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
