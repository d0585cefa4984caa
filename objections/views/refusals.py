"""The pages of those who may not go on: each says why, and what is open instead (DOMAIN 3)."""

from __future__ import annotations

from datetime import date, datetime
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from beneficiaries.models import EligibilityResult
from objections import presenting, rules
from objections.contested import filing_open_until, track_of, window_of
from objections.corrections.showing import shown_correction
from objections.errors import (
    AlreadyObjected,
    DraftClosed,
    FilingWindowClosed,
    IncompleteObjection,
    NotContestable,
    ObjectionRefused,
)
from objections.models import Contested, Objection
from objections.services import record_late_attempt
from objections.statuses import FilingChannel
from objections.views.citizens import Citizen
from saudi.gregorian import riyadh_date
from saudi.languages import page_language


def refusal_page(
    request: HttpRequest,
    citizen: Citizen,
    refusal: ObjectionRefused,
    *,
    contested: Contested,
    now: datetime,
    draft: Objection | None = None,
) -> HttpResponseBase:
    """Answer a refusal. Raises the ones that a page has to word beside a field.

    What was sent after the last day is kept as a late attempt.
    """
    today = riyadh_date(now)
    if isinstance(refusal, AlreadyObjected | DraftClosed) and refusal.reference:
        mine = Objection.objects.visible_to(citizen.user).filter(reference=refusal.reference)
        if mine.exists():
            return redirect("objections:detail", refusal.reference)
    if isinstance(refusal, DraftClosed) and filing_open_until(contested, today=today):
        return redirect(presenting.new_url(contested))  # there is time again: it goes on there
    if isinstance(refusal, DraftClosed) and contested.superseded_on is not None:
        refusal = NotContestable("superseded")
    if isinstance(refusal, FilingWindowClosed | DraftClosed):
        if request.method == "POST":
            record_late_attempt(
                contested=contested,
                person=citizen.person,
                channel=FilingChannel.ONLINE,
                now=now,
            )
        return _closed_page(request, contested, today=today, draft=draft)
    if isinstance(refusal, AlreadyObjected | NotContestable):
        kind = refusal.why if isinstance(refusal, NotContestable) else "objected"
        return _not_contestable_page(request, citizen, contested, kind=kind, draft=draft)
    if isinstance(refusal, IncompleteObjection) and draft is not None:
        messages.warning(request, _missing_text(refusal))
        step = "documents" if set(refusal.missing) <= _DOCUMENTS_MISSING else "statement"
        return redirect("objections:step", draft.uuid, step)
    raise refusal


_DOCUMENTS_MISSING: Final = frozenset({"documents", "new_documents"})


def _missing_text(refusal: IncompleteObjection) -> str:
    """Say what is to be done before an objection is sent."""
    if refusal.missing == ("new_documents",):
        return presenting.nothing_new_text()
    return _("Complete this step first, then review and send.")


def _status(request: HttpRequest) -> HTTPStatus:
    return HTTPStatus.CONFLICT if request.method == "POST" else HTTPStatus.OK


def _kept(request: HttpRequest, draft: Objection | None) -> tuple[str, list[presenting.FileView]]:
    """Give what was typed now or kept before, and the files that came."""
    written = request.POST.get("statement", "")
    if draft is None:
        return written, []
    kept = draft.documents.filter(removed_at=None).select_related("document", "need").order_by("id")
    return written or draft.statement, presenting.kept_files(kept, is_own=draft.is_own)


def _closed_page(
    request: HttpRequest, contested: Contested, *, today: date, draft: Objection | None
) -> HttpResponse:
    """Say which day was counted, when the window closed, and what is open; lose nothing typed."""
    written, files = _kept(request, draft)
    context = {
        "contested": contested,
        "track": track_of(contested),
        "title": presenting.title_of(contested),
        "today": today,
        "window": window_of(contested),
        "was_moved": contested.filing_deadline != contested.last_filing_day,
        "window_days": rules.FILING_WINDOW_DAYS,
        "written": written,
        "files": files,
    }
    return render(request, "objections/closed.html", context, status=_status(request))


def _not_contestable_page(
    request: HttpRequest,
    citizen: Citizen,
    contested: Contested,
    *,
    kind: str,
    draft: Objection | None,
) -> HttpResponse:
    written, files = _kept(request, draft)
    context = {
        "contested": contested,
        "track": track_of(contested),
        "matter": presenting.matter_of(contested),
        "window": window_of(contested),
        "kind": kind,
        "correction": shown_correction(
            contested,
            is_own=contested.person_id == citizen.person.pk,
            language=page_language(),
        )
        if kind == "superseded" and isinstance(contested, EligibilityResult)
        else None,
        "written": written,
        "files": files,
    }
    return render(request, "objections/not_contestable.html", context, status=_status(request))
