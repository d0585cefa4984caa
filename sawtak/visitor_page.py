"""The page of a form, and the frame of any page, as every visitor gets it: drawn once a minute.

For somebody without a session the page is the same as for everybody else but for two tokens, and
drawing it costs ten times what storing a request does. So each process keeps the drawn page and
puts the tokens into it. The minute is what the page may depend on: whether the call centre is
open. A page for anybody with a cookie that could change it is drawn for them.

Of a page that is each visitor's own, all but its main part is everybody's: the frame is kept the
same way, and the main part is drawn into it.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.core.signals import setting_changed
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.cache import patch_cache_control

from saudi.languages import page_language
from sawtak import grants
from sawtak.filing import new_token

Context = Callable[[str], dict[str, Any]]
"""Gives what a page shows around the form token."""

_CSRF_PLACE: Final = f"csrf{secrets.token_hex(16)}"
_TOKEN_PLACE: Final = f"token{secrets.token_hex(16)}"
_MAIN_PLACE: Final = f"main{secrets.token_hex(16)}"
_SECONDS: Final = 60

_drawn: dict[tuple[str, str, str], tuple[int, str]] = {}


def visitor_page(request: HttpRequest, template: str, context: Context) -> HttpResponse:
    """Give the empty form to somebody who is not signed in.

    The page may come back from the browser's history, with the token it had (O13 d).
    """
    token = new_token(request)
    if _is_like_everybody(request):
        html = _drawn_of_the_minute(request, template, _TOKEN_PLACE, context)
        html = html.replace(_CSRF_PLACE, get_token(request)).replace(_TOKEN_PLACE, token)
        response = HttpResponse(html)
    else:
        response = render(request, template, context(token))
    patch_cache_control(response, private=True, max_age=0)
    return response


def framed(request: HttpRequest, template: str, main: str, context: dict[str, Any]) -> HttpResponse:
    """Draw a page whose template shows `main` from the context, or else includes that template.

    For pages without errors: those stand in the frame too. Nothing but the main part may show
    what is in the context.
    """
    if not _is_like_everybody(request):
        return render(request, template, context)
    html = _drawn_of_the_minute(request, template, _MAIN_PLACE, lambda place: {"main": place})
    html = html.replace(_CSRF_PLACE, get_token(request))
    return HttpResponse(html.replace(_MAIN_PLACE, render_to_string(main, context, request)))


def _is_like_everybody(request: HttpRequest) -> bool:
    """Tell whether nothing in the request changes the page."""
    harmless = {settings.CSRF_COOKIE_NAME, grants.COOKIE}
    is_plain = not request.META.get("QUERY_STRING") and request.COOKIES.keys() <= harmless
    return is_plain and not settings.DEBUG


def _drawn_of_the_minute(request: HttpRequest, template: str, place: str, context: Context) -> str:
    """Give a page with places for what is each visitor's own."""
    key = (template, place, page_language())
    minute = int(timezone.now().timestamp()) // _SECONDS
    kept = _drawn.get(key)
    if kept is None or kept[0] != minute:
        places = context(place) | {"csrf_token": _CSRF_PLACE}
        kept = minute, render_to_string(template, places, request)
        _drawn[key] = kept
    return kept[1]


def _forget(**_kwargs: object) -> None:
    _drawn.clear()


setting_changed.connect(_forget, dispatch_uid="sawtak.visitor_page")
