"""Our own error pages."""

from __future__ import annotations

import logging
import secrets
import sys

from django.contrib.admin import site
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

logger = logging.getLogger(__name__)

RETRY_SECONDS = 10


def _refused(request: HttpRequest, template: str, *, status: int) -> HttpResponse:
    """Show the page of an error; staff at work in the staff site stay in it."""
    try:
        is_at_work = request.path.startswith(reverse("admin:index"))
    except NoReverseMatch:
        is_at_work = False
    if is_at_work and hasattr(request, "user") and site.has_permission(request):
        return render(request, f"admin/{template}", site.each_context(request), status=status)
    return render(request, template, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refused(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refused(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Show that it is our fault, with a number that stands before the traceback in the log.

    While the database is away, or has no connection left, the answer is 503: proxies and
    browsers may try again.
    """
    number = secrets.token_hex(4).upper()
    logger.error("Error page %s was shown for the error that follows.", number)
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    response = render(
        request, "500.html", {"error_reference": number}, status=503 if is_away else 500
    )
    if is_away:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response
