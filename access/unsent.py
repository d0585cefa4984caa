"""What staff wrote on a case's page whose session had run out: there again after they signed in.

It waits in the session of the browser, for the same member of staff and the same page alone, and
is shown once. Whoever signed out has left: of them nothing is kept. The browser drops the cookie of
a session when that ends, so a second one names it for some hours more and opens nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.core import signing
from django.http import HttpRequest, HttpResponseBase, QueryDict

NAME_COOKIE: Final = "staff_session"
NAMED_FOR: Final = timedelta(hours=12)

_SALT: Final = "access.unsent"
_KEPT: Final = "unsent_of_staff"
_MOST_CHARACTERS: Final = 20_000
_NEVER: Final = ("csrfmiddlewaretoken", "password")


def name_session(request: HttpRequest, response: HttpResponseBase) -> None:
    """Have the browser name the session of a member of staff also after it ran out."""
    key = request.session.session_key
    if key and _named_session(request) != key:
        response.set_cookie(
            NAME_COOKIE,
            signing.dumps(key, salt=_SALT),
            max_age=NAMED_FOR,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )


def keep_unsent(request: HttpRequest) -> None:
    """Keep what a page sent whose session had run out. Nothing of a file, nothing secret."""
    owner = _whose_session(request)
    fields = {name: values for name, values in request.POST.lists() if name not in _NEVER}
    size = sum(len(value) for values in fields.values() for value in values)
    if owner and "action" in fields and size <= _MOST_CHARACTERS:
        request.session[_KEPT] = {"owner": owner, "path": request.path, "fields": fields}


def take_unsent(request: HttpRequest) -> QueryDict | None:
    """Give what the reader had sent from this page before they signed in again; once."""
    kept = request.session.get(_KEPT)
    if kept is None or kept["path"] != request.path:
        return None
    del request.session[_KEPT]
    if kept["owner"] != str(request.user.pk):
        return None
    sent = QueryDict(mutable=True)
    for name, values in kept["fields"].items():
        sent.setlist(name, values)
    return sent


def _named_session(request: HttpRequest) -> str:
    raw = request.COOKIES.get(NAME_COOKIE, "")
    try:
        return str(signing.loads(raw, salt=_SALT, max_age=NAMED_FOR))
    except signing.BadSignature:
        return ""


def _whose_session(request: HttpRequest) -> str:
    """Give whose session a browser still names though it is over; empty after signing out."""
    key = _named_session(request)
    session = Session.objects.filter(session_key=key).first() if key else None
    return "" if session is None else str(session.get_decoded().get(SESSION_KEY, ""))
