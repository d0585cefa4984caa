"""Why rows and files are refused: one word for each kind, in a sentence for the operator.

A row's kind is its column and a fault, `national_id:checksum`; `row` stands for the whole row.
What stands in the file of rejected rows is English beside the file's English columns; the staff
site shows the same in the language of the page.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext, gettext_noop

WORDS: Final = {
    # of a value
    "required": gettext_noop("empty"),
    "not_digits": gettext_noop("not digits only"),
    "length": gettext_noop("too short or too long"),
    "prefix": gettext_noop("does not start with 1 or 2"),
    "checksum": gettext_noop("one of the digits is wrong"),
    "not_mobile": gettext_noop("not a mobile number"),
    "foreign": gettext_noop("not a Saudi mobile"),
    "characters": gettext_noop("not letters and digits only"),
    "country": gettext_noop("does not start with SA"),
    "format": gettext_noop("not a date like 1410/07/01"),
    "range": gettext_noop("out of range"),
    "no_such_day": gettext_noop("no such day"),
    "future": gettext_noop("in the future"),
    "not_day": gettext_noop("not a date like 2026-11-10"),
    "not_amount": gettext_noop("not an amount like 720.00"),
    "not_choice": gettext_noop("not one of the words that it may be"),
    "too_long": gettext_noop("too long"),
    "unknown_codes": gettext_noop("codes that are unknown"),
    "needs_reason": gettext_noop("needed where somebody is not eligible"),
    "needs_day": gettext_noop("needed where a payment is paid or none"),
    "not_zero": gettext_noop("not 0.00 where nothing was paid"),
    # of a row
    "columns": gettext_noop("not as many columns as the first line has"),
    "quote": gettext_noop("a quote is not closed or stands in the wrong place"),
    "not_utf8": gettext_noop("not UTF-8 text"),
    "nul": gettext_noop("a NUL character"),
    "long_line": gettext_noop("the line is too long"),
    # beside other rows and the register
    "repeated": gettext_noop("already in this file"),
    "unknown_person": gettext_noop("not in the register"),
    "uneven": gettext_noop("not the same for everybody of the household"),
    "two_heads": gettext_noop("this household has another head in this file"),
    "other_head": gettext_noop("this household has another head in the register"),
    "no_head": gettext_noop("no head of this household in this file or in the register"),
}

REFUSALS: Final = {
    "missing_file": gettext_noop("There is no such file."),
    "unreadable": gettext_noop("The file cannot be opened."),
    "empty": gettext_noop("The file is empty."),
    "too_large": gettext_noop("The file is larger than is taken here."),
    "workbook": gettext_noop("This is an Excel workbook. Save it as “CSV UTF-8” and choose that."),
    "utf16": gettext_noop("The file is saved as UTF-16. Save it as “CSV UTF-8” and choose that."),
    "not_text": gettext_noop("The first line is not UTF-8 text. Is it a CSV file?"),
    "columns": gettext_noop("The first line lacks these columns: %(detail)s."),
    "twice": gettext_noop("The first line has these columns twice: %(detail)s."),
    "running": gettext_noop("Another import of the same kind was at work. Run this again."),
    "no_cycle": gettext_noop("That is no cycle. Write a year and a month like 2026-11."),
    "unknown_cycle": gettext_noop("Nothing of this cycle was imported yet."),
    "future_day": gettext_noop("The day is in the future."),
    "not_allowed": gettext_noop("The second person may not start this campaign."),
    "error": gettext_noop("An error stopped it. Nothing was stored. The log says more."),
}
"""Of a file or a run as a whole."""


class InvalidValue(ValueError):
    """A value cannot be stored; the text says which and why, `kind` counts it among its like."""

    def __init__(self, column: str, fault: str, words: str = "") -> None:
        super().__init__(f"{column}: {words or WORDS[fault]}")
        self.kind: Final = f"{column}:{fault}"


def fault_text(kind: str) -> tuple[str, str]:
    """Give a kind's column, empty for the whole row, and its words in the page's language."""
    column, _colon, fault = kind.rpartition(":")
    return ("" if column == "row" else column), gettext(WORDS.get(fault, fault))


def refusal_text(code: str, detail: str) -> str:
    """Say in the page's language why a whole run was refused or failed."""
    return gettext(REFUSALS.get(code, REFUSALS["error"])) % {"detail": detail}
