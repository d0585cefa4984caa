"""Counted nouns in Arabic and English.

Arabic has six plural forms (CLDR: zero, one, two, few 3–10, many 11–99, other). Django's own
Arabic catalogue gives a wrong form for 100, 101, 102 and 200 (O30), so days are counted here.

>>> [arabic_days(count) for count in (0, 1, 2, 3, 11, 100)]
['آخر يوم', 'يوم واحد', 'يومان', '3 أيام', '11 يومًا', '100 يوم']
"""

from dataclasses import dataclass
from typing import Final

__all__ = ["DAY", "ArabicNoun", "arabic_days", "days_text", "english_days"]


@dataclass(frozen=True, slots=True)
class ArabicNoun:
    """The forms of a noun after a number: one and two stand alone, the rest follow the digits.

    >>> ArabicNoun(one="طلب واحد", two="طلبان", few="طلبات", many="طلبًا", other="طلب").counted(12)
    '12 طلبًا'
    """

    one: str
    two: str
    few: str
    many: str
    other: str

    def form(self, count: int) -> str:
        """Give the form that follows the digits of `count`, for three and more or for zero."""
        last_two = count % 100
        if 3 <= last_two <= 10:
            return self.few
        return self.many if last_two > 10 else self.other

    def counted(self, count: int) -> str:
        """Write the number with its noun. Raises ValueError for a negative number."""
        if count < 0:
            raise ValueError("a count is never negative")
        if count == 1:
            return self.one
        return self.two if count == 2 else f"{count:,} {self.form(count)}"


DAY: Final = ArabicNoun(one="يوم واحد", two="يومان", few="أيام", many="يومًا", other="يوم")


def arabic_days(days: int) -> str:
    """Write the days left: «آخر يوم» for none, «يومان», «3 أيام», «64 يومًا», «100 يوم».

    >>> arabic_days(2)
    'يومان'
    """
    return DAY.counted(days) if days else "آخر يوم"


def english_days(days: int) -> str:
    """Write the days left: "last day" for none, "1 day", "64 days".

    Raises ValueError for a negative number.

    >>> english_days(0), english_days(1), english_days(64)
    ('last day', '1 day', '64 days')
    """
    if days < 0:
        raise ValueError("a count is never negative")
    if days == 0:
        return "last day"
    return "1 day" if days == 1 else f"{days:,} days"


def days_text(days: int, language: str) -> str:
    """Write the days left in the reader's language.

    >>> days_text(3, "ar"), days_text(3, "en")
    ('3 أيام', '3 days')
    """
    return arabic_days(days) if language.startswith("ar") else english_days(days)
