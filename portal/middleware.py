"""Middleware of the whole portal."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PrivatePagesMiddleware:
    """Keep pages that were made for one person out of every cache.

    After signing out on a shared computer, Back must not show the last private page (O18 e).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.has_header("Cache-Control"):
            return response
        used_session = request.session.accessed if hasattr(request, "session") else False
        if used_session or request.method != "GET":
            response["Cache-Control"] = "no-store, private"
        return response
