"""Working time: Sunday to Thursday by the clock in Riyadh, without holidays.

The weekend has been Friday and Saturday since 2013 (DOMAIN 14). The official holidays are those
of the civil service (docs/adr/0013): Founding Day, 22 February (royal order A/371 of 2022),
National Day, 23 September, and the leave around each Eid, 25 Ramadan to 5 Shawwal and 5 to 15
Dhu al-Hijjah (regulation of leave, article 4). Flag Day, 11 March, is a working day.

>>> from datetime import date, datetime
>>> hours = WorkingHours()
>>> friday_noon = datetime(2026, 11, 27, 12, tzinfo=RIYADH)
>>> hours.is_open(friday_noon, DaysOff())
False
>>> str(hours.next_opening(friday_noon, DaysOff()))
'2026-11-29 08:00:00+03:00'
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

import holidays as holiday_tables

from saudi.gregorian import RIYADH, to_riyadh
from saudi.hijri import TABLE_YEARS, HijriDate

__all__ = [
    "FRIDAY",
    "MONDAY",
    "SATURDAY",
    "SUNDAY",
    "THURSDAY",
    "TUESDAY",
    "WEDNESDAY",
    "WORKING_DAYS",
    "Closure",
    "DaysOff",
    "NoWorkingDay",
    "OfficialHoliday",
    "WorkingHours",
    "official_holidays",
]

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
"""As `date.weekday()` numbers them."""

WORKING_DAYS: Final = frozenset({SUNDAY, MONDAY, TUESDAY, WEDNESDAY, THURSDAY})

_LONGEST_CLOSURE_DAYS: Final = 366


class NoWorkingDay(LookupError):
    """No working day in the year that follows `after`: the holidays cannot be right.

    >>> closed = {date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(400)}
    >>> WorkingHours().add_working_days(date(2026, 1, 1), 1, closed)
    Traceback (most recent call last):
    saudi.calendar.NoWorkingDay: 2026-01-01
    """

    def __init__(self, after: date) -> None:
        super().__init__(after.isoformat())
        self.after: Final = after


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """Opening and closing time in Riyadh, and the days of the week as `date.weekday()` counts.

    The closing instant is closed. Every method takes the holidays as a collection of dates.
    Raises ValueError when it would never be open, and for an instant without a zone.

    >>> hours = WorkingHours(opens=time(9), closes=time(15))
    >>> hours.add_working_days(date(2026, 3, 11), 3, DaysOff())  # across the leave of the Eid
    datetime.date(2026, 3, 26)
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

    def working_time(
        self, since: datetime, until: datetime, holidays: Container[date]
    ) -> timedelta:
        """Give the working time between two instants, to the second; none when `until` is earlier.

        >>> hours = WorkingHours()
        >>> thursday = datetime(2026, 11, 26, 19, 15, tzinfo=RIYADH)
        >>> sunday = datetime(2026, 11, 29, 8, 30, tzinfo=RIYADH)
        >>> str(hours.working_time(thursday, sunday, DaysOff()))
        '1:15:00'
        """
        first, last = to_riyadh(since), to_riyadh(until)
        worked = timedelta()
        for day in _days_from(first.date(), (last.date() - first.date()).days + 1):
            if self.is_working_day(day, holidays):
                begins = max(first, datetime.combine(day, self.opens, tzinfo=RIYADH))
                ends = min(last, datetime.combine(day, self.closes, tzinfo=RIYADH))
                worked += max(ends - begins, timedelta())
        return worked

    def _next_working_day(self, after: date, holidays: Container[date]) -> date:
        for days in range(1, _LONGEST_CLOSURE_DAYS + 1):
            day = after + timedelta(days=days)
            if self.is_working_day(day, holidays):
                return day
        raise NoWorkingDay(after)


@dataclass(frozen=True, slots=True)
class OfficialHoliday:
    """A day off: its name in both languages, and whether the sighting of the moon may move it.

    >>> OfficialHoliday("اليوم الوطني", "National Day").name("en")
    'National Day'
    """

    name_ar: str
    name_en: str
    is_estimate: bool = False

    def name(self, language: str) -> str:
        """Give the name in Arabic unless English is asked for."""
        return self.name_en if language.startswith("en") else self.name_ar


def official_holidays(year: int) -> dict[date, OfficialHoliday]:
    """Name the official holidays of a Gregorian year, by date, days of the weekend among them.

    Names, national days and the days that replace them at a weekend are of the `holidays`
    package, which gives the Eids as the labour law does (four days each); the civil service's
    leave around them is counted by the table of the Hijri year. Eids to come are estimates.

    >>> official_holidays(2026)[date(2026, 9, 23)].name("en")
    'National Day Holiday'
    >>> eid = [day for day, it in official_holidays(2026).items() if "Fitr" in it.name_en]
    >>> str(eid[0]), str(eid[-1])  # 25 Ramadan and 5 Shawwal 1447
    ('2026-03-14', '2026-03-24')
    """
    return dict(_official_holidays(year))


