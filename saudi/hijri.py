"""The literal Hijri date.

Official Umm al-Qura tables disagree by a day for most adults' birth dates, so a Hijri date
is the year, month and day as written, and is compared as such (docs/adr, O01). Only what is
shown beside it, or counted for convenience, comes from a table: hijridate, 1343–1500 AH, which
follows the calendar as it was printed. ICU's table is the same for 1420–1450.

>>> born = HijriDate.parse("٢٥/٠١/١٤٠٤ هـ")
>>> str(born), born.display_slash, format_hijri(born, "en")
('1404-01-25', '25/01/1404', '25 Muharram 1404 AH')
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, Self

from hijridate import Gregorian, Hijri

from saudi.digits import strip_invisible, to_ascii_digits

__all__ = [
    "FIRST_YEAR",
    "LAST_DAY",
    "MONTHS",
    "MONTHS_IN_YEAR",
    "NO_BREAK",
    "SETTLED_YEARS",
    "TABLE_YEARS",
    "HijriDate",
    "HijriFault",
    "HijriPart",
    "InvalidHijriDate",
    "format_hijri",
    "month_name",
]

NO_BREAK: Final = "\u00a0"
"""A space at which no line ends."""

FIRST_YEAR: Final = 1300
LAST_DAY: Final = 30
MONTHS_IN_YEAR: Final = 12

SETTLED_YEARS: Final = range(1420, 1451)
"""The years in which every official table gives every month the same length."""

TABLE_YEARS: Final = range(1343, 1501)
"""The years of hijridate's table."""

MONTHS: Final[dict[str, tuple[str, ...]]] = {
    "ar": (
        "محرم",
        "صفر",
        "ربيع الأول",
        "ربيع الآخر",
        "جمادى الأولى",
        "جمادى الآخرة",
        "رجب",
        "شعبان",
        "رمضان",
        "شوال",
        "ذو القعدة",
        "ذو الحجة",
    ),
    "en": (
        "Muharram",
        "Safar",
        "Rabi' al-Awwal",
        "Rabi' al-Akhir",
        "Jumada al-Ula",
        "Jumada al-Akhirah",
        "Rajab",
        "Sha'ban",
        "Ramadan",
        "Shawwal",
        "Dhu al-Qi'dah",
        "Dhu al-Hijjah",
    ),
}

HijriPart = Literal["day", "month", "year", "date"]
HijriFault = Literal["required", "not_digits", "format", "length", "range", "no_such_day", "future"]

_ERA: Final = re.compile(r"\s*(?:[هھ]ـ?|AH|A\.H\.)\s*$", re.IGNORECASE)
_PARTS: Final = re.compile(r"\s*[/\-.\u2010-\u2015\u2212]\s*")
_YEAR_LENGTH: Final = 4
_FOUR_DIGIT_YEARS: Final = range(1000, 10000)


class InvalidHijriDate(ValueError):
    """The date cannot be: `part` says where and `reason` why.

    >>> HijriDate(1440, 13, 1)
    Traceback (most recent call last):
    saudi.hijri.InvalidHijriDate: month: range
    """

    def __init__(self, part: HijriPart, reason: HijriFault) -> None:
        super().__init__(f"{part}: {reason}")
        self.part: Final = part
        self.reason: Final = reason


