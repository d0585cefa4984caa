"""Step 4 of an objection: its documents, together in the form or one by one beside it.

The form alone is enough. With a script each file goes by itself as soon as it is chosen, so that
what fails loses one file and not the form, and what arrived is there on any device.
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.errors import FilesNotKept
from documents.statuses import DocumentState
from objections import presenting
from objections.errors import ObjectionRefused, TooManyDocuments
from objections.forms import DraftDocumentsForm
from objections.models import NeededDocument, Objection
from objections.needs import needed_documents
from objections.presenting.needs import need_views
from objections.selectors import examined_documents
from objections.services import attach_documents, reach_step, remove_document
from objections.services.drafts import ensure_draft_open
from objections.services.filing import missing_parts
from objections.views.citizens import KEEP, Citizen, for_citizens
from objections.views.frames import DOCUMENTS, REVIEW, own_draft, step_frame
from objections.views.marks import keep_marks
from saudi.gregorian import riyadh_date
from saudi.languages import page_language


def documents_step(
    request: HttpRequest, citizen: Citizen, draft: Objection, now: datetime
) -> HttpResponseBase:
    """The form with every file; a good file is kept whatever is wrong with another."""
    form = _form_of(draft, request if request.method == "POST" else None)
    needs = needed_documents(draft, citizen.person)
    if request.method == "POST":
        keep_marks(request, draft, needs)
        if request.POST.get("action") == KEEP:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        if "remove" in request.POST:
            return _without_document(request, draft, form, now)
        if _keep_good_files(draft, form, now) and _has_new_document(draft, form):
            reach_step(objection=draft, step=REVIEW)
            return redirect("objections:step", draft.uuid, "review")
    context = {
        **step_frame(draft.contested, draft, number=DOCUMENTS, today=riyadh_date(now)),
        "form": form,
        "refused": presenting.refused_files(form.file_field.refused),
        "files": _kept(draft, needs),
        "needs": need_views(needs, page_language()),
        "needs_new": bool(examined_documents(draft.contested)),
        "reasons": presenting.reasons_of(draft.contested, citizen.person),
        "send_url": reverse("objections:send_document", args=[draft.uuid]),
        "back_url": reverse("objections:step", args=[draft.uuid, "statement"]),
    }
    return render(request, "objections/step_documents.html", context)


@require_POST
@for_citizens
def send_document(request: HttpRequest, citizen: Citizen, uuid: UUID) -> HttpResponseBase:
    """Take one file of a draft, or take one off, and answer with the list of what is kept.

    `replace` is the document in whose place the file comes. What stands in the way of a file is
    answered as plain text; 409 says that the draft itself goes on no more.
    """
    now = timezone.now()
    draft = own_draft(citizen, uuid)
    try:
        ensure_draft_open(draft, contested=draft.contested, now=now)
        needs = needed_documents(draft, citizen.person)
        keep_marks(request, draft, needs)
        reach_step(objection=draft, step=DOCUMENTS)
        problem = _sent_alone(request, draft, now)
    except ObjectionRefused:
        return HttpResponse(status=HTTPStatus.CONFLICT)
    if problem:
        return HttpResponse(problem, content_type="text/plain; charset=utf-8")
    return render(request, "components/files.html", {"files": _kept(draft, needs)})


def _sent_alone(request: HttpRequest, draft: Objection, now: datetime) -> str:
    """Keep the file that was sent, or take one off; give what is wrong with it, or nothing."""
    if "remove" in request.POST:
        remove_document(objection=draft, document=named_document(request, "remove"), now=now)
        return ""
    replaces = named_document(request, "replace") if "replace" in request.POST else None
    form = _form_of(draft, request, replaces=replaces)
    form.full_clean()
    field = form.file_field
    if not field.accepted:
        return field.refused[0].message if field.refused else str(field.error_messages["required"])
    try:
        attach_documents(objection=draft, checked=field.accepted, replaces=replaces, now=now)
    except TooManyDocuments as refusal:
        return too_many_text(refusal)
    except FilesNotKept as refusal:
        return refusal.message
    return ""


def _form_of(
    draft: Objection, request: HttpRequest | None = None, *, replaces: UUID | None = None
) -> DraftDocumentsForm:
    kept = draft.documents.filter(removed_at=None)
    if replaces is not None:
        kept = kept.exclude(document__uuid=replaces)
    data = (request.POST, request.FILES) if request is not None else ()
    usable = ~Q(document__state=DocumentState.REFUSED)
    counts = kept.aggregate(kept_documents=Count("pk"), usable_documents=Count("pk", filter=usable))
    return DraftDocumentsForm(*data, **counts)


def _kept(draft: Objection, needs: list[NeededDocument]) -> list[presenting.FileView]:
    kept = draft.documents.filter(removed_at=None).select_related("document", "need")
    return presenting.kept_files(
        kept.order_by("id"),
        removable=True,
        needs=needs,
        is_own=draft.is_own,
        examined=examined_documents(draft.contested),
    )


def _has_new_document(draft: Objection, form: DraftDocumentsForm) -> bool:
    """Tell whether one document is new where one has to be, and say so in the form if none is."""
    if not examined_documents(draft.contested) or "new_documents" not in missing_parts(draft):
        return True
    form.add_error("documents", presenting.nothing_new_text())
    return False


def _keep_good_files(draft: Objection, form: DraftDocumentsForm, now: datetime) -> bool:
    form.full_clean()
    try:
        attach_documents(objection=draft, checked=form.file_field.accepted, now=now)
    except TooManyDocuments as refusal:
        form.add_error("documents", too_many_text(refusal))
    except FilesNotKept as refusal:
        form.add_error("documents", refusal.message)
    return form.is_valid()


def _without_document(
    request: HttpRequest, draft: Objection, form: DraftDocumentsForm, now: datetime
) -> HttpResponseBase:
    """Take a document off, keep the files that were sent with it, and show the step again."""
    remove_document(objection=draft, document=named_document(request, "remove"), now=now)
    _keep_good_files(draft, form, now)
    messages.success(request, _("The document was deleted."))
    for refusal in form.file_field.refused:
        messages.error(request, refusal.message)
    return redirect(reverse("objections:step", args=[draft.uuid, "documents"]) + "#documents")


def named_document(request: HttpRequest, field: str) -> UUID:
    """Give the document that a button named. Raises Http404 for what is no name of one."""
    try:
        return UUID(request.POST[field])
    except ValueError as error:
        raise Http404 from error


def too_many_text(refusal: TooManyDocuments) -> str:
    """Say how many documents an objection may have."""
    text = _("You can send up to %(limit)s documents. Delete one that you do not need.")
    return text % {"limit": refusal.limit}
