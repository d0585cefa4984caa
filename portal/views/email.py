"""A person's notices also by e-mail: an address is written, proved, changed, taken away.

An address stands in forms and in the session, never in an address of ours or a log.
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from access.errors import (
    CodeExpired,
    CodeSentRecently,
    TooManyCodes,
    TooManyWrongTries,
    WrongCode,
)
from beneficiaries.emails import ask_to_prove_email, email_of, prove_email, take_email_away
from beneficiaries.models import Person, User
from notifications.mail.models import CODE_TEMPLATE, Mail
from notifications.mail.outbox import is_on
from notifications.mail.statuses import MailStatus
from portal.code_words import worded_email_refusal
from portal.forms.email import EmailCodeForm, EmailForm
from portal.views.signed_in import person_required, user_and_person
from saudi.languages import page_language

if TYPE_CHECKING:
    from collections.abc import Callable

_PENDING: Final = "new_email"
_PAGE: Final = "portal:email"


def _where_mails_are_sent(
    view: Callable[[HttpRequest], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Have no such page where the portal sends no mails."""

    @wraps(view)
    def wrapped(request: HttpRequest) -> HttpResponse:
        if not is_on():
            raise Http404
        return view(request)

    return wrapped


@_where_mails_are_sent
@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def email(request: HttpRequest) -> HttpResponse:
    """Show and change where a person's mails go."""
    user, person = user_and_person(request)
    if request.method != "POST":
        return _page(request, person)
    if "code" in request.POST:
        return _take_code(request, user, person)
    if "take_away" in request.POST:
        return _take_away(request, user, person)
    if "other" in request.POST:
        request.session.pop(_PENDING, None)
        return redirect(_PAGE)
    return _take_address(request, person)


def _take_address(request: HttpRequest, person: Person) -> HttpResponse:
    form = EmailForm(request.POST)
    if not form.is_valid():
        return _page(request, person, form=form)
    address = form.cleaned_data["email"]
    now = timezone.now()
    found = email_of(person.pk)
    if found is not None and found.address == address and found.broken_at is None:
        form.add_error("email", _("This address is yours already. Your notices go to it."))
        return _page(request, person, form=form)
    try:
        ask_to_prove_email(person=person, address=address, language=page_language(), now=now)
    except CodeSentRecently as refusal:
        messages.info(request, worded_email_refusal(refusal))
    except (TooManyCodes, TooManyWrongTries) as refusal:
        form.add_error("email", worded_email_refusal(refusal))
        return _page(request, person, form=form, status=429)
    else:
        messages.success(request, _("We sent a code to your e-mail address."))
    request.session[_PENDING] = address
    return redirect(_PAGE)


def _take_code(request: HttpRequest, user: User, person: Person) -> HttpResponse:
    form = EmailCodeForm(request.POST)
    if not form.is_valid():
        if "email" in form.errors:  # a page of ours always sends it
            return redirect(_PAGE)
        return _page(request, person, code_form=form)
    address = form.cleaned_data["email"]
    try:
        prove_email(
            person=person,
            address=address,
            code=form.cleaned_data["code"],
            changed_by=user,
            now=timezone.now(),
        )
    except (WrongCode, CodeExpired, TooManyWrongTries) as refusal:
        form.add_error("code", worded_email_refusal(refusal))
        status = 429 if isinstance(refusal, TooManyWrongTries) else 200
        return _page(request, person, code_form=form, status=status)
    if request.session.get(_PENDING) == address:
        del request.session[_PENDING]
    messages.success(request, _("Your e-mail address is confirmed. Your notices go to it too."))
    return redirect(_PAGE)


def _take_away(request: HttpRequest, user: User, person: Person) -> HttpResponse:
    request.session.pop(_PENDING, None)
    if take_email_away(person=person, changed_by=user, now=timezone.now()):
        messages.success(request, _("We took your e-mail address away. We send no more mails."))
    return redirect(_PAGE)


def _page(
    request: HttpRequest,
    person: Person,
    *,
    form: EmailForm | None = None,
    code_form: EmailCodeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    pending = request.session.get(_PENDING, "")
    if code_form is not None:
        pending = code_form.cleaned_data["email"]
    if form is not None:
        pending = ""
    if pending and code_form is None:
        code_form = EmailCodeForm(initial={"email": pending})
    context = {
        "found": email_of(person.pk),
        "pending": pending,
        "email_form": form or EmailForm(),
        "code_form": code_form,
        # The bound one, whose errors stand at the top of the page.
        "form": next((one for one in (form, code_form) if one is not None and one.is_bound), None),
        "mailbox_url": reverse("mailbox") if settings.EMAIL_BY == "mailbox" else "",
        "is_refused": bool(pending) and _is_refused(person, pending),
    }
    return render(request, "portal/email.html", context, status=status)


def _is_refused(person: Person, address: str) -> bool:
    """Tell whether the newest code to an address could not be delivered there."""
    newest = (
        Mail.objects.filter(person_id=person.pk, template=CODE_TEMPLATE, address=address)
        .order_by("-id")
        .values_list("status", flat=True)
        .first()
    )
    return newest == MailStatus.FAILED
