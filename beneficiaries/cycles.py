"""The months of the programme, `2026-11`: reading, naming, counting on."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from beneficiaries.errors import InvalidCycle
from saudi.digits import strip_invisible, to_ascii_digits
from saudi.gregorian import month_name

_FORM: Final = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_LAST_MONTH: Final = 12


def is_cycle(code: str) -> bool:
    """Tell whether a text is a cycle in its stored form."""
    return _FORM.fullmatch(code) is not None


def parse_cycle(text: str) -> str:
    """Give `2026-11` for a typed cycle, in any digits.

    Raises:
        InvalidCycle: for anything but a year from 2000 and a month.
    """
    code = strip_invisible(to_ascii_digits(text)).strip()
    if not is_cycle(code):
        raise InvalidCycle(text)
    return code


def cycle_name(code: str, language: str) -> str:
    """Name a cycle as people say it: «نوفمبر 2026», "November 2026"."""
    return f"{month_name(int(code[5:]), language)} {code[:4]}"


def next_cycle(code: str) -> str:
    """Give the cycle of the month after."""
    year, month = int(code[:4]), int(code[5:])
    return f"{year + 1}-01" if month == _LAST_MONTH else f"{year}-{month + 1:02}"


def previous_cycle(code: str) -> str:
    """Give the cycle of the month before."""
    year, month = int(code[:4]), int(code[5:])
    return f"{year - 1}-12" if month == 1 else f"{year}-{month - 1:02}"


def latest(*days: date | None) -> date | None:
    """Give the latest of some days, or nothing where there is none."""
    return max((day for day in days if day is not None), default=None)
