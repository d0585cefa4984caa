"""A person's own pages: the file, one result, changing contact details."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from access.errors import (
    CodeExpired,
    CodeSentRecently,
    TooManyCodes,
    TooManyWrongTries,
    WrongCode,
)
from beneficiaries.models import EligibilityResult, PaymentLine, Person, User
from beneficiaries.services import ask_to_prove_mobile, prove_mobile, update_contact_details
from notifications.numbers import is_doubtful
from notifications.statuses import Lane
from notifications.waking import could_wake
from objections.contested import track_of
from objections.corrections.showing import shown_correction, shown_payment_correction
from objections.models import Contested
from objections.presenting import matter_of, step_name
from objections.statuses import BADGES as OBJECTION_BADGES
from objections.statuses import ObjectionStatus
from portal.code_words import worded_code_refusal
from portal.contests import rows_of
from portal.forms.profile import ContactDetailsForm, MobileCodeForm, NewMobileForm
from portal.payments import PaymentRow
from portal.profile import SHOWN_CASES, ResultRow, profile_of
from portal.views.signed_in import person_required, user_and_person
from saudi.gregorian import riyadh_today
from saudi.languages import page_language
from sawtak.statuses import BADGES as TICKET_BADGES

_NEW_MOBILE: Final = "new_mobile"


@require_safe
@person_required
def profile(request: HttpRequest) -> HttpResponse:
    """Show the file of who is signed in."""
    user, person = user_and_person(request)
    found = profile_of(
        user,
        person,
        today=riyadh_today(),
        language=page_language(),
        has_all_cycles=request.GET.get("all") == "1",
    )
    context = {
        "person": person,
        "profile": found,
        "objections": [
            (
                objection,
                OBJECTION_BADGES[objection.status],
                step_name(objection.left_at),
                matter_of(objection.contested),
            )
            for objection in found.objections[:SHOWN_CASES]
        ],
        "tickets": [(ticket, TICKET_BADGES[ticket.status]) for ticket in found.tickets],
        "status": ObjectionStatus,
        "today": found.today,
        "correction": shown_correction(
            found.newest.contested, is_own=True, language=page_language()
        )
        if found.newest
        else None,
    }
    return render(request, "portal/profile.html", context)


@require_safe
@person_required
def result(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one result: its reasons, what they mean, what can be done and until when."""
    user, person = user_and_person(request)
    found = get_object_or_404(
        EligibilityResult.objects.visible_to(user).select_related("person", "cycle"), pk=pk
    )
    today = riyadh_today()
    [row] = rows_of([found], ResultRow, viewer=person, today=today, language=page_language())
    correction = shown_correction(found, is_own=row.is_own, language=page_language())
    context = {
        "row": row,
        "today": today,
        "corrected_url": _corrected_url(found),
        "correction": correction,
    }
    return render(request, "portal/result.html", context)


