"""Working time: Sunday to Thursday by the clock in Riyadh, without holidays.

The weekend has been Friday and Saturday since 2013. Holidays are given by the caller, who
keeps them in a table that staff can edit; `official_holidays` pre-fills it.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

import holidays as holiday_tables

from saudi.gregorian import RIYADH, to_riyadh

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
"""As `date.weekday()` numbers them."""

WORKING_DAYS: Final = frozenset({SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY})

_LONGEST_CLOSURE_DAYS: Final = 366


class NoWorkingDay(LookupError):
    """No working day in the year that follows `after`: the holidays cannot be right."""

    def __init__(self, after: date) -> None:
        super().__init__(after.isoformat())
        self.after: Final = after


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Opening and closing time in Riyadh, and the days of the week as `date.weekday()` counts.

    The closing instant is closed. Every method takes the holidays as a collection of dates.
    Raises ValueError when it would never be open, and for an instant without a zone.
    """

    opens: time = time(8)
    closes: time = time(20)
    days: frozenset[int] = WORKING_DAYS

    def __post_init__(self) -> None:
        """Refuse hours that never open."""
        if self.opens >= self.closes or not self.days & frozenset(range(7)):
            raise ValueError("working hours need a day, and an opening before the closing")

    def is_working_day(self, day: date, holidays: Container[date]) -> bool:
        """Tell whether any work is done on a civil day."""
        return day.weekday() in self.days and day not in holidays

    def is_open(self, at: datetime, holidays: Container[date]) -> bool:
        """Tell whether an instant is in working time."""
        local = to_riyadh(at)
        in_hours = self.opens <= local.time() < self.closes
        return in_hours and self.is_working_day(local.date(), holidays)

    def closes_at(self, at: datetime, holidays: Container[date]) -> datetime | None:
        """Give the instant at which it closes next; None when it is closed now."""
        if not self.is_open(at, holidays):
            return None
        return datetime.combine(to_riyadh(at).date(), self.closes, tzinfo=RIYADH)

    def next_opening(self, at: datetime, holidays: Container[date]) -> datetime:
        """Give the first opening after an instant. Raises NoWorkingDay."""
        day = to_riyadh(at).date()
        opening = datetime.combine(day, self.opens, tzinfo=RIYADH)
        if opening > at and self.is_working_day(day, holidays):
            return opening
        next_day = self.add_working_days(day, 1, holidays)
        return datetime.combine(next_day, self.opens, tzinfo=RIYADH)

    def add_working_days(self, day: date, count: int, holidays: Container[date]) -> date:
        """Give the `count`-th working day after a civil day, which is itself day 0.

        Raises ValueError for a negative count, NoWorkingDay for endless holidays.
        """
        if count < 0:
            raise ValueError("working days are counted forwards")
        for _ in range(count):
            day = self._next_working_day(day, holidays)
        return day

    def count_working_days(self, after: date, until: date, holidays: Container[date]) -> int:
        """Count the working days after a civil day, which is day 0, up to and with `until`.

        0 when `until` is not later.
        """
        span = range(1, (until - after).days + 1)
        return sum(self.is_working_day(after + timedelta(days=n), holidays) for n in span)

    def _next_working_day(self, after: date, holidays: Container[date]) -> date:
        for days in range(1, _LONGEST_CLOSURE_DAYS + 1):
            day = after + timedelta(days=days)
            if self.is_working_day(day, holidays):
                return day
        raise NoWorkingDay(after)


def official_holidays(year: int) -> dict[date, tuple[str, str]]:
    """Name the official holidays of a Gregorian year in Arabic and English, by date.

    From the `holidays` package; the Eids of coming years are estimates that staff correct.
    """
    return dict(_official_holidays(year))


@lru_cache(maxsize=16)
def days_off(first_year: int, last_year: int) -> frozenset[date]:
    """Give the official holidays of some Gregorian years, computed once a process."""
    years = range(first_year, last_year + 1)
    return frozenset(day for year in years for day in official_holidays(year))


@lru_cache(maxsize=16)
def _official_holidays(year: int) -> tuple[tuple[date, tuple[str, str]], ...]:
    """Ask the package once: making a year's table takes a millisecond of every page."""
    arabic = holiday_tables.country_holidays("SA", years=year, language="ar")
    english = holiday_tables.country_holidays("SA", years=year, language="en_US")
    return tuple((day, (arabic[day], english[day])) for day in sorted(arabic))
