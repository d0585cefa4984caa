"""The home page: what can be done here, when the call centre is open, what comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from beneficiaries.cycles import cycle_name
from beneficiaries.models import Cycle
from portal.views.pages import public_page
from saudi.gregorian import month_name, riyadh_today
from saudi.languages import page_language

PAYMENT_DAY: Final = 10
"""The Gregorian day of the month on which support is paid (docs/glossary.md)."""

SHOWN_DATES: Final = 4


@dataclass(frozen=True)
class ComingDate:
    """A day that matters to many, and what happens on it."""

    day: date
    text: str
    days_away: int

    @property
    def month(self) -> str:
        """Name the month as shortly as the small sheet of a calendar needs it."""
        name = month_name(self.day.month, page_language())
        return name[:3] if page_language() == "en" else name


def announced_cycles() -> list[Cycle]:
    """Give the newest announced cycles, in one statement on a small table."""
    return list(Cycle.objects.filter(announced_on__isnull=False).order_by("-code")[:SHOWN_DATES])


def next_payment_day(today: date) -> date:
    """Give the next usual day of payment, today among them."""
    if today.day <= PAYMENT_DAY:
        return today.replace(day=PAYMENT_DAY)
    year, month = (today.year + 1, 1) if today.month == 12 else (today.year, today.month + 1)
    return date(year, month, PAYMENT_DAY)


def coming_dates(cycles: list[Cycle], today: date) -> list[ComingDate]:
    """List the last filing days that are still to come and the next usual day of payment.

    Nothing is announced here that is not in the data: the day of the next results is not known.
    """
    dates = [
        (
            last_day,
            _("Last day to object to the results of %(cycle)s")
            % {"cycle": cycle_name(cycle.code, page_language())},
        )
        for cycle in cycles
        if (last_day := cycle.results_last_day) and last_day >= today
    ]
    dates.append((next_payment_day(today), _("Usual day of payment")))
    return [ComingDate(day, text, (day - today).days) for day, text in sorted(dates)[:SHOWN_DATES]]


@require_safe
@public_page
def home(request: HttpRequest) -> HttpResponse:
    """Show the home page; a visitor gets no cookie."""
    today = riyadh_today()
    cycles = announced_cycles()
    newest = cycles[0] if cycles else None
    last_day = newest.results_last_day if newest else None
    context = {
        "newest": newest,
        "newest_name": cycle_name(newest.code, page_language()) if newest else "",
        "last_day": last_day,
        "is_newest_open": last_day is not None and last_day >= today,
        "dates": coming_dates(cycles, today),
    }
    return render(request, "portal/home.html", context)
