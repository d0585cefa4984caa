"""Documents that a citizen adds to an objection that is being studied, or sends in place of one.

As in the steps, the form alone is enough, and a script sends each file by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from documents.errors import DocumentRefused, FilesNotKept
from objections import presenting
from objections.errors import TooManyDocuments, TransitionRefused
from objections.forms import LaterDocumentsForm
from objections.models import Objection, ObjectionDocument
from objections.selectors import with_whole_case
from objections.services import add_documents, add_wanted_documents
from objections.services.papers import arrived_since_asked
from objections.statuses import OPEN_STATUSES
from objections.views.citizens import Citizen, for_citizens
from objections.views.step_documents import named_document

REPLACE: Final = "replace"


@dataclass
class PapersForm:
    """The form of an objection's page and what became of it.

    `replaced` is the document in whose place a file comes; `is_done` when the page is shown anew.
    """

    form: LaterDocumentsForm
    replaced: ObjectionDocument | None = None
    is_done: bool = False
    refused: list[DocumentRefused] = field(default_factory=list)


def papers_form(
    request: HttpRequest, citizen: Citizen, objection: Objection, *, now: datetime
) -> PapersForm:
    """Give the form of the documents, and keep what was sent with it."""
    replaced = _replaced(request, objection)
    if request.method != "POST":
        return PapersForm(_form_of(objection, replaced=replaced), replaced)
    form = _form_of(objection, request, replaced=replaced)
    papers = PapersForm(form, replaced)
    if form.is_valid():
        papers.is_done = _keep(request, citizen, objection, papers, now=now)
    papers.refused = form.file_field.refused
    return papers


def _keep(
    request: HttpRequest,
    citizen: Citizen,
    objection: Objection,
    papers: PapersForm,
    *,
    now: datetime,
) -> bool:
    checked = papers.form.file_field.accepted
    try:
        if objection.documents_due_on is not None and papers.replaced is None:
            add_wanted_documents(objection=objection, checked=checked, actor=citizen.user, now=now)
        else:
            add_documents(
                objection=objection,
                checked=checked,
                replaces=papers.replaced.document.uuid if papers.replaced else None,
                actor=citizen.user,
                now=now,
            )
    except TransitionRefused:
        messages.warning(request, _("We are not waiting for documents any more."))
    except TooManyDocuments as refusal:
        papers.form.add_error("documents", too_many_later_text(refusal))
        return False
    except FilesNotKept as refusal:
        papers.form.add_error("documents", refusal.message)
        return False
    else:
        text = _("Your documents arrived. We go on studying your objection.")
        messages.success(request, text)
    return True


@require_POST
@for_citizens
def send_paper(request: HttpRequest, citizen: Citizen, reference: str) -> HttpResponseBase:
    """Add one file to an objection and answer with the list of its documents.

    A case that waits for documents goes on waiting until the form is sent. What stands in the way
    of a file is answered as plain text; 409 says that nothing can be added any more.
    """
    objection = with_whole_case(citizen.user, reference)
    if objection is None:
        raise Http404
    form = _form_of(objection, request, replaced=None)
    form.full_clean()
    files = form.file_field
    if not files.accepted:
        problem = files.refused[0].message if files.refused else files.error_messages["required"]
        return _problem(str(problem))
    try:
        add_documents(
            objection=objection,
            checked=files.accepted,
            actor=citizen.user,
            now=timezone.now(),
        )
    except TransitionRefused:
        return HttpResponse(status=HTTPStatus.CONFLICT)
    except TooManyDocuments as refusal:
        return _problem(too_many_later_text(refusal))
    except FilesNotKept as refusal:
        return _problem(refusal.message)
    # Asked for anew: what hangs on the objection is from before.
    kept = ObjectionDocument.objects.filter(objection=objection, removed_at=None)
    rows = kept.select_related("document").order_by("id")
    files_now = presenting.kept_files(rows, reference=reference, replaceable=True)
    return render(request, "components/files.html", {"files": files_now})


def _problem(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


def _replaced(request: HttpRequest, objection: Objection) -> ObjectionDocument | None:
    """Give the document that the address or the form names. Raises Http404 for what is none."""
    source = request.POST if request.method == "POST" else request.GET
    if REPLACE not in source or objection.status not in OPEN_STATUSES:
        return None
    # One that was replaced already too: the same form sent twice changes nothing more.
    return get_object_or_404(
        ObjectionDocument.objects.select_related("document"),
        objection=objection,
        document__uuid=_uuid_of(request),
    )


def _uuid_of(request: HttpRequest) -> UUID:
    if request.method == "POST":
        return named_document(request, REPLACE)
    try:
        return UUID(request.GET[REPLACE])
    except ValueError as error:
        raise Http404 from error


def _form_of(
    objection: Objection,
    request: HttpRequest | None = None,
    *,
    replaced: ObjectionDocument | None,
) -> LaterDocumentsForm:
    kept = len([link for link in objection.documents.all() if link != replaced])
    is_wanted = objection.documents_due_on is not None and replaced is None
    data = (request.POST, request.FILES) if request is not None else ()
    return LaterDocumentsForm(
        *data,
        kept_documents=kept,
        usable_documents=arrived_since_asked(objection) if is_wanted else 0,
    )


def too_many_later_text(refusal: TooManyDocuments) -> str:
    """Say how many documents an objection may have, where none can be deleted."""
    text = _("An objection can have up to %(limit)s documents. Put several pages in one PDF.")
    return text % {"limit": refusal.limit}
