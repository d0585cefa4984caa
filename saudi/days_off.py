"""The days off as staff keep them, read by every process at most once a minute.

A row of `Holiday` says what its day is. A year is written whole, so a year that has rows has all
of its holidays; any other year is what the official holidays say (`saudi.calendar`). So a clock
that counts into a year that is not loaded yet is right all the same, what staff wrote is never
overruled, and a web process does without the package, which takes half a second to import.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date
from typing import Final

from django.apps.registry import Apps
from django.apps.registry import apps as installed_apps
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from saudi.calendar import DaysOff, OfficialHoliday, official_holidays
from saudi.gregorian import riyadh_today
from saudi.models import Holiday

__all__ = ["days_off", "forget_days_off", "load_holidays", "years_around"]

logger = logging.getLogger(__name__)

YEARS_BEFORE: Final = 1
YEARS_AHEAD: Final = 2
_SECONDS: Final = 60


class _Known:
    """What this process read last, and the minute in which it did."""

    minute: int = -1
    days: DaysOff = DaysOff()


def days_off() -> DaysOff:
    """Give the days off: those staff wrote, and the official ones of every other day.

    Read from the database once in each minute of the clock, so that a change is on every page in
    a minute. While the database is away the last known days are given.
    """
    minute = int(timezone.now().timestamp()) // _SECONDS
    if _Known.minute != minute:
        try:
            _Known.days = _read()
        except (OperationalError, InterfaceError):
            # A page that must be shown while the database is away (an error's own) names the
            # call centre too.
            logger.warning("the holidays could not be read; the last known ones are used")
        _Known.minute = minute
    return _Known.days


def forget_days_off() -> None:
    """Read again at the next call: for whoever has just changed a row in this process."""
    _Known.minute = -1


def _read() -> DaysOff:
    rows = Holiday.objects.values_list("day", "name_ar", "name_en", "is_estimate", "is_day_off")
    written = {
        day: OfficialHoliday(name_ar, name_en, is_estimate) if is_day_off else None
        for day, name_ar, name_en, is_estimate, is_day_off in rows
    }
    return DaysOff(written, whole_years=frozenset(day.year for day in written))


def years_around(today: date) -> range:
    """Give the Gregorian years that the table should hold on a civil day in Riyadh."""
    return range(today.year - YEARS_BEFORE, today.year + YEARS_AHEAD + 1)


def load_holidays(years: Iterable[int] | None = None, *, apps: Apps = installed_apps) -> int:
    """Write the official holidays of some years that have no row yet; give how many were new.

    By default the years around today. What is there stays as it is, so it may run at any time and
    twice at once. `apps` are the models as a migration has them.
    """
    rows = apps.get_model("saudi", "Holiday").objects
    wanted = years_around(riyadh_today()) if years is None else years
    official = {day: it for year in wanted for day, it in official_holidays(year).items()}
    known = set(rows.filter(day__in=official).values_list("day", flat=True))
    missing = [
        rows.model(day=day, name_ar=it.name_ar, name_en=it.name_en, is_estimate=it.is_estimate)
        for day, it in official.items()
        if day not in known
    ]
    rows.bulk_create(missing, ignore_conflicts=True)
    forget_days_off()
    return len(missing)
