"""The objections of a person: the list, one with its timeline, its documents."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from documents.serving import attachment_response
from objections import presenting
from objections.contested import key_of, track_of
from objections.corrections.showing import shown_correction
from objections.models import Objection, ObjectionDocument
from objections.receipts import receipt_code
from objections.second_looks import look_of, look_standing
from objections.selectors import back_pay_of, contest_states, objections_of, with_whole_case
from objections.statuses import DECIDED_STATUSES, OPEN_STATUSES, ObjectionStatus
from objections.views.citizens import Citizen, for_citizens
from objections.views.papers import papers_form
from saudi.gregorian import riyadh_date
from saudi.languages import page_language


@require_safe
@for_citizens
def index(request: HttpRequest, citizen: Citizen) -> HttpResponseBase:
    """List the drafts and objections a person may open, the newest first."""
    rows = [
        {
            "objection": objection,
            "status": presenting.status_of(objection),
            "matter": presenting.matter_of(objection.contested),
            "url": _url_of(objection),
            "is_draft": objection.status == ObjectionStatus.DRAFT,
        }
        for objection in objections_of(citizen.user)
    ]
    return render(request, "objections/index.html", {"rows": rows, "person": citizen.person})


def _url_of(objection: Objection) -> str:
    if objection.reference:
        return reverse("objections:detail", args=[objection.reference])
    step = presenting.step_name(objection.left_at)
    return reverse("objections:step", args=[objection.uuid, step])


@require_http_methods(["GET", "HEAD", "POST"])
@for_citizens
def detail(request: HttpRequest, citizen: Citizen, reference: str) -> HttpResponseBase:
    """One objection; until it is decided it is also where documents are sent."""
    now = timezone.now()
    today = riyadh_date(now)
    objection = with_whole_case(citizen.user, reference)
    if objection is None:
        raise Http404
    papers = papers_form(request, citizen, objection, now=now)
    if papers.is_done:
        return redirect("objections:detail", reference)
    status = objection.status
    is_wanted = status in OPEN_STATUSES and objection.documents_due_on is not None
    wish = objection.events.all()
    context = {
        "objection": objection,
        "title": presenting.title_of(objection.contested),
        "track": track_of(objection.contested),
        "status": presenting.status_of(objection),
        "stations": presenting.timeline_of(objection, today=today),
        "files": presenting.kept_files(
            objection.documents.all(),
            reference=reference,
            is_own=objection.person_id == citizen.person.pk,
            replaceable=status in OPEN_STATUSES,
        ),
        "reasons": presenting.reasons_of(objection.contested, citizen.person),
        "is_wanted": is_wanted,
        "wanted_text": next(
            (
                event.note
                for event in reversed(wish)
                if event.is_for_citizen and event.note and event.to_status in OPEN_STATUSES
            ),
            "",
        ),
        "due_days": (objection.documents_due_on - today).days if objection.documents_due_on else 0,
        "form": papers.form,
        "refused": presenting.refused_files(papers.refused),
        "replaced": papers.replaced,
        "send_url": reverse("objections:send_paper", args=[reference]),
        "is_open": status in OPEN_STATUSES,
        "is_decided": status in DECIDED_STATUSES,
        "back_pay": presenting.back_pay_view(back_pay_of(objection)),
        "decision_days": settings.PROGRAMME.decision_working_days,
        "receipt_code": receipt_code(objection),
        "is_withdrawn": status == ObjectionStatus.WITHDRAWN,
        **_after(objection, citizen, today=today),
        "may_withdraw": status in OPEN_STATUSES
        and not objection.is_looked_at_again
        and objection.filed_by_id == citizen.person.pk,
        "is_own": objection.person_id == citizen.person.pk,
    }
    return render(request, "objections/detail.html", context)


def _after(objection: Objection, citizen: Citizen, *, today: date) -> dict[str, Any]:
    """Give what a case that was decided or withdrawn shows, and what can be done next."""
    look = look_of(objection)
    is_over = objection.status not in OPEN_STATUSES
    context: dict[str, Any] = {"look": look, "decisions": [], "ways": []}
    if objection.decided_at is not None:
        context["decisions"] = presenting.decisions_of(objection)
    if is_over:
        contested = objection.contested
        states = contest_states([contested], viewer=citizen.person, today=today)
        standing = look_standing(objection, citizen.person, today=today)
        context["standing"] = standing
        context["ways"] = presenting.ways_on(objection, standing, states[key_of(contested)])
    if objection.result is not None:
        is_own = objection.person_id == citizen.person.pk
        context["correction"] = shown_correction(
            objection.result, is_own=is_own, language=page_language()
        )
    if look is not None:
        context["may_withdraw_look"] = look.is_open and look.asked_by_id == citizen.person.pk
    return context


@require_safe
@for_citizens
def document(
    request: HttpRequest, citizen: Citizen, reference: str, uuid: UUID
) -> HttpResponseBase:
    """Give a document of an objection to whoever may open the objection; 404 for all others."""
    link = get_object_or_404(
        ObjectionDocument.objects.filter(
            objection__in=Objection.objects.visible_to(citizen.user).filter(reference=reference),
            removed_at=None,
        ).select_related("document"),
        document__uuid=uuid,
    )
    return attachment_response(link.document, opened_by=citizen.user)
