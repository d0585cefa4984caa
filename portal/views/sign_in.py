"""Signing in with a national ID and a code by SMS, and signing out (docs/adr/0005).

Every answer is the same whether the ID is in the register or not (DOMAIN 17). The ID that waits
for its code stands in the session, never in an address.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from functools import wraps
from math import ceil
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from access.client import client_address
from access.errors import (
    CodeExpired,
    CodeSentRecently,
    LimitReached,
    TooManyCodes,
    TooManyWrongTries,
    WrongCode,
)
from access.refusals import refused
from notifications.statuses import Lane
from notifications.waking import breaker, could_wake
from portal.code_words import worded_code_refusal
from portal.forms.sign_in import CodeForm, SignInForm
from portal.sign_in import give_back_codes, send_sign_in_code
from portal.views.pages import public_page
from portal.views.signed_in import signed_in_person
from saudi.languages import page_language

_PENDING: Final = "sign_in"
_BACKEND: Final = "beneficiaries.backends.OneTimeCodeBackend"


@dataclass(frozen=True)
class Pending:
    """A sign-in that waits for its code, as the session keeps it.

    `addresses` are those the codes were asked from, to be given back when it is completed.
    `sms_waits` says that no SMS could leave when the code was asked for.
    """

    national_id: str
    sent_at: str
    next: str = ""
    addresses: list[str] = field(default_factory=list)
    sms_waits: bool = False

    @property
    def seconds_since(self) -> float:
        """Count the seconds since the last code was asked for."""
        return (timezone.now() - datetime.fromisoformat(self.sent_at)).total_seconds()


def _pending(request: HttpRequest) -> Pending | None:
    kept = request.session.get(_PENDING)
    return Pending(**kept) if kept else None


def _keep(request: HttpRequest, pending: Pending) -> None:
    request.session[_PENDING] = asdict(pending)


def _own_address(request: HttpRequest, target: str) -> str:
    """Give the address to lead to after signing in: one of ours, else the file."""
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # Without its slash it would be taken for the name of a page.
    return target if is_ours and target.startswith("/") else resolve_url("portal:profile")


def _for_who_is_out(view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead somebody who is signed in already on to their page, whatever their form holds.

    Signing in changes the token of every form that was open in another tab (O18 a), so this is
    looked at before the token; nothing is done for the form then.
    """
    protected = csrf_protect(view)

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if signed_in_person(request) is not None:
            return redirect(_own_address(request, _typed_next(request)))
        return protected(request)

    return wrapped


