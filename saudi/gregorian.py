"""Civil days and instants of Riyadh, and how they are written and read.

The kingdom keeps UTC+3 all year. A day is decided by the clock in Riyadh, never by the
server's (O12), and a typed 05/06 is the fifth of June (O03). Source of the zone: the IANA time
zone database, Asia/Riyadh.

>>> from datetime import UTC
>>> str(riyadh_date(datetime(2026, 9, 22, 21, 30, tzinfo=UTC)))
'2026-09-23'
"""

import re
from datetime import date, datetime, time
from typing import Final, Literal
from zoneinfo import ZoneInfo

from saudi.digits import strip_invisible, to_ascii_digits
from saudi.hijri import NO_BREAK, HijriDate, format_hijri

__all__ = [
    "MONTHS",
    "RIYADH",
    "WEEKDAYS",
    "YEARS",
    "GregorianFault",
    "InvalidGregorianDate",
    "end_of_day",
    "format_both",
    "format_gregorian",
    "format_near",
    "format_time",
    "month_name",
    "parse_gregorian",
    "riyadh_date",
    "riyadh_today",
    "start_of_day",
    "to_riyadh",
    "weekday_name",
]

RIYADH: Final = ZoneInfo("Asia/Riyadh")

MONTHS: Final[dict[str, tuple[str, ...]]] = {
    "ar": (
        "يناير",
        "فبراير",
        "مارس",
        "أبريل",
        "مايو",
        "يونيو",
        "يوليو",
        "أغسطس",
        "سبتمبر",
        "أكتوبر",
        "نوفمبر",
        "ديسمبر",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}

WEEKDAYS: Final[dict[str, tuple[str, ...]]] = {
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
"""In the order of `date.weekday()`."""

YEARS: Final = range(1925, 2077)
"""The years a typed Gregorian date may have: the whole ones that the Hijri table covers, so that
every day that is taken can be written in both calendars. A smaller one is a Hijri year in the
wrong field."""

GregorianFault = Literal["required", "format", "year", "no_such_day"]

_ERA: Final = re.compile(r"\s*(?:م|AD|CE)\.?\s*$", re.IGNORECASE)
_PARTS: Final = re.compile(r"\s*[/\-.\u2010-\u2015\u2212]\s*")
_YEAR_LENGTH: Final = 4
_NOON: Final = 12


class InvalidGregorianDate(ValueError):
    """The text is no civil day; `reason` says why."""

    def __init__(self, reason: GregorianFault) -> None:
        super().__init__(reason)
        self.reason: Final = reason


def _key(language: str) -> str:
    return "ar" if language.startswith("ar") else "en"


def to_riyadh(at: datetime) -> datetime:
    """Give an instant by the clock in Riyadh. Raises ValueError for one without a zone.

    >>> from datetime import UTC
    >>> str(to_riyadh(datetime(2026, 11, 22, 5, tzinfo=UTC)))
    '2026-11-22 08:00:00+03:00'
    """
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(RIYADH)


def riyadh_date(at: datetime) -> date:
    """Give the civil day in Riyadh of an instant. Raises ValueError for one without a zone."""
    return to_riyadh(at).date()


def riyadh_today() -> date:
    """Give today's civil day in Riyadh.

    >>> riyadh_today() == riyadh_date(datetime.now(RIYADH))
    True
    """
    return datetime.now(RIYADH).date()


def start_of_day(day: date) -> datetime:
    """Give the first instant of a civil day in Riyadh.

    >>> str(start_of_day(date(2026, 11, 24)))
    '2026-11-24 00:00:00+03:00'
    """
    return datetime.combine(day, time.min, tzinfo=RIYADH)


def end_of_day(day: date) -> datetime:
    """Give the last instant of a civil day in Riyadh, the microsecond before midnight.

    >>> str(end_of_day(date(2026, 11, 24)))
    '2026-11-24 23:59:59.999999+03:00'
    """
    return datetime.combine(day, time.max, tzinfo=RIYADH)


def weekday_name(day: date, language: str) -> str:
    """Name the day of the week: «الأربعاء», "Wednesday".

    >>> weekday_name(date(2027, 1, 27), "ar")
    'الأربعاء'
    """
    return WEEKDAYS[_key(language)][day.weekday()]


def month_name(month: int, language: str) -> str:
    """Name a Gregorian month, 1–12.

    >>> month_name(1, "ar"), month_name(1, "en")
    ('يناير', 'January')
    """
    return MONTHS[_key(language)][month - 1]


def format_gregorian(day: date, language: str, weekday: bool = False) -> str:
    """Write a civil day in words, «27 يناير 2027 م» or "27 January 2027".

    The era stays on the line of its year.

    >>> format_gregorian(date(2027, 1, 27), "ar", weekday=True)
    'الأربعاء 27 يناير 2027\\xa0م'
    """
    words = f"{day.day} {month_name(day.month, language)} {day.year}"
    if _key(language) == "ar":
        words = f"{words}{NO_BREAK}م"
    return f"{weekday_name(day, language)} {words}" if weekday else words


def format_near(day: date, language: str) -> str:
    """Write a day of these months, whose year nobody asks for: «الأحد 29 مارس», "Sunday 29 March".

    >>> format_near(date(2026, 3, 29), "en")
    'Sunday 29 March'
    """
    return f"{weekday_name(day, language)} {day.day} {month_name(day.month, language)}"


def format_both(day: date, language: str) -> str:
    """Write a civil day in both calendars, the same day in each.

    «الأربعاء 19 شعبان 1448 هـ، الموافق 27 يناير 2027 م»;
    "Wednesday 27 January 2027 (19 Sha'ban 1448 AH)". Raises OverflowError outside the Hijri table.

    >>> format_both(date(2027, 1, 27), "en")
    "Wednesday 27 January 2027 (19 Sha'ban 1448 AH)"
    """
    hijri = format_hijri(HijriDate.from_gregorian(day), language)
    gregorian = format_gregorian(day, language)
    weekday = weekday_name(day, language)
    if _key(language) == "ar":
        return f"{weekday} {hijri}، الموافق {gregorian}"
    return f"{weekday} {gregorian} ({hijri})"


def format_time(at: datetime | time, language: str) -> str:
    """Write the time of day in Riyadh on a twelve-hour clock: «9:14 مساءً», "9:14 PM".

    The minutes always stand, «8:00 مساءً», and no line ends within. An instant is moved to
    Riyadh; a bare `time` is taken as Riyadh's.

    >>> format_time(time(8), "ar"), format_time(time(21, 14), "en")
    ('8:00\\xa0صباحًا', '9:14\\xa0PM')
    """
    clock = to_riyadh(at).time() if isinstance(at, datetime) else at
    digits = f"{clock.hour % _NOON or _NOON}:{clock.minute:02}"
    return f"{digits}{NO_BREAK}{_part_of_day(clock.hour, language)}"


def _part_of_day(hour: int, language: str) -> str:
    if _key(language) != "ar":
        return "AM" if hour < _NOON else "PM"
    if hour == _NOON:
        return "ظهرًا"
    return "صباحًا" if hour < _NOON else "مساءً"


def parse_gregorian(text: str) -> date:
    """Read `2025-06-05` or `05/06/2025` (the fifth of June), in any digits, with or without م.

    The part of four digits is the year; the day is never taken for the month. Raises
    InvalidGregorianDate, also for a Hijri year.

    >>> parse_gregorian("٠٥/٠٦/٢٠٢٥ م")
    datetime.date(2025, 6, 5)
    >>> parse_gregorian("1446-12-03")
    Traceback (most recent call last):
    saudi.gregorian.InvalidGregorianDate: year
    """
    plain = _ERA.sub("", strip_invisible(to_ascii_digits(text)).strip())
    if not plain:
        raise InvalidGregorianDate("required")
    parts = _PARTS.split(plain)
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise InvalidGregorianDate("format")
    if len(parts[0]) != _YEAR_LENGTH:
        parts.reverse()
    year, month, day = parts
    if len(year) != _YEAR_LENGTH or len(month) > 2 or len(day) > 2:
        raise InvalidGregorianDate("format")
    if int(year) not in YEARS:
        raise InvalidGregorianDate("year")
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        raise InvalidGregorianDate("no_such_day") from error
