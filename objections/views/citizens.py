"""Who may open the pages of this app: a signed-in person of the register."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from beneficiaries.models import Person, User

P = ParamSpec("P")


class Citizen:
    """A signed-in person: the user, and the person of the register."""

    def __init__(self, user: User, person: Person) -> None:
        self.user = user
        self.person = person


CitizenView = Callable[Concatenate[HttpRequest, Citizen, P], HttpResponseBase]


def for_citizens(view: CitizenView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Ask a visitor to sign in first and give the view who is signed in.

    To staff, who have no file, these pages do not exist.
    """

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        user = request.user
        if not isinstance(user, User):
            return redirect_to_login(request.get_full_path())
        if user.person is None:
            raise Http404
        return view(request, Citizen(user, user.person), *args, **kwargs)

    return checked
