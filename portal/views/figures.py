"""The figures of the service that everybody may read (docs/adr/0030)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.figures.public import PUBLIC_DAYS
from portal.figures.wording import public_rows
from portal.views.pages import public_page


@require_safe
@public_page
def figures(request: HttpRequest) -> HttpResponse:
    """Say how many were answered in thirty days, and in what time."""
    rows, last_day = public_rows()
    context = {
        "rows": rows,
        "last_day": last_day,
        "days": PUBLIC_DAYS,
    }
    return render(request, "portal/figures.html", context)
