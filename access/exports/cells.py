"""What may stand in a cell of an exported file, and how a spreadsheet is kept from running it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from saudi.gregorian import to_riyadh


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
_NUMBER: Final = re.compile(r"[\s\d.,/:]*\d[\s\d.,/:]*")
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

    Digits alone are what somebody typed too, and not a number that may be shortened.

    >>> plain("=1+1"), plain("- طلب أول"), plain("نعم;=1+1"), plain("0501"), plain("نعم")
    ("'=1+1", "'- طلب أول", "نعم;'=1+1", "'0501", 'نعم')
    """
    quoted = unstarted(text)
    if text[:1].isalpha():
        return quoted
    return f"'{quoted}" if is_dangerous(text) or _NUMBER.fullmatch(text) else quoted


def unstarted(text: str) -> str:
    """Give a text within which no cell begins that would run."""
    return _BEGINS_ANEW.sub("'", text)


def in_riyadh(value: datetime | date) -> datetime | date:
    """Give an instant as the clock in Riyadh shows it, without its zone; a day stays a day."""
    if isinstance(value, datetime):
        return to_riyadh(value).replace(tzinfo=None, microsecond=0)
    return value
