"""Our own error pages."""

from __future__ import annotations

import logging
import secrets
import sys

from django.conf import settings
from django.contrib.admin import site
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, UnreadablePostError
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse

from portal.unsent import unsent

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
    """Say that what came cannot be read, or that it is too much to be taken."""
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent | TooManyFieldsSent):
        return too_large(request)
    return _refused(request, "400.html", status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    """Say how much may be sent. The proxy in front shows this page too, for what it stops."""
    figures = settings.LIMITS
    context = {"files": figures["files"], "file_bytes": figures["file_bytes"]}
    return render(request, "413.html", context, status=413)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refused(request, "403.html", status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show what was written and how to send it: without cookies, or from a page that is too old.

    A form of ours that everybody may send, sent from a page of ours (the browser says so in
    Origin, which was checked before the token), is offered to be sent again with a good token.
    What broke off on the way is answered by nothing: nobody is there to read it.
    """
    if not _came_whole(request):
        return HttpResponseBadRequest()
    if settings.CSRF_COOKIE_NAME not in request.COOKIES:
        context = {"unsent": unsent(request, is_from_our_page=False)}
        return render(request, "403_cookies.html", context, status=403)
    is_ours = "HTTP_ORIGIN" in request.META and reason.startswith("CSRF token")
    context = {"unsent": unsent(request, is_from_our_page=is_ours)}
    return render(request, "403_csrf.html", context, status=403)


def _came_whole(request: HttpRequest) -> bool:
    try:
        return request.POST is not None
    except UnreadablePostError:
        return False


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _refused(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Show that it is our fault, with a number that stands before the traceback in the log.

    While the database is away, or has no connection left, the answer is 503 with a page in both
    languages that needs no database: proxies and browsers may try again.
    """
    number = secrets.token_hex(4).upper()
    logger.error("Error page %s was shown for the error that follows.", number)
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    context = {"error_reference": number}
    if not is_away:
        return render(request, "500.html", context, status=500)
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    return response
