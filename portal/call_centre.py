"""Whether the call centre is open, and in words that a caller can act on.

Hours and number are settings of the programme; the days off are those staff keep (DOMAIN 14).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.programme import Programme
from saudi.days_off import days_off
from saudi.gregorian import format_near, format_time, riyadh_date, to_riyadh, weekday_name

TOLD_AHEAD_DAYS: Final = 30
"""How long before it a closure is told."""

_DAYS_OF_A_WEEK: Final = 7


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
    """Tell whether the call centre is open at an instant, why not, and what comes next."""
    programme: Programme = settings.PROGRAMME
    hours = programme.working_hours
    local = to_riyadh(at)
    if hours.is_open(local, days_off()):
        text = _("Open now, closes at %(hour)s") % {"hour": format_time(programme.closes, language)}
        return CallCentreState(is_open=True, text=text)
    opens = hours.next_opening(local, days_off())
    today, opening_day = local.date(), opens.date()
    values = {"hour": format_time(opens, language), "day": _near_day(opening_day, today, language)}
    days_ahead = (opening_day - today).days
    holiday_today = days_off().get(today)
    closure = days_off().closure_within(hours, today, days_ahead)
    if holiday_today is not None:
        values["holiday"] = holiday_today.name(language)
        if days_ahead == 1:
            text = _("Closed today: %(holiday)s. We are back tomorrow at %(hour)s")
        else:
            text = _("Closed today: %(holiday)s. We are back on %(day)s at %(hour)s")
    elif days_ahead == 0:
        text = _("Closed now, opens today at %(hour)s")
    elif days_ahead == 1:
        text = _("Closed now, opens tomorrow at %(hour)s")
    elif closure is not None:
        values["holiday"] = closure.holiday.name(language)
        text = _("Closed now, then %(holiday)s. We are back on %(day)s at %(hour)s")
    else:
        text = _("Closed now, opens on %(day)s at %(hour)s")
    return CallCentreState(is_open=False, text=text % values)


def _near_day(day: date, today: date, language: str) -> str:
    """Name a coming day: by the day of the week alone while that is enough."""
    is_near = (day - today).days < _DAYS_OF_A_WEEK
    return weekday_name(day, language) if is_near else format_near(day, language)


def coming_closure(at: datetime, language: str) -> str:
    """Tell the next holiday on which work would be done, where it begins soon; else nothing.

    Of a holiday that has begun the state tells the end.
    """
    hours = settings.PROGRAMME.working_hours
    today = riyadh_date(at)
    first = today + timedelta(days=1)
    if today in days_off():
        first = hours.add_working_days(today, 1, days_off())
    closure = days_off().closure_within(hours, first, TOLD_AHEAD_DAYS)
    if closure is None:
        return ""
    values = {
        "holiday": closure.holiday.name(language),
        "first": format_near(closure.first, language),
        "last": format_near(closure.last, language),
    }
    if closure.first == closure.last:
        return _("We are closed on %(first)s: %(holiday)s.") % values
    return _("We are closed from %(first)s to %(last)s: %(holiday)s.") % values


def call_centre_now(language: str) -> CallCentreState:
    """Tell the state of the call centre at this moment."""
    return call_centre_state(timezone.now(), language)
