"""The months of 1420–1450 AH as ICU has them: a second oracle beside hijridate's printed calendar.

Read from `Intl.DateTimeFormat` with `ca-islamic-umalqura` of ICU 78.2, whose table comes from the
King Abdulaziz City for Science and Technology. One number a year: twelve bits, Muharram first, set
where the month has 30 days. tests/e2e/test_hijri_dates.py asks the browser for the same.
"""

from __future__ import annotations

from datetime import date

FIRST_YEAR = 1420
FIRST_DAY = date(1999, 4, 17)
"""1 Muharram 1420."""

THIRTIES = (
    "4bd 23d 91d a95 b4a b5a 56d 2b6 93b 49b 655 6a9 754 b6a 56c aad "
    "555 b29 b92 ba9 5d4 ada 55a aab 595 749 764 baa 5b5 2b6 a56"
)


def month_lengths() -> dict[tuple[int, int], int]:
    """Give the days of each month by year and month."""
    return {
        (FIRST_YEAR + place, month + 1): 30 if int(bits, 16) >> (11 - month) & 1 else 29
        for place, bits in enumerate(THIRTIES.split())
        for month in range(12)
    }
