"""Signing in to the staff site, and the browsers in which staff have done so before."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy

from access.client import client_address
from access.errors import LimitReached
from access.staff_passwords import PasswordTry, count_try, password_was_right, password_was_wrong
from saudi.gregorian import format_time
from saudi.languages import page_language

DEVICE_COOKIE: Final = "staff_device"
KNOWN_FOR: Final = timedelta(days=90)
REMEMBERED: Final = 10
"""How many names a shared computer remembers."""
_SALT: Final = "portal.staff_device"


class StaffSignInForm(AdminAuthenticationForm):
    """User name and password; an unknown name, a wrong password and a citizen read the same."""

    error_messages = {
        "invalid_login": gettext_lazy(
            "The user name or the password is not right. Check both and try again."
        ),
        "inactive": gettext_lazy(
            "The user name or the password is not right. Check both and try again."
        ),
        "too_many": gettext_lazy("Too many wrong tries. Try again after %(time)s."),
    }

    def clean(self) -> dict[str, Any]:
        """Compare the two with the accounts, within the limits. Raises ValidationError."""
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password") or self.request is None:
            return super().clean()
        now = timezone.now()
        tried = PasswordTry(username, client_address(self.request), device(self.request, username))
        try:
            means = count_try(tried, now=now)
        except LimitReached as refusal:
            raise ValidationError(
                self.error_messages["too_many"],
                code="too_many",
                params={"time": format_time(refusal.retry_at, page_language())},
            ) from refusal
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            password_was_wrong(tried, means=means, now=now)
            raise
        password_was_right(tried, user=self.get_user(), now=now)
        return cleaned


def _mark(username: str) -> str:
    return salted_hmac(_SALT, username, algorithm="sha256").hexdigest()[:20]


def _known(request: HttpRequest) -> tuple[str, list[str]]:
    """Give the number of a browser, new where it has none, and the marks of the names it knows."""
    try:
        number, marks = signing.loads(
            request.COOKIES.get(DEVICE_COOKIE, ""), salt=_SALT, max_age=KNOWN_FOR
        )
    except (signing.BadSignature, ValueError):
        return secrets.token_hex(8), []
    return number, marks


def device(request: HttpRequest, username: str) -> str:
    """Give the number of the browser where this name has signed in before, else nothing."""
    number, marks = _known(request)
    return number if _mark(username) in marks else ""


def remember_device(request: HttpRequest, response: HttpResponse) -> None:
    """Let a browser keep that the member of staff now signed in has used it."""
    number, marks = _known(request)
    mine = _mark(request.user.get_username())
    others = [mark for mark in marks if mark != mine]
    response.set_cookie(
        DEVICE_COOKIE,
        signing.dumps([number, [mine, *others][:REMEMBERED]], salt=_SALT),
        max_age=KNOWN_FOR,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
