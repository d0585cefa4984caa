"""Middleware of the whole portal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, UnreadablePostError

from access.bodies import is_left_to_its_view
from access.client import came_through_proxy
from portal.views.errors import bad_request, too_large
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


_FORM_BYTES: Final = 10 * 1024 * 1024
"""What may stand around the files of a form; deploy/nginx.conf counts so too."""


def most_bytes() -> int:
    """Give the largest body of a form: all its files, and what is around them."""
    return settings.LIMITS["files"] * settings.LIMITS["file_bytes"] + _FORM_BYTES


class HonestRequestMiddleware:
    """Take from a request what a visitor cannot honestly send, before anything reads it.

    The scheme is believed of a trusted proxy only: whoever reaches the port of the application
    itself must not pass for HTTPS (O17). A NUL in the query is refused: PostgreSQL can neither
    keep nor compare it, and no keyboard makes it. Cookies with one, which no page of ours set, are
    none: refused, they would shut their browser out. A body larger than any form is refused by its
    announced length, as the proxy in front does (O15). One that breaks off is no fault of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not came_through_proxy(request):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        if "%00" in request.META.get("QUERY_STRING", ""):
            return bad_request(request)
        if "\\000" in request.META.get("HTTP_COOKIE", ""):  # as it stands in a quoted cookie
            del request.META["HTTP_COOKIE"]
        response = self.get_response(request)
        body = request.META.get("wsgi.input")
        if isinstance(body, WholeBody) and body.is_broken:
            for handler in request.upload_handlers:
                handler.upload_interrupted()  # Django leaves the half file to the garbage collector
        return response

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Refuse by its announced length what is more than any form takes, before it is read."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_too_large = length.isdecimal() and int(length) > most_bytes()
        return too_large(request) if is_too_large and not is_left_to_its_view(view) else None

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