@dataclass(frozen=True, slots=True)
class Closure:
    """Days in a row without work, named for their first holiday; `last` is a day off too.

    >>> eid = DaysOff().closure_within(WorkingHours(), date(2026, 3, 1), 30)
    >>> isinstance(eid, Closure), str(eid.first), str(eid.last)
    (True, '2026-03-15', '2026-03-24')
    """

    holiday: OfficialHoliday
    first: date
    last: date


class DaysOff(Container[date]):
    """The days off: what is written by staff, and elsewhere the official holidays.

    `written` says of a day what it is, or None where it is a working day after all. In a year of
    `whole_years` every holiday is written. Use it as the holidays of WorkingHours.

    >>> working = DaysOff({date(2026, 9, 23): None})
    >>> date(2026, 9, 23) in DaysOff(), date(2026, 9, 23) in working
    (True, False)
    """

    def __init__(
        self,
        written: Mapping[date, OfficialHoliday | None] | None = None,
        *,
        whole_years: Container[int] = (),
    ) -> None:
        self._written: Final = {} if written is None else dict(written)
        self._whole_years: Final = whole_years

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.get(day) is not None

    def get(self, day: date) -> OfficialHoliday | None:
        """Give the holiday on a civil day, or None."""
        if day in self._written:
            return self._written[day]
        if day.year in self._whole_years:
            return None
        return _official_holidays(day.year).get(day)

    def closure_within(self, hours: WorkingHours, first: date, days: int) -> Closure | None:
        """Give the next holiday that takes a working day, from `first` and `days` days on.

        It lasts from its first day to the last before work begins again, weekends among them.
        Raises NoWorkingDay.
        """
        for day in _days_from(first, days):
            holiday = self.get(day)
            if holiday is not None and day.weekday() in hours.days:
                back = hours.add_working_days(day, 1, self)
                return Closure(holiday, first=day, last=back - timedelta(days=1))
        return None


def _days_from(first: date, count: int) -> Iterator[date]:
    return (first + timedelta(days=ahead) for ahead in range(count))


_EIDS: Final = {
    "Eid al-Fitr Holiday": ((9, 25), (10, 5)),
    "Eid al-Adha Holiday": ((12, 5), (12, 15)),
}
"""The first and the last day of each leave, as month and day of the Hijri year."""

_OF_THE_MOON: Final = ("Eid al-", "Day of Arafah")


@lru_cache(maxsize=16)
def _official_holidays(year: int) -> Mapping[date, OfficialHoliday]:
    """Ask the package once: making a year's table takes milliseconds of every page."""
    around = range(year - 1, year + 2)  # a leave may begin in one year and end in the next
    arabic = holiday_tables.country_holidays("SA", years=around, language="ar")
    english = holiday_tables.country_holidays("SA", years=around, language="en_US")
    labelled = holiday_tables.country_holidays(
        "SA", years=around, language="en_US", islamic_show_estimated=True
    )
    arabic_of = {english[day]: _in_our_words(arabic[day]) for day in english}
    found = {
        day: OfficialHoliday(arabic_of[name], name)
        for day, name in english.items()
        if not name.startswith(_OF_THE_MOON)
    }
    for name, leave in _leaves(year):
        is_estimate = any("estimated" in labelled.get(day, "") for day in leave)
        for day in leave:
            shown = english.get(day, name)
            if not shown.startswith("Day of Arafah"):
                shown = name
            found.setdefault(day, OfficialHoliday(arabic_of[shown], shown, is_estimate))
    return {day: found[day] for day in sorted(found) if day.year == year}


def _in_our_words(name: str) -> str:
    """Call a day off what every page calls it (docs/content-guide.md)."""
    return name.replace("عطلة", "إجازة")


def _leaves(year: int) -> Iterator[tuple[str, list[date]]]:
    """Give the leaves around the Eids that may touch a Gregorian year."""
    near = (year - 622) * 33 // 32  # 33 Hijri years are 32 Gregorian ones, from the year 622 on
    for hijri_year in range(near - 1, near + 3):
        if hijri_year not in TABLE_YEARS:
            continue
        for name, (first, last) in _EIDS.items():
            begins = HijriDate(hijri_year, *first).approximate_gregorian()
            ends = HijriDate(hijri_year, *last).approximate_gregorian()
            if begins and ends:
                yield name, list(_days_from(begins, (ends - begins).days + 1))
