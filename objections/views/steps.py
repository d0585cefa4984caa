"""The steps of an objection, under /objections/new/.

Each step is one POST form that works without a script. Reading a page writes nothing: the draft
is opened by the first POST and lives on the server, so that it can be finished on any device.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from beneficiaries.models import EligibilityResult, PaymentLine
from beneficiaries.services import update_contact_details
from objections import presenting
from objections.contested import key_of
from objections.errors import (
    AlreadyObjected,
    FilingWindowClosed,
    IncompleteObjection,
    NotContestable,
    ObjectionRefused,
)
from objections.forms import DeclarationForm, ProfileForm
from objections.models import Contested, Objection
from objections.selectors import ContestState, contest_states
from objections.services import (
    open_draft,
    reach_step,
    record_profile_step,
    submit_objection,
)
from objections.services.drafts import ensure_draft_open
from objections.services.filing import missing_parts
from objections.services.prepared import was_prepared
from objections.views import mobile
from objections.views.citizens import Citizen, for_citizens
from objections.views.frames import (
    PROFILE,
    REASONS,
    REVIEW,
    STATEMENT,
    own_draft,
    step_frame,
)
from objections.views.refusals import refusal_page
from objections.views.step_documents import documents_step
from objections.views.step_statement import statement_step
from saudi.banks import bank_of
from saudi.gregorian import riyadh_date
from saudi.iban import group_iban
from saudi.languages import page_language

_LONGEST_ID: Final = 19
"""Digits of the first number that no row of the database can have."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_citizens
def new(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """Step 1: read the reasons. Going on opens the draft, or finds it again."""
    now = timezone.now()
    today = riyadh_date(now)
    contested = _contested_or_404(request, citizen)
    try:
        if request.method == "POST":
            draft = open_draft(contested=contested, filed_by=citizen.person, now=now)
            return redirect("objections:step", draft.uuid, presenting.step_name(draft.left_at))
        state = contest_states([contested], viewer=citizen.person, today=today)[key_of(contested)]
        _ensure_open(state)
    except ObjectionRefused as refusal:
        return refusal_page(request, citizen, refusal, contested=contested, now=now)
    context = {
        **step_frame(contested, None, number=REASONS, today=today),
        "reasons": presenting.reasons_of(contested, citizen.person),
        "has_draft": state.kind == "draft",
        "is_prepared": state.kind == "draft" and was_prepared(contested, citizen.person),
        "earlier": state if state.was_refused else None,
        "is_own": contested.person_id == citizen.person.pk,
    }
    return render(request, "objections/step_reasons.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_citizens
def step(request: HttpRequest, citizen: Citizen, uuid: UUID, step: str) -> HttpResponseBase:
    """Steps 2 to 5 of a draft, for whoever writes it; anybody else gets 404."""
    now = timezone.now()
    if step not in _STEPS:
        raise Http404
    draft = own_draft(citizen, uuid)
    try:
        ensure_draft_open(draft, contested=draft.contested, now=now)
        return _STEPS[step](request, citizen, draft, now)
    except ObjectionRefused as refusal:
        return refusal_page(
            request,
            citizen,
            refusal,
            contested=draft.contested,
            now=now,
            draft=draft,
        )


def _profile(
    request: HttpRequest, citizen: Citizen, draft: Objection, now: datetime
) -> HttpResponseBase:
    """Step 2: what stands in the file, to be put right first."""
    form = ProfileForm(request.POST if request.method == "POST" else None, person=citizen.person)
    if request.method == "POST" and form.is_valid():
        changes = update_contact_details(
            person=citizen.person,
            city=form.cleaned_data["city"],
            iban=form.cleaned_data["iban"],
            changed_by=citizen.user,
            now=now,
        )
        record_profile_step(objection=draft, changes=changes)
        if not form.new_mobile:
            reach_step(objection=draft, step=STATEMENT)
            return redirect("objections:step", draft.uuid, "statement")
        problem = mobile.send_code(request, citizen, draft, number=form.new_mobile, now=now)
        if not problem:
            return redirect("objections:step", draft.uuid, "mobile")
        form.add_error("mobile", problem)
    context = {
        **step_frame(draft.contested, draft, number=PROFILE, today=riyadh_date(now)),
        "form": form,
        "back_url": presenting.new_url(draft.contested),
    }
    return render(request, "objections/step_profile.html", context)


def _mobile(
    request: HttpRequest, citizen: Citizen, draft: Objection, now: datetime
) -> HttpResponseBase:
    """Between 2 and 3: prove a new number, or go on without it."""
    frame = step_frame(draft.contested, draft, number=PROFILE, today=riyadh_date(now))
    return mobile.prove(request, citizen, draft, frame=frame, now=now)


def _review(
    request: HttpRequest, citizen: Citizen, draft: Objection, now: datetime
) -> HttpResponseBase:
    """Step 5: read all of it again, declare, send. The instant it arrives is the receipt."""
    form = DeclarationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        filed = submit_objection(objection=draft, has_declared=True, now=now)
        text = _("Your objection arrived. Keep its number: %(reference)s.")
        messages.success(request, text % {"reference": filed.reference})
        return redirect("objections:detail", filed.reference or "")
    missing = missing_parts(draft)
    if missing:
        raise IncompleteObjection(missing=missing)
    bank = bank_of(citizen.person.iban)
    kept = draft.documents.filter(removed_at=None).select_related("document", "need").order_by("id")
    context = {
        **step_frame(draft.contested, draft, number=REVIEW, today=riyadh_date(now)),
        "form": form,
        "files": presenting.kept_files(kept, is_own=draft.is_own),
        "changes": draft.profile_changes.order_by("id"),
        "person": citizen.person,
        "iban": group_iban(citizen.person.iban),
        "bank": bank.name(page_language()) if bank else "",
        "reasons": presenting.reasons_of(draft.contested, citizen.person),
        "back_url": reverse("objections:step", args=[draft.uuid, "documents"]),
        "statement_url": reverse("objections:step", args=[draft.uuid, "statement"]),
        "profile_url": reverse("objections:step", args=[draft.uuid, "profile"]),
    }
    return render(request, "objections/step_review.html", context)


_STEPS: Final[
    dict[str, Callable[[HttpRequest, Citizen, Objection, datetime], HttpResponseBase]]
] = {
    "profile": _profile,
    "mobile": _mobile,
    "statement": statement_step,
    "documents": documents_step,
    "review": _review,
}


def _ensure_open(state: ContestState) -> None:
    """Refuse to show the first step of what cannot be contested, as the service would."""
    if state.kind == "objected":
        raise AlreadyObjected(reference=state.reference)
    if state.kind == "closed":
        raise FilingWindowClosed(counted_from=state.counted_from, deadline=state.deadline)
    if state.kind not in {"open", "again", "draft"}:
        raise NotContestable(state.kind)


def _contested_or_404(request: HttpRequest, citizen: Citizen) -> Contested:
    """Give the result or payment line that the address names, to whoever may see it."""
    result_id, payment_id = _id_in(request, "result"), _id_in(request, "payment")
    if result_id is not None:
        return get_object_or_404(
            EligibilityResult.objects.visible_to(citizen.user).select_related("person", "cycle"),
            pk=result_id,
        )
    if payment_id is not None:
        return get_object_or_404(
            PaymentLine.objects.visible_to(citizen.user).select_related("person", "cycle"),
            pk=payment_id,
        )
    raise Http404


def _id_in(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name) or request.POST.get(name) or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST_ID else None