@require_safe
@person_required
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one line of a payment: what was due, what came, why, and until when to object."""
    user, person = user_and_person(request)
    found = get_object_or_404(
        PaymentLine.objects.visible_to(user).select_related("person", "cycle"), pk=pk
    )
    today = riyadh_today()
    [row] = rows_of([found], PaymentRow, viewer=person, today=today, language=page_language())
    correction = shown_payment_correction(found, is_own=row.is_own, language=page_language())
    context = {
        "row": row,
        "today": today,
        "corrected_url": _corrected_url(found),
        "correction": correction,
    }
    return render(request, "portal/payment.html", context)


def _corrected_url(found: Contested) -> str:
    """Give the page of what took the place of a superseded row, or nothing."""
    if found.superseded_on is None:
        return ""
    rows: QuerySet[EligibilityResult] | QuerySet[PaymentLine]
    rows = type(found)._default_manager.all()
    current = rows.filter(
        person_id=found.person_id,
        cycle_id=found.cycle_id,
        announced_on__isnull=False,
        superseded_on__isnull=True,
    ).first()
    return "" if current is None else reverse(f"portal:{track_of(found)}", args=[current.pk])


# Contact details -------------------------------------------------------------------------


@dataclass
class _Forms:
    """The forms of the page; the bound one is the one that was sent."""

    details: ContactDetailsForm
    mobile: NewMobileForm
    code: MobileCodeForm

    @property
    def bound(self) -> Form | None:
        forms: tuple[Form, ...] = (self.details, self.mobile, self.code)
        return next((form for form in forms if form.is_bound), None)


def _unbound(person: Person) -> _Forms:
    return _Forms(
        details=ContactDetailsForm(initial={"city": person.city, "iban": person.iban}),
        mobile=NewMobileForm(),
        code=MobileCodeForm(),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@person_required
def edit(request: HttpRequest) -> HttpResponse:
    """Change the city, the IBAN, or, with a code to the new number, the mobile."""
    user, person = user_and_person(request)
    forms = _unbound(person)
    if request.method == "POST":
        if "code" in request.POST:
            return _take_code(request, user, person, forms)
        if "mobile" in request.POST:
            return _take_mobile(request, person, forms)
        if "other_number" in request.POST:
            request.session.pop(_NEW_MOBILE, None)
            return redirect("portal:profile_edit")
        return _take_details(request, user, person, forms)
    return _edit_page(request, person, forms)


def _edit_page(request: HttpRequest, person: Person, forms: _Forms) -> HttpResponse:
    new_mobile = request.session.get(_NEW_MOBILE, "")
    context = {
        "person": person,
        "forms": forms,
        "form": forms.bound,
        "new_mobile": new_mobile,
        "sms_waits": bool(new_mobile) and not could_wake(Lane.CODES),
    }
    return render(request, "portal/profile_edit.html", context)


def _take_details(request: HttpRequest, user: User, person: Person, forms: _Forms) -> HttpResponse:
    forms.details = ContactDetailsForm(request.POST)
    if not forms.details.is_valid():
        return _edit_page(request, person, forms)
    changes = update_contact_details(
        person=person,
        city=forms.details.cleaned_data["city"],
        iban=forms.details.cleaned_data["iban"],
        changed_by=user,
        now=timezone.now(),
    )
    if changes:
        messages.success(request, _("Your data is saved."))
    else:
        messages.info(request, _("Nothing was changed: your data is as it was."))
    return redirect("portal:profile")


def _take_mobile(request: HttpRequest, person: Person, forms: _Forms) -> HttpResponse:
    forms.mobile = NewMobileForm(request.POST)
    if not forms.mobile.is_valid():
        return _edit_page(request, person, forms)
    mobile = forms.mobile.cleaned_data["mobile"]
    is_own = mobile == person.mobile
    if is_own and not is_doubtful(mobile):
        forms.mobile.add_error("mobile", _("This is the number that is in your file already."))
        return _edit_page(request, person, forms)
    try:
        ask_to_prove_mobile(person=person, mobile=mobile, now=timezone.now())
    except CodeSentRecently as refusal:
        messages.info(request, worded_code_refusal(refusal))
    except (TooManyCodes, TooManyWrongTries) as refusal:
        forms.mobile.add_error("mobile", worded_code_refusal(refusal))
        return _edit_page(request, person, forms)
    else:
        sent = (
            _("We sent a code to your number.")
            if is_own
            else _("We sent a code to the new number.")
        )
        if could_wake(Lane.CODES):  # else the page says so itself
            messages.success(request, sent)
    request.session[_NEW_MOBILE] = mobile
    return redirect("portal:profile_edit")


def _take_code(request: HttpRequest, user: User, person: Person, forms: _Forms) -> HttpResponse:
    mobile = request.session.get(_NEW_MOBILE)
    if not mobile:
        return redirect("portal:profile_edit")
    is_own = mobile == person.mobile
    forms.code = MobileCodeForm(request.POST)
    if not forms.code.is_valid():
        return _edit_page(request, person, forms)
    try:
        prove_mobile(
            person=person,
            mobile=mobile,
            code=forms.code.cleaned_data["code"],
            changed_by=user,
            now=timezone.now(),
        )
    except (WrongCode, CodeExpired, TooManyWrongTries) as refusal:
        forms.code.add_error("code", worded_code_refusal(refusal))
        return _edit_page(request, person, forms)
    del request.session[_NEW_MOBILE]
    messages.success(
        request,
        _("Your mobile is confirmed. We send messages to it again.")
        if is_own
        else _("Your new mobile is in your file. We send codes to it from now on."),
    )
    return redirect("portal:profile")
