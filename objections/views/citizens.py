"""Who may open the pages of this app: a signed-in person of the register."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Concatenate, Final, ParamSpec

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from beneficiaries.models import Person, User
from objections.rules import KEPT_CHARACTERS

P = ParamSpec("P")


class Citizen:
    """A signed-in person: the user, and the person of the register."""

    def __init__(self, user: User, person: Person) -> None:
        self.user = user
        self.person = person


UNSENT_KEY: Final = "unsent_statement"

KEEP: Final = "keep"
"""The action of a page that keeps what is being written, by itself and without leaving."""


def _ask_to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """Lead to the sign-in page, which says why to somebody whose session ended meanwhile (O18).

    What they wrote is kept until they are signed in.
    """
    if request.method == "POST":
        is_kept = _keep_unsent(request)
        if request.POST.get("action") == KEEP:
            return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        if is_kept:
            text = _(
                "Your session ended to protect you, and what you wrote is kept. Sign in to go on"
                " where you stopped."
            )
        else:
            text = _("Your session ended to protect you. Sign in to go on where you stopped.")
        messages.info(request, text)
    return redirect_to_login(request.get_full_path())


def _keep_unsent(request: HttpRequest) -> bool:
    """Keep a statement that was sent too late for its session; tell whether there was one."""
    statement = request.POST.get("statement", "")
    if not statement or len(statement) > KEPT_CHARACTERS:
        return False
    request.session[UNSENT_KEY] = {
        "path": request.path,
        "ground": request.POST.get("ground", "")[:16],
        "statement": statement,
    }
    return True


def unsent_for(request: HttpRequest) -> dict[str, str]:
    """Give ground and statement that were sent to this page too late for the session.

    They stay until something is sent from the page, so that a second look finds them too.
    """
    kept = request.session.get(UNSENT_KEY)
    if not kept or kept["path"] != request.path:
        return {}
    return {"ground": kept["ground"], "statement": kept["statement"]}


def forget_unsent(request: HttpRequest) -> None:
    """Let go of what was sent too late to this page: something newer has come from it."""
    if unsent_for(request):
        del request.session[UNSENT_KEY]


CitizenView = Callable[Concatenate[HttpRequest, Citizen, P], HttpResponseBase]


def for_citizens(view: CitizenView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Ask a visitor to sign in first and give the view who is signed in.

    To staff, who have no file, these pages do not exist.
    """

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return _ask_to_sign_in(request)
        if user.person is None:
            raise Http404
        return view(request, Citizen(user, user.person), *args, **kwargs)

    return checked
