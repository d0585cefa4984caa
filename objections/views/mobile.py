"""The page between the profile and the statement: a new number is proved by a code sent to it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from access.errors import CodeExpired, CodeSentRecently, TooManyCodes, TooManyWrongTries, WrongCode
from beneficiaries.services import ask_to_prove_mobile, prove_mobile
from notifications.statuses import Lane
from notifications.waking import could_wake
from objections.forms import MobileCodeForm
from objections.models import Objection
from objections.services import reach_step, record_profile_step
from objections.views.citizens import Citizen
from saudi.gregorian import format_time
from saudi.languages import page_language

SESSION_KEY = "objection_mobile"
"""The number that waits for its code: in the session, never in an address."""

_STATEMENT_STEP = 3


def send_code(
    request: HttpRequest, citizen: Citizen, draft: Objection, *, number: str, now: datetime
) -> str:
    """Send a code to a new number and remember it; gives what stands in the way, or nothing."""
    try:
        ask_to_prove_mobile(person=citizen.person, mobile=number, now=now)
    except CodeSentRecently:
        pass  # the code that went out a moment ago is good
    except (TooManyCodes, TooManyWrongTries) as refusal:
        return _(
            "Too many codes were asked for. Try again after %(time)s, or continue without a "
            "new number."
        ) % {"time": format_time(refusal.retry_at, page_language())}
    request.session[SESSION_KEY] = {"draft": str(draft.uuid), "mobile": number}
    return ""


def prove(
    request: HttpRequest,
    citizen: Citizen,
    draft: Objection,
    *,
    frame: dict[str, Any],
    now: datetime,
) -> HttpResponseBase:
    """Ask for the code; its last button goes on without a new number."""
    waiting = request.session.get(SESSION_KEY) or {}
    number = waiting.get("mobile", "") if waiting.get("draft") == str(draft.uuid) else ""
    profile_url = reverse("objections:step", args=[draft.uuid, "profile"])
    if not number:
        return redirect(profile_url)
    form = MobileCodeForm()
    action = request.POST.get("action", "") if request.method == "POST" else "show"
    if action == "skip":
        return _go_on(request, draft)
    if action == "again":
        problem = send_code(request, citizen, draft, number=number, now=now)
        if problem:
            messages.error(request, problem)
        elif could_wake(Lane.CODES):  # else the page says so itself
            messages.success(request, _("We sent a code to the new number."))
        return redirect("objections:step", draft.uuid, "mobile")
    if action != "show":
        form = MobileCodeForm(request.POST)
        if form.is_valid() and _is_proved(form, citizen, draft, number=number, now=now):
            messages.success(request, _("Your new mobile number is in your file."))
            return _go_on(request, draft)
    context = {
        **frame,
        "form": form,
        "number": number,
        "profile_url": profile_url,
        "sms_waits": not could_wake(Lane.CODES),
    }
    return render(request, "objections/step_mobile.html", context)


def _go_on(request: HttpRequest, draft: Objection) -> HttpResponseBase:
    request.session.pop(SESSION_KEY, None)
    reach_step(objection=draft, step=_STATEMENT_STEP)
    return redirect("objections:step", draft.uuid, "statement")


def _is_proved(
    form: MobileCodeForm, citizen: Citizen, draft: Objection, *, number: str, now: datetime
) -> bool:
    try:
        change = prove_mobile(
            person=citizen.person,
            mobile=number,
            code=form.cleaned_data["code"],
            changed_by=citizen.user,
            now=now,
        )
    except WrongCode as refusal:
        form.add_error("code", _wrong(refusal.tries_left))
        return False
    except CodeExpired:
        form.add_error("code", _("This code no longer works. Ask for a new one."))
        return False
    except TooManyWrongTries as refusal:
        form.add_error(
            "code",
            _("Too many wrong tries. Try again after %(time)s, or continue without a new number.")
            % {"time": format_time(refusal.retry_at, page_language())},
        )
        return False
    record_profile_step(objection=draft, changes=[change])
    return True


def _wrong(tries_left: int) -> str:
    if not tries_left:
        return _("The code is not right, and you have no tries left. Ask for a new code.")
    return ngettext(
        "The code is not right. Compare it with the message. You have %(count)d try left.",
        "The code is not right. Compare it with the message. You have %(count)d tries left.",
        tries_left,
    ) % {"count": tries_left}
