"""Middleware of the whole portal."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, UnreadablePostError

from access.client import came_through_proxy
from portal.whole_bodies import WholeBody


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


class HonestRequestMiddleware:
    """Take from a request what a visitor cannot honestly send, before anything reads it.

    The scheme is believed of a trusted proxy only: whoever reaches the port of the application
    itself must not pass for HTTPS (O17). A NUL in the query is refused: PostgreSQL can neither
    keep nor compare it, and no keyboard makes it. Cookies with one, which no page of ours set, are
    none: refused, they would shut their browser out. A body
    that breaks off is no fault of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not came_through_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        if "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        if "\\000" in request.META.get("HTTP_COOKIE", ""):  # as it stands in a quoted cookie
            del request.META["HTTP_COOKIE"]
        response = self.get_response(request)
        body = request.META.get("wsgi.input")
        if isinstance(body, WholeBody) and body.is_broken:
            for handler in request.upload_handlers:
                handler.upload_interrupted()  # Django leaves the half file to the garbage collector
        return response

    def process_exception(self, _request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a body that broke off: nobody is there to read it, and it is no fault of ours."""
        return HttpResponseBadRequest() if isinstance(error, UnreadablePostError) else None


class StrictTransportMiddleware:
    """Have browsers come by HTTPS alone, on every answer, where PUBLIC_URL is HTTPS.

    Django says it only on a request it knows to be secure, and with no TRUSTED_PROXIES named it
    knows none: what PUBLIC_URL promises would be void. Over plain HTTP browsers ignore it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if settings.SECURE_HSTS_SECONDS:
            response.headers.setdefault("Strict-Transport-Security", self._policy())
        return response

    @staticmethod
    def _policy() -> str:
        parts = [f"max-age={settings.SECURE_HSTS_SECONDS}"]
        if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS:
            parts.append("includeSubDomains")
        if settings.SECURE_HSTS_PRELOAD:
            parts.append("preload")
        return "; ".join(parts)
