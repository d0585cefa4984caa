"""Who is signed in: the gate before a person's own pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from beneficiaries.models import Person, User
from portal.context_processors import is_signed_in

View = Callable[..., HttpResponse]


def signed_in_person(request: HttpRequest) -> Person | None:
    """Give the person who is signed in; nobody's session is opened for a visitor without one."""
    if not is_signed_in(request) or not isinstance(request.user, User):
        return None
    return request.user.person


def person_required(view: View) -> View:
    """Let a signed-in person through, ask everybody else to sign in, refuse staff.

    Staff work on files in the staff site, where what they open is their right and is recorded.
    """

    @never_cache
    @wraps(view)
    def wrapped(request: HttpRequest, **kwargs: object) -> HttpResponse:
        if signed_in_person(request) is not None:
            return view(request, **kwargs)
        if is_signed_in(request):
            raise PermissionDenied
        if request.method == "POST":
            messages.info(
                request, _("Your session ended to protect you. Sign in, then send it again.")
            )
        return redirect_to_login(request.get_full_path())

    return wrapped


def user_and_person(request: HttpRequest) -> tuple[User, Person]:
    """Give both in a view behind `person_required`. Refuses whoever is not a person."""
    user = request.user
    person = signed_in_person(request)
    if not isinstance(user, User) or person is None:
        raise PermissionDenied
    return user, person
