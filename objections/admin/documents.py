"""The documents of a case in the staff site: their pages as pictures, the files as attachments."""

from __future__ import annotations

from typing import Any, Final, cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, Q, QuerySet
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from access.beside import rows_beside
from access.staff import CaseAdmin
from beneficiaries.models import User
from documents.models import DocumentPage
from documents.serving import attachment_response, page_response
from objections.models import Objection, ObjectionDocument

OPEN_DOCUMENTS: Final = ("objections.view_objectiondocument", "documents.open_document")


def shown_documents(case: Objection) -> QuerySet[ObjectionDocument]:
    """Give the documents of a case: those that hold first, then the replaced.

    What was taken off a draft was never sent and is not among them.
    """
    return (
        case.documents.filter(Q(removed_at=None) | Q(removed_at__gte=F("objection__submitted_at")))
        .select_related("document", "need")
        .order_by(F("removed_at").asc(nulls_first=True), "id")
    )


def with_pages(links: QuerySet[ObjectionDocument]) -> QuerySet[Any]:
    """Give documents with the numbers and the sizes of their pages that were drawn."""
    drawn = DocumentPage.objects.filter(document=OuterRef("document")).order_by("number")
    return links.annotate(pages=rows_beside(drawn, "number", "width", "height"))


class CaseDocuments(CaseAdmin):
    """The addresses of a case's documents. Whoever lacks the right gets 403, for any of them."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        one = "<int:pk>/documents/<uuid:uuid>/"
        name = "objections_objection_document"
        return [
            path(one, view(self.document_view), name=name),
            path(f"{one}pages/<int:number>/", view(self.page_view), name=f"{name}_page"),
            path(
                f"{one}pages/<int:number>/small/",
                view(self.page_view),
                {"small": True},
                name=f"{name}_thumbnail",
            ),
            *super().get_urls(),
        ]

    def document_view(self, request: HttpRequest, pk: int, uuid: UUID) -> FileResponse:
        """Give a document of a case as an attachment, and record that it was opened."""
        link = self._opened(request, pk, uuid)
        return attachment_response(link.document, opened_by=cast(User, request.user))

    def page_view(
        self, request: HttpRequest, pk: int, uuid: UUID, number: int, *, small: bool = False
    ) -> FileResponse:
        """Give a page of a document as a picture, and record that it was looked at today."""
        link = self._opened(request, pk, uuid)
        page = get_object_or_404(
            DocumentPage.objects.select_related("document"), document=link.document, number=number
        )
        return page_response(
            page, small=small, opened_by=cast(User, request.user), now=timezone.now()
        )

    def _opened(self, request: HttpRequest, pk: int, uuid: Any) -> ObjectionDocument:
        if not request.user.has_perms(OPEN_DOCUMENTS):
            raise PermissionDenied
        case = get_object_or_404(self.get_queryset(request), pk=pk)
        return get_object_or_404(shown_documents(case), document__uuid=uuid)
