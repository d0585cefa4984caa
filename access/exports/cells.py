"""What may stand in a cell of an exported file, and how a spreadsheet is kept from running it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from saudi.gregorian import MONTHS, to_riyadh


class Code(str):
    """Digits that name somebody or something: never a number, whatever a spreadsheet thinks."""

    __slots__ = ()


Cell = Code | str | int | datetime | date | None
"""An instant is written as the clock in Riyadh shows it, a `date` as that civil day."""


@dataclass(frozen=True)
class Head:
    """A column: its label, and how many characters wide it is drawn."""

    label: str
    width: int = 16


@dataclass(frozen=True)
class Sheet:
    """What a file is called inside, its columns, and whether it reads from the right."""

    title: str
    head: Sequence[Head]
    is_rtl: bool


MOST_SHEET_ROWS: Final = 1_048_575
"""Rows of a sheet of XLSX below its head."""

_STARTS: Final = ("=", "+", "-", "@")
_WORDS: Final = re.compile(r"[^\W\d_]+")
_DIGIT: Final = re.compile(r"\d")
_OF_DAYS: Final = frozenset(
    [
        *("e", "am", "pm", "ص", "م", "هـ", "ه"),
        *(month.casefold() for names in MONTHS.values() for month in names),
        *(month[:3].casefold() for month in MONTHS["en"]),
    ]
)
"""Words with which digits are a number or a day: an exponent, halves of a day, eras, months."""

_TRUTHS: Final = frozenset({"true", "false"})
_LONGEST_NUMBER: Final = 60
_BEGINS_ANEW: Final = re.compile(r"(?<=[;\t\r\n])(?=[=+\-@\t\r])")


def is_dangerous(text: str) -> bool:
    """Tell a text that a spreadsheet could take for a formula or a command (OWASP, CSV injection).

    What is invisible before it does not count, and wide forms are those signs too.

    >>> [is_dangerous(text) for text in ("=1+1", "\\t=1+1", " \\u200f＝1+1", "- طلب", "1-1", "")]
    [True, True, True, True, False, False]
    """
    if text[:1].isalpha():  # what most texts begin with is none of those signs in any form
        return False
    if text.startswith(("\t", "\r", "\n")):
        return True
    seen = (char for char in text if not _is_nothing(char))
    return unicodedata.normalize("NFKC", next(seen, "")).startswith(_STARTS)


def _is_nothing(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) in {"Cc", "Cf", "Cs"}


def plain(text: str) -> str:
    """Give a text that no spreadsheet runs when it opens a CSV file.

    An apostrophe goes before it, and before what a spreadsheet that parts cells by semicolons
    would take for the beginning of a cell. The text stays readable, and nothing is taken from it.

    What somebody typed stays that too where a spreadsheet would read a value out of it.

    >>> plain("=1+1"), plain("- طلب أول"), plain("نعم;=1+1"), plain("0501"), plain("نعم 5")
    ("'=1+1", "'- طلب أول", "نعم;'=1+1", "'0501", 'نعم 5')
    """
    quoted = unstarted(text)
    return f"'{quoted}" if is_dangerous(text) or is_read_as_value(text) else quoted


def is_read_as_value(text: str) -> bool:
    """Tell a text that a spreadsheet takes for a number, a day, a time, a truth or an error.

    >>> [is_read_as_value(text) for text in ("0501", "1E5", "50%", "5 مارس", "TRUE", "#REF!")]
    [True, True, True, True, True, True]
    >>> is_read_as_value("قبل 5 أيام")
    False
    """
    if len(text) > _LONGEST_NUMBER:
        return False
    if not _DIGIT.search(text):
        return text.startswith("#") or text.strip().casefold() in _TRUTHS
    return _OF_DAYS.issuperset(word.casefold() for word in _WORDS.findall(text))


def unstarted(text: str) -> str:
    """Give a text within which no cell begins that would run."""
    return _BEGINS_ANEW.sub("'", text)


def in_riyadh(value: datetime | date) -> datetime | date:
    """Give an instant as the clock in Riyadh shows it, without its zone; a day stays a day."""
    if isinstance(value, datetime):
        return to_riyadh(value).replace(tzinfo=None, microsecond=0)
    return value