def _typed_next(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next") or ""


@_for_who_is_out
def ask(request: HttpRequest) -> HttpResponse:
    """Ask whose file it is and send the code."""
    if request.method != "POST":
        return _ask_page(request, SignInForm(initial={"next": request.GET.get("next", "")}))
    if "code" in request.POST and "national_id" not in request.POST:
        return code(request)
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _ask_page(request, form)
    pending = Pending(
        national_id=form.cleaned_data["national_id"],
        sent_at=timezone.now().isoformat(),
        next=form.cleaned_data["next"],
    )
    earlier = _pending(request)
    if earlier and earlier.national_id == pending.national_id:
        pending = replace(pending, addresses=earlier.addresses)
    try:
        pending = _send(request, pending)
    except CodeSentRecently:
        # The code that is on its way is still good, and nothing tells who asked for it. Nothing
        # was woken here, so whether SMS leave is asked, of everybody alike.
        _keep(request, replace(pending, sms_waits=not could_wake(Lane.CODES)))
    except (TooManyCodes, TooManyWrongTries, LimitReached) as refusal:
        if isinstance(refusal, TooManyCodes):
            _keep(request, pending)
        form.add_error(None, worded_code_refusal(refusal))
        return refused(_ask_page(request, form), refusal.retry_at)
    return redirect("portal:sign_in_code")


def _send(request: HttpRequest, pending: Pending) -> Pending:
    """Send a code and keep what waits for it. Raises what `send_sign_in_code` raises."""
    now = timezone.now()
    address = client_address(request)
    send_sign_in_code(
        national_id=pending.national_id,
        address=address,
        language=page_language(),
        now=now,
    )
    pending = replace(
        pending,
        sent_at=now.isoformat(),
        addresses=[*pending.addresses, address],
        sms_waits=breaker.is_open,
    )
    _keep(request, pending)
    return pending


def _ask_page(request: HttpRequest, form: SignInForm) -> HttpResponse:
    context = {"form": form, "has_pending": _pending(request) is not None}
    return render(request, "portal/sign_in.html", context)


@_for_who_is_out
def code(request: HttpRequest) -> HttpResponse:
    """Take the code and open the file. Opening or reloading the page sends nothing."""
    pending = _pending(request)
    if pending is None:
        if request.method == "POST":
            messages.info(request, _("The page was open for a long time. Write your ID again."))
        return redirect("portal:sign_in")
    if request.method != "POST":
        return _code_page(request, CodeForm(), pending)
    return _resend(request, pending) if "resend" in request.POST else _enter(request, pending)


def _enter(request: HttpRequest, pending: Pending) -> HttpResponse:
    """Try the typed code; the right one makes a new session and leads on."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _code_page(request, form, pending)
    try:
        user = authenticate(
            request, national_id=pending.national_id, code=form.cleaned_data["code"]
        )
        if user is None:  # nobody's file: the same answer as to a wrong code
            raise WrongCode(settings.LIMITS["code_tries"] - 1)
    except (WrongCode, CodeExpired) as refusal:
        form.add_error("code", worded_code_refusal(refusal))
        return _code_page(request, form, pending)
    except TooManyWrongTries as refusal:
        form.add_error("code", worded_code_refusal(refusal))
        return refused(_code_page(request, form, pending), refusal.retry_at)
    del request.session[_PENDING]
    login(request, user, backend=_BACKEND)
    give_back_codes(addresses=pending.addresses, now=timezone.now())
    return redirect(_own_address(request, pending.next))


def _resend(request: HttpRequest, pending: Pending) -> HttpResponse:
    """Send another code where one may be sent, and say so; the earlier one goes on working."""
    try:
        pending = _send(request, pending)
    except CodeSentRecently as refusal:
        messages.info(request, worded_code_refusal(refusal))
    except (TooManyCodes, TooManyWrongTries, LimitReached) as refusal:
        messages.warning(request, worded_code_refusal(refusal))
    else:
        if pending.sms_waits:  # the page says so itself
            return redirect("portal:sign_in_code")
        text = _("If the ID is in our register, we have sent a new code. An earlier one works too.")
        messages.success(request, text)
    return redirect("portal:sign_in_code")


def _code_page(request: HttpRequest, form: CodeForm, pending: Pending) -> HttpResponse:
    figures = settings.LIMITS
    wait = max(0, ceil(figures["code_resend_seconds"] - pending.seconds_since))
    context = {
        "form": form,
        "national_id": pending.national_id,
        "wait_seconds": wait,
        "wait_clock": f"{wait // 60}:{wait % 60:02}",
        "sms_waits": pending.sms_waits,
        "is_expired": pending.seconds_since >= figures["code_life_seconds"],
    }
    return render(request, "portal/code.html", context)


@require_safe
@public_page
def lost_mobile(request: HttpRequest) -> HttpResponse:
    """Tell who lost or changed their mobile how to get in again. The same for everybody."""
    return render(request, "portal/lost_mobile.html")


@require_safe
@public_page
def register(request: HttpRequest) -> HttpResponse:
    """Tell who has no file yet how to open one."""
    return render(request, "portal/register.html")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget the session. Only the button does it: an address alone signs nobody out."""
    if request.method == "POST":
        logout(request)
    return redirect("portal:home")
