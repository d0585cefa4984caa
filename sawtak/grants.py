"""What a browser may know of a ticket without an account.

Knowing of it: a signed cookie names the tickets that this browser filed or found by reference and
ID or mobile. It shows the status and the stations, no texts, and gives the right to ask for a
code. No session is made for it. Reading it: a code to the ticket's mobile puts a proof into the
session, for half an hour. Any other browser gets a 404 for every reference, taken or not, so that
existence is not told (DOMAIN 17); the tracking page is the way in.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

COOKIE: Final = "tickets"
KNOWN_FOR: Final = timedelta(hours=2)
"""As long as a session: a shared computer forgets who filed what."""
REMEMBERED: Final = 10
READABLE_FOR: Final = timedelta(minutes=30)
_SALT: Final = "sawtak.grants"
_PROOFS: Final = "ticket_proofs"


def _kept(request: HttpRequest) -> tuple[list[str], str]:
    """Give the references in the cookie, newest first, and the token of the last form sent."""
    raw = request.COOKIES.get(COOKIE)
    if not raw:
        return [], ""
    try:
        references, token = signing.loads(raw, salt=_SALT, max_age=KNOWN_FOR)
    except (signing.BadSignature, ValueError):
        return [], ""
    return references, token


def known_references(request: HttpRequest) -> list[str]:
    """Give the tickets that this browser filed or found, newest first."""
    return _kept(request)[0]


def last_token(request: HttpRequest) -> str:
    """Give the token of the form that this browser sent last; empty where it sent none."""
    return _kept(request)[1]


def remember(
    request: HttpRequest, response: HttpResponse, reference: str, *, token: str = ""
) -> None:
    """Let this browser know of a ticket for two hours, and keep the token it was sent with."""
    known, last = _kept(request)
    others = [one for one in known if one != reference]
    response.set_cookie(
        COOKIE,
        signing.dumps([[reference, *others][:REMEMBERED], token or last], salt=_SALT),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def has_session(request: HttpRequest) -> bool:
    """Tell whether the browser came with a session, without opening one."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def keep_proof(request: HttpRequest, reference: str, *, now: datetime) -> None:
    """Note in a session with a new id that this browser proved the ticket's mobile."""
    proofs = dict(request.session.get(_PROOFS, {}))
    proofs[reference] = (now + READABLE_FOR).timestamp()
    request.session.cycle_key()
    request.session[_PROOFS] = proofs


def proved(request: HttpRequest, *, now: datetime) -> list[str]:
    """Give the tickets whose mobile this browser proved in the last half hour."""
    if not has_session(request):
        return []
    proofs: dict[str, float] = request.session.get(_PROOFS, {})
    return [reference for reference, until in proofs.items() if now.timestamp() < until]


def has_proof(request: HttpRequest, reference: str, *, now: datetime) -> bool:
    """Tell whether this browser proved the ticket's mobile in the last half hour."""
    if not has_session(request):
        return False
    until = request.session.get(_PROOFS, {}).get(reference, 0)
    return bool(now.timestamp() < until)
