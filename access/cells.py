"""How the staff site's lists and pages write a number, a day and an instant."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString

from saudi.gregorian import format_gregorian, format_time, riyadh_date
from saudi.languages import page_language
from saudi.mobile import display_mobile, mask_mobile

NOTHING = "–"


def number_cell(value: object) -> SafeString | str:
    """Write a number, an ID or a code left to right and unbroken."""
    if value in {"", None}:
        return NOTHING
    return format_html('<bdi class="num" dir="ltr">{}</bdi>', value)


def reference_cell(reference: str | None) -> SafeString:
    """Write a case's reference left to right, in the groups that the stylesheet makes."""
    return format_html('<bdi class="ref" dir="ltr">{}</bdi>', reference)


def mobile_cell(mobile: str) -> SafeString | str:
    """Write a stored mobile as people do, 05…"""
    return number_cell(display_mobile(mobile)) if mobile else NOTHING


def masked_mobile_cell(mobile: str) -> SafeString | str:
    """Write the ends of a stored mobile, for whoever has no need of the rest."""
    return number_cell(mask_mobile(mobile)) if mobile else NOTHING


def day_cell(day: date | None) -> str:
    """Write a civil day."""
    return format_gregorian(day, page_language()) if day else NOTHING


def moment_cell(at: datetime | None) -> SafeString | str:
    """Write an instant: the day in Riyadh, and the time below it."""
    if at is None:
        return NOTHING
    return format_html(
        '<span><span class="nowrap">{}</span><span class="sub">{}</span></span>',
        day_cell(riyadh_date(at)),
        format_time(at, page_language()),
    )


def two_lines(first: object, second: object, *, is_name: bool = False) -> SafeString:
    """Write a value with what explains it below; a name stands out."""
    return format_html(
        '<span><span class="{}">{}</span><span class="sub">{}</span></span>',
        "person" if is_name else "value",
        first,
        second,
    )