@dataclass(frozen=True, order=True, slots=True)
class HijriDate:
    """A year, month and day as written; two dates are equal when all three are.

    Months are 1–12 and days 1–30 always; raises InvalidHijriDate otherwise. Whether the
    date suits a person's birth is asked of `validate`.

    >>> HijriDate(1404, 7, 1) < HijriDate(1404, 12, 1)
    True
    """

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        """Refuse what no Hijri calendar can hold."""
        if self.year not in _FOUR_DIGIT_YEARS:
            raise InvalidHijriDate("year", "length")
        if not 1 <= self.month <= MONTHS_IN_YEAR:
            raise InvalidHijriDate("month", "range")
        if not 1 <= self.day <= LAST_DAY:
            raise InvalidHijriDate("day", "range")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `1410/07/01`, `1410-7-1` or `01/07/1410`, in any digits, with or without هـ.

        The part of four digits is the year, so the two orders cannot be mixed up.
        Raises InvalidHijriDate.

        >>> HijriDate.parse("٣\u200f/١٢\u200f/١٤٤٦ هـ") == HijriDate.parse("1446-12-03")
        True
        """
        plain = _ERA.sub("", strip_invisible(to_ascii_digits(text)).strip())
        if not plain:
            raise InvalidHijriDate("date", "required")
        parts = _PARTS.split(plain)
        if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
            raise InvalidHijriDate("date", "format")
        if len(parts[0]) != _YEAR_LENGTH:
            parts.reverse()
        year, month, day = parts
        if len(year) != _YEAR_LENGTH:
            raise InvalidHijriDate("year", "length")
        if len(month) > 2 or len(day) > 2:
            raise InvalidHijriDate("date", "format")
        return cls(int(year), int(month), int(day))

    @classmethod
    def from_gregorian(cls, day: date) -> Self:
        """Give the Hijri date of a civil day by the table; exact in 1420–1450 AH.

        Raises OverflowError outside 1343–1500 AH (August 1924 to November 2077).

        >>> str(HijriDate.from_gregorian(date(2025, 3, 1)))
        '1446-09-01'
        """
        return cls(*Gregorian(day.year, day.month, day.day).to_hijri().datetuple())

    def __str__(self) -> str:
        """Write the stored form, `1410-07-01`, which sorts as the dates do."""
        return f"{self.year:04}-{self.month:02}-{self.day:02}"

    @property
    def display_slash(self) -> str:
        """The form people write, `01/07/1410`."""
        return f"{self.day:02}/{self.month:02}/{self.year:04}"

    def validate(self, today: date, *, from_register: bool = False) -> Self:
        """Give the date itself when it can be a birth date on `today`, a civil day in Riyadh.

        From the year 1300 up to today. A 30th day is refused only where every official table
        agrees that the month has 29 (1420–1450), and never when the register says so
        (`from_register`). Raises InvalidHijriDate.

        >>> today = date(2026, 11, 24)
        >>> str(HijriDate(1402, 10, 30).validate(today))  # one table of two has that day
        '1402-10-30'
        >>> HijriDate(1446, 5, 30).validate(today)
        Traceback (most recent call last):
        saudi.hijri.InvalidHijriDate: day: no_such_day
        """
        present = HijriDate.from_gregorian(today)
        if self.year < FIRST_YEAR:
            raise InvalidHijriDate("year", "range")
        if not from_register and not self._day_may_exist():
            raise InvalidHijriDate("day", "no_such_day")
        if self.year > present.year:
            raise InvalidHijriDate("year", "future")
        if self > present:
            raise InvalidHijriDate("date", "future")
        return self

    def _day_may_exist(self) -> bool:
        if self.day < LAST_DAY or self.year not in SETTLED_YEARS:
            return True
        return Hijri(self.year, self.month, 1).month_length() == LAST_DAY

    def approximate_gregorian(self) -> date | None:
        """Give the civil day near this date, to be shown as approximate; None outside the table.

        Never a key for matching: tables differ by a day. A day that the table's month lacks
        counts on from the month's first.

        >>> HijriDate(1441, 2, 29).approximate_gregorian()
        datetime.date(2019, 10, 28)
        """
        if self.year not in TABLE_YEARS:
            return None
        first = Hijri(self.year, self.month, 1).to_gregorian()
        return date(first.year, first.month, first.day) + timedelta(days=self.day - 1)

    def age_on(self, today: date) -> int:
        """Count the whole Hijri years from this date to a civil day, zero for a date to come.

        Majority is eighteen Hijri years (Civil Transactions Law, article 12). It may be one
        day off where the tables disagree.

        >>> HijriDate(1430, 6, 14).age_on(date(2026, 11, 24))
        18
        """
        present = HijriDate.from_gregorian(today)
        before_birthday = (present.month, present.day) < (self.month, self.day)
        return max(present.year - self.year - before_birthday, 0)


def month_name(month: int, language: str) -> str:
    """Name a Hijri month, 1–12.

    >>> month_name(7, "ar"), month_name(7, "en")
    ('رجب', 'Rajab')
    """
    return MONTHS["ar" if language.startswith("ar") else "en"][month - 1]


def format_hijri(day: HijriDate, language: str) -> str:
    """Write a Hijri date in words: «19 شعبان 1448 هـ», "19 Sha'ban 1448 AH".

    The Arabic era stays on the line of its year. The English one follows a plain space: an SMS
    has the date too, and a no-break space would double the price of one in Latin letters.

    >>> format_hijri(HijriDate(1448, 8, 19), "ar")
    '19 شعبان 1448\\xa0هـ'
    """
    era = f"{NO_BREAK}هـ" if language.startswith("ar") else " AH"
    return f"{day.day} {month_name(day.month, language)} {day.year}{era}"
