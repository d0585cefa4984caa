"""What staff wrote on a case's page whose session had run out: there again after they signed in.

It waits in the session of the browser, for the same member of staff and the same page alone, and
is shown once. Whoever signed out has left: of them nothing is kept.
"""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest, QueryDict

_KEPT: Final = "unsent_of_staff"
_MOST_CHARACTERS: Final = 20_000
_NEVER: Final = ("csrfmiddlewaretoken", "password")


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


def _whose_session(request: HttpRequest) -> str:
    """Give whose session a browser still names though it is over; empty after signing out."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    session = Session.objects.filter(session_key=key).first() if key else None
    return "" if session is None else str(session.get_decoded().get(SESSION_KEY, ""))
